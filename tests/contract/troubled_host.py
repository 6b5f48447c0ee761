"""What every `ports.hosting.CalendarHost` must make of trouble: what may have been done is never called undone."""

from datetime import timedelta

import pytest

from ce_calendar.domain.employees.calendars import event_id_of
from ce_calendar.domain.errors import (
    AccessTokenRejected,
    CreationLimited,
    Missing,
    ProviderError,
    ProviderUnavailable,
    RateLimited,
    Taken,
)
from ce_calendar.domain.meetings.connections import Credential
from ce_calendar.ports.hosting import (
    AddShare,
    Done,
    FindShare,
    InsertEvent,
)
from tests.conftest import NOON
from tests.contract.hosting import (
    BOB,
    EVENT,
    FACTS,
    MARKER,
    HostWorld,
    Trouble,
    inserts,
    kinds,
)


class TroubledHostContract:
    """The suite."""

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
