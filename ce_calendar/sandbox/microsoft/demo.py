"""The demo accounts in Outlook: the same team as at Google, around the present day."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ce_calendar.sandbox.demo_team import (
    AISHA,
    ELENA,
    GOOGLE_STAFF,
    HOME,
    JAMES,
    MARIA,
    NINA,
    OMAR,
    SHARED_DAY,
    SHARED_GUESTS,
    SHARED_HOUR,
    SHARED_HOURS,
    SHARED_PLACE,
    SHARED_TITLE,
    SHARED_UID,
    TOM,
    workday,
)
from ce_calendar.sandbox.microsoft import zones
from ce_calendar.sandbox.microsoft.calendars import Calendar
from ce_calendar.sandbox.microsoft.items import Item
from ce_calendar.sandbox.microsoft.world import World

Json = dict[str, Any]

STAFF = "staff.demo@outlook.example"
ADMIN = "admin.demo@outlook.example"

_CENTRAL, _EASTERN, _WESTERN_EUROPE = "Central Standard Time", "Eastern Standard Time", "W. Europe Standard Time"


@dataclass(frozen=True)
class Plan:
    """One planned event, by days from today and hours in its zone."""

    day: int
    hour: float
    hours: float
    subject: str
    guests: tuple[str, ...] = ()
    zone: str = _CENTRAL
    more: tuple[tuple[str, Any], ...] = ()
    """Further fields of the event."""


def fill(world: World, *, shared_day: date | None = None) -> None:
    """Add the demo accounts, relative to the sandbox's present day.

    Args:
        world: to be filled.
        shared_day: of the meeting that stands in Google's calendars too, if it is there.
    """
    today = world.clock.now().astimezone(ZoneInfo(HOME)).date()
    staff = world.add_account(STAFF, name="Sam Demo", time_zone=HOME)
    calendar = staff.default_calendar
    for plan in _MEETINGS:
        _insert(world, calendar, _timed(workday(today, plan.day), plan))
    for day, days, subject, more in _DAYS:
        _insert(world, calendar, _all_day(today + timedelta(days=day), days, subject, more))
    _add_series(world, calendar, today)
    outreach = world.add_calendar(staff, "outreach", name="Community outreach")
    for plan in _OUTREACH:
        _insert(world, outreach, _timed(workday(today, plan.day), plan))
    holidays = world.add_calendar(staff, "holidays", name="United States holidays", can_edit=False)
    for year in (today.year, today.year + 1):
        for month, number, name in ((1, 1, "New Year's Day"), (7, 4, "Independence Day"), (12, 25, "Christmas Day")):
            _insert(world, holidays, _all_day(date(year, month, number), 1, name, {"isReminderOn": False}))
    admin = world.add_account(ADMIN, name="Alex Demo", time_zone=HOME)
    for plan in _ADMIN_MEETINGS:
        _insert(world, admin.default_calendar, _timed(workday(today, plan.day), plan))
    shared = Plan(SHARED_DAY, SHARED_HOUR, SHARED_HOURS, SHARED_TITLE, more=_SHARED)
    _insert(world, calendar, _timed(shared_day or workday(today, SHARED_DAY), shared))


def _add_series(world: World, calendar: Calendar, today: date) -> None:
    wednesday = today - timedelta(days=14 + today.weekday()) + timedelta(days=2)
    body = _timed(wednesday, Plan(0, 10.5, 0.5, "Weekly outreach check-in", (NINA, TOM)))
    pattern = {"type": "weekly", "interval": 1, "daysOfWeek": ["wednesday"], "firstDayOfWeek": "sunday"}
    span = {"type": "numbered", "startDate": wednesday.isoformat(), "numberOfOccurrences": 12}
    key = _insert(world, calendar, body | {"recurrence": {"pattern": pattern, "range": span}}).key
    now = world.clock.now().timestamp()
    coming = [item for item in calendar.view(now, now + 30 * 86_400) if item.key == key]
    moved, cancelled = coming[1], coming[2]
    start = datetime.fromisoformat(moved.body["start"]) + timedelta(days=1, hours=3)
    change = _timed(start.date(), Plan(0, start.hour + start.minute / 60, 0.5, "Weekly outreach check-in (moved)"))
    calendar.change(key, moved.stamp, change, world.clock)
    calendar.delete(key, cancelled.stamp, world.clock)


def _insert(world: World, calendar: Calendar, body: Json) -> Item:
    world.dirty = True
    return calendar.insert(body, world.clock, as_given=True)


def _timed(day: date, plan: Plan) -> Json:
    start = datetime.combine(day, time.min) + timedelta(hours=plan.hour)
    body: Json = {
        "subject": plan.subject,
        "start": {"dateTime": start.isoformat(), "timeZone": plan.zone},
        "end": {"dateTime": (start + timedelta(hours=plan.hours)).isoformat(), "timeZone": plan.zone},
        **dict(plan.more),
    }
    if plan.guests:
        # Past meetings were accepted, coming ones are still partly open.
        answers = ("accepted", "accepted" if plan.day < 0 else "notResponded")
        body["attendees"] = [_guest(guest, answers[place % 2]) for place, guest in enumerate(plan.guests)]
    return body


def _guest(address: str, response: str) -> Json:
    name = address.partition("@")[0].replace(".", " ").title()
    return {"emailAddress": {"name": name, "address": address}, "status": {"response": response}}


def _all_day(first: date, days: int, subject: str, more: Json) -> Json:
    # An all-day event is from midnight to midnight.
    ends = (("start", first), ("end", first + timedelta(days=days)))
    span = {name: {"dateTime": f"{day.isoformat()}T00:00:00", "timeZone": _CENTRAL} for name, day in ends}
    return {"subject": subject, "isAllDay": True, "showAs": "free", **span, **more}


_PRIVATE = (("sensitivity", "private"),)
_CUSTOM = (("customTimeZone", HOME),)
_ONLINE = (("isOnlineMeeting", True),)
_BODY = (("body", {"contentType": "html", "content": "<p>Please bring the <b>figures</b> of last quarter.</p>"}),)
_INVITED = (
    ("organizer", {"emailAddress": {"name": "James Chen", "address": JAMES}}),
    ("responseStatus", {"response": "tentativelyAccepted", "time": "2026-01-05T15:00:00Z"}),
    ("showAs", "tentative"),
)
_CALLED_OFF = (
    ("organizer", {"emailAddress": {"name": "Omar Haddad", "address": OMAR}}),
    ("isCancelled", True),
    ("showAs", "free"),
)
_SHARED = (
    ("iCalUId", SHARED_UID),
    ("organizer", {"emailAddress": {"name": "Sam Demo", "address": GOOGLE_STAFF}}),
    ("responseStatus", {"response": "accepted", "time": "2026-01-05T15:00:00Z"}),
    ("location", {"displayName": SHARED_PLACE}),
    ("attendees", [_guest(address, "accepted") for address in (*SHARED_GUESTS, STAFF)]),
)

_MEETINGS = (
    Plan(-25, 9, 1, "Partner onboarding, Sunrise Care", (NINA,)),
    Plan(-23, 14, 0.5, "Call with Tom", (TOM,)),
    Plan(-18, 10, 1, "Health literacy working group", (MARIA, AISHA)),
    Plan(-16, 16, 1, "Physiotherapy", more=_PRIVATE),
    Plan(-11, 11, 1, "Interpreter roster", (ELENA,)),
    Plan(-9, 15, 1, "Data sharing agreement", (OMAR, JAMES), more=_BODY),
    Plan(-4, 9.5, 0.5, "Planning with the east coast office", (OMAR,), zone=_EASTERN),
    Plan(-1, 13, 1, "Case review, Harbor Clinic", (AISHA,), more=(("sensitivity", "confidential"),)),
    Plan(1, 15, 0.5, "Check-in with Maria", (MARIA,), more=_ONLINE),
    Plan(2, 10, 1, "Appointment made by an older mail program", (TOM,), zone=zones.CUSTOM, more=_CUSTOM),
    Plan(3, 17, 1, "Webinar, times in UTC", (NINA,), zone=zones.UNIVERSAL),
    Plan(4, 9, 1, "Riverside steering group", (MARIA,), more=_INVITED),
    Plan(5, 14, 1, "Transport vouchers", (TOM, OMAR), more=_CALLED_OFF),
    Plan(7, 16, 1, "Exchange with the Rotterdam team", (ELENA,), zone=_WESTERN_EUROPE),
    Plan(8, 12, 1, "Lunch, private", more=_PRIVATE),
    Plan(13, 10, 1, "Referral figures", (JAMES,)),
    Plan(19, 11, 1, "Quiet work"),
    Plan(28, 9, 2, "New volunteers", (AISHA, TOM)),
    Plan(75, 14, 1, "Spring campaign", (NINA, MARIA)),
    Plan(200, 10, 1, "Contract review, Bridge Health", (OMAR,)),
)

_DAYS: tuple[tuple[int, int, str, Json], ...] = (
    (6, 1, "Open day at Green Valley", {"attendees": [_guest(TOM, "accepted")]}),
    (21, 3, "Annual leave", {"showAs": "oof", "sensitivity": "private"}),
)

_OUTREACH = (
    Plan(-6, 9, 3, "Mobile screening, Green Valley", (TOM,)),
    Plan(12, 9, 3, "Mobile screening, Harbor", (AISHA,)),
)

_ADMIN_MEETINGS = (
    Plan(-5, 10, 1, "Privacy officers' round", (NINA,)),
    Plan(2, 13, 1, "Budget draft"),
    Plan(6, 15, 1, "Agreement with Riverside", (JAMES,)),
    Plan(15, 9, 0.5, "Interview", more=_PRIVATE),
)
