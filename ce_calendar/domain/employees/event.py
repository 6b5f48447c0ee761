"""A task as an event of a calendar: what is in it, and a hash that tells whether anything changed."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class TaskEvent:
    """What an event is to look like. Either both days or both moments are set."""

    title: str
    description: str
    location: str
    zone: str
    """IANA name the moments are told in."""
    color_id: str
    """Empty for the calendar's own colour."""
    reminder_minutes: tuple[int, ...]
    start_day: date | None = None
    end_day: date | None = None
    """The day after the last."""
    starts_at: datetime | None = None
    ends_at: datetime | None = None

    def to_json(self) -> Mapping[str, Any]:
        """As the outbox keeps it: a hundred thousand of them at a time, so what is empty is left out."""
        words: dict[str, Any] = {"title": self.title, "zone": self.zone, "span": self._span}
        if self.description:
            words["description"] = self.description
        if self.location:
            words["location"] = self.location
        if self.color_id:
            words["color_id"] = self.color_id
        if self.reminder_minutes:
            words["reminder_minutes"] = list(self.reminder_minutes)
        return words

    @staticmethod
    def from_json(kept: Mapping[str, Any]) -> "TaskEvent":
        """What `to_json` wrote."""
        begin, end = kept["span"].split("/")
        is_all_day = "T" not in begin
        return TaskEvent(
            title=kept["title"],
            description=kept.get("description", ""),
            location=kept.get("location", ""),
            zone=kept["zone"],
            color_id=kept.get("color_id", ""),
            reminder_minutes=tuple(kept.get("reminder_minutes", ())),
            start_day=date.fromisoformat(begin) if is_all_day else None,
            end_day=date.fromisoformat(end) if is_all_day else None,
            starts_at=None if is_all_day else datetime.fromisoformat(begin),
            ends_at=None if is_all_day else datetime.fromisoformat(end),
        )

    @property
    def content_hash(self) -> str:
        """The same for the same content, in every process; another one if anything in it differs."""
        return content_hash_of(self.to_json())

    @property
    def _span(self) -> str:
        """As an ISO 8601 interval: of days if there is no time in it."""
        if self.start_day and self.end_day:
            return f"{self.start_day.isoformat()}/{self.end_day.isoformat()}"
        if self.starts_at and self.ends_at:
            return f"{self.starts_at.isoformat()}/{self.ends_at.isoformat()}"
        raise ValueError("An event has either both days or both moments.")


def content_hash_of(words: Mapping[str, Any]) -> str:
    """The hash of an event, from what `to_json` made of it."""
    # No text holds the character between them: what cannot be seen is dropped when a task becomes an event.
    content = "\x1f".join(
        (
            words["title"],
            words["zone"],
            words["span"],
            words.get("description", ""),
            words.get("location", ""),
            words.get("color_id", ""),
            ",".join(map(str, words.get("reminder_minutes", ()))),
        )
    )
    return hashlib.blake2b(content.encode(errors="surrogatepass"), digest_size=16).hexdigest()
