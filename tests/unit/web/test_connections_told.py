from typing import Any

import pytest

from ce_calendar.domain.meetings.connections import Provider
from ce_calendar.domain.meetings.runs import RunOutcome, SyncReport, SyncRun
from ce_calendar.domain.notices import Notice, NoticeKind
from ce_calendar.services.consents import MESSAGES
from ce_calendar.services.endings import DisconnectOutcome
from ce_calendar.services.notices import NoticeView
from ce_calendar.web.connections.rows import Told
from ce_calendar.web.connections.told import from_address, to_told, told_once
from ce_calendar.web.connections.words import ACCOUNT_PAGES, ADDRESS_NOTICES, COMPANIES, ENDINGS, ON_THE_WAY
from tests.builders import make_user, new_id
from tests.conftest import NOON

OWNER = make_user()


def run(outcome: RunOutcome, **counts: Any) -> SyncRun:
    return SyncRun(new_id(), OWNER.organization_id, new_id(), NOON, outcome, NOON, SyncReport(**counts))


def told(kind: NoticeKind, *, newest: SyncRun | None = None, coming: int = 0, **facts: Any) -> Told:
    return to_told([noticed(kind, newest=newest, coming=coming, **facts)])[0]


def noticed(kind: NoticeKind, *, newest: SyncRun | None = None, coming: int = 0, **facts: Any) -> NoticeView:
    notice = Notice(
        id=new_id(),
        organization_id=OWNER.organization_id,
        user_id=OWNER.id,
        kind=kind,
        connection_id=new_id(),
        created_at=NOON,
        expires_at=NOON,
        facts={"provider": "google", "account": "a@gmail.example", **facts},
    )
    return NoticeView(notice, newest, coming)


def test_every_way_connecting_can_end_has_its_words() -> None:
    # What another account was, a notice says: no name may travel in an address.
    assert (set(MESSAGES) | {"not_configured", "gone", "forbidden"}) - {"account"} == set(ADDRESS_NOTICES)


@pytest.mark.parametrize(
    ("problem", "provider", "title"),
    [
        ("denied", "google", "Nothing was connected"),
        ("unavailable", "microsoft", "Microsoft could not be reached"),
        ("unavailable", "elsewhere", "The provider could not be reached"),
        ("", "google", ""),
        # only words from the table: an address cannot put words on the page
        ("<script>", "google", ""),
        ("a@gmail.example", "google", ""),
    ],
)
def test_what_an_address_says_comes_from_a_fixed_table(problem: str, provider: str, title: str) -> None:
    assert from_address(problem, provider).title == title


@pytest.mark.parametrize(
    ("newest", "coming", "tone", "says"),
    [
        (None, 0, "wait", "being read"),
        (run(RunOutcome.RUNNING, created=1), 0, "wait", "being read"),
        (run(RunOutcome.DONE, created=40, unchanged=2), 12, "good", "42 events read. 12 coming meetings"),
        (run(RunOutcome.DONE, created=1), 1, "good", "1 event read. 1 coming meeting with"),
        (run(RunOutcome.DONE, created=5), 0, "good", "None of the meetings ahead"),
        (run(RunOutcome.FAILED), 0, "bad", "did not get through"),
    ],
)
def test_that_an_account_is_connected_turns_into_what_its_first_sync_brought(
    newest: SyncRun | None, coming: int, tone: str, says: str
) -> None:
    shown = told(NoticeKind.CONNECTED, newest=newest, coming=coming)
    assert (shown.title, shown.tone, shown.is_done) == ("a@gmail.example is connected", tone, tone != "wait")
    assert says in shown.text


def test_signing_in_again_is_told_as_that() -> None:
    assert told(NoticeKind.CONNECTED, again=1).title == "a@gmail.example is signed in again"


def test_another_account_is_refused_by_name() -> None:
    shown = told(NoticeKind.OTHER_ACCOUNT, chosen="b@gmail.example")
    assert "You signed in as b@gmail.example; this connection is a@gmail.example." in shown.text
    assert (shown.tone, shown.is_done) == ("bad", True)


def test_every_end_of_a_connection_has_its_words() -> None:
    # What came to nothing is told to nobody: the account was linked again.
    ends = {outcome.value for outcome in DisconnectOutcome} - {DisconnectOutcome.NOTHING_TO_DO.value}
    assert ends | {""} <= set(ENDINGS)


@pytest.mark.parametrize("result", sorted(ENDINGS))
@pytest.mark.parametrize("provider", list(Provider))
def test_an_end_names_the_account_and_the_provider(result: str, provider: Provider) -> None:
    shown = told(NoticeKind.ENDING, result=result, provider=provider.value)
    assert "a@gmail.example" in shown.title
    assert COMPANIES[provider] in shown.text
    assert shown.is_done is (result not in ON_THE_WAY)


@pytest.mark.parametrize(
    ("result", "owner", "outside"),
    [
        # Nothing could be revoked for them: they are led to where they can.
        ("forgotten", "", ACCOUNT_PAGES["microsoft"]),
        ("unreadable", "", ACCOUNT_PAGES["microsoft"]),
        # an administrator cannot do it for them
        ("forgotten", "Olga Owner", ""),
        ("revoked", "", ""),
    ],
)
def test_who_must_withdraw_access_themself_is_led_there(result: str, owner: str, outside: str) -> None:
    assert told(NoticeKind.ENDING, result=result, provider="microsoft", owner=owner).outside == outside


def test_an_owner_reads_who_ended_their_connection_and_an_admin_whose_it_was() -> None:
    assert told(NoticeKind.ENDING, result="revoked", by="Alex Admin").text.startswith("Alex Admin asked for it.")
    assert told(NoticeKind.ENDING, result="revoked", owner="Olga Owner").title.endswith("(Olga Owner)")


def test_only_what_came_of_a_consent_is_told_once() -> None:
    views = [
        noticed(NoticeKind.OTHER_ACCOUNT, chosen="b@gmail.example"),
        noticed(NoticeKind.CONNECTED),  # not read yet
        noticed(NoticeKind.ENDING, result="revoked"),
    ]
    assert told_once(views, to_told(views)) == [views[0].notice.id]
