"""What an employee's card shows."""

from dataclasses import dataclass


@dataclass
class CardRow:
    """The employee and their calendar, but for the form."""

    id: str = ""
    name: str = ""
    state: str = "none"
    """`none`, `waiting`, `making`, `shared`, `failing` or `deleting`."""
    why: str = ""
    """Why the calendar is not further, or why there is none."""
    advice: str = ""
    """What to do about it."""
    calendar_id: str = ""
    """Google's CalendarID; empty until it was made."""
    calendar_name: str = ""
    open_url: str = ""
    """Where the calendar opens in Google Calendar."""
    shared_with: str = ""
    events: str = ""
    waiting: str = ""
    """How many changes are on their way to Google; empty if none is."""
    changed: str = ""
    changed_exact: str = ""
    dismissed: str = ""
    """Since when; empty if they are not."""
    same_email: str = ""
    """Who else has the address; empty if nobody has."""
    has_calendar: bool = False
    """A current one, which could be rebuilt or would be deleted."""
    may_rebuild: bool = False


@dataclass
class HistoryRow:
    """Something that was done."""

    words: str
    who: str
    when: str
    when_exact: str


@dataclass
class EarlierRow:
    """A calendar that goes or went."""

    name: str
    calendar_id: str
    state: str
    """In words."""
    since: str
    until: str


@dataclass
class HintsRow:
    """A message to the employee."""

    to: str = ""
    subject: str = ""
    text: str = ""
    mailto: str = ""
    """A link that opens it in the reader's own mail program."""
