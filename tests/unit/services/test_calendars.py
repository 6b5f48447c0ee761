"""Which calendars of an account are read: the list and the choice."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from ce_calendar.adapters.memory import MemoryMeetings
from ce_calendar.domain.errors import (
    Invalid,
    NeedsReauth,
    ProviderUnavailable,
    RateLimited,
)
from ce_calendar.domain.meetings.connections import (
    CalendarBar,
    ProviderCalendar,
    Status,
    legacy_subject,
)
from ce_calendar.ports import OpenUnitOfWork
from ce_calendar.services.calendars import UNIDENTIFIED
from tests.builders import make_connection, new_id
from tests.conftest import FixedClock
from tests.support.doubles import audit_rows
from tests.unit.services.choosing import BUSY, SHARED, TASKS, TEAM, Desk, set_desk
from tests.unit.services.syncing_scene import ACCOUNT, meeting, put


@pytest.fixture
def desk(uow: OpenUnitOfWork, clock: FixedClock) -> Desk:
    return set_desk(uow, clock)


def test_all_calendars_are_shown_with_those_read_by_default_ticked(desk: Desk) -> None:
    found = desk.look()

    assert found.problem == ""
    assert [(each.calendar.provider_calendar_id, each.calendar.is_selected, each.bar) for each in found.calendars] == [
        (ACCOUNT, True, None),
        (TEAM, True, None),
        (SHARED, False, None),
        # What cannot be chosen stands last, with the reason.
        (TASKS, False, CalendarBar.EMPLOYEE_CALENDAR),
        (BUSY, False, CalendarBar.TIMES_ONLY),
    ]
    assert [each.calendar.owner for each in found.calendars] == ["", "", SHARED, "", BUSY]


def test_the_list_says_how_much_of_each_is_kept(desk: Desk) -> None:
    desk.scene.run()

    assert [each.events for each in desk.look().calendars] == [1, 1, 0, 0, 0]


def test_a_calendar_that_is_no_longer_chosen_leaves_the_timeline_at_once(desk: Desk, engine: Engine) -> None:
    desk.scene.run()
    assert desk.scene.titles() == ["Own review", "Team review"]
    desk.scene.jobs.asked.clear()

    desk.choose(ACCOUNT)

    assert desk.scene.titles() == ["Own review"]
    assert desk.scene.jobs.asked == [], "there is nothing new to read"
    assert desk.scene.announcements.told[-1] == (desk.owner.organization_id, "timeline")
    assert audit_rows(engine)[-1] == ("connection.calendars", "done", desk.scene.connection_id)
    desk.scene.run()
    assert desk.scene.titles() == ["Own review"]


def test_a_newly_chosen_calendar_is_read_at_once(desk: Desk) -> None:
    desk.scene.run()
    desk.scene.jobs.asked.clear()

    desk.choose(ACCOUNT, TEAM, SHARED)

    assert desk.scene.jobs.asked == [("sync", desk.scene.connection_id)]
    assert desk.scene.connection().next_sync_at == desk.scene.clock()
    desk.scene.run()
    assert desk.scene.titles() == ["Maria's review", "Own review", "Team review"]


def test_who_comes_back_is_read_from_the_start(desk: Desk) -> None:
    desk.scene.run()
    desk.choose(ACCOUNT)
    desk.choose(ACCOUNT, TEAM)
    desk.scene.run()

    assert desk.scene.titles() == ["Own review", "Team review"]


def test_a_meeting_that_another_connection_holds_stays(desk: Desk) -> None:
    scene = desk.scene
    other_account = "colleague@mail.example"
    scene.world.add_account(other_account)
    colleague = make_connection(
        user=scene.town.colleague,
        account_email=other_account,
        credential_vault_ref=new_id(),
        next_sync_at=scene.clock(),
    )
    with scene.uow() as uow:
        uow.connections.add(colleague)
    for calendar in (TEAM, other_account):
        put(scene, meeting(f"joint-{calendar}", "Joint review", ical_uid="joint@calendar.example"), calendar=calendar)
    scene.run()
    scene.run(colleague.id)

    desk.choose(ACCOUNT)

    with scene.uow() as uow:
        assert uow.events.count_by_connection([colleague.id], now=scene.clock())[colleague.id] == 1
    # The reader still sees that there is a meeting, though no longer what it is about.
    assert scene.titles() == ["", "Own review"]


def test_choosing_nothing_is_refused_and_says_what_to_do_instead(desk: Desk) -> None:
    desk.scene.run()

    with pytest.raises(Invalid, match="disconnect") as refusal:
        desk.choose()
    assert refusal.value.field == "calendars"
    assert desk.chosen() == {ACCOUNT, TEAM}


@pytest.mark.parametrize("barred", [BUSY, TASKS])
def test_what_cannot_be_read_cannot_be_chosen(desk: Desk, barred: str) -> None:
    desk.look()

    with pytest.raises(Invalid):
        desk.choose(ACCOUNT, barred)
    assert barred not in desk.chosen()


def test_a_chosen_calendar_that_became_unreadable_may_stay_and_may_go(desk: Desk) -> None:
    desk.look()
    desk.choose(ACCOUNT, SHARED)
    desk.scene.world.remove_calendar(SHARED)
    desk.scene.world.add_calendar(ACCOUNT, ProviderCalendar(SHARED, "Maria's", "UTC", "freeBusyReader"))
    assert next(each.bar for each in desk.look().calendars if each.calendar.name == "Maria's")

    desk.choose(ACCOUNT, SHARED)
    assert desk.chosen() == {ACCOUNT, SHARED}
    desk.choose(ACCOUNT)
    assert desk.chosen() == {ACCOUNT}


def test_a_calendar_made_later_is_read_by_itself_only_if_nobody_chose(desk: Desk) -> None:
    desk.look()
    desk.scene.world.add_calendar(ACCOUNT, ProviderCalendar("new-1", "New", "UTC", "owner"))
    desk.look()
    assert "new-1" in desk.chosen()

    desk.choose(ACCOUNT)
    desk.scene.world.add_calendar(ACCOUNT, ProviderCalendar("new-2", "Therapy", "UTC", "owner"))
    desk.look()
    assert desk.chosen() == {ACCOUNT}


def test_when_all_that_was_chosen_is_gone_nothing_else_is_read_instead(desk: Desk) -> None:
    desk.look()
    desk.choose(TEAM)
    desk.scene.run()
    desk.scene.world.remove_calendar(TEAM)
    desk.scene.run()
    assert desk.chosen() == set()
    desk.scene.asked()

    desk.scene.run()

    assert desk.scene.titles() == []
    assert desk.scene.asked() == [], "nor is the provider asked for it"


def test_a_calendar_that_vanished_leaves_the_list_with_its_events(desk: Desk) -> None:
    desk.scene.run()
    desk.scene.world.remove_calendar(TEAM)

    found = desk.look()

    assert TEAM not in [each.calendar.provider_calendar_id for each in found.calendars]
    assert desk.scene.titles() == ["Own review"]


def test_a_calendar_that_is_listed_on_two_pages_is_one(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another was made while the list was read, and moved the rest down."""
    listed = MemoryMeetings.list_calendars
    monkeypatch.setattr(MemoryMeetings, "list_calendars", lambda *args: [*listed(*args), *listed(*args)])

    found = desk.look()

    assert (len(found.calendars), found.problem) == (5, "")
    desk.scene.run()
    assert desk.scene.titles() == ["Own review", "Team review"]


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        (ProviderUnavailable("no_answer"), "no_answer"),
        (RateLimited(), "rate_limited"),
        (NeedsReauth("invalid_grant"), "invalid_grant"),
    ],
)
def test_a_provider_that_cannot_be_asked_leaves_the_list_as_we_knew_it(
    desk: Desk, failure: Exception, code: str
) -> None:
    desk.look()
    desk.scene.world.fail("list_calendars", failure)  # type: ignore[arg-type]  # all are ProviderErrors

    found = desk.look()

    assert found.problem == code
    assert len(found.calendars) == 5


def test_a_dead_sign_in_met_here_is_brought_to_the_card_by_a_run(desk: Desk) -> None:
    desk.scene.world.fail("list_calendars", NeedsReauth("invalid_grant"))

    desk.look()

    assert desk.scene.jobs.asked == [("sync", desk.scene.connection_id)]


def test_an_account_that_needs_its_person_is_not_asked(desk: Desk) -> None:
    desk.scene.change(status=Status.NEEDS_REAUTH, last_error="scope")

    assert desk.look().problem == "scope"
    assert desk.scene.asked() == []


def test_an_account_that_waits_for_the_vault_is_not_asked(desk: Desk) -> None:
    desk.scene.change(status=Status.PENDING)

    assert desk.look().problem == "pending"
    assert desk.scene.asked() == []
    assert desk.scene.jobs.asked == []


def test_an_account_that_an_earlier_system_brought_is_not_listed_before_the_provider_named_it(desk: Desk) -> None:
    desk.scene.change(subject_id=legacy_subject(ACCOUNT))
    assert (desk.look().problem, desk.scene.asked(), desk.ids()) == (UNIDENTIFIED, [], {})


def test_an_empty_list_is_no_reason_to_delete(desk: Desk) -> None:
    desk.scene.run()
    for calendar in (ACCOUNT, TEAM, SHARED, BUSY, TASKS):
        desk.scene.world.remove_calendar(calendar)

    assert desk.look().problem == "no_calendars"
    assert desk.scene.titles() == ["Own review", "Team review"]


# -- a run under way ---------------------------------------------------------------------------------------------


def test_what_is_dropped_while_its_pages_are_read_is_not_written(desk: Desk) -> None:
    desk.look()
    _during_the_next_read(desk, lambda: desk.choose(SHARED))

    desk.scene.run()

    assert desk.scene.titles() == []


def test_what_is_chosen_while_a_run_is_under_way_is_read_by_the_next(desk: Desk) -> None:
    desk.scene.run()
    desk.scene.clock.advance(timedelta(minutes=20))
    _during_the_next_read(desk, lambda: desk.choose(ACCOUNT, TEAM, SHARED))

    desk.scene.run()
    assert desk.scene.connection().next_sync_at == desk.scene.clock()
    desk.scene.run()
    assert "Maria's review" in desk.scene.titles()


def test_what_is_dropped_and_chosen_again_meanwhile_is_read_in_full(desk: Desk) -> None:
    desk.scene.run()
    put(desk.scene, meeting("later", "Later review"))

    def change_ones_mind() -> None:
        desk.choose(TEAM)
        desk.choose(TEAM, ACCOUNT)

    _during_the_next_read(desk, change_ones_mind)
    desk.scene.run()
    desk.scene.run()

    assert desk.scene.titles() == ["Later review", "Own review", "Team review"]


def _during_the_next_read(desk: Desk, happens: Any) -> None:
    """Let something happen once, when the next pages are fetched."""
    world = desk.scene.world

    def before(operation: str) -> None:
        if operation == "fetch_events":
            world.before = lambda _operation: None
            happens()

    world.before = before
