"""What every `ports.hosting.CalendarHost` must do. A host's test subclasses this and says how to arrange its world."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import Enum

import pytest

from ce_calendar.domain.employees.calendars import event_id_of, marker_of
from ce_calendar.domain.employees.event import TaskEvent
from ce_calendar.domain.errors import (
    AccessTokenRejected,
    CreationLimited,
    Missing,
    ProviderError,
    ProviderForbids,
    ProviderUnavailable,
    RateLimited,
    Taken,
)
from ce_calendar.domain.meetings.connections import Credential
from ce_calendar.ports.hosting import (
    AddShare,
    CalendarFacts,
    CalendarHost,
    Call,
    DeleteCalendar,
    DeleteEvent,
    Done,
    FindShare,
    InsertEvent,
    Outcome,
    RemoveShare,
    UpdateCalendar,
    UpdateEvent,
)
from tests.conftest import NOON

CENTRAL = "central@gmail.example"
BOB = "bob@gmail.example"
ZOE = "zoe@elsewhere.example"
"""Has no account at the provider."""
MARKER = marker_of("0" * 32)
FACTS = CalendarFacts("Bob Miller", "Europe/Berlin", f"Kept by us.\n{MARKER}")
NINE = datetime(2027, 3, 1, 8, 0, tzinfo=UTC)
EVENT = TaskEvent(
    title="#7 Repair",
    description="Bring tools.\nÜber den Hof.",
    location="Main Street 1",
    zone="Europe/Berlin",
    color_id="5",
    reminder_minutes=(30, 10),
    starts_at=NINE,
    ends_at=NINE + timedelta(hours=1),
)
ALL_DAY = replace(
    EVENT,
    color_id="",
    reminder_minutes=(),
    description="",
    starts_at=None,
    ends_at=None,
    start_day=date(2027, 3, 2),
    end_day=date(2027, 3, 4),
)


class Trouble(Enum):
    """What may go wrong with a call."""

    DOWN = "the provider answers 5xx"
    DOWN_AFTER = "the provider answers 5xx, having done it"
    CUT = "the connection breaks before it is done"
    CUT_AFTER = "the connection breaks after it was done"
    TOO_MANY = "429"


@dataclass(frozen=True)
class Seen:
    """An event as its readers see it."""

    title: str
    description: str
    location: str
    color_id: str
    reminder_minutes: tuple[int, ...]
    start: date | datetime
    end: date | datetime
    task_id: str


def seen(event: TaskEvent, task_id: str = "") -> Seen:
    """How an event of ours must look."""
    start, end = event.start_day or event.starts_at, event.end_day or event.ends_at
    assert start is not None
    assert end is not None
    return Seen(
        title=event.title,
        description=event.description,
        location=event.location,
        color_id=event.color_id,
        reminder_minutes=tuple(sorted(event.reminder_minutes)),
        start=start,
        end=end,
        task_id=task_id,
    )


class HostWorld(ABC):
    """The other side, as a test arranges it: the central account, Bob's, and nothing in them."""

    host: CalendarHost
    credential: Credential
    """The central account's."""

    @abstractmethod
    def credential_of_bob(self) -> Credential: ...
    @abstractmethod
    def calendar_of_bob(self) -> str:
        """Make a calendar of Bob's with an event `bobsown1` that the central account may read; returns its id."""

    @abstractmethod
    def calendars(self) -> Mapping[str, CalendarFacts]:
        """The central account's own calendars, but for the primary one."""

    @abstractmethod
    def readers(self, calendar_id: str) -> frozenset[str]:
        """Who may read a calendar besides its owner."""

    @abstractmethod
    def events(self, calendar_id: str) -> Mapping[str, Seen]: ...
    @abstractmethod
    def mails(self) -> Sequence[tuple[str, str]]:
        """Whatever the provider mailed: to whom, and about which calendar."""

    @abstractmethod
    def calls(self) -> Mapping[str, int]:
        """How often each operation was called, those in batches too; `batch` is a batch as a whole."""

    @abstractmethod
    def trouble(self, operation: str, trouble: Trouble, *, skip: int = 0, times: int = 1) -> None:
        """Let it go wrong. `TOO_MANY` says to come back a minute later."""

    @abstractmethod
    def limit_creations(self, left: int) -> None:
        """Let so many more calendars be made."""

    def make(self, facts: CalendarFacts = FACTS) -> str:
        return self.host.create_calendar(self.credential, facts)

    def do(self, *calls: Call) -> Sequence[Outcome]:
        return self.host.carry_out(self.credential, calls)

    def do_well(self, *calls: Call) -> None:
        outcomes = self.do(*calls)
        assert all(isinstance(each, Done) for each in outcomes), outcomes


def kinds(outcomes: Sequence[Outcome]) -> list[type]:
    return [type(each) for each in outcomes]


def inserts(calendar_id: str, count: int, event: TaskEvent = EVENT) -> list[Call]:
    return [InsertEvent(calendar_id, event_id_of(calendar_id, str(n)), event, str(n)) for n in range(count)]


class CalendarHostContract:
    """The suite."""

    def test_a_check_is_one_request_that_changes_nothing(self, world: HostWorld) -> None:
        world.host.check(world.credential)

        assert sum(world.calls().values()) == 1
        assert not world.calendars()

    def test_a_calendar_is_made_with_name_zone_and_description(self, world: HostWorld) -> None:
        made = world.make()

        assert world.calendars() == {made: FACTS}
        assert not world.mails()

    def test_making_a_calendar_twice_makes_two(self, world: HostWorld) -> None:
        assert world.make() != world.make()

    def test_a_calendar_is_found_by_the_marker_in_its_description(self, world: HostWorld) -> None:
        others = [marker_of(f"{number:032}") for number in (1, 2)]
        made = world.make()
        also = world.make(replace(FACTS, description=others[0]))
        world.make(replace(FACTS, description="nobody's"))

        found = world.host.find_calendars(world.credential, [MARKER, *others])

        assert found == {MARKER: made, others[0]: also}

    def test_somebody_elses_calendar_is_not_found_whatever_it_says(self, world: HostWorld) -> None:
        theirs = world.host.create_calendar(world.credential_of_bob(), FACTS)
        world.host.carry_out(world.credential_of_bob(), [AddShare(theirs, CENTRAL)])

        assert world.host.find_calendars(world.credential, [MARKER]) == {}

    def test_a_calendar_is_named_anew(self, world: HostWorld) -> None:
        made = world.make()
        facts = CalendarFacts("Bob M.", "Asia/Tokyo", f"Moved.\n{MARKER}")

        world.do_well(UpdateCalendar(made, facts))

        assert world.calendars() == {made: facts}

    def test_a_calendar_is_deleted_and_to_delete_it_again_is_a_success(self, world: HostWorld) -> None:
        made, stays = world.make(), world.make()

        world.do_well(DeleteCalendar(made))
        world.do_well(DeleteCalendar(made))

        assert set(world.calendars()) == {stays}

    def test_sharing_lets_somebody_read_and_invites_them_once(self, world: HostWorld) -> None:
        made = world.make()

        world.do_well(AddShare(made, BOB), AddShare(made, ZOE))
        world.do_well(AddShare(made, BOB))

        assert world.readers(made) == {BOB, ZOE}
        assert sorted(world.mails()) == [(BOB, made), (ZOE, made)]

    def test_a_share_is_found_or_missing(self, world: HostWorld) -> None:
        made = world.make()
        world.do_well(AddShare(made, BOB))

        assert kinds(world.do(FindShare(made, BOB), FindShare(made, ZOE))) == [Done, Missing]

    def test_a_share_is_removed_and_to_remove_it_again_is_a_success(self, world: HostWorld) -> None:
        made = world.make()
        world.do_well(AddShare(made, BOB), AddShare(made, ZOE))

        world.do_well(RemoveShare(made, BOB))
        world.do_well(RemoveShare(made, BOB))

        assert world.readers(made) == {ZOE}
        assert kinds(world.do(FindShare(made, BOB))) == [Missing]
        assert len(world.mails()) == 2

    def test_the_central_account_itself_may_be_the_employee(self, world: HostWorld) -> None:
        made = world.make()

        world.do_well(AddShare(made, CENTRAL), FindShare(made, CENTRAL), RemoveShare(made, CENTRAL))

        world.do_well(InsertEvent(made, "aaaaa1", EVENT))
        assert not world.mails()

    @pytest.mark.parametrize("event", [EVENT, ALL_DAY], ids=["with a time", "of whole days"])
    def test_an_event_looks_as_it_was_meant_to(self, world: HostWorld, event: TaskEvent) -> None:
        made = world.make()

        outcomes = world.do(InsertEvent(made, "aaaaa1", event, "task-1"))

        assert kinds(outcomes) == [Done]
        assert world.events(made) == {"aaaaa1": seen(event, "task-1")}

    def test_an_update_puts_another_event_in_the_place_of_the_first(self, world: HostWorld) -> None:
        made = world.make()
        first = world.do(InsertEvent(made, "aaaaa1", EVENT, "task-1"))[0]

        second = world.do(UpdateEvent(made, "aaaaa1", ALL_DAY, "task-1"))[0]

        assert isinstance(first, Done)
        assert isinstance(second, Done)
        assert first.etag
        assert second.etag not in {"", first.etag}
        assert world.events(made) == {"aaaaa1": seen(ALL_DAY, "task-1")}

    def test_an_id_is_taken_once_for_all(self, world: HostWorld) -> None:
        made = world.make()
        world.do_well(InsertEvent(made, "aaaaa1", EVENT))

        assert kinds(world.do(InsertEvent(made, "aaaaa1", ALL_DAY))) == [Taken]
        world.do_well(DeleteEvent(made, "aaaaa1"))
        assert kinds(world.do(InsertEvent(made, "aaaaa1", ALL_DAY))) == [Taken]

        assert world.events(made) == {}

    def test_a_deleted_event_comes_back_by_an_update(self, world: HostWorld) -> None:
        made = world.make()
        world.do_well(InsertEvent(made, "aaaaa1", EVENT))
        world.do_well(DeleteEvent(made, "aaaaa1"))

        world.do_well(UpdateEvent(made, "aaaaa1", ALL_DAY))

        assert world.events(made) == {"aaaaa1": seen(ALL_DAY)}

    def test_to_delete_an_event_that_is_gone_or_never_was_is_a_success(self, world: HostWorld) -> None:
        made = world.make()
        world.do_well(InsertEvent(made, "aaaaa1", EVENT))

        for _ in range(2):
            world.do_well(DeleteEvent(made, "aaaaa1"), DeleteEvent(made, "aaaaa2"))

        assert world.events(made) == {}

    def test_an_event_that_never_was_cannot_be_updated(self, world: HostWorld) -> None:
        made = world.make()

        assert kinds(world.do(UpdateEvent(made, "aaaaa1", EVENT))) == [Missing]

    def test_in_a_calendar_that_is_gone_all_is_missing_and_deletions_succeed(self, world: HostWorld) -> None:
        made = world.make()
        world.do_well(DeleteCalendar(made))

        outcomes = world.do(
            UpdateCalendar(made, FACTS),
            AddShare(made, BOB),
            FindShare(made, BOB),
            InsertEvent(made, "aaaaa1", EVENT),
            UpdateEvent(made, "aaaaa1", EVENT),
            DeleteEvent(made, "aaaaa1"),
            RemoveShare(made, BOB),
            DeleteCalendar(made),
        )

        assert kinds(outcomes) == [Missing] * 5 + [Done] * 3

    def test_a_calendar_that_is_not_ours_stays_as_it_is(self, world: HostWorld) -> None:
        theirs = world.calendar_of_bob()
        before = world.events(theirs)

        calls: list[Call] = [
            UpdateCalendar(theirs, FACTS),
            AddShare(theirs, ZOE),
            InsertEvent(theirs, "aaaaa1", EVENT),
            UpdateEvent(theirs, "bobsown1", EVENT),
            DeleteEvent(theirs, "bobsown1"),
            RemoveShare(theirs, CENTRAL),
            DeleteCalendar(theirs),
        ]

        assert kinds(world.do(*calls)) == [ProviderForbids] * len(calls)
        assert [kinds(world.do(call)) for call in calls] == [[ProviderForbids]] * len(calls)
        assert world.events(theirs) == before
        assert world.readers(theirs) == {CENTRAL}

    def test_whoever_may_read_changes_nothing(self, world: HostWorld) -> None:
        made = world.make()
        world.do_well(AddShare(made, BOB), InsertEvent(made, "aaaaa1", EVENT))

        outcomes = world.host.carry_out(
            world.credential_of_bob(),
            [
                InsertEvent(made, "aaaaa2", EVENT),
                UpdateEvent(made, "aaaaa1", ALL_DAY),
                DeleteEvent(made, "aaaaa1"),
                AddShare(made, ZOE),
                UpdateCalendar(made, replace(FACTS, name="Mine")),
                DeleteCalendar(made),
            ],
        )

        assert kinds(outcomes) == [ProviderForbids] * 6
        assert world.events(made) == {"aaaaa1": seen(EVENT)}
        assert world.calendars() == {made: FACTS}

    def test_fifty_calls_are_one_request_and_one_alone_goes_without_a_batch(self, world: HostWorld) -> None:
        made = world.make()
        calls = inserts(made, 50)

        world.do_well(*calls)
        assert (world.calls().get("batch"), world.calls()["events.insert"]) == (1, 50)

        world.do_well(DeleteEvent(made, event_id_of(made, "0")))
        assert (world.calls().get("batch"), world.calls()["events.delete"]) == (1, 1)
        assert len(world.events(made)) == 49
        assert not world.mails()

    def test_no_calls_are_no_request_and_too_many_are_refused(self, world: HostWorld) -> None:
        assert world.do() == []
        with pytest.raises(ValueError, match="50"):
            world.do(*inserts("c", 51))

        assert not world.calls()

    def test_each_call_of_a_batch_fares_on_its_own(self, world: HostWorld) -> None:
        first, second = world.make(), world.make()
        world.do_well(InsertEvent(first, "aaaaa1", EVENT))

        outcomes = world.do(
            InsertEvent(first, "aaaaa1", EVENT),
            InsertEvent(second, "aaaaa1", EVENT),
            UpdateEvent(second, "aaaaa9", EVENT),
            AddShare(second, BOB),
            FindShare(first, BOB),
        )

        assert kinds(outcomes) == [Taken, Done, Missing, Done, Missing]

    def test_a_call_of_a_batch_that_fails_is_told_from_the_others(self, world: HostWorld) -> None:
        made = world.make()
        world.trouble("events.insert", Trouble.DOWN, skip=1)
        world.trouble("events.insert", Trouble.TOO_MANY, skip=3)

        outcomes = world.do(*inserts(made, 6))

        assert kinds(outcomes) == [Done, ProviderUnavailable, Done, Done, RateLimited, Done]
        limited = outcomes[4]
        assert isinstance(limited, RateLimited)
        assert limited.retry_at == NOON + timedelta(minutes=1)
        assert set(world.events(made)) == {event_id_of(made, str(n)) for n in (0, 2, 3, 5)}

    def test_what_was_done_without_our_hearing_of_it_is_taken_the_next_time(self, world: HostWorld) -> None:
        made = world.make()
        calls = inserts(made, 4)
        world.trouble("events.insert", Trouble.DOWN_AFTER, skip=2)

        assert kinds(world.do(*calls)) == [Done, Done, ProviderUnavailable, Done]

        assert kinds(world.do(*calls)) == [Taken] * 4
        assert len(world.events(made)) == 4

    @pytest.mark.parametrize(("trouble", "done"), [(Trouble.CUT, 2), (Trouble.CUT_AFTER, 3)])
    def test_a_batch_that_breaks_may_have_been_carried_out_in_part_and_is_not_sent_again(
        self, world: HostWorld, trouble: Trouble, done: int
    ) -> None:
        made = world.make()
        world.trouble("events.insert", trouble, skip=2)

        with pytest.raises(ProviderUnavailable):
            world.do(*inserts(made, 5))

        assert len(world.events(made)) == done
        assert world.calls()["batch"] == 1
        outcomes = world.do(*inserts(made, 5))
        assert kinds(outcomes) == [Taken] * done + [Done] * (5 - done)

    @pytest.mark.parametrize(("trouble", "done"), [(Trouble.CUT, 0), (Trouble.CUT_AFTER, 1)])
    def test_a_call_alone_that_breaks_is_not_sent_again(self, world: HostWorld, trouble: Trouble, done: int) -> None:
        made = world.make()
        world.trouble("acl.insert", trouble)

        with pytest.raises(ProviderUnavailable):
            world.do(AddShare(made, BOB))

        assert world.calls()["acl.insert"] == 1
        assert len(world.mails()) == done
        assert kinds(world.do(FindShare(made, BOB))) == [Done if done else Missing]

    @pytest.mark.parametrize("trouble", [Trouble.DOWN, Trouble.DOWN_AFTER])
    def test_a_call_alone_that_is_answered_5xx_may_have_been_carried_out(
        self, world: HostWorld, trouble: Trouble
    ) -> None:
        made = world.make()
        world.trouble("events.insert", trouble)

        assert kinds(world.do(InsertEvent(made, "aaaaa1", EVENT))) == [ProviderUnavailable]

        again = Taken if trouble is Trouble.DOWN_AFTER else Done
        assert kinds(world.do(InsertEvent(made, "aaaaa1", EVENT))) == [again]

    @pytest.mark.parametrize("trouble", [Trouble.DOWN, Trouble.DOWN_AFTER, Trouble.CUT, Trouble.CUT_AFTER])
    def test_a_calendar_that_may_have_been_made_is_not_made_again_and_can_be_looked_for(
        self, world: HostWorld, trouble: Trouble
    ) -> None:
        world.trouble("calendars.insert", trouble)

        with pytest.raises(ProviderUnavailable):
            world.make()

        was_made = trouble in {Trouble.DOWN_AFTER, Trouble.CUT_AFTER}
        assert world.calls()["calendars.insert"] == 1
        assert len(world.calendars()) == was_made
        found = world.host.find_calendars(world.credential, [MARKER])
        assert set(found) == ({MARKER} if was_made else set())

    def test_at_the_limit_of_new_calendars_all_else_goes_on(self, world: HostWorld) -> None:
        world.limit_creations(1)
        made = world.make()

        with pytest.raises(CreationLimited):
            world.make()

        world.do_well(InsertEvent(made, "aaaaa1", EVENT), AddShare(made, BOB))
        assert set(world.calendars()) == {made}

    def test_too_many_requests_say_when_to_come_back(self, world: HostWorld) -> None:
        made = world.make()
        for operation, ask in (
            ("events.insert", lambda: world.do(InsertEvent(made, "aaaaa1", EVENT))),
            ("calendars.insert", world.make),
            ("calendarList.list", lambda: world.host.check(world.credential)),
        ):
            world.trouble(operation, Trouble.TOO_MANY)
            with pytest.raises(RateLimited) as refused:
                ask()
            assert refused.value.retry_at == NOON + timedelta(minutes=1)

    def test_a_batch_of_which_each_call_is_too_many_is_refused_as_a_whole(self, world: HostWorld) -> None:
        made = world.make()
        world.trouble("events.insert", Trouble.TOO_MANY, times=4)

        with pytest.raises(RateLimited):
            world.do(*inserts(made, 4))

        world.do_well(*inserts(made, 4))

    def test_a_token_that_does_not_count_is_rejected(self, world: HostWorld) -> None:
        made = world.make()
        stale = Credential("client", "no-such-token", "", NOON)

        for ask in (
            lambda: world.host.check(stale),
            lambda: world.host.create_calendar(stale, FACTS),
            lambda: world.host.find_calendars(stale, [MARKER]),
            lambda: world.host.carry_out(stale, [InsertEvent(made, "aaaaa1", EVENT)]),
            lambda: world.host.carry_out(stale, inserts(made, 3)),
        ):
            with pytest.raises(AccessTokenRejected):
                ask()

        assert world.events(made) == {}

    def test_no_error_says_what_was_in_a_call(self, world: HostWorld) -> None:
        made = world.make()
        world.trouble("events.insert", Trouble.DOWN)

        outcome = world.do(InsertEvent(made, "aaaaa1", EVENT))[0]

        assert isinstance(outcome, ProviderError)
        assert EVENT.title not in repr(outcome) + str(outcome)
