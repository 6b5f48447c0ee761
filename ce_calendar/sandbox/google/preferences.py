"""An account's settings, as its owner chose them in the web interface; the API only reads them."""

import secrets
from dataclasses import dataclass, field
from typing import Any

from ce_calendar.sandbox.google.errors import GoogleError
from ce_calendar.sandbox.google.events import times

Json = dict[str, Any]

TIME_ZONE = "timezone"

DEFAULTS = {
    "autoAddHangouts": "true",
    "dateFieldOrder": "MDY",
    "defaultEventLength": "60",
    "format24HourTime": "false",
    "hideInvitations": "false",
    "hideWeekends": "false",
    "locale": "en",
    "remindOnRespondedEventsOnly": "false",
    "showDeclinedEvents": "true",
    TIME_ZONE: "UTC",
    "useKeyboardShortcuts": "true",
    "weekStart": "0",
}

_CHOICES = {"dateFieldOrder": ("DMY", "MDY", "YMD"), "weekStart": ("0", "1", "6")}
_LONGEST = 1024


@dataclass(slots=True)
class Preferences:
    """The settings of one account."""

    values: dict[str, str] = field(default_factory=lambda: dict(DEFAULTS))
    versions: dict[str, int] = field(default_factory=dict)
    """When a setting last changed; those that never did are left out."""
    version: int = 0
    epoch: str = field(default_factory=lambda: secrets.token_hex(4))
    """Part of every sync token; a new one lets all earlier tokens expire."""

    def set(self, name: str, value: str) -> bool:
        """Change a setting; return whether it is another now.

        Raises:
            ValueError: there is no such setting, or it cannot have this value.
        """
        check(name, value)
        if self.values[name] == value:
            return False
        self.version += 1
        self.values[name], self.versions[name] = value, self.version
        return True

    def resource(self, name: str) -> Json:
        """Return a setting as Google shows it."""
        etag = f'"{self.versions.get(name, 0):020}"'
        return {"kind": "calendar#setting", "etag": etag, "id": name, "value": self.values[name]}

    def to_json(self) -> Json:
        """Return everything, for the state file."""
        chosen = {name: value for name, value in self.values.items() if value != DEFAULTS[name]}
        return {"values": chosen, "versions": self.versions, "version": self.version, "epoch": self.epoch}

    @classmethod
    def from_json(cls, data: Json) -> "Preferences":
        """Read back what ``to_json`` returned."""
        return cls(**{**data, "values": DEFAULTS | data["values"]})


def check(name: str, value: object) -> None:
    """Raise ValueError for a setting that does not exist or cannot have this value."""
    if name not in DEFAULTS:
        raise ValueError(f"there is no setting {name}")
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST:
        raise ValueError(f"{name}: a text is needed")
    if name == TIME_ZONE:
        _check_zone(value)
    elif name in _CHOICES or DEFAULTS[name] in ("true", "false"):
        choices = _CHOICES.get(name, ("true", "false"))
        if value not in choices:
            raise ValueError(f"{name}: one of {', '.join(choices)} is needed")
    elif name == "defaultEventLength" and not (value.isascii() and value.isdecimal()):
        raise ValueError(f"{name}: a number of minutes is needed")


def _check_zone(value: str) -> None:
    try:
        times.zone(value)
    except GoogleError as unknown:
        raise ValueError(f"{TIME_ZONE}: there is no such time zone") from unknown
