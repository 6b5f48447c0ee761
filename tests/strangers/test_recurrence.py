"""Rules that are easily misread, and rules made at random: both sides find the same occurrences."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.strangers.comparing import Shown, ours, theirs
from tests.strangers.meeting import Sandbox

WINDOW = (datetime(2020, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC))

BERLIN = "DTSTART;TZID=Europe/Berlin:20240101T093000\nDTEND;TZID=Europe/Berlin:20240101T103000"
DAY = "DTSTART;VALUE=DATE:20240131\nDTEND;VALUE=DATE:20240201"
NIGHT = "DTSTART;TZID=Europe/Berlin:20240323T023000\nDTEND;TZID=Europe/Berlin:20240323T033000"
AUTUMN = "DTSTART;TZID=America/New_York:20241101T011500\nDTEND;TZID=America/New_York:20241101T014500"

HARD = {
    "monthly on the 31st leaves out short months": f"{DAY}\nRRULE:FREQ=MONTHLY;COUNT=8",
    "the last day of a month": f"{DAY}\nRRULE:FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=14",
    "the last but one day of a month": f"{DAY}\nRRULE:FREQ=MONTHLY;BYMONTHDAY=-2;COUNT=14",
    "the 29th of February": (
        "DTSTART;VALUE=DATE:20200229\nDTEND;VALUE=DATE:20200301\nRRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29"
    ),
    "every 366th day of a year": f"{DAY}\nRRULE:FREQ=YEARLY;BYYEARDAY=-366,366",
    "week 53": f"{DAY}\nRRULE:FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO",
    "the first week of a year that begins on Sunday": f"{DAY}\nRRULE:FREQ=YEARLY;BYWEEKNO=1;BYDAY=SU;WKST=SU",
    "the last workday of a month": f"{BERLIN}\nRRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=20",
    "the first and the last workday": f"{BERLIN}\nRRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1,-1;COUNT=20",
    "the second Tuesday": f"{BERLIN}\nRRULE:FREQ=MONTHLY;BYDAY=2TU;COUNT=20",
    "the last Friday of a year": f"{BERLIN}\nRRULE:FREQ=YEARLY;BYDAY=-1FR",
    "the fifth Monday, which most months lack": f"{BERLIN}\nRRULE:FREQ=MONTHLY;BYDAY=5MO",
    "Friday the 13th": f"{BERLIN}\nRRULE:FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13",
    "every other week that begins on Monday": (
        f"{BERLIN}\nRRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;WKST=MO;UNTIL=20240601T000000Z"
    ),
    "every other week that begins on Sunday": (
        f"{BERLIN}\nRRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;WKST=SU;UNTIL=20240601T000000Z"
    ),
    "the start does not fit the rule": f"{BERLIN}\nRRULE:FREQ=WEEKLY;BYDAY=TH;COUNT=4",
    "an end in UTC that is the last start": f"{BERLIN}\nRRULE:FREQ=DAILY;UNTIL=20240105T083000Z",
    "an end in UTC a second before the last start": f"{BERLIN}\nRRULE:FREQ=DAILY;UNTIL=20240105T082959Z",
    "a day as the end of whole days": f"{DAY}\nRRULE:FREQ=DAILY;UNTIL=20240205",
    "a moment as the end of whole days": f"{DAY}\nRRULE:FREQ=DAILY;UNTIL=20240205T000000Z",
    "what is taken out counts": f"{BERLIN}\nRRULE:FREQ=DAILY;COUNT=5\nEXDATE;TZID=Europe/Berlin:20240102T093000",
    "taken out in UTC": f"{BERLIN}\nRRULE:FREQ=DAILY;COUNT=5\nEXDATE:20240102T083000Z",
    "taken out in another zone": f"{BERLIN}\nRRULE:FREQ=DAILY;COUNT=5\nEXDATE;TZID=Asia/Tokyo:20240102T173000",
    "taken out as a day": f"{BERLIN}\nRRULE:FREQ=DAILY;COUNT=5\nEXDATE;VALUE=DATE:20240103",
    "a day as a day taken out": f"{DAY}\nRRULE:FREQ=DAILY;COUNT=5\nEXDATE;VALUE=DATE:20240202,20240203",
    "taken out where nothing is": f"{BERLIN}\nRRULE:FREQ=DAILY;COUNT=5\nEXDATE:20240102T083001Z",
    "the start taken out": f"{BERLIN}\nRRULE:FREQ=DAILY;COUNT=5\nEXDATE;TZID=Europe/Berlin:20240101T093000",
    "everything taken out": f"{DAY}\nRRULE:FREQ=DAILY;COUNT=2\nEXDATE;VALUE=DATE:20240131\nEXDATE;VALUE=DATE:20240201",
    "added days alone": f"{BERLIN}\nRDATE;TZID=Europe/Berlin:20240304T093000,20240506T120000",
    "an added occurrence that is there already": f"{BERLIN}\nRRULE:FREQ=DAILY;COUNT=3\nRDATE:20240102T083000Z",
    "added and taken out": f"{BERLIN}\nRDATE:20240304T083000Z\nEXDATE:20240304T083000Z",
    "an added period": f"{BERLIN}\nRDATE;VALUE=PERIOD:20240304T100000Z/PT3H,20240305T100000Z/20240305T110000Z",
    "two rules": f"{BERLIN}\nRRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=4\nRRULE:FREQ=MONTHLY;BYMONTHDAY=1;COUNT=4",
    "a wall time that the clocks skip": f"{NIGHT}\nRRULE:FREQ=WEEKLY;COUNT=4",
    "a wall time that comes twice": f"{AUTUMN}\nRRULE:FREQ=DAILY;COUNT=5",
    "times in UTC stay there": "DTSTART:20240320T090000Z\nDTEND:20240320T100000Z\nRRULE:FREQ=WEEKLY;COUNT=4",
    "times without a zone": "DTSTART:20240320T090000\nDTEND:20240320T100000\nRRULE:FREQ=WEEKLY;COUNT=4",
    "hours": f"{BERLIN}\nRRULE:FREQ=DAILY;BYHOUR=9,15;BYMINUTE=30;COUNT=7",
    "every eighth hour": "DTSTART:20240101T000000Z\nDTEND:20240101T010000Z\nRRULE:FREQ=HOURLY;INTERVAL=8;COUNT=7",
    "a length in days": f"{BERLIN[:42]}\nDURATION:P2D\nRRULE:FREQ=WEEKLY;COUNT=3",
    "no length": f"{BERLIN[:42]}\nRRULE:FREQ=WEEKLY;COUNT=3",
    "lower case and blanks": f"{BERLIN}\nRRULE:freq=weekly;count=3;byday=mo",
}


def event(lines: str, uid: str = "hard@rules.example") -> str:
    return f"BEGIN:VEVENT\nUID:{uid}\nDTSTAMP:20240101T000000Z\nSUMMARY:Rule\n{lines}\nEND:VEVENT\n"


def calendar(*events: str) -> str:
    text = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//tests//\n" + "".join(events) + "END:VCALENDAR\n"
    return text.replace("\n", "\r\n")


def both(sandbox: Sandbox, text: str) -> tuple[set[Shown], set[Shown]]:
    found, refused = ours(sandbox, text, *WINDOW)
    assert refused == []
    return found, theirs(text, *WINDOW)


@pytest.mark.parametrize("name", HARD)
def test_a_hard_rule_means_the_same_to_both(sandbox: Sandbox, name: str) -> None:
    found, expected = both(sandbox, calendar(event(HARD[name])))
    assert found == expected
    assert found or name == "everything taken out"


SERIES = f"{BERLIN}\nRRULE:FREQ=DAILY;COUNT=5"
ELSEWHEN = "DTSTART;TZID=Europe/Berlin:20240103T160000\nDTEND;TZID=Europe/Berlin:20240103T170000"
ODD_ZONE = """BEGIN:VTIMEZONE
TZID:Somewhere
BEGIN:STANDARD
DTSTART:19961027T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:19810329T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
END:VTIMEZONE
"""

WHOLE: dict[str, tuple[str, ...]] = {
    "an exception at another time": (SERIES, f"RECURRENCE-ID;TZID=Europe/Berlin:20240102T093000\n{ELSEWHEN}"),
    "an exception named in UTC": (SERIES, f"RECURRENCE-ID:20240102T083000Z\n{ELSEWHEN}"),
    "an exception that comes before its series": (f"RECURRENCE-ID:20240102T083000Z\n{ELSEWHEN}", SERIES),
    "an exception far from the rest": (
        SERIES,
        "RECURRENCE-ID:20240102T083000Z\nDTSTART:20250102T083000Z\nDTEND:20250102T093000Z",
    ),
    "an exception that is a whole day": (
        SERIES,
        "RECURRENCE-ID:20240102T083000Z\nDTSTART;VALUE=DATE:20240102\nDTEND;VALUE=DATE:20240103",
    ),
    "a whole day that became a moment": (
        f"{DAY}\nRRULE:FREQ=DAILY;COUNT=3",
        "RECURRENCE-ID;VALUE=DATE:20240201\nDTSTART:20240201T100000Z\nDTEND:20240201T110000Z",
    ),
    "a cancelled occurrence": (SERIES, f"RECURRENCE-ID:20240102T083000Z\nSTATUS:CANCELLED\n{ELSEWHEN}"),
    "an exception that the rule does not know": (SERIES, f"RECURRENCE-ID:20240102T120000Z\n{ELSEWHEN}"),
    "an exception of what was added": (
        f"{BERLIN}\nRDATE:20240304T083000Z",
        f"RECURRENCE-ID:20240304T083000Z\n{ELSEWHEN}",
    ),
    "the newer of two exceptions": (
        SERIES,
        f"RECURRENCE-ID:20240102T083000Z\nSEQUENCE:2\n{ELSEWHEN}",
        "RECURRENCE-ID:20240102T083000Z\nSEQUENCE:1\nDTSTART:20240102T110000Z\nDTEND:20240102T120000Z",
    ),
    "one occurrence without its series": (f"RECURRENCE-ID:20240102T083000Z\n{ELSEWHEN}",),
    "several occurrences without their series": (
        f"RECURRENCE-ID:20240102T083000Z\n{ELSEWHEN}",
        "RECURRENCE-ID:20240101T083000Z\nDTSTART:20240102T110000Z\nDTEND:20240102T120000Z",
    ),
    "a Windows zone": (
        "DTSTART;TZID=Pacific Standard Time:20240101T093000\nDURATION:PT1H\nRRULE:FREQ=MONTHLY;COUNT=9",
    ),
    "a zone behind a prefix": (
        "DTSTART;TZID=/mozilla.org/20070129_1/Europe/Paris:20240101T093000\nDURATION:PT1H\nRRULE:FREQ=MONTHLY;COUNT=9",
    ),
    "a zone that is explained": ("DTSTART;TZID=Somewhere:20240101T093000\nDURATION:PT1H\nRRULE:FREQ=MONTHLY;COUNT=9",),
}


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("name", WHOLE)
def test_a_whole_calendar_means_the_same_to_both(sandbox: Sandbox, name: str) -> None:
    found, expected = both(sandbox, calendar(ODD_ZONE, *(event(lines) for lines in WHOLE[name])))
    assert found == expected
    assert found


def test_an_occurrence_lasts_as_long_as_the_first_in_real_time(sandbox: Sandbox) -> None:
    """As RFC 5545 has it for a DTEND; recurring-ical-events keeps to the wall time of the end."""
    night = "DTSTART;TZID=America/New_York:20241101T003000\nDTEND;TZID=America/New_York:20241101T033000"
    found, expected = both(sandbox, calendar(event(f"{night}\nRRULE:FREQ=DAILY;COUNT=5")))
    assert {shown[1] for shown in found} == {shown[1] for shown in expected}
    lengths = {datetime.fromisoformat(shown[2]) - datetime.fromisoformat(shown[1]) for shown in found}
    assert lengths == {timedelta(hours=3)}


ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC")
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@st.composite
def series(draw: st.DrawFn) -> str:
    """The lines of a series; by its parts any rule that a calendar's dialog could make, and many that none does."""
    first = draw(st.dates(date(2023, 1, 1), date(2025, 12, 31)))
    frequency = draw(st.sampled_from(("DAILY", "WEEKLY", "MONTHLY", "YEARLY")))
    parts = [f"FREQ={frequency}", f"INTERVAL={draw(st.integers(1, 4))}"]
    narrowed = draw(st.booleans())
    if narrowed:
        parts += draw(narrowing(frequency))
    if draw(st.booleans()):
        parts.append(f"WKST={draw(st.sampled_from(WEEKDAYS))}")
    # Not before the start: there the two differ (see peculiar.py).
    until = first + timedelta(days=draw(st.integers(1, 1500)))
    # A rule that never fits would be followed to the end of time if it had a count.
    counted = not narrowed and draw(st.booleans())
    whole_days = draw(st.booleans())
    if counted:
        parts.append(f"COUNT={draw(st.integers(1, 30))}")
    else:
        parts.append(f"UNTIL={until:%Y%m%d}" + ("" if whole_days else "T093000Z"))
    rule = "RRULE:" + ";".join(parts)
    taken_out = draw(st.lists(st.integers(0, 60), max_size=3, unique=True))
    if whole_days:
        dates = [f"EXDATE;VALUE=DATE:{first + timedelta(days=days):%Y%m%d}" for days in taken_out]
        return "\n".join([f"DTSTART;VALUE=DATE:{first:%Y%m%d}", "DURATION:P1D", rule, *dates])
    zone = draw(st.sampled_from(ZONES))
    # Between four in the morning and ten at night no clocks are changed.
    start = f"{draw(st.integers(4, 21)):02}{draw(st.sampled_from(('00', '15', '30')))}00"
    dates = [f"EXDATE;TZID={zone}:{first + timedelta(days=days):%Y%m%d}T{start}" for days in taken_out]
    return "\n".join([f"DTSTART;TZID={zone}:{first:%Y%m%d}T{start}", "DURATION:PT30M", rule, *dates])


@st.composite
def narrowing(draw: st.DrawFn, frequency: str) -> list[str]:
    """Further parts of a rule; BYSETPOS where there is something to choose from."""
    parts = []
    days = draw(st.lists(st.sampled_from(WEEKDAYS), min_size=1, max_size=4, unique=True))
    if frequency in ("MONTHLY", "YEARLY") and draw(st.booleans()):
        days = [f"{draw(st.sampled_from((1, 2, 4, 5, -1, -2)))}{day}" for day in days]
    if draw(st.booleans()):
        parts.append("BYDAY=" + ",".join(days))
    if frequency != "WEEKLY" and draw(st.booleans()):
        wanted = draw(
            st.lists(st.sampled_from((1, 13, 28, 29, 30, 31, -1, -2, -31)), min_size=1, max_size=3, unique=True)
        )
        parts.append("BYMONTHDAY=" + ",".join(map(str, wanted)))
    if draw(st.booleans()):
        months = draw(st.lists(st.integers(1, 12), min_size=1, max_size=4, unique=True))
        parts.append("BYMONTH=" + ",".join(map(str, months)))
    if parts and frequency in ("MONTHLY", "YEARLY") and draw(st.booleans()):
        parts.append(f"BYSETPOS={draw(st.sampled_from((1, 2, -1)))}")
    return parts


# The fixture may be shared between examples: each has a calendar of its own.
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(series(), min_size=1, max_size=6))
def test_rules_made_at_random_mean_the_same_to_both(sandbox: Sandbox, several: list[str]) -> None:
    sandbox.control("reset")
    events = [event(lines, f"{number}@rules.example") for number, lines in enumerate(several)]
    found, expected = both(sandbox, calendar(*events))
    assert found == expected
