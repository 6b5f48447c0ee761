"""Random histories of a calendar: whoever follows the sync tokens sees what a full read shows."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ce_calendar.sandbox.clock import Clock
from ce_calendar.sandbox.google.calendars import Calendar
from ce_calendar.sandbox.google.errors import GoogleError
from ce_calendar.sandbox.google.events.listing import Listings

Json = dict[str, Any]

NOW = datetime(2027, 3, 1, tzinfo=UTC)
WINDOW = {"timeMin": "2027-03-05T00:00:00Z", "timeMax": "2027-03-20T00:00:00Z"}
RULES: tuple[list[str], ...] = (
    [],
    ["RRULE:FREQ=DAILY;COUNT=6"],
    ["RRULE:FREQ=DAILY;INTERVAL=2"],
    ["RRULE:FREQ=WEEKLY;COUNT=3"],
    ["RRULE:FREQ=DAILY;COUNT=5", "RDATE;TZID=Europe/Berlin:20270317T150000"],
    ["RRULE:FREQ=DAILY;COUNT=8", "EXDATE;TZID=Europe/Berlin:20270307T110000"],
    ["RRULE:FREQ=WEEKLY;UNTIL=20270315T100000Z"],
)

days = st.integers(0, 24)
steps = st.one_of(
    st.tuples(st.just("insert"), days, st.sampled_from(RULES)),
    st.tuples(st.just("insert all-day"), days, st.sampled_from(RULES[:4])),
    st.tuples(st.just("move"), st.integers(0, 30), days),
    st.tuples(st.just("rename"), st.integers(0, 30), days),
    st.tuples(st.just("all-day"), st.integers(0, 30), days),
    st.tuples(st.just("replace"), st.integers(0, 30), days),
    st.tuples(st.just("leave out"), st.integers(0, 30), st.none()),
    st.tuples(st.just("split"), st.integers(0, 30), days),
    st.tuples(st.just("swap"), st.integers(0, 30), st.integers(0, 30)),
    st.tuples(st.just("rule"), st.integers(0, 30), st.sampled_from(RULES)),
    st.tuples(st.just("delete"), st.integers(0, 30), st.none()),
    st.tuples(st.just("revive"), st.integers(0, 30), days),
    st.tuples(st.just("sync"), st.none(), st.none()),
)


def times(day: int) -> Json:
    start = NOW + timedelta(days=day, hours=10)
    zone = "Europe/Berlin"
    return {
        "start": {"dateTime": start.isoformat(), "timeZone": zone},
        "end": {"dateTime": (start + timedelta(hours=1)).isoformat(), "timeZone": zone},
    }


def whole_day(day: int) -> Json:
    start = (NOW + timedelta(days=day)).date()
    nothing = {"dateTime": None, "timeZone": None}
    return {
        "start": {**nothing, "date": start.isoformat()},
        "end": {**nothing, "date": (start + timedelta(days=1)).isoformat()},
    }


class Follower:
    """A client that reads everything once and then follows the sync tokens."""

    def __init__(self, calendar: Calendar, *, single_events: bool) -> None:
        self._calendar = calendar
        self._single: Json = {"singleEvents": single_events}
        self._listings = Listings()
        self.seen, self._token = self.full()

    def full(self) -> tuple[dict[str, Json], str]:
        seen: dict[str, Json] = {}
        return seen, self._read(seen, WINDOW)

    def follow(self) -> None:
        self._token = self._read(self.seen, {"syncToken": self._token})

    def _read(self, seen: dict[str, Json], params: Json) -> str:
        items, token = self._listings.page(self._calendar, {**params, **self._single}, NOW)
        for item in items:
            if item.resource["status"] == "cancelled":
                seen.pop(item.resource["id"], None)
            else:
                seen[item.resource["id"]] = item.resource
        return str(token["nextSyncToken"])


def take(calendar: Calendar, clock: Clock, step: tuple[str, Any, Any]) -> None:
    """Do one step to the event, or instance, that the number picks."""
    verb, which, what = step
    if verb.startswith("insert"):
        span = whole_day(which) if verb == "insert all-day" else times(which)
        calendar.insert({"summary": "Visit", "recurrence": what, **span}, clock, "http://sandbox")
        return
    reader = Follower(calendar, single_events=which % 2 == 0)
    candidates = list(calendar.events) if verb == "revive" else [*reader.seen, *calendar.events]
    if not candidates:
        return
    event_id = candidates[which % len(candidates)]
    if verb == "delete":
        calendar.cancel(event_id, clock)
    elif verb == "swap":
        other = calendar.get(candidates[what % len(candidates)]).resource
        calendar.change(event_id, {key: other[key] for key in ("start", "end")}, clock)
    elif verb in SERIES:
        SERIES[verb](calendar, clock, event_id, what)
    else:
        calendar.change(event_id, CHANGES[verb](what), clock, replace=verb == "replace")


CHANGES: dict[str, Callable[[Any], Json]] = {
    "rename": lambda what: {"summary": f"Name {what}"},
    "revive": lambda _: {"status": "confirmed"},
    "replace": lambda what: {"summary": f"New {what}", "location": "There", **times(what)},
    "all-day": whole_day,
    "move": times,
}


def rule(calendar: Calendar, clock: Clock, event_id: str, what: Any) -> None:
    calendar.change(event_id.partition("_")[0], {"recurrence": what}, clock)


def leave_out(calendar: Calendar, clock: Clock, event_id: str, _: Any) -> None:
    """As a client deletes an instance through its series."""
    series, _, stamp = event_id.partition("_")
    if stamp:
        line = ("EXDATE:" if "T" in stamp else "EXDATE;VALUE=DATE:") + stamp
        rules = calendar.get(series).resource["recurrence"]
        calendar.change(series, {"recurrence": [*rules, line]}, clock)


def split(calendar: Calendar, clock: Clock, event_id: str, what: Any) -> None:
    """As a client changes this and following instances: the old series ends, a new one begins."""
    series, _, stamp = event_id.partition("_")
    if "T" in stamp:
        calendar.change(series, {"recurrence": [f"RRULE:FREQ=DAILY;UNTIL={stamp}"]}, clock)
        calendar.insert({"summary": "Split", "recurrence": RULES[1], **times(what)}, clock, "http://sandbox")


SERIES: dict[str, Callable[[Calendar, Clock, str, Any], None]] = {"rule": rule, "leave out": leave_out, "split": split}


@pytest.mark.parametrize("single_events", [True, False])
@given(history=st.lists(steps, max_size=25))
@settings(max_examples=100, deadline=None)
def test_following_the_sync_tokens_shows_what_a_full_read_shows(
    single_events: bool,  # noqa: FBT001 - pytest hands parameters over by name
    history: list[tuple[str, Any, Any]],
) -> None:
    clock = Clock()
    calendar = Calendar("ann@gmail.example", "Ann", "UTC", "ann@gmail.example")
    follower = Follower(calendar, single_events=single_events)
    hasty = Follower(calendar, single_events=single_events)
    """Follows after every single step."""
    for step in [*history, ("sync", None, None)]:
        if step[0] == "sync":
            follower.follow()
            assert follower.seen == follower.full()[0]
            continue
        try:
            take(calendar, clock, step)
        except GoogleError as refusal:
            assert refusal.status in (400, 404, 410)  # noqa: PT017 - refusals are part of a history
        hasty.follow()
        assert hasty.seen == hasty.full()[0]
    again = Calendar.from_json(calendar.to_json())
    assert Follower(again, single_events=single_events).seen == follower.seen
