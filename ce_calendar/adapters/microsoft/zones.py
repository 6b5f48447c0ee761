"""Names of time zones as Exchange writes them, and the zones behind them."""

from collections.abc import Mapping
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from babel.core import get_global

_PREFIX = "tzone://microsoft/"
_UNIVERSAL = frozenset({"utc", "etc/utc", "gmt", f"{_PREFIX}utc"})


@lru_cache(maxsize=1024)
def zone(name: str) -> ZoneInfo | None:
    """The zone of a Windows or IANA name; None for one that nobody knows.

    `tzone://Microsoft/Custom` is nobody's: a mail program made up its rules, and they stand only in the invitation.
    """
    folded = name.strip().casefold()
    if folded in _UNIVERSAL:
        return ZoneInfo("UTC")
    if not folded or folded.startswith(_PREFIX):
        return None
    try:
        return ZoneInfo(_windows().get(folded, name.strip()))
    except (ValueError, KeyError, OSError):
        # OSError: a name such as "America" is a folder of the zone database, and others are too long for a file.
        return None


@cache
def _windows() -> Mapping[str, str]:
    """IANA zones by folded Windows name, from CLDR."""
    named: Mapping[str, str] = get_global("windows_zone_mapping")
    return {windows.casefold(): iana for windows, iana in named.items()}
