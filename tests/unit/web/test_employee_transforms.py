"""What is said of employees and their calendars, from what the services give."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import unquote
from zoneinfo import ZoneInfo

import pytest

from ce_calendar.domain.employees.calendars import AccountStatus, CalendarState
from ce_calendar.domain.employees.event import TaskEvent
from ce_calendar.ports.employees import CalendarFilter, EmployeeLine
from ce_calendar.services.employees.hints import Hints, hints_for
from ce_calendar.services.employees.views import (
    BindingEffects,
    Circumstances,
    EmployeeWeek,
    HistoryEntry,
    SeenEvent,
    binding_effects,
)
from ce_calendar.web.employee.transform import open_url, to_card, to_days, to_earlier, to_hints, to_history, week_words
from ce_calendar.web.employees.transform import to_banner, to_filters, to_question, to_rows
from ce_calendar.web.employees.words import problem_words, to_words
from tests.builders_employees import make_calendar, make_employee
from tests.conftest import NOON
from tests.unit.web.conftest import CALENDAR, EMPLOYEE, LINE, MONDAY, WORKING, card_of, make_account_view, make_overview

HERE = {"zone": "Europe/Berlin", "language": "en-GB", "now": NOON + timedelta(minutes=5)}
LATER = NOON + timedelta(hours=3)


def line_of(state: CalendarFilter, **values: Any) -> EmployeeLine:
    return replace(LINE, state=state, **values)


# -- how a calendar stands --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("circumstances", "says"),
    [
        (Circumstances(is_enabled=True, account=None), "No central Google account"),
        (Circumstances(is_enabled=False, account=None), "No central Google account"),
        (Circumstances(is_enabled=False, account=AccountStatus.HEALTHY), "switched off"),
        (Circumstances(is_enabled=True, account=AccountStatus.NEEDS_REAUTH), "signed in again"),
        (Circumstances(is_enabled=True, account=AccountStatus.LEAVING), "being disconnected"),
        (Circumstances(True, AccountStatus.HEALTHY, LATER), "no more new calendars for now"),
        (Circumstances(True, AccountStatus.HEALTHY, NOON - timedelta(hours=1)), "comes in a moment"),
        (WORKING, "comes in a moment"),
    ],
)
def test_who_waits_is_told_for_what(circumstances: Circumstances, says: str) -> None:
    words = to_words(line_of(CalendarFilter.WAITING, calendar=None), circumstances, now=NOON, language="en-GB")
    assert (words.state, says in words.why) == ("waiting", True)


def test_a_limit_says_when_it_goes_on() -> None:
    limited = Circumstances(True, AccountStatus.HEALTHY, LATER)
    words = to_words(line_of(CalendarFilter.WAITING), limited, now=NOON, language="en-GB")
    assert "in 3 hours" in words.why


@pytest.mark.parametrize(
    ("problem", "says"),
    [
        ("calendar_gone", "somebody deleted it there. Rebuild it."),
        ("invalidSharingRequest", "Check whether it is the address of a Google account. We try again by ourselves."),
        ("api_not_enabled", "not enabled"),
        # A reason nobody has words for is told as it is; it is a word, never Google's text.
        ("someNewReason", "(someNewReason)"),
        ("", "no reason told"),
    ],
)
def test_a_failing_calendar_tells_why(problem: str, says: str) -> None:
    failing = line_of(CalendarFilter.FAILING, calendar=replace(CALENDAR, state=CalendarState.FAILING, problem=problem))
    words = to_words(failing, WORKING, now=NOON, language="en-GB")
    assert says in words.why


def test_what_is_deleted_by_hand_is_not_said_to_come_back() -> None:
    assert "ourselves" not in problem_words("calendar_gone")
    failing = line_of(CalendarFilter.FAILING, calendar=replace(CALENDAR, problem="calendar_gone"))
    assert "ourselves" not in to_words(failing, WORKING, now=NOON, language="en-GB").why


@pytest.mark.parametrize(
    ("state", "employee", "says"),
    [
        (CalendarFilter.NONE, {"email": ""}, "Bound, but without an email."),
        (CalendarFilter.NONE, {"is_bound": False}, ""),
        (CalendarFilter.NONE, {"email": "", "dismissed_on": date(2026, 3, 1)}, ""),
        (CalendarFilter.SHARED, {}, ""),
        (CalendarFilter.MAKING, {}, ""),
        (CalendarFilter.DELETING, {"is_bound": False}, ""),
        (CalendarFilter.DELETING, {}, "A new one is made next."),
    ],
)
def test_other_states_say_more_only_where_there_is_more(
    state: CalendarFilter, employee: dict[str, Any], says: str
) -> None:
    line = line_of(state, employee=make_employee(**employee))
    assert to_words(line, WORKING, now=NOON, language="en-GB").why == says


# -- the list ---------------------------------------------------------------------------------------------------------


def test_a_row_tells_departments_events_and_the_last_change() -> None:
    employee = make_employee(department_ids=["b", "a", "gone"])
    row = to_rows([replace(LINE, employee=employee)], {"a": "Zoo", "b": "Office"}, WORKING, **HERE)[0]  # type: ignore[arg-type] # of mixed types
    assert (row.departments, row.events, row.changed) == ("Office, Zoo", "3 events", "5 minutes ago")
    assert row.href == f"/erp/employees/{employee.id}"
    assert "Europe/Berlin" in row.changed_exact
    nobody = to_rows([line_of(CalendarFilter.NONE, calendar=None)], {}, WORKING, **HERE)[0]  # type: ignore[arg-type] # of mixed types
    assert (nobody.events, nobody.changed, nobody.dismissed) == ("", "", "")


def test_a_filter_counts_what_it_finds() -> None:
    filters = to_filters({CalendarFilter.SHARED: 1200, CalendarFilter.FAILING: 1})
    assert [each.words for each in filters] == [
        "All states (1,201)",
        "No calendar (0)",
        "Waiting (0)",
        "Being made (0)",
        "Shared (1,200)",
        "Failing (1)",
        "Being deleted (0)",
    ]


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ({}, ""),
        ({"account": None}, "no_account"),
        ({"account": None, "is_enabled": False}, "no_account"),
        ({"is_enabled": False}, "off"),
        ({"account": make_account_view(AccountStatus.NEEDS_REAUTH)}, "needs_reauth"),
        # It goes even while the integration is switched off.
        ({"account": make_account_view(AccountStatus.LEAVING), "is_enabled": False}, "leaving"),
        ({"creations_wait_until": LATER, "creations_waiting": 5}, "limit"),
        ({"creations_wait_until": LATER, "creations_waiting": 0}, ""),
    ],
)
def test_the_banner_says_what_must_be_cured_first(values: dict[str, Any], kind: str) -> None:
    assert to_banner(make_overview(**values), now=NOON, language="en-GB").kind == kind


def test_the_banner_counts_who_waits() -> None:
    overview = make_overview(account=None, calendars={CalendarFilter.WAITING: 1})
    assert "1 employee waits for a calendar." in to_banner(overview, now=NOON, language="en-GB").text


@pytest.mark.parametrize(
    ("waiting", "take", "says"),
    [
        (1, timedelta(hours=3), "1 calendar waits; everything else goes on. We try again by ourselves in 3 hours."),
        (130, timedelta(hours=15), "with about 60 new calendars in 6 hours, the last is made in 15 hours."),
    ],
)
def test_the_banner_at_googles_limit_promises_no_more_than_is_known(waiting: int, take: timedelta, says: str) -> None:
    overview = make_overview(creations_wait_until=LATER, creations_waiting=waiting, creations_take=take)
    text = to_banner(overview, now=NOON, language="en-GB").text
    assert says in text
    assert "no exact limit" in text


# -- before several bindings change -----------------------------------------------------------------------------------


def test_binding_asks_with_numbers() -> None:
    effects = BindingEffects(chosen=10, changing=8, calendars=5, without_email=1, dismissed=2)
    question = to_question(effects, is_bound=True)
    assert (question.title, question.button) == ("Bind 8 employees to Google Calendar?", "Bind 8 employees")
    assert question.effects == (
        "5 calendars are made under the central account.",
        "Google sends 5 invitations, one to each employee.",
        "1 has no email: a calendar is made once one is entered.",
        "2 are dismissed: a calendar is made once they are re-hired.",
        "2 of the 10 chosen: bound already.",
    )


def test_unbinding_says_that_calendars_are_deleted_and_tasks_stay() -> None:
    question = to_question(BindingEffects(3, 3, 1, 0, 0), is_bound=False)
    assert question.effects == ("1 calendar is deleted at Google, with all events.", "Tasks stay here as they are.")
    assert "No calendar has to be deleted" in to_question(BindingEffects(3, 3, 0, 0, 0), is_bound=False).effects[0]


def test_there_may_be_nothing_to_change() -> None:
    for is_bound, says in ((True, "bound already"), (False, "not bound anyway")):
        question = to_question(BindingEffects(2, 0, 0, 0, 0), is_bound=is_bound)
        assert (question.is_idle, question.is_open) == (True, True)
        assert says in question.effects[0]


def test_only_current_calendars_count_as_deleted() -> None:
    one, other = make_employee(), make_employee()
    current = {one.id: make_calendar(employee=one)}
    assert binding_effects([one, other], current, bind=False).calendars == 1
    assert binding_effects([one, other], current, bind=True).changing == 0


# -- the card ---------------------------------------------------------------------------------------------------------


def test_a_calendar_opens_in_google_by_its_id_in_base64_without_padding() -> None:
    address = open_url("c_1@group.calendar.google.com")
    assert address == "https://calendar.google.com/calendar/u/0?cid=Y18xQGdyb3VwLmNhbGVuZGFyLmdvb2dsZS5jb20"
    assert "=" not in open_url("ab@c").partition("cid=")[2]


def test_the_card_tells_the_calendar_and_what_is_on_the_way() -> None:
    card = to_card(card_of(LINE, waiting=1, same_email=[make_employee(name="Otto")]), **HERE)  # type: ignore[arg-type] # of mixed types
    assert card.calendar_id == CALENDAR.provider_calendar_id
    assert (card.shared_with, card.waiting, card.same_email) == (EMPLOYEE.email, "1 change is", "Otto")
    assert card.may_rebuild
    off = card_of(LINE, circumstances=Circumstances(is_enabled=False, account=AccountStatus.HEALTHY))
    assert not to_card(off, **HERE).may_rebuild  # type: ignore[arg-type] # of mixed types


@pytest.mark.parametrize(
    ("employee", "why", "advice"),
    [
        ({"is_bound": False}, "The calendar binding is off.", "Tick the binding"),
        ({"email": ""}, "Bound, but without an email.", "Enter the email"),
        ({"dismissed_on": date(2026, 3, 1)}, "Whoever is dismissed has no calendar.", ""),
    ],
    ids=str,
)
def test_without_a_calendar_the_card_says_why_and_what_to_do(employee: dict[str, Any], why: str, advice: str) -> None:
    line = EmployeeLine(make_employee(**employee), CalendarFilter.NONE, None, 0, is_plan_owed=False)
    card = to_card(card_of(line), **HERE)  # type: ignore[arg-type] # of mixed types
    assert (card.why, card.calendar_id, card.has_calendar) == (why, "", False)
    assert card.advice.startswith(advice)


@pytest.mark.parametrize(
    ("action", "detail", "words"),
    [
        ("employee.add", {}, "Added"),
        ("employee.edit", {"fields": "is_bound", "bound": "off"}, "Calendar binding switched off"),
        ("employee.edit", {"fields": "name department_ids"}, "Changed: name, departments"),
        ("employee.calendar.share", {}, "Calendar shared, Google sent its invitation"),
        ("employee.calendar.fail", {"problem": "no_answer"}, "Google could not be reached."),
        # Of a later version.
        ("employee.calendar.re-check", {}, "Calendar re check"),
    ],
    ids=str,
)
def test_history_is_told_in_words(action: str, detail: dict[str, Any], words: str) -> None:
    row = to_history([HistoryEntry(NOON, action, "", detail)], **HERE)[0]  # type: ignore[arg-type] # of mixed types
    assert (row.words, row.who, row.when) == (words, "by itself", "5 minutes ago")


def test_earlier_calendars_are_told_with_their_ids() -> None:
    gone = make_calendar(employee=EMPLOYEE, state=CalendarState.DELETED, changed_at=NOON + timedelta(days=2))
    row = to_earlier([gone], zone="Europe/Berlin", language="en-GB")[0]
    assert (row.state, row.since, row.until) == ("Deleted", "10 Mar 2026", "12 Mar 2026")
    assert row.calendar_id == gone.provider_calendar_id


def test_hints_without_a_calendar_or_an_account_still_say_what_to_do() -> None:
    hints = hints_for(make_employee(name="Emma", email=""), calendar=None, organization_name="Demo", sender="")
    assert "It is called “Emma”" in hints.text
    assert "from Google Calendar and choose" in hints.text
    assert to_hints(hints).mailto == ""


def test_a_mail_link_carries_subject_and_lines() -> None:
    row = to_hints(Hints("emma+x@work.example", "Your tasks & more", "One\nTwo"))
    assert row.mailto.startswith("mailto:emma%2Bx@work.example?subject=Your%20tasks%20%26%20more&body=")
    assert unquote(row.mailto).endswith("body=One\r\nTwo")


# -- the week ---------------------------------------------------------------------------------------------------------


def seen(title: str, **values: Any) -> SeenEvent:
    fields = {"description": "", "location": "", "zone": "UTC", "color_id": "", "reminder_minutes": ()}
    return SeenEvent(TaskEvent(title=title, **{**fields, **values}), "Open")


def at(day: int, hour: int, hours: int = 1, zone: str = "Europe/Berlin") -> dict[str, datetime]:
    start = datetime(2026, 3, day, hour, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    return {"starts_at": start, "ends_at": start + timedelta(hours=hours)}


def week_of(*events: SeenEvent, first_day: date = MONDAY) -> EmployeeWeek:
    return EmployeeWeek(first_day, NOON.date(), "Europe/Berlin", has_calendar=True, events=events)


def test_a_week_has_seven_days_each_in_order() -> None:
    all_day = {"start_day": date(2026, 3, 10), "end_day": date(2026, 3, 11)}
    days = to_days(
        week_of(seen("Late", **at(10, 15)), seen("Early", **at(10, 8)), seen("Whole", **all_day)), language="en-GB"
    )
    assert [(day.name, day.date) for day in days][:2] == [("Mon", "9 Mar"), ("Tue", "10 Mar")]
    assert [day.is_today for day in days] == [False, True, False, False, False, False, False]
    assert [(each.time, each.title) for each in days[1].events] == [
        ("All day", "Whole"),
        ("08:00 \N{EN DASH} 09:00", "Early"),
        ("15:00 \N{EN DASH} 16:00", "Late"),
    ]
    assert sum(len(day.events) for day in days) == 3


def test_what_lasts_over_midnight_stands_on_both_days() -> None:
    days = to_days(week_of(seen("Night", **at(10, 22, hours=8))), language="en-GB")
    assert [len(day.events) for day in days] == [0, 1, 1, 0, 0, 0, 0]
    # One that ends at midnight does not touch the day that begins.
    days = to_days(week_of(seen("Evening", **at(10, 22, hours=2))), language="en-GB")
    assert [len(day.events) for day in days] == [0, 1, 0, 0, 0, 0, 0]


def test_the_day_the_clocks_change_keeps_its_events() -> None:
    last = date(2026, 3, 23)
    days = to_days(week_of(seen("Sunday", **at(29, 23)), first_day=last), language="en-GB")
    assert [len(day.events) for day in days] == [0, 0, 0, 0, 0, 0, 1]


def test_a_week_is_told_in_the_readers_language() -> None:
    week = week_of()
    assert week_words(week, "de") == "09.03.2026 \N{EN DASH} 15.03.2026"
    assert to_days(week, language="de")[0].name == "Mo."
