"""What the timeline shows."""

from dataclasses import dataclass, field


@dataclass
class MeetingRow:
    """A meeting with a contact, under its day."""

    id: str
    day: str
    """The heading it stands under; empty if the row before has the same."""
    time: str
    """From when to when, or "All day"."""
    title: str
    contact: str
    place: str
    held_by: str


@dataclass
class GuestRow:
    """A guest and their answer."""

    name: str
    email: str
    answer: str
    """`accepted`, `declined`, `tentative` or `needs_action`."""


@dataclass
class MeetingDetails:
    """Everything about a meeting that its reader may see."""

    id: str = ""
    title: str = ""
    when: str = ""
    contact: str = ""
    contact_email: str = ""
    place: str = ""
    held_by: str = ""
    description: str = ""
    conference_url: str = ""
    html_link: str = ""
    guests: list[GuestRow] = field(default_factory=list)
    is_visible: bool = False


@dataclass
class ContactChoice:
    """A contact to filter by."""

    id: str = ""
    name: str = ""
    email: str = ""
