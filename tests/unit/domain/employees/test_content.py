"""What calendars and events say."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ce_calendar.domain.employees.calendars import marker_of
from ce_calendar.domain.employees.content import CalendarNamer, EventWriter, calendar_facts, one_line, several_lines
from ce_calendar.domain.employees.event import TaskEvent
from ce_calendar.domain.employees.rules import CalendarRules
from ce_calendar.domain.employees.tasks import Task
from tests.unit.domain.employees.builders import (
    BEGUN,
    DEPARTMENTS,
    NAMES,
    RULES,
    STATUSES,
    event_of,
    make_employee,
    make_task,
)

AFTERNOON = datetime(2026, 3, 10, 14, tzinfo=UTC)


def last_day_of(task: Task, rules: CalendarRules = RULES) -> date | None:
    writer = EventWriter(rules, statuses=STATUSES, employee_names=NAMES, department_names=DEPARTMENTS)
    span = writer.span_of(task)
    return span.last_day if span else None


def test_a_task_with_a_time_is_an_event_of_its_length_or_the_usual_one() -> None:
    usual = event_of(make_task(), replace(RULES, duration_minutes=90, zone="Europe/Kyiv", reminder_minutes=(30, 5)))
    assert (usual.starts_at, usual.ends_at) == (AFTERNOON, AFTERNOON + timedelta(minutes=90))
    assert (usual.zone, usual.reminder_minutes, usual.start_day) == ("Europe/Kyiv", (30, 5), None)
    own = event_of(make_task(duration_minutes=15))
    assert own.ends_at == AFTERNOON + timedelta(minutes=15)


def test_a_task_with_a_day_alone_is_an_event_of_that_whole_day() -> None:
    event = event_of(make_task(day=date(2026, 2, 28), duration_minutes=15))
    assert (event.start_day, event.end_day) == (date(2026, 2, 28), date(2026, 3, 1))
    assert (event.starts_at, event.ends_at) == (None, None)


def test_the_usual_templates_leave_out_what_a_task_does_not_say() -> None:
    full = make_task(kind="Repair", customer="Mr. Low", address="1 Main St", description="Broken.\n\nAgain.")
    assert event_of(full).title == "#7 Router"
    assert event_of(full).description == "Repair\nMr. Low\n1 Main St\n\nBroken.\n\nAgain.\n\nStatus: Not completed"
    assert event_of(make_task()).description == "Status: Not completed"
    assert event_of(full).location == "1 Main St"


def test_a_status_brings_its_name_and_colour() -> None:
    assert (event_of(make_task()).color_id, event_of(make_task(status_id="begun")).color_id) == ("9", "")
    assert event_of(make_task(status_id="begun")).description == f"Status: {BEGUN.name}"


def test_those_it_is_assigned_to_are_named_by_the_alphabet() -> None:
    task = make_task(employee_ids=("bob", "ada", "unknown"), department_ids=("fibre", "copper"))
    event = event_of(task, replace(RULES, event_title="{employees} ({departments})"))
    assert event.title == "Ada, Bob (Copper, Fibre)"


def test_an_event_without_a_title_is_called_by_its_number() -> None:
    assert event_of(make_task(kind=""), replace(RULES, event_title=" {kind} ")).title == "#7"


def test_texts_are_cut_to_what_google_takes() -> None:
    event = event_of(make_task(title="T" * 300, description="word " * 1000), replace(RULES, event_title="{title}" * 9))
    assert len(event.title) == 1024
    assert event.title.endswith("T…")
    long = event_of(make_task(description="d" * 5000), replace(RULES, event_description="{description}\n" * 4))
    assert len(long.description) == 8192
    assert long.description.endswith("d…")


def test_what_cannot_be_seen_is_dropped() -> None:
    odd = "a\x00b\x1b[31m\ud800 \u200dc\x85d\te"
    event = event_of(make_task(title=odd, description=f"{odd}\r\nnext\x0bnext"))
    assert event.title == "#7 ab[31m \u200dc d e"
    assert event_of(make_task(address=odd)).location == "ab[31m \u200dc d e"
    assert event.description == "ab[31m \u200dc\nd\te\nnext\nnext\n\nStatus: Not completed"
    event.content_hash  # noqa: B018 - can be asked, whatever was in it


@pytest.mark.parametrize(
    ("task", "zone", "last"),
    [
        # In the middle of the day; in a zone where that is the next day, or still the day before.
        (make_task(), "UTC", date(2026, 3, 10)),
        (make_task(), "Pacific/Kiritimati", date(2026, 3, 11)),
        (make_task(starts_at=datetime(2026, 3, 10, 2, tzinfo=UTC)), "America/New_York", date(2026, 3, 9)),
        # Across midnight: it is over on the second day. Until midnight: on the first.
        (make_task(starts_at=datetime(2026, 3, 10, 23, 30, tzinfo=UTC)), "UTC", date(2026, 3, 11)),
        (make_task(starts_at=datetime(2026, 3, 10, 23, tzinfo=UTC)), "UTC", date(2026, 3, 10)),
        # Without any length: the day it begins on.
        (make_task(starts_at=datetime(2026, 3, 10, tzinfo=UTC), duration_minutes=0), "UTC", date(2026, 3, 10)),
        # Across midnight and a change of the clocks: an hour from 23:30 in winter time is 00:30, and 24 hours from
        # midnight are 01:00 of the next day when the night gives an hour away.
        (make_task(starts_at=datetime(2026, 3, 28, 21, 30, tzinfo=UTC)), "Europe/Kyiv", date(2026, 3, 29)),
        (
            make_task(starts_at=datetime(2026, 3, 28, 22, tzinfo=UTC), duration_minutes=24 * 60),
            "Europe/Kyiv",
            date(2026, 3, 30),
        ),
        # A whole day is that day, whatever the zone.
        (make_task(day=date(2026, 3, 10)), "Pacific/Kiritimati", date(2026, 3, 10)),
        # No date; or one that no calendar reaches.
        (make_task(starts_at=None), "UTC", None),
        (make_task(day=date.max), "UTC", None),
        (make_task(starts_at=datetime.max.replace(tzinfo=UTC)), "UTC", None),
        (make_task(starts_at=datetime(9999, 12, 31, 22, tzinfo=UTC)), "Pacific/Kiritimati", None),
    ],
    ids=[str(n) for n in range(13)],
)
def test_a_task_is_over_on_its_last_day_in_the_rules_zone(task: Task, zone: str, last: date | None) -> None:
    assert last_day_of(task, replace(RULES, zone=zone)) == last


@pytest.mark.parametrize(
    "different",
    [
        {"title": "Modem"},
        {"description": "Hurry"},
        {"address": "2 Main St"},
        {"status_id": BEGUN.id},
        {"starts_at": AFTERNOON + timedelta(minutes=1)},
        {"duration_minutes": 61},
        {"starts_at": None, "day": AFTERNOON.date()},
    ],
    ids=lambda different: next(reversed(different)),
)
def test_another_content_has_another_hash(different: dict[str, Any]) -> None:
    task = make_task()
    assert event_of(replace(task, **different)).content_hash != event_of(task).content_hash


def test_the_hash_is_the_same_in_every_process_and_for_what_shows_nowhere() -> None:
    task = make_task()
    assert event_of(task).content_hash == "be73449b7eb88994fff3b3943bfd7c31"
    unseen = replace(task, changed_at=AFTERNOON, employee_ids=("bob",), duration_minutes=60, organization_id="other")
    assert event_of(unseen).content_hash == event_of(task).content_hash


WORDS = st.text(max_size=20)
MOMENTS = st.datetimes(timezones=st.just(UTC))
SPANS = st.one_of(
    st.tuples(st.dates(), st.dates()).map(lambda days: {"start_day": days[0], "end_day": days[1]}),
    st.tuples(MOMENTS, MOMENTS).map(lambda moments: {"starts_at": moments[0], "ends_at": moments[1]}),
)
EVENTS = st.builds(
    lambda span, **words: TaskEvent(**words, **span),
    SPANS,
    title=WORDS,
    description=WORDS,
    location=WORDS,
    zone=st.sampled_from(["UTC", "Europe/Kyiv"]),
    color_id=st.sampled_from(["", "1", "11"]),
    reminder_minutes=st.lists(st.integers(0, 9), max_size=3).map(tuple),
)


@given(EVENTS)
def test_an_event_comes_back_from_the_outbox_as_it_was(event: TaskEvent) -> None:
    kept = json.loads(json.dumps(event.to_json()))
    assert TaskEvent.from_json(kept) == event
    assert TaskEvent.from_json(kept).content_hash == event.content_hash


def test_an_event_without_a_time_is_none() -> None:
    with pytest.raises(ValueError, match="either both days or both moments"):
        replace(event_of(make_task()), ends_at=None).to_json()


@given(st.text(), st.integers(1, 40))
def test_tidy_texts_are_printable_and_stay_as_they_are(text: str, most: int) -> None:
    line = one_line(text, most)
    assert len(line) <= most
    assert not any(character in line for character in "\n\r\x00\x1f\u2028")
    assert one_line(line, most) == line
    lines = several_lines(text, most)
    assert len(lines) <= most
    assert "\n\n\n" not in lines
    assert several_lines(lines, most) == lines
    lines.encode()


def test_runs_of_empty_lines_are_squeezed() -> None:
    assert several_lines("\n\n a \n \t \n\n\nb\t\n\u00a0\n\nc\n", 100) == "a\n\nb\n\nc"


def test_a_calendar_is_named_after_its_employee_and_says_whose_work_it_is() -> None:
    employee = make_employee(position="Chief\nfitter", department_ids=("fibre", "copper"))
    rules = replace(RULES, calendar_name="{employee}, {position} ({departments})")
    namer = CalendarNamer(rules, department_names=DEPARTMENTS)
    assert namer.name_of(employee) == "Ada, Chief fitter (Copper, Fibre)"
    facts = calendar_facts("c1", name="Ada", zone="Europe/Kyiv")
    assert (facts["name"], facts["zone"]) == ("Ada", "Europe/Kyiv")
    assert facts["description"].splitlines()[0].endswith("change the task in the ERP.")
    assert facts["description"].splitlines()[-1] == marker_of("c1")


def test_a_calendar_whose_name_would_be_empty_or_too_long_has_one_all_the_same() -> None:
    by_position = CalendarNamer(replace(RULES, calendar_name="{position}"), department_names={})
    assert by_position.name_of(make_employee()) == "Ada"
    twice = CalendarNamer(replace(RULES, calendar_name="{employee} {employee}"), department_names={})
    assert len(twice.name_of(make_employee(name="A" * 150))) == 200


def test_a_status_nobody_knows_is_not_written() -> None:
    with pytest.raises(KeyError):
        event_of(make_task(status_id="lost"))
