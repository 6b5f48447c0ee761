"""The way into the vault on the connections page: words, numbers, and what its buttons ask for."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from ce_calendar.domain.errors import AccessDenied, Invalid
from ce_calendar.domain.meetings.connections import Status
from ce_calendar.domain.meetings.legacy import BackfillRun, LegacyProblem
from ce_calendar.services.backfill import NO_KEYS, NOTHING_PENDING, BackfillView, Unopened
from ce_calendar.web.connections.backfill_rows import RECENTLY, BackfillRow, advice, to_backfill, to_unopened
from ce_calendar.web.connections.backfill_state import BackfillState
from ce_calendar.web.connections.state import ConnectionsState
from tests.builders import make_connection, make_user
from tests.conftest import NOON
from tests.unit.web.conftest import Desk, opened, tab

OWNER = make_user(name="Olga Owner")
VIEW = BackfillView(pending=3, run=None, unopened=(), may_start=True, has_keys=True)
RUN = BackfillRun("organization", OWNER.id, NOON, None, total=8, done=2, failed=1)


def unopened(
    problem: LegacyProblem = LegacyProblem.KEY, *, may_connect: bool = True, owner: str = OWNER.name
) -> Unopened:
    connection = make_connection(user=OWNER, account_email="olga@gmail.example", status=Status.NEEDS_REAUTH)
    return Unopened(replace(connection, last_error=problem.value), owner, may_connect)


def row(**changes: Any) -> BackfillRow:
    return to_backfill(replace(VIEW, **changes), now=NOON)


def test_how_many_wait_is_a_sentence() -> None:
    assert row().waiting_words == "3 connections still hold their credentials in the earlier system's column"
    assert row(pending=1).waiting_words == "1 connection still holds its credentials in the earlier system's column"
    assert not row().is_running


def test_while_it_runs_it_says_how_far_it_is() -> None:
    shown = row(run=RUN)
    assert (shown.is_running, shown.percent) == (True, 37)
    assert shown.progress_words == "2 of 8 moved, 1 could not be opened"
    assert row(run=replace(RUN, failed=0)).progress_words == "2 of 8 moved"
    assert row(run=BackfillRun("organization", None, NOON)).percent == 0


@pytest.mark.parametrize(
    ("changes", "is_done"),
    [
        ({}, True),
        # a while later nobody needs to hear it any more
        ({"run": replace(RUN, finished_at=NOON - RECENTLY, failed=0)}, False),
        # what is left is told instead
        ({"unopened": [unopened()]}, False),
        # who may do nothing about it does not see what is left, and does not hear that nothing is
        ({"may_start": False}, False),
        ({"may_start": False, "run": replace(RUN, finished_at=NOON, failed=0)}, True),
        # somebody brought more since
        ({"pending": 1}, False),
        ({"run": replace(RUN, finished_at=NOON, done=0)}, False),
    ],
)
def test_when_nothing_is_left_it_says_so_for_a_while(changes: dict[str, Any], *, is_done: bool) -> None:
    ended = {"pending": 0, "run": replace(RUN, finished_at=NOON - timedelta(minutes=1))}
    assert row(**{**ended, **changes}).is_done is is_done


def test_without_a_key_the_button_says_why_it_does_nothing() -> None:
    assert row(has_keys=False).cannot_start == NO_KEYS
    assert row().cannot_start == ""


@pytest.mark.parametrize("problem", list(LegacyProblem))
def test_every_reason_has_its_words(problem: LegacyProblem) -> None:
    [shown] = to_unopened(replace(VIEW, unopened=[unopened(problem)]))
    assert (shown.account, shown.owner, shown.provider) == ("olga@gmail.example", "Olga Owner", "google")
    assert shown.reason != "It could not be opened."
    assert shown.advice


@pytest.mark.parametrize(
    ("problem", "may_connect", "says"),
    [
        (LegacyProblem.KEY, True, "Olga Owner signs in again, or whoever runs"),
        # who may not connect cannot sign in again either
        (LegacyProblem.KEY, False, "Whoever runs this installation adds the missing key"),
        (LegacyProblem.DAMAGED, True, "Olga Owner signs in again"),
        (LegacyProblem.DAMAGED, False, "An administrator lets Olga Owner connect"),
        (LegacyProblem.CONTENT, True, "Olga Owner signs in again"),
        (LegacyProblem.NOT_READ_BACK, True, "Try again"),
    ],
)
def test_what_to_do_names_who_can_do_it(problem: LegacyProblem, says: str, *, may_connect: bool) -> None:
    assert advice(unopened(problem, may_connect=may_connect)).startswith(says)


def test_an_owner_without_a_name_is_still_somebody() -> None:
    assert advice(unopened(owner="")).startswith("Its owner signs in again")


# -- the state --------------------------------------------------------------------------------------------------------


def test_it_is_filled_and_emptied_with_the_page(busy: Desk) -> None:
    busy.answers("backfill", "view", replace(VIEW, unopened=[unopened()]))

    async def scene() -> None:
        root = tab(cookie="good")
        page, part = await root.get_state(ConnectionsState), await root.get_state(BackfillState)
        await page.load()
        assert (part.backfill.pending, len(part.unopened)) == (3, 1)
        busy.actors.clear()
        await page.refresh()
        assert (part.backfill.pending, len(part.unopened)) == (0, 0)

    asyncio.run(scene())


@pytest.mark.parametrize(("button", "again"), [("start_backfill", False), ("try_unopened_again", True)])
def test_the_buttons_ask_the_service_and_read_the_page_again(busy: Desk, button: str, *, again: bool) -> None:
    busy.answers("backfill", "start")

    async def scene() -> None:
        outcome = await getattr(await opened(BackfillState), button)()
        assert "refresh" in str(outcome)

    asyncio.run(scene())
    assert busy.asked("backfill.start") == [{"again": again}]


@pytest.mark.parametrize("refusal", [Invalid(NOTHING_PENDING), AccessDenied("ce.calendar.connect")])
def test_a_refusal_is_told(busy: Desk, refusal: Exception) -> None:
    busy.answers("backfill", "start", refusal)

    async def scene() -> None:
        assert str(refusal) in str(await (await opened(BackfillState)).start_backfill())

    asyncio.run(scene())
