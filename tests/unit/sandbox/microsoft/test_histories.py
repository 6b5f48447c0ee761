"""Random histories: whoever follows the links, and reads the window anew for a series, sees what a view shows."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from ce_calendar.sandbox.clock import Clock
from ce_calendar.sandbox.microsoft.calendars import Calendar
from ce_calendar.sandbox.microsoft.delta import Page, Rounds, Window
from ce_calendar.sandbox.microsoft.errors import GraphError

DAYS = st.integers(min_value=-3, max_value=40)
WINDOW = Window(*(datetime(2027, month, 1, tzinfo=UTC).timestamp() for month in (3, 4)))


def span(day: int, hour: int) -> dict[str, Any]:
    start = datetime(2027, 3, 1, hour, tzinfo=UTC).timestamp() + day * 86_400
    return {
        name: {"dateTime": datetime.fromtimestamp(moment, UTC).isoformat(), "timeZone": "Europe/Berlin"}
        for name, moment in (("start", start), ("end", start + 3600))
    }


def daily(count: int) -> dict[str, Any]:
    return {"pattern": {"type": "daily", "interval": 3}, "range": {"type": "numbered", "numberOfOccurrences": count}}


class Reader:
    """A client that keeps what the rounds tell."""

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self.rounds = Rounds()
        self.held: dict[tuple[str, str], tuple[float, str]] = {}
        self.link = ""

    def begin(self) -> None:
        self.held = {}
        for told in self._follow(self.rounds.first(self.calendar, WINDOW, 3)):
            if told.item is not None and told.item.kind != "seriesMaster":
                self.held[told.key, told.stamp] = (told.item.earliest, told.item.body["subject"])

    def go_on(self) -> None:
        known_keys = {key for key, _ in self.held}
        for told in self._follow(self.rounds.since(self.calendar, self.link, 3)):
            if told.item is None:
                if not told.stamp and (told.key, "") not in self.held and told.key in known_keys:
                    # A master is gone, which a reader of the window never held itself.
                    self.begin()
                    return
                self.held.pop((told.key, told.stamp), None)
            elif told.item.kind == "seriesMaster":
                self.begin()
                return
            else:
                self.held = {place: value for place, value in self.held.items() if place[0] != told.key or place[1]}
                if told.item.kind == "singleInstance" and any(key == told.key and stamp for key, stamp in self.held):
                    self.begin()
                    return
                self.held[told.key, told.stamp] = (told.item.earliest, told.item.body["subject"])

    def _follow(self, page: Page) -> list[Any]:
        entries = [*page.entries]
        while page.skip_token is not None:
            page = self.rounds.next(self.calendar, page.skip_token, 3)
            entries += page.entries
        assert page.delta_token is not None
        self.link = page.delta_token
        return entries


class Histories(RuleBasedStateMachine):
    @initialize()
    def start(self) -> None:
        self.clock = Clock()
        self.calendar = Calendar("default", "Calendar", "ann@outlook.example")
        self.close = Reader(self.calendar)
        self.late = Reader(self.calendar)
        self.close.begin()
        self.late.begin()
        self.number = 0

    @rule(day=DAYS, hour=st.integers(0, 22), count=st.integers(0, 6))
    def add(self, day: int, hour: int, count: int) -> None:
        self.number += 1
        recurrence = {"recurrence": daily(count)} if count else {}
        body = {"subject": f"Event {self.number}", **span(day, hour), **recurrence}
        self.calendar.insert(body, self.clock, key=f"{self.number:04}")

    @precondition(lambda self: self.calendar.events)
    @rule(data=st.data(), day=DAYS, hour=st.integers(0, 22))
    def move(self, data: Any, day: int, hour: int) -> None:
        key = data.draw(st.sampled_from(sorted(self.calendar.events)))
        self.calendar.change(key, "", span(day, hour), self.clock)

    @precondition(lambda self: self.calendar.events)
    @rule(data=st.data(), day=st.none() | DAYS)
    def touch_an_occurrence(self, data: Any, day: int | None) -> None:
        found = [item for item in self.calendar.view(0, 4e9) if item.stamp]
        if found:
            item = data.draw(st.sampled_from(found))
            if day is None:
                self.calendar.delete(item.key, item.stamp, self.clock)
            else:
                self.calendar.change(item.key, item.stamp, {"subject": "Other", **span(day, 8)}, self.clock)

    @precondition(lambda self: self.calendar.events)
    @rule(data=st.data(), count=st.integers(0, 6))
    def repeat_otherwise(self, data: Any, count: int) -> None:
        key = data.draw(st.sampled_from(sorted(self.calendar.events)))
        self.calendar.change(key, "", {"recurrence": daily(count) if count else None}, self.clock)

    @precondition(lambda self: self.calendar.events)
    @rule(data=st.data())
    def delete(self, data: Any) -> None:
        self.calendar.delete(data.draw(st.sampled_from(sorted(self.calendar.events))), "", self.clock)

    @rule()
    def save_and_load(self) -> None:
        self.calendar = Calendar.from_json(self.calendar.to_json())
        self.close.calendar = self.late.calendar = self.calendar

    @rule()
    def who_reads_seldom_sees_what_a_view_shows(self) -> None:
        self.late.go_on()
        assert self.late.held == self.shown()

    @invariant()
    def who_reads_after_every_change_sees_what_a_view_shows(self) -> None:
        if hasattr(self, "calendar"):
            self.close.go_on()
            assert self.close.held == self.shown()

    def shown(self) -> dict[tuple[str, str], tuple[float, str]]:
        return {
            (item.key, item.stamp): (item.earliest, item.body["subject"])
            for item in self.calendar.view(WINDOW.earliest, WINDOW.latest)
        }


TestHistories = Histories.TestCase
TestHistories.settings = settings(
    max_examples=50, stateful_step_count=30, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


def test_a_link_older_than_all_that_is_remembered_is_dead() -> None:
    calendar = Calendar("default", "Calendar", "ann@outlook.example")
    reader = Reader(calendar)
    reader.begin()
    calendar.forgotten = 1
    calendar.version = 2
    with pytest.raises(GraphError) as dead:
        reader.go_on()
    assert dead.value.status == 410
