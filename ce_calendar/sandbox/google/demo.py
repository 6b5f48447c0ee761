"""The demo accounts: what a community-engagement team's calendars look like, around the present day."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ce_calendar.sandbox.demo_team import (
    AISHA,
    ELENA,
    GOOGLE_ADMIN,
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
from ce_calendar.sandbox.google.sharing import offers
from ce_calendar.sandbox.google.sharing.acls import EVERYBODY, NOBODY
from ce_calendar.sandbox.google.world import Account, World

Json = dict[str, Any]

STAFF, ADMIN = GOOGLE_STAFF, GOOGLE_ADMIN
CENTRAL = "erp.central@gmail.example"
TECHNICIANS = {
    "lena.fischer@gmail.example": "Lena Fischer",
    "marcus.hill@gmail.example": "Marcus Hill",
    "hana.weiss@gmail.example": "Hana Weiss",
    "tomas.vega@gmail.example": "Tomás Vega",
}
"""Employees who get a calendar of their tasks, and see it among their own."""


@dataclass(frozen=True)
class Plan:
    """One planned event, by days from today and hours in its zone."""

    day: int
    hour: float
    hours: float
    summary: str
    guests: tuple[str, ...] = ()
    zone: str = HOME
    more: tuple[tuple[str, Any], ...] = ()
    """Further fields of the resource."""


def fill(world: World) -> None:
    """Add the demo accounts, relative to the sandbox's present day."""
    today = world.clock.now().astimezone(ZoneInfo(HOME)).date()
    staff = world.add_account(STAFF, name="Sam Demo", time_zone=HOME)
    for plan in _MEETINGS:
        _insert(world, staff.email, _timed(today, plan))
    for day, days, summary, more in _DAYS:
        _insert(world, staff.email, _all_day(today, day, days, summary, more))
    _add_series(world, staff, today)
    _add_outreach(world, staff, today)
    _add_holidays(world, staff, today)
    _add_colleague(world, staff)
    _add_admin(world, today)
    _add_tasks(world, staff)
    for email, name in TECHNICIANS.items():
        world.add_account(email, name=name, time_zone=HOME)


def shared_day(world: World) -> date | None:
    """Return the day of the meeting all demo people have in their calendars, or None if it is not there."""
    calendar = world.calendars.get(STAFF)
    found = [event.item.resource for event in calendar.events.values()] if calendar else []
    starts = (each["start"] for each in found if each.get("iCalUID") == SHARED_UID and "dateTime" in each["start"])
    return next((datetime.fromisoformat(start["dateTime"]).date() for start in starts), None)


def _add_series(world: World, staff: Account, today: date) -> None:
    monday = today - timedelta(days=14 + today.weekday())
    weekly = _timed(monday, Plan(0, 9.5, 0.75, "Weekly partner stand-up", (MARIA, OMAR)))
    weekly |= {"recurrence": ["RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=10"]}
    calendar = world.calendars[staff.email]
    weekly_id = _insert(world, staff.email, weekly)
    series = calendar.series(calendar.events[weekly_id])
    if series is not None:
        now = world.clock.now().timestamp()
        coming = [item.resource for item in series.between(now, now + 30 * 86_400)]
        moved, cancelled = coming[1], coming[2]
        change: Json = {key: _later(moved[key], timedelta(days=1, hours=4)) for key in ("start", "end")}
        calendar.change(moved["id"], change | {"summary": "Weekly partner stand-up (moved)"}, world.clock)
        calendar.cancel(cancelled["id"], world.clock)
    month = today.replace(day=1)
    second_tuesday = month + timedelta(days=(1 - month.weekday()) % 7 + 7)
    monthly = _timed(second_tuesday, Plan(0, 14, 1, "Monthly care coordination board", (AISHA, NINA, ELENA)))
    _insert(world, staff.email, monthly | {"recurrence": ["RRULE:FREQ=MONTHLY;BYDAY=2TU"]})
    rounds = _all_day(today, -20, 1, "On call for community questions", {"transparency": "transparent"})
    _insert(world, staff.email, rounds | {"recurrence": ["RRULE:FREQ=WEEKLY;INTERVAL=3;COUNT=4"]})


def _add_outreach(world: World, staff: Account, today: date) -> None:
    calendar_id = "outreach.demo@group.calendar.google.com"
    calendar = world.add_calendar(staff, calendar_id, summary="Community outreach", time_zone=HOME)
    calendar.description = "Fairs, screenings and visits of the community-engagement team"
    for plan in _OUTREACH:
        _insert(world, calendar_id, _timed(today, plan))


def _add_holidays(world: World, staff: Account, today: date) -> None:
    calendar_id = "en.usa#holiday@group.v.calendar.google.com"
    holidays = world.add_calendar(
        staff, calendar_id, summary="Holidays in United States", time_zone=HOME, access_role="reader"
    )
    # Nobody is named there: everybody may read it.
    offers.share(world, holidays, EVERYBODY, "", "reader")
    offers.share(world, holidays, "user", staff.email, NOBODY)
    for year in (today.year, today.year + 1):
        for month, day, name in ((1, 1, "New Year's Day"), (7, 4, "Independence Day"), (12, 25, "Christmas Day")):
            days = (date(year, month, day) - today).days
            body = _all_day(today, days, 1, name, {"visibility": "public", "transparency": "transparent"})
            _insert(world, calendar_id, body)


def _add_colleague(world: World, staff: Account) -> None:
    """Share a colleague's free and busy times."""
    world.add_calendar(
        staff, "priya.nair@gmail.example", summary="Priya Nair", time_zone=HOME, access_role="freeBusyReader"
    )


def _add_tasks(world: World, staff: Account) -> None:
    """Share a calendar that the ERP half of an application has made."""
    central = world.add_account(CENTRAL, name="ERP Central", time_zone=HOME)
    calendar_id = "tasks.demo@group.calendar.google.com"
    tasks = world.add_calendar(central, calendar_id, summary="Sam Demo, tasks", time_zone=HOME)
    tasks.description = "Tasks of Sam Demo\nce-calendar:employee-calendar"
    offers.share(world, tasks, "user", staff.email, "reader")
    offers.accept(world, staff, tasks)


def _add_admin(world: World, today: date) -> None:
    admin = world.add_account(ADMIN, name="Alex Demo", time_zone=HOME)
    for plan in _ADMIN_MEETINGS:
        _insert(world, admin.email, _timed(today, plan))


def _insert(world: World, calendar_id: str, body: Json) -> str:
    item = world.calendars[calendar_id].insert(body, world.clock, world.base_url, as_given=True)
    return str(item.resource["id"])


def _timed(today: date, plan: Plan) -> Json:
    start = datetime.combine(workday(today, plan.day), time.min) + timedelta(hours=plan.hour)
    body: Json = {
        "summary": plan.summary,
        "start": {"dateTime": start.isoformat(), "timeZone": plan.zone},
        "end": {"dateTime": (start + timedelta(hours=plan.hours)).isoformat(), "timeZone": plan.zone},
        **dict(plan.more),
    }
    if plan.guests:
        # Past meetings were accepted, coming ones are still partly open.
        answers = ("accepted", "accepted" if plan.day < 0 else "needsAction")
        body["attendees"] = [
            {"email": guest, "responseStatus": answers[place % 2]} for place, guest in enumerate(plan.guests)
        ]
    return body


def _all_day(today: date, day: int, days: int, summary: str, more: Json) -> Json:
    first = today + timedelta(days=day)
    last = first + timedelta(days=days)
    return {"summary": summary, "start": {"date": first.isoformat()}, "end": {"date": last.isoformat()}, **more}


def _later(value: Json, by: timedelta) -> Json:
    return {**value, "dateTime": (datetime.fromisoformat(value["dateTime"]) + by).isoformat()}


_NEW_YORK, _TOKYO = "America/New_York", "Asia/Tokyo"
_PRIVATE = (("visibility", "private"),)
_CONFIDENTIAL = (("visibility", "confidential"),)
_DECLINED = (("attendees", [{"email": STAFF, "responseStatus": "declined"}, {"email": TOM}]),)
_SHARED = (
    ("iCalUID", SHARED_UID),
    ("organizer", {"email": STAFF, "displayName": "Sam Demo"}),
    ("location", SHARED_PLACE),
    ("attendees", [{"email": email, "responseStatus": "accepted"} for email in SHARED_GUESTS]),
)

_MEETINGS = (
    Plan(-27, 10, 1, "Introductory visit, Riverside", (MARIA,), more=(("location", "Riverside Family Clinic"),)),
    Plan(-28, 15, 0.5, "Call about transport vouchers", (TOM,)),
    Plan(-26, 11, 1.5, "Vaccination day debrief", (AISHA, NINA)),
    Plan(-24, 9, 1, "Team planning"),
    Plan(-22, 13, 1, "Referral pathway review", (JAMES, OMAR)),
    Plan(-21, 16, 1, "Dentist", more=_PRIVATE),
    Plan(-19, 10, 1, "Harbor Clinic site visit", (AISHA,), more=(("location", "Harbor Clinic"),)),
    Plan(-17, 14, 1, "New partner introduction", (ELENA,)),
    Plan(-15, 11, 0.5, "Grant report check-in"),
    Plan(-14, 15, 1, "Screening fair logistics", (TOM, MARIA)),
    Plan(-12, 10, 1, "East coast partners' call", (OMAR,), zone=_NEW_YORK),
    Plan(-10, 9, 1, "Interpreter services workshop", (NINA, ELENA)),
    Plan(-8, 13, 1, "Contract terms", (JAMES,), more=_CONFIDENTIAL),
    Plan(-7, 17, 1, "Parents' evening", more=_PRIVATE),
    Plan(-6, 10, 1, "Food pantry partnership", (TOM, ELENA)),
    Plan(-5, 14, 0.5, "Follow-up with Sunrise Care", (NINA,)),
    Plan(-3, 11, 1, "Home visit programme review", (AISHA, JAMES)),
    Plan(-2, 15, 1, "Quiet work"),
    Plan(-1, 10, 1, "Clinic tour for volunteers", (MARIA, TOM)),
    Plan(0, 16, 0.5, "Call with Bridge Health", (OMAR,)),
    Plan(1, 9, 1, "Community advisory board", (MARIA, AISHA, TOM)),
    Plan(2, 13, 1, "Mobile clinic route planning", (JAMES,)),
    Plan(3, 10, 1, "Exchange with the Osaka public health team", (ELENA,), zone=_TOKYO),
    Plan(4, 11, 1, "Green Valley partnership", more=_DECLINED),
    Plan(5, 14, 1, "Mental health first aid training", (NINA, OMAR)),
    Plan(6, 18, 2, "Choir", more=_PRIVATE),
    Plan(8, 10, 1, "Outcome figures, second quarter", (AISHA,), zone=_NEW_YORK),
    Plan(SHARED_DAY, SHARED_HOUR, SHARED_HOURS, SHARED_TITLE, more=_SHARED),
    Plan(11, 15, 0.5, "Call with Elena", (ELENA,)),
    Plan(13, 9, 1, "Budget preparation", more=_CONFIDENTIAL),
    Plan(16, 10, 1, "School health programme", (TOM, NINA)),
    Plan(20, 14, 1, "Referral pathway, next steps", (JAMES, OMAR)),
    Plan(27, 11, 1, "Harbor Clinic open house", (AISHA,)),
    Plan(34, 10, 2, "Volunteer orientation", (MARIA,)),
    Plan(45, 13, 1, "Flu campaign kick-off", (NINA, TOM, AISHA)),
    Plan(60, 9, 1, "Partner survey results", (OMAR, JAMES)),
    Plan(88, 15, 1, "Quarterly partner review preparation", (MARIA,)),
    Plan(120, 10, 1, "Rural outreach planning", (TOM,), zone=_NEW_YORK),
    Plan(175, 14, 1, "Half-year review", (MARIA, AISHA, OMAR)),
    Plan(240, 11, 1, "Interpreter contract renewal", (NINA,)),
    Plan(310, 9, 1, "Annual partner meeting planning", (JAMES, ELENA)),
    Plan(355, 10, 1, "Annual partner meeting", (MARIA, JAMES, AISHA, TOM, NINA, OMAR)),
)

_DAYS: tuple[tuple[int, int, str, Json], ...] = (
    (-13, 1, "Health equity conference", {"attendees": [{"email": AISHA, "responseStatus": "accepted"}]}),
    (7, 1, "Community health fair", {"attendees": [{"email": TOM}, {"email": MARIA}]}),
    (18, 5, "Holiday", {"visibility": "private"}),
    (70, 2, "Regional partners' meeting", {"attendees": [{"email": OMAR}, {"email": ELENA}]}),
    (150, 1, "Wellness day", {}),
)

_OUTREACH = (
    Plan(-18, 9, 4, "Blood pressure screening, Green Valley", (TOM,)),
    Plan(-4, 10, 3, "Nutrition class", (NINA,)),
    Plan(10, 9, 4, "Blood pressure screening, Harbor", (AISHA,)),
    Plan(24, 10, 3, "Nutrition class", (NINA,)),
    Plan(52, 9, 6, "Mobile clinic day"),
    Plan(100, 10, 3, "Diabetes prevention class", (MARIA, ELENA)),
)

_ADMIN_MEETINGS = (
    Plan(-9, 9, 1, "Budget review"),
    Plan(-2, 14, 1, "Privacy training refresher", (NINA,)),
    Plan(SHARED_DAY, SHARED_HOUR, SHARED_HOURS, SHARED_TITLE, more=_SHARED),
    Plan(3, 10, 1, "Agreement with Bridge Health", (OMAR,)),
    Plan(12, 11, 0.5, "Interview", more=_PRIVATE),
    Plan(30, 15, 1, "Board report", (JAMES,)),
)
