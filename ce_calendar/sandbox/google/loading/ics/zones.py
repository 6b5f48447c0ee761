"""The IANA zones behind an iCalendar text's time zones, whatever they are called there."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from icalendar import Component
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

_SAMPLED = 52
"""Weeks over which the clocks of two zones must agree to be taken for one."""


class Zones:
    """Names the zones of one VCALENDAR."""

    def __init__(self, calendar: Component, calendar_zone: str) -> None:
        """Read what the calendar says of zones.

        Args:
            calendar: with its VTIMEZONEs.
            calendar_zone: of the calendar that the events go to.
        """
        self._described = {str(each["TZID"]): each for each in calendar.walk("VTIMEZONE") if "TZID" in each}
        self._found: dict[tuple[str, int], str] = {}
        self.default = _named(str(calendar.get("X-WR-TIMEZONE", ""))) or calendar_zone
        """Of times that name no zone."""

    def name(self, tzid: str, year: int) -> str:
        """Return the IANA name of a zone.

        Args:
            tzid: its name in the text: IANA's, Windows', or one that a VTIMEZONE explains.
            year: in which it is used; a zone known by its rules alone is compared in this year.

        Raises:
            ValueError: no IANA zone is meant.
        """
        key = (tzid, year)
        if key not in self._found:
            self._found[key] = _named(tzid) or self._by_rules(tzid, year)
        return self._found[key]

    def _by_rules(self, tzid: str, year: int) -> str:
        described = self._described.get(tzid)
        if described is None:
            raise ValueError(f"There is no time zone {tzid}.")
        place = _named(str(described.get("X-LIC-LOCATION", "")))
        found = place or _alike(described, year, self.default)
        if found is None:
            raise ValueError(f"No IANA time zone has the rules of {tzid}.")
        return found


def _named(tzid: str) -> str | None:
    """Return the zone that a name tells, also behind a vendor's prefix such as /mozilla.org/20070129_1/."""
    plain = tzid.strip().strip('"')
    if plain in WINDOWS_TO_OLSON:
        return WINDOWS_TO_OLSON[plain]
    parts = plain.split("/")
    names = ("/".join(parts[first:]) for first in range(len(parts)))
    return next((name for name in names if name in _known()), None)


def _alike(
    described: Any,  # noqa: ANN401 - a Timezone, under whatever type the text was read
    year: int,
    preferred: str,
) -> str | None:
    """Return the zone whose clocks were like the described ones in this year."""
    # Without a look at its name: what the text says of the zone is meant.
    wanted = list(_offsets(described.to_tz(lookup_tzid=False), year))
    hours, rest = divmod(wanted[0] or timedelta(), timedelta(hours=1))
    if len(set(wanted)) == 1 and not rest:
        return _fixed(hours)
    candidates = (preferred, *sorted(_known()))
    return next((name for name in candidates if _is_like(ZoneInfo(name), wanted, year)), None)


def _fixed(hours: int) -> str | None:
    # The names count towards the west.
    name = f"Etc/GMT{-hours:+d}" if hours else "UTC"
    return name if name in _known() else None


def _is_like(zone: tzinfo, wanted: list[timedelta | None], year: int) -> bool:
    return all(one == other for one, other in zip(_offsets(zone, year), wanted, strict=True))


def _offsets(zone: tzinfo, year: int) -> Iterator[timedelta | None]:
    begin = datetime(max(1, min(year, 9990)), 1, 2, 12, tzinfo=UTC)
    return ((begin + timedelta(weeks=week)).astimezone(zone).utcoffset() for week in range(_SAMPLED))


@cache
def _known() -> frozenset[str]:
    return frozenset(available_timezones())
