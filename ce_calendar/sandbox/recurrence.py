"""Recurring events for both halves: the occurrences of a rule, in the wall time of the zone it was planned in."""

import contextlib
import math
import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, Generic, Protocol, TypeVar
from zoneinfo import ZoneInfo

from dateutil import rrule as rrule_module
from dateutil.rrule import rrule, rruleset, weekday

LONGEST = 10_000
"""Occurrences of one series that are ever produced; an endless daily rule stops after 27 years."""

_FREQUENCIES: dict[str, tuple[Any, int]] = {
    "HOURLY": (rrule_module.HOURLY, 10),
    "DAILY": (rrule_module.DAILY, 100),
    "WEEKLY": (rrule_module.WEEKLY, 200),
    "MONTHLY": (rrule_module.MONTHLY, 1000),
    "YEARLY": (rrule_module.YEARLY, 1000),
}
"""With the years that a rule is followed. What comes more often than by the hour no calendar takes."""
_PARTS = {
    name: re.compile(rf"(?:{one})(?:,(?:{one}))*" if several else one)
    for name, one, several in (
        ("FREQ", "|".join(_FREQUENCIES), False),
        ("INTERVAL", "0*[1-9][0-9]{0,5}", False),
        ("COUNT", "0*[1-9][0-9]{0,9}", False),
        ("UNTIL", r"[0-9]{8}(?:T[0-9]{6}Z?)?", False),
        ("WKST", "MO|TU|WE|TH|FR|SA|SU", False),
        ("BYDAY", "(?:[+-]?0?[1-9]|[+-]?[1-4][0-9]|[+-]?5[0-3])?(?:MO|TU|WE|TH|FR|SA|SU)", True),
        ("BYMONTH", "0?[1-9]|1[0-2]", True),
        ("BYMONTHDAY", "[+-]?(?:0?[1-9]|[12][0-9]|3[01])", True),
        ("BYYEARDAY", "[+-]?(?:0*[1-9]|0?[1-9][0-9]|[12][0-9]{2}|3[0-5][0-9]|36[0-6])", True),
        ("BYSETPOS", "[+-]?(?:0*[1-9]|0?[1-9][0-9]|[12][0-9]{2}|3[0-5][0-9]|36[0-6])", True),
        ("BYWEEKNO", "[+-]?(?:0?[1-9]|[1-4][0-9]|5[0-3])", True),
        ("BYHOUR", "[01]?[0-9]|2[0-3]", True),
        ("BYMINUTE", "[0-5]?[0-9]", True),
        ("BYSECOND", "[0-5]?[0-9]", True),
    )
}
"""What may stand in a rule (RFC 5545), so that what dateutil would read in some other way is refused."""
_MOST_RULES = 20
_MOST_TIMES = 100
"""In a day of a rule."""


class Spanning(Protocol):
    """Something with a place in time."""

    @property
    def earliest(self) -> float:
        """Its start, in seconds since 1970."""

    def within(self, earliest: float, latest: float) -> bool:
        """Whether it ends after the first moment and starts before the second."""


Item = TypeVar("Item", bound=Spanning)


class Occurrences(Generic[Item]):
    """What a series stands for; each occurrence is made when first asked for, and kept.

    Rules are followed in wall time, so a meeting at ten stays at ten when the clocks change.
    """

    def __init__(self, rule: rruleset, make: Callable[[datetime], Item], *, length: float) -> None:
        """Begin with nothing made.

        Args:
            rule: gives wall times, see ``rules``.
            make: turns one of them into an occurrence.
            length: of an occurrence, in seconds.
        """
        self._pending: Iterator[datetime] = iter(rule)
        self._make = make
        self._length = length
        self._starts: list[float] = []
        self._items: list[Item] = []

    def between(self, earliest: float, latest: float) -> list[Item]:
        """Return the occurrences that end after the first moment and start before the second, by start."""
        self._produce(latest)
        # A day's slack: the length in seconds of an all-day occurrence depends on the clocks.
        begin = bisect_left(self._starts, earliest - self._length - 86_400)
        end = bisect_left(self._starts, latest)
        return [item for item in self._items[begin:end] if item.within(earliest, latest)]

    def _produce(self, latest: float) -> None:
        while len(self._starts) < LONGEST and (not self._starts or self._starts[-1] < latest):
            occurrence = next(self._pending, None)
            if occurrence is None:
                return
            try:
                item = self._make(occurrence)
            except (OverflowError, ValueError):
                # Before the first or after the last day there is.
                continue
            # Where the clocks skip an hour, two wall times can be one moment, or come in the other order.
            place = bisect_left(self._starts, item.earliest)
            if place == len(self._starts) or self._starts[place] != item.earliest:
                self._starts.insert(place, item.earliest)
                self._items.insert(place, item)


def rules(recurrence: list[str], first: datetime, own: ZoneInfo, *, start_too: bool = True) -> rruleset:
    """Read RRULE, EXRULE, RDATE and EXDATE lines into wall times of the event's zone.

    Args:
        recurrence: the lines.
        first: the start of the series, in wall time.
        own: the zone of the series.
        start_too: whether the start is an occurrence even where the rule does not fit it (RFC 5545).

    Raises:
        ValueError: a line cannot be read.
    """
    found = rruleset()
    if sum("RULE" in line.partition(":")[0].upper() for line in recurrence) > _MOST_RULES:
        raise ValueError("Invalid recurrence rule.")
    try:
        for line in recurrence:
            _read_line(found, line, first, own)
    except (ValueError, TypeError, KeyError, AttributeError, OSError) as unreadable:
        raise ValueError("Invalid recurrence rule.") from unreadable
    if start_too:
        found.rdate(first)
    return found


def _read_line(found: rruleset, line: str, first: datetime, own: ZoneInfo) -> None:
    name, _, value = line.partition(":")
    kind = name.split(";")[0].upper()
    if kind in ("RRULE", "EXRULE"):
        rule = Rule(value, first, own)
        (found.rrule if kind == "RRULE" else found.exrule)(rule)
        return
    if kind not in ("RDATE", "EXDATE"):
        raise ValueError(line)
    given = re.search(r"TZID=([^;:]+)", name)
    written_in = ZoneInfo(given[1]) if given else own
    for text in value.split(","):
        moment = _wall(text, own, written_in)
        # An exception written as a day takes away the occurrence of that day.
        moment = moment if "T" in text else datetime.combine(moment.date(), first.time())
        if kind == "RDATE":
            found.rdate(moment)
        else:
            found.exdate(moment)


class Rule(rrule):
    """An rrule that comes to an end, also where it fits no day: the 30th of February is not looked for until 9999."""

    def __init__(self, value: str, first: datetime, own: ZoneInfo) -> None:
        """Read a rule.

        Args:
            value: what follows ``RRULE:``.
            first: the start of the series, in wall time.
            own: the zone of the series.

        Raises:
            ValueError: this is no rule.
        """
        parts = dict(part.split("=") for part in value.upper().strip(";").split(";"))
        if not all(_PARTS[name].fullmatch(text) for name, text in parts.items()):
            raise ValueError(value)
        times = (parts.get(name, "").count(",") + 1 for name in ("BYHOUR", "BYMINUTE", "BYSECOND"))
        if math.prod(times) > _MOST_TIMES:
            raise ValueError(value)
        frequency, self._years = _FREQUENCIES[parts.pop("FREQ")]
        self._years_left = self._years
        until = parts.pop("UNTIL", None)
        days = [_weekday(day) for day in parts.pop("BYDAY", "").split(",") if day]
        starts_on = _weekday(parts.pop("WKST", "MO"))
        numbers: dict[str, Any] = {name.lower(): [int(n) for n in text.split(",")] for name, text in parts.items()}
        for single in ("interval", "count"):
            if single in numbers:
                [numbers[single]] = numbers[single]
        super().__init__(
            frequency,
            dtstart=first,
            until=_wall_end(until, own) if until else None,
            byweekday=days or None,
            wkst=starts_on,
            **numbers,
        )

    @property
    def _byweekno(self) -> tuple[int, ...] | None:
        # dateutil looks at this whenever it comes to another year, which nothing else tells.
        self._years_left -= 1
        if self._years_left < 0:
            raise _GivenUpError
        return self._weeks

    @_byweekno.setter
    def _byweekno(self, weeks: tuple[int, ...] | None) -> None:
        self._weeks = weeks

    def __iter__(self) -> Iterator[datetime]:
        """Follow the rule, as far as it is followed."""
        self._years_left = self._years
        with contextlib.suppress(_GivenUpError):
            yield from super().__iter__()


class _GivenUpError(Exception):
    """A rule was followed far enough."""


def _weekday(text: str) -> weekday:
    day: weekday = getattr(rrule_module, text[-2:])
    return day(int(text[:-2])) if text[:-2] else day


def _wall_end(text: str, own: ZoneInfo) -> datetime:
    # A day as the end includes everything that starts on that day.
    return _wall(text if "T" in text else text + "T235959", own, own)


def _wall(text: str, own: ZoneInfo, written_in: ZoneInfo) -> datetime:
    if text.endswith("Z"):
        moment = datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    else:
        form = "%Y%m%dT%H%M%S" if "T" in text else "%Y%m%d"
        moment = datetime.strptime(text, form).replace(tzinfo=written_in)
        if "T" not in text:
            return moment.replace(tzinfo=None)
    return moment.astimezone(own).replace(tzinfo=None)
