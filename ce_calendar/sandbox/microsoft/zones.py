"""Windows' names of time zones, and the IANA zones behind them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from babel.core import get_global

CUSTOM = "tzone://Microsoft/Custom"
"""What Exchange says of a zone that a mail program made up; the name does not tell the rules."""
UNIVERSAL = "tzone://Microsoft/Utc"

_SAMPLES = tuple(datetime(2026, month, 15, 12, tzinfo=UTC) for month in (1, 4, 7, 10))


def iana(name: str) -> str | None:
    """Return the IANA zone of a Windows or IANA name, or None if there is none of that name."""
    if name == UNIVERSAL:
        return "UTC"
    windows = _windows()
    if name.casefold() in windows:
        return windows[name.casefold()][1]
    return name if name in _known() else None


def windows(name: str) -> str:
    """Return the Windows name of an IANA zone; one that Windows lacks gets a name with the same clock."""
    if name in ("UTC", "Etc/UTC"):
        return "UTC"
    by_zone = {_canonical(zone): written for written, zone in _windows().values()}
    return by_zone.get(_canonical(name)) or _alike(name)


def _canonical(name: str) -> str:
    """Return one name for zones that have several, such as Asia/Kolkata and Asia/Calcutta."""
    aliases: Mapping[str, str] = get_global("zone_aliases")
    return aliases.get(name, name)


@cache
def _alike(name: str) -> str:
    offsets = _offsets(name)
    return next((written for written, zone in _windows().values() if _offsets(zone) == offsets), "UTC")


@cache
def _offsets(name: str) -> tuple[object, ...]:
    return tuple(moment.astimezone(ZoneInfo(name)).utcoffset() for moment in _SAMPLES)


@cache
def _windows() -> dict[str, tuple[str, str]]:
    """Map folded Windows names to how they are written and to their IANA zone."""
    named: Mapping[str, str] = get_global("windows_zone_mapping")
    return {name.casefold(): (name, zone) for name, zone in named.items() if zone in _known()} | {"utc": ("UTC", "UTC")}


@cache
def _known() -> frozenset[str]:
    return frozenset(available_timezones())
