"""An account's list of calendars: which are on it, and how the account wants to see them."""

import secrets
from dataclasses import dataclass, field
from typing import Any

from ce_calendar.sandbox.google import palette
from ce_calendar.sandbox.google.errors import GoogleError

Json = dict[str, Any]

PRIMARY_COLOR = "14"
PRIMARY_REMINDERS: list[Json] = [{"method": "popup", "minutes": 30}]

_REMINDER_METHODS = ("email", "popup")
_LONGEST_REMINDER = 40_320
"""Minutes in four weeks."""
_MOST_REMINDERS = 5
_NOTIFICATIONS = ("eventCreation", "eventChange", "eventCancellation", "eventResponse", "agenda")


@dataclass(slots=True)
class Entry:
    """A calendar in an account's list, as the account wants to see it."""

    calendar_id: str
    version: int = 0
    """Of the list, when this entry last changed."""
    selected: bool = False
    hidden: bool = False
    deleted: bool = False
    """Whether it is on the list no more."""
    summary_override: str | None = None
    color_id: str = "8"
    background: str | None = None
    """A colour of its own; None for the palette's."""
    foreground: str | None = None
    reminders: list[Json] = field(default_factory=list)
    notifications: list[Json] | None = None

    def to_json(self) -> Json:
        """Return it for the state file; not by ``asdict``, whose deep copies would hold up requests."""
        return {name: getattr(self, name) for name in self.__slots__}

    def preferences(self) -> Json:
        """Return what the account has chosen, as Google shows it."""
        background, foreground = palette.shown(self.color_id)
        chosen: Json = {
            "colorId": self.color_id,
            "backgroundColor": self.background or background,
            "foregroundColor": self.foreground or foreground,
            "defaultReminders": self.reminders,
        }
        # What is false or unset is left out.
        if self.selected:
            chosen["selected"] = True
        if self.hidden:
            chosen["hidden"] = True
        if self.summary_override:
            chosen["summaryOverride"] = self.summary_override
        if self.notifications is not None:
            chosen["notificationSettings"] = {"notifications": self.notifications}
        return chosen


@dataclass(slots=True)
class CalendarList:
    """The entries of one account, its primary calendar first."""

    entries: dict[str, Entry] = field(default_factory=dict)
    """By calendar id, also those taken off the list."""
    version: int = 0
    epoch: str = field(default_factory=lambda: secrets.token_hex(4))
    """Part of every sync token; a new one lets all earlier tokens expire."""

    def get(self, calendar_id: str) -> Entry | None:
        """Return the entry of a calendar that is on the list."""
        entry = self.entries.get(calendar_id)
        return None if entry is None or entry.deleted else entry

    def add(self, calendar_id: str, *, selected: bool) -> Entry:
        """Put a calendar on the list, if it is not there, and return its entry."""
        entry = self.get(calendar_id)
        if entry is None:
            self.entries.pop(calendar_id, None)
            color = str(1 + 7 * (len(self.entries) + 1) % len(palette.CALENDAR))
            entry = Entry(calendar_id, selected=selected, color_id=color)
            self.entries[calendar_id] = entry
            self.changed(entry)
        return entry

    def remove(self, calendar_id: str) -> bool:
        """Take a calendar off the list; return whether it was there."""
        entry = self.get(calendar_id)
        if entry is None:
            return False
        self.entries[calendar_id] = Entry(calendar_id, deleted=True)
        self.changed(self.entries[calendar_id])
        return True

    def changed(self, entry: Entry) -> None:
        """Count a change of an entry."""
        self.version += 1
        entry.version = self.version

    def to_json(self) -> Json:
        """Return everything, for the state file."""
        entries = {key: entry.to_json() for key, entry in self.entries.items()}
        return {"entries": entries, "version": self.version, "epoch": self.epoch}

    @classmethod
    def from_json(cls, data: Json) -> "CalendarList":
        """Read back what ``to_json`` returned."""
        return cls(**{**data, "entries": {key: Entry(**entry) for key, entry in data["entries"].items()}})


def change(entry: Entry, body: Json, *, rgb: bool, replace: bool) -> None:
    """Take up what a request's body wants of an entry; GoogleError 400 leaves it as it was.

    Args:
        entry: is changed.
        body: in Google's form; what a client cannot set is ignored.
        rgb: whether the colours are given as RGB, not by id.
        replace: whether what the body leaves out goes back to its default (update, not patch).
    """
    wanted: Json = {}
    for name, (attribute, reader, default) in _FIELDS.items():
        if body.get(name) is not None:
            wanted[attribute] = reader(body[name])
        elif name in body or replace:
            wanted[attribute] = [] if default == [] else default
    wanted |= _colors(entry, body, rgb=rgb)
    for attribute, value in wanted.items():
        setattr(entry, attribute, value)


def _colors(entry: Entry, body: Json, *, rgb: bool) -> Json:
    given = {name: body[name] for name in ("backgroundColor", "foregroundColor") if body.get(name) is not None}
    if rgb and given:
        if not all(palette.is_rgb(colour) for colour in given.values()):
            raise _invalid("backgroundColor" if "backgroundColor" in given else "foregroundColor")
        background, foreground = palette.shown(entry.color_id)
        background = given.get("backgroundColor", entry.background or background)
        foreground = given.get("foregroundColor", entry.foreground or foreground)
        return {"color_id": palette.nearest(background), "background": background, "foreground": foreground}
    color_id = body.get("colorId")
    if color_id is None or color_id == entry.color_id:
        # A calendar always has a colour: one that is not named stays.
        return {}
    if not isinstance(color_id, str) or color_id not in palette.CALENDAR:
        raise _invalid("colorId")
    return {"color_id": color_id, "background": None, "foreground": None}


def _flag(value: object) -> bool:
    return value is True


def _reminders(value: object) -> list[Json]:
    if not isinstance(value, list) or len(value) > _MOST_REMINDERS:
        raise _invalid("defaultReminders")
    return [_reminder(each) for each in value]


def _reminder(value: object) -> Json:
    found = value if isinstance(value, dict) else {}
    method, minutes = found.get("method"), found.get("minutes")
    if method not in _REMINDER_METHODS or isinstance(minutes, bool) or not isinstance(minutes, int):
        raise _invalid("defaultReminders")
    if not 0 <= minutes <= _LONGEST_REMINDER:
        raise _invalid("defaultReminders")
    return {"method": method, "minutes": minutes}


def _notifications(value: object) -> list[Json]:
    found = value.get("notifications") or [] if isinstance(value, dict) else None
    if not isinstance(found, list):
        raise _invalid("notificationSettings")
    for each in found:
        if not isinstance(each, dict) or each.get("method") != "email" or each.get("type") not in _NOTIFICATIONS:
            raise _invalid("notificationSettings")
    return [{"type": each["type"], "method": each["method"]} for each in found]


def _invalid(name: str) -> GoogleError:
    return GoogleError(400, "invalid", f"Invalid value for: {name}.")


_FIELDS: dict[str, tuple[str, Any, Any]] = {
    "selected": ("selected", _flag, False),
    "hidden": ("hidden", _flag, False),
    "summaryOverride": ("summary_override", str, None),
    "defaultReminders": ("reminders", _reminders, []),
    "notificationSettings": ("notifications", _notifications, None),
}
"""What a client may set: where it is kept, how it is read, and what it is otherwise."""
