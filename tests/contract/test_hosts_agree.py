"""Whatever is asked of Google's host and of the one in memory, both answer alike and hold the same afterwards."""

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ce_calendar.ports.hosting import (
    AddShare,
    Call,
    DeleteCalendar,
    DeleteEvent,
    FindShare,
    InsertEvent,
    RemoveShare,
    UpdateCalendar,
    UpdateEvent,
)
from tests.conftest import FixedClock
from tests.contract.hosting import ALL_DAY, BOB, CENTRAL, EVENT, FACTS, ZOE, HostWorld, kinds
from tests.contract.hosts import Google, Memory
from tests.support.sandbox import GoogleSandbox

PLACES = ("0", "1", "never")
"""Calendars by their number, and one that never was."""

places = st.sampled_from(PLACES)
emails = st.sampled_from([BOB, ZOE, CENTRAL])
event_ids = st.sampled_from(["aaaaa1", "aaaaa2"])
events = st.sampled_from([EVENT, ALL_DAY])
tasks = st.sampled_from(["task-1", "task-2"])
names = st.sampled_from([FACTS, replace(FACTS, name="Bob M.", zone="Asia/Tokyo")])
calls = st.one_of(
    st.builds(AddShare, places, emails),
    st.builds(FindShare, places, emails),
    st.builds(RemoveShare, places, emails),
    st.builds(InsertEvent, places, event_ids, events, tasks),
    st.builds(InsertEvent, places, event_ids, events, tasks),
    st.builds(UpdateEvent, places, event_ids, events, tasks),
    st.builds(DeleteEvent, places, event_ids),
    st.builds(UpdateCalendar, places, names),
    st.builds(DeleteCalendar, places),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(requests=st.lists(st.lists(calls, min_size=1, max_size=8), min_size=1, max_size=6))
def test_both_hosts_answer_alike(google_sandbox: GoogleSandbox, requests: list[list[Call]]) -> None:
    google_sandbox.control("reset")
    google, memory = Google(google_sandbox, FixedClock()), Memory(FixedClock())
    ids = {world: {"0": world.make(), "1": world.make(), "never": "never-was"} for world in (google, memory)}

    for request in requests:
        answers = [kinds(world.do(*_placed(request, ids[world]))) for world in (google, memory)]
        assert answers[0] == answers[1]

    assert _held(google, ids[google]) == _held(memory, ids[memory])
    google.host.close()


def _placed(request: Sequence[Call], ids: dict[str, str]) -> list[Call]:
    return [replace(call, provider_calendar_id=ids[call.provider_calendar_id]) for call in request]


def _held(world: HostWorld, ids: dict[str, str]) -> object:
    """Everything there is, by the calendars' numbers."""
    numbers = {calendar_id: number for number, calendar_id in ids.items()}
    return (
        {numbers[each]: (facts, world.readers(each), world.events(each)) for each, facts in world.calendars().items()},
        sorted((to, numbers[about]) for to, about in world.mails()),
        dict(world.calls().items()),
    )
