"""Moments and days as a reader sees them: in their zone, in their language."""

from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, format_skeleton, format_time, format_timedelta

JUST_NOW = timedelta(seconds=45)
FALLBACK_LANGUAGE = "en-GB"
NEAR_DAYS = {-1: "Yesterday", 0: "Today", 1: "Tomorrow"}
WITHOUT_YEAR = "MMMMEEEEd"
"""The name of the form "Tuesday 10 March"; not every language has it, and then the year is said, too."""


def zone_of(name: str) -> tzinfo:
    """The zone with this IANA name; UTC for an empty or unknown one."""
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):  # a folder, a path, an unknown name
        return UTC


def locale_of(language: str) -> Locale:
    """The locale of a BCP 47 tag; British English for an empty or unknown one."""
    try:
        return Locale.parse(language or FALLBACK_LANGUAGE, sep="-")
    except (ValueError, UnknownLocaleError):
        return Locale.parse(FALLBACK_LANGUAGE, sep="-")


def day_words(day: date, today: date, language: str) -> str:
    """A day as a heading: "Today, Tuesday 10 March", with the year if it is another.

    Babel knows no word for today and its neighbours, so they are only said in English.
    """
    locale = locale_of(language)
    if day.year == today.year and WITHOUT_YEAR in locale.datetime_skeletons:
        words = format_skeleton(WITHOUT_YEAR, day, locale=locale, fuzzy=False)
    else:
        words = format_date(day, "full", locale=locale)
    near = NEAR_DAYS.get((day - today).days) if locale.language == "en" else None
    return f"{near}, {words}" if near else words


def time_words(starts_at: datetime, ends_at: datetime, zone: str, language: str) -> str:
    """From when to when, on the reader's clock; with the day where it ends on another."""
    locale, place = locale_of(language), zone_of(zone)
    start, end = starts_at.astimezone(place), ends_at.astimezone(place)
    first = format_time(start, "short", locale=locale)
    if end <= start:
        return first
    last = format_time(end, "short", locale=locale)
    if (end - timedelta(microseconds=1)).date() != start.date():
        last = f"{format_date(end.date(), 'medium', locale=locale)} {last}"
    return f"{first} \N{EN DASH} {last}"


def relative_words(moment: datetime, now: datetime, language: str) -> str:
    """How long ago, or how soon."""
    locale = locale_of(language)
    distance = moment - now
    if abs(distance) < JUST_NOW:
        if locale.language == "en":
            return "just now"
        distance = min(distance, -timedelta(seconds=1))
    return format_timedelta(distance, add_direction=True, locale=locale)


def soon_words(moment: datetime, now: datetime, language: str) -> str:
    """How soon; what is due comes in a moment, and never lies back."""
    locale = locale_of(language)
    distance = max(moment - now, timedelta(seconds=1))
    if distance < JUST_NOW and locale.language == "en":
        return "in a moment"
    return format_timedelta(distance, add_direction=True, locale=locale)


def exact_words(moment: datetime, zone: str, language: str) -> str:
    """The very moment, on the reader's clock, naming the zone."""
    place = zone_of(zone)
    words = format_datetime(moment.astimezone(place), "medium", locale=locale_of(language))
    return f"{words} ({getattr(place, 'key', 'UTC')})"


def date_words(day: date, language: str) -> str:
    """A date by itself."""
    return format_date(day, "medium", locale=locale_of(language))
