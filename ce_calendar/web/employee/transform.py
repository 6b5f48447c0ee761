"""From an employee's card and week to what the screen shows."""

import base64
from collections.abc import Iterable
from datetime import datetime, timedelta
from urllib.parse import quote

from babel.dates import format_date, format_skeleton

from ce_calendar.domain.employees.calendars import EmployeeCalendar
from ce_calendar.ports.employees import CalendarFilter
from ce_calendar.services.employees.hints import Hints
from ce_calendar.services.employees.views import EmployeeCard, EmployeeWeek, HistoryEntry, SeenEvent
from ce_calendar.web.components.week import WeekDay, WeekEvent
from ce_calendar.web.counting import count_words
from ce_calendar.web.dates import date_words, exact_words, locale_of, relative_words, time_words, zone_of
from ce_calendar.web.employee.rows import CardRow, EarlierRow, HintsRow, HistoryRow
from ce_calendar.web.employee.words import STATES, history_words
from ce_calendar.web.employees.words import to_words

GOOGLE_CALENDAR = "https://calendar.google.com/calendar/u/0?cid="
ALL_DAY = "All day"


def open_url(calendar_id: str) -> str:
    """Where Google Calendar offers to open a calendar: its id in base64, without padding."""
    return GOOGLE_CALENDAR + base64.urlsafe_b64encode(calendar_id.encode()).decode().rstrip("=")


def to_card(card: EmployeeCard, *, zone: str, language: str, now: datetime) -> CardRow:
    """The employee and their calendar, in the reader's zone and language."""
    line, employee = card.line, card.line.employee
    words = to_words(line, card.circumstances, now=now, language=language)
    calendar = line.calendar if line.calendar is not None and line.calendar.is_current else None
    google_id = calendar.provider_calendar_id if calendar is not None else ""
    others = [each.name for each in card.same_email]
    return CardRow(
        id=employee.id,
        name=employee.name,
        state=words.state,
        why=words.why or _why_none(card),
        advice=_advice(card),
        calendar_id=google_id,
        calendar_name=calendar.name if calendar is not None else "",
        open_url=open_url(google_id) if google_id else "",
        shared_with=calendar.shared_with if calendar is not None and calendar.is_shared else "",
        events=count_words(line.events, "event", "events") if calendar is not None else "",
        waiting=count_words(card.waiting, "change is", "changes are") if card.waiting else "",
        changed=relative_words(line.calendar.changed_at, now, language) if line.calendar is not None else "",
        changed_exact=exact_words(line.calendar.changed_at, zone, language) if line.calendar is not None else "",
        dismissed=date_words(employee.dismissed_on, language) if employee.dismissed_on else "",
        same_email=", ".join(others),
        has_calendar=calendar is not None,
        may_rebuild=calendar is not None and card.circumstances.plans,
    )


def _why_none(card: EmployeeCard) -> str:
    employee = card.line.employee
    if card.line.state is not CalendarFilter.NONE:
        return ""
    if employee.dismissed_on is not None:
        return "Whoever is dismissed has no calendar."
    return "" if employee.is_bound else "The calendar binding is off."


def _advice(card: EmployeeCard) -> str:
    """What to do about a calendar that does not fare well."""
    employee = card.line.employee
    if card.line.state is CalendarFilter.FAILING:
        return "If the email is right and this lasts, rebuild the calendar: it is deleted and made anew with all tasks."
    if card.line.state is CalendarFilter.NONE and employee.dismissed_on is None:
        if not employee.email:
            return "Enter the email of the employee's Google account, tick the binding and save."
        return "Tick the binding and save, and their calendar is made."
    return ""


def to_history(entries: Iterable[HistoryEntry], *, zone: str, language: str, now: datetime) -> list[HistoryRow]:
    """What was done, the newest first."""
    return [
        HistoryRow(
            words=history_words(entry.action, entry.detail),
            who=entry.actor_name or "by itself",
            when=relative_words(entry.at, now, language),
            when_exact=exact_words(entry.at, zone, language),
        )
        for entry in entries
    ]


def to_earlier(calendars: Iterable[EmployeeCalendar], *, zone: str, language: str) -> list[EarlierRow]:
    """Calendars that go or went, the newest first."""
    place = zone_of(zone)
    return [
        EarlierRow(
            name=each.name,
            calendar_id=each.provider_calendar_id,
            state=STATES.get(each.state, each.state.value),
            since=date_words(each.created_at.astimezone(place).date(), language),
            until=date_words(each.changed_at.astimezone(place).date(), language),
        )
        for each in calendars
    ]


def to_hints(hints: Hints) -> HintsRow:
    """The message, to copy and as a link for the reader's mail program."""
    # Line breaks of a mailto link are CRLF (RFC 6068).
    body = quote(hints.text.replace("\n", "\r\n"))
    return HintsRow(
        to=hints.to,
        subject=hints.subject,
        text=hints.text,
        mailto=f"mailto:{quote(hints.to, safe='@')}?subject={quote(hints.subject)}&body={body}" if hints.to else "",
    )


def week_words(week: EmployeeWeek, language: str) -> str:
    """From when to when, in the reader's language."""
    last = week.first_day + timedelta(days=6)
    return f"{date_words(week.first_day, language)} \N{EN DASH} {date_words(last, language)}"


def to_days(week: EmployeeWeek, *, language: str) -> list[WeekDay]:
    """Seven days; an event that lasts over midnight stands on each day it touches."""
    locale = locale_of(language)
    days = []
    for number in range(7):
        day = week.first_day + timedelta(days=number)
        start = datetime(day.year, day.month, day.day, tzinfo=zone_of(week.zone))
        end = datetime.combine(day + timedelta(days=1), start.timetz())
        here = [each for each in week.events if _touches(each, start, end)]
        days.append(
            WeekDay(
                name=format_date(day, "EEE", locale=locale),
                date=format_skeleton("MMMd", day, locale=locale),
                is_today=day == week.today,
                events=[_to_event(each, week.zone, language) for each in sorted(here, key=_place)],
            )
        )
    return days


def _touches(seen: SeenEvent, start: datetime, end: datetime) -> bool:
    event = seen.event
    if event.start_day is not None and event.end_day is not None:
        return event.start_day <= start.date() < event.end_day
    if event.starts_at is None or event.ends_at is None:
        return False
    return event.starts_at < end and (event.ends_at > start or event.starts_at >= start)


def _place(seen: SeenEvent) -> tuple[bool, str, str]:
    """All-day events first, as in calendars."""
    event = seen.event
    if event.starts_at is None:
        return False, "", event.title
    return True, event.starts_at.isoformat(), event.title


def _to_event(seen: SeenEvent, zone: str, language: str) -> WeekEvent:
    event = seen.event
    time = ALL_DAY
    if event.starts_at is not None and event.ends_at is not None:
        time = time_words(event.starts_at, event.ends_at, zone, language)
    return WeekEvent(
        time=time, title=event.title, place=event.location, note=seen.status, description=event.description
    )
