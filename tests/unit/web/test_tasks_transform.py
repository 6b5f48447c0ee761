"""Tasks as the page shows them: days and times in the reader's language, on the organization's clock."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from ce_calendar.domain.employees.rules import CalendarRules
from ce_calendar.domain.errors import Invalid
from ce_calendar.services.employees.showing import Hidden, Place, PlaceOf, Showing
from ce_calendar.services.employees.statuses import StatusLine
from ce_calendar.services.employees.task_views import TaskOptions, TaskView
from ce_calendar.web.tasks.places import REASONS, WORDS
from ce_calendar.web.tasks.rows import StatusErrors, TaskErrors
from ce_calendar.web.tasks.transform import (
    PLACES_SHOWN,
    changed_words,
    to_errors,
    to_facts,
    to_form,
    to_places,
    to_rows,
    to_status_errors,
    to_status_lines,
    when_words,
)
from tests.builders_employees import make_calendar, make_department, make_employee, make_status, make_task
from tests.conftest import NOON
from tests.unit.web.conftest import STATUSES, TASK_OPTIONS

BERLIN = CalendarRules(zone="Europe/Berlin", duration_minutes=90)
TODAY = NOON.date()


def utc(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("task", "language", "expected"),
    [
        ({"day": date(2026, 3, 12)}, "en-GB", ("Thu 12 Mar", "All day")),
        ({"day": date(2027, 3, 12)}, "en-GB", ("Fri, 12 Mar 2027", "All day")),
        # the rules' default duration
        ({"starts_at": utc(12, 13)}, "en-GB", ("Thu 12 Mar", "14:00 – 15:30")),  # noqa: RUF001 - a range
        ({"starts_at": utc(12, 13), "duration_minutes": 30}, "de-DE", ("Do., 12. März", "14:00 – 14:30")),  # noqa: RUF001
        # the day of the organization, whatever the reader's zone
        ({"starts_at": utc(12, 23, 30), "duration_minutes": 30}, "en-GB", ("Fri 13 Mar", "00:30 – 01:00")),  # noqa: RUF001
        ({"has_date": False}, "en-GB", ("No date", "")),
    ],
    ids=["whole-day", "another-year", "timed", "german", "after-midnight", "no-date"],
)
def test_day_and_time_are_in_the_readers_language_and_the_rules_zone(
    task: dict[str, Any], language: str, expected: tuple[str, str]
) -> None:
    assert when_words(make_task(**task), rules=BERLIN, language=language, today=TODAY) == expected


@pytest.mark.parametrize(
    ("task", "is_done", "is_late"),
    [
        ({"day": TODAY - timedelta(days=1)}, False, True),
        ({"day": TODAY}, False, False),
        # it ends in half an hour
        ({"starts_at": NOON - timedelta(hours=1)}, False, False),
        ({"starts_at": NOON - timedelta(hours=2)}, False, True),
        # done in time or not: nobody waits for it
        ({"starts_at": NOON - timedelta(hours=2)}, True, False),
        ({"has_date": False}, False, False),
    ],
    ids=["yesterday", "today", "under-way", "over", "done", "no-date"],
)
def test_an_open_task_whose_time_is_over_is_late(task: dict[str, Any], *, is_done: bool, is_late: bool) -> None:
    view = TaskView(make_task(**task), STATUSES[1 if is_done else 0], [], [])
    assert to_rows([view], rules=BERLIN, language="en-GB", now=NOON)[0].is_late is is_late


def test_a_line_names_customer_and_place_and_the_first_few_who_do_it() -> None:
    people = [make_employee(name=name) for name in ("Ann", "Ben", "Cem", "Dan", "Eva")]
    view = TaskView(make_task(number=7), STATUSES[0], people, [make_department(name="Crew")])
    row = to_rows([view], rules=BERLIN, language="en-GB", now=NOON)[0]
    assert (row.number, row.where) == ("#7", "Alpha Clinic · 1 Main Street")
    assert (row.employees, row.departments) == ("Ann, Ben, Cem and 2 more", "Crew")
    assert (row.status.name, row.status.role) == ("Not completed", "not_completed")
    facts = to_facts(view, rules=BERLIN, language="en-GB", now=NOON)
    assert facts.employees == "Ann, Ben, Cem, Dan, Eva"
    assert facts.when == "Tue 10 Mar, 13:00 – 14:30"  # noqa: RUF001 - a range


def test_a_task_whose_status_went_meanwhile_still_has_a_line() -> None:
    row = to_rows([TaskView(make_task(), None, [], [])], rules=BERLIN, language="en-GB", now=NOON)[0]
    assert (row.status.id, row.is_late) == ("", False)


def test_a_form_is_filled_as_it_was_entered() -> None:
    task = make_task(number=3, starts_at=utc(12, 13), duration_minutes=45, department_ids=["d"])
    form = to_form(task, zone="Europe/Berlin")
    assert (form.number, form.day, form.time, form.duration) == ("#3", "2026-03-12", "14:00", "45")
    assert form.department_ids == ["d"]
    assert to_form(make_task(has_date=False), zone="UTC").duration == ""


def test_what_somebody_else_changed_is_named() -> None:
    task = make_task()
    before = to_form(task, zone="UTC")
    after = to_form(
        make_task(task_id=task.id, title="Other", day=date(2026, 3, 11), status_id=task.status_id), zone="UTC"
    )
    assert changed_words(before, after, has_other_people=True) == "title, date, time, employees"
    assert changed_words(before, before, has_other_people=False) == ""


def test_a_refusal_stands_beside_the_field_it_is_about() -> None:
    assert to_errors(Invalid("No.", field="duration")) == TaskErrors(duration="No.")
    assert to_errors(Invalid("No.", field="surprise")) == TaskErrors(whole="No.")
    assert to_errors(Invalid("No.")) == TaskErrors(whole="No.")
    assert to_status_errors(Invalid("No.", field="name")) == StatusErrors(name="No.")
    assert to_status_errors(Invalid("No.", field="role")) == StatusErrors(whole="No.")


def test_statuses_say_how_many_tasks_have_them() -> None:
    lines = to_status_lines([StatusLine(make_status(), 1), StatusLine(make_status(), 0)])
    assert [(each.tasks, each.is_used) for each in lines] == [("1 task", True), ("0 tasks", False)]


def test_where_a_task_shows_names_the_department_it_comes_through() -> None:
    crew = make_department(name="Crew")
    options = TaskOptions([], [crew], CalendarRules())
    emma = make_employee(name="Emma")
    direct = PlaceOf(emma, True, (crew.id,), Place.WRITTEN, None)
    calendar = make_calendar(employee=emma, shows_from=date(2026, 3, 9), problem="forbidden")
    through = PlaceOf(emma, False, (crew.id, "removed"), Place.BEFORE, calendar)
    rows, more = to_places(Showing(None, [direct, through]), options, language="en-GB")
    assert [(each.through, each.since) for each in rows] == [("", ""), ("Crew", "9 Mar 2026")]
    assert more == 0


def test_of_very_many_places_the_first_are_shown_and_the_others_counted() -> None:
    places = [PlaceOf(make_employee(), True, (), Place.WRITTEN, None)] * (PLACES_SHOWN + 5)
    rows, more = to_places(Showing(None, places), TASK_OPTIONS, language="en-GB")
    assert (len(rows), more) == (PLACES_SHOWN, 5)


def test_every_place_and_every_reason_has_words() -> None:
    assert set(WORDS) == set(Place)
    assert set(REASONS) == set(Hidden)
