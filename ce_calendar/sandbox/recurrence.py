"""Recurring events for both halves: the occurrences of a rule, in the wall time of the zone it was planned in."""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Generic, Protocol, TypeVar
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rruleset, rrulestr

LONGEST = 10_000
"""Occurrences of one series that are ever produced; an endless daily rule stops after 27 years."""

_UNTIL = re.compile(r"UNTIL=(\d{8}(?:T\d{6}Z?)?)")
_ENDLESS = re.compile(r"INTERVAL=0*(;|$)|FREQ=(SECONDLY|MINUTELY)")
"""Rules that calendars do not take, and that dateutil would follow for ever or nearly so."""


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
            item = self._make(occurrence)
            self._starts.append(item.earliest)
            self._items.append(item)


def rules(recurrence: list[str], first: datetime, own: ZoneInfo) -> rruleset:
    """Read RRULE, RDATE and EXDATE lines into wall times of the event's zone.

    Raises:
        ValueError: a line cannot be read.
    """
    found = rruleset()
    try:
        for line in recurrence:
            _read_line(found, line, first, own)
    except (ValueError, TypeError, KeyError, AttributeError) as unreadable:
        raise ValueError("Invalid recurrence rule.") from unreadable
    return found


def _read_line(found: rruleset, line: str, first: datetime, own: ZoneInfo) -> None:
    name, _, value = line.partition(":")
    kind = name.split(";")[0].upper()
    if kind == "RRULE":
        if _ENDLESS.search(value.upper()):
            raise ValueError(line)
        rule = rrulestr(_UNTIL.sub(lambda until: "UNTIL=" + _wall_text(until[1], own), value), dtstart=first)
        if not isinstance(rule, rrule):
            raise ValueError(line)
        found.rrule(rule)
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


def _wall_text(text: str, own: ZoneInfo) -> str:
    if "T" not in text:
        # A day as the end includes everything that starts on that day.
        return text + "T235959"
    return _wall(text, own, own).strftime("%Y%m%dT%H%M%S")


def _wall(text: str, own: ZoneInfo, written_in: ZoneInfo) -> datetime:
    if text.endswith("Z"):
        moment = datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    else:
        form = "%Y%m%dT%H%M%S" if "T" in text else "%Y%m%d"
        moment = datetime.strptime(text, form).replace(tzinfo=written_in)
        if "T" not in text:
            return moment.replace(tzinfo=None)
    return moment.astimezone(own).replace(tzinfo=None)
