from datetime import UTC, date, datetime, timedelta

import pytest

from ce_calendar.web.dates import day_words, exact_words, relative_words, soon_words, time_words, zone_of
from tests.conftest import NOON

TODAY = date(2026, 3, 10)


@pytest.mark.parametrize(
    ("minutes", "language", "expected"),
    [
        (9, "en-GB", "in 9 minutes"),
        # due
        (0, "en-GB", "in a moment"),
        (-9, "en-US", "in a moment"),
        (-9, "de-DE", "in 1 Sekunde"),
    ],
)
def test_what_is_to_come_never_lies_back(minutes: int, language: str, expected: str) -> None:
    assert soon_words(NOON + timedelta(minutes=minutes), NOON, language) == expected


@pytest.mark.parametrize(
    ("day", "language", "expected"),
    [
        (TODAY, "en-GB", "Today, Tuesday 10 March"),
        (TODAY + timedelta(days=1), "en-GB", "Tomorrow, Wednesday 11 March"),
        (TODAY - timedelta(days=1), "en-GB", "Yesterday, Monday 9 March"),
        (TODAY + timedelta(days=2), "de-DE", "Donnerstag, 12. März 2026"),
        # no English word before a German date
        (TODAY, "de-DE", "Dienstag, 10. März 2026"),
        # another year is named
        (date(2027, 1, 4), "en-GB", "Monday 4 January 2027"),
        # a language nobody knows: still a day
        (TODAY + timedelta(days=2), "xx-nonsense", "Thursday 12 March"),
    ],
)
def test_a_day_reads_in_the_readers_language(day: date, language: str, expected: str) -> None:
    # Babel's own data decides on commas, which change from release to release.
    assert day_words(day, TODAY, language).replace(", ", " ") == expected.replace(", ", " ")


@pytest.mark.parametrize(
    ("minutes", "zone", "expected"),
    [
        (30, "UTC", "12:00 – 12:30"),  # noqa: RUF001 - a range
        (30, "Europe/Berlin", "13:00 – 13:30"),  # noqa: RUF001 - a range
        # ends at midnight: still that day
        (12 * 60, "UTC", "12:00 – 00:00"),  # noqa: RUF001 - a range
        # ends on the next day
        (13 * 60, "UTC", "12:00 – 11 Mar 2026 01:00"),  # noqa: RUF001 - a range
        # a moment
        (0, "UTC", "12:00"),
        # a zone nobody knows: UTC
        (30, "Mars/Base", "12:00 – 12:30"),  # noqa: RUF001 - a range
    ],
)
def test_times_are_on_the_readers_clock(minutes: int, zone: str, expected: str) -> None:
    assert time_words(NOON, NOON + timedelta(minutes=minutes), zone, "en-GB") == expected


@pytest.mark.parametrize("zone", ["", "Mars/Base", "../../etc/passwd", "Europe", "\0"])
def test_a_zone_that_is_none_counts_as_utc(zone: str) -> None:
    assert zone_of(zone) is UTC


def test_the_moment_before_counts_as_just_now() -> None:
    assert relative_words(NOON - timedelta(seconds=20), NOON, "en-GB") == "just now"
    assert relative_words(NOON - timedelta(seconds=20), NOON, "de-DE") == "vor 20 Sekunden"
    assert relative_words(NOON + timedelta(seconds=2), NOON, "de-DE") == "vor 1 Sekunde"


def test_how_long_ago_reads_in_the_readers_language() -> None:
    assert relative_words(NOON - timedelta(minutes=3), NOON, "en-GB") == "3 minutes ago"
    assert relative_words(NOON - timedelta(minutes=3), NOON, "de-DE") == "vor 3 Minuten"


def test_the_exact_moment_names_its_zone() -> None:
    words = exact_words(datetime(2026, 7, 1, 12, tzinfo=UTC), "Europe/Berlin", "en-GB")
    assert "14:00" in words
    assert words.endswith("(Europe/Berlin)")
