"""What every `ports.hosting.CalendarHost` must do. A host's test subclasses this and says how to arrange its world."""

from dataclasses import replace

import pytest

from ce_calendar.domain.employees.calendars import event_id_of, marker_of
from ce_calendar.domain.employees.event import TaskEvent
from ce_calendar.domain.errors import (
    Missing,
    ProviderForbids,
    Taken,
)
from ce_calendar.ports.hosting import (
    AddShare,
    CalendarFacts,
    Call,
    DeleteCalendar,
    DeleteEvent,
    Done,
    FindShare,
    InsertEvent,
    RemoveShare,
    UpdateCalendar,
    UpdateEvent,
)
from tests.contract.hosting import (
    ALL_DAY,
    BOB,
    CENTRAL,
    EVENT,
    FACTS,
    MARKER,
    ZOE,
    HostWorld,
    inserts,
    kinds,
    seen,
)


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
