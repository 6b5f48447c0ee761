"""What the settings of employee calendars show."""

from dataclasses import dataclass, field


@dataclass
class StepRow:
    """One step of setting up."""

    number: int
    title: str
    text: str
    is_done: bool


@dataclass
class ClientRow:
    """Whose OAuth client consents go through."""

    source: str = ""
    """`own`, `tenant`, `platform`, or empty while there is none."""
    client_id: str = ""
    is_own: bool = False
    since: str = ""
    may_remove: bool = False
    otherwise: str = ""
    """What would be used without the own one."""


@dataclass
class AddressRow:
    """An address that Google may send people back to."""

    uri: str
    is_in_use: bool


@dataclass
class AccountRow:
    """The central account."""

    email: str = ""
    """Empty while none is connected."""
    status: str = ""
    """`healthy`, `needs_reauth` or `leaving`."""
    since: str = ""
    since_exact: str = ""
    checked: str = ""
    may_give_up: bool = False
    """Google lets us in no more, so that it can only be left behind."""


@dataclass
class Trouble:
    """Something that a person has to know, or to cure."""

    kind: str = ""
    """A fixed word; empty if all is well."""
    tone: str = ""
    """`bad` or `wait`."""
    title: str = ""
    text: str = ""
    cure: list[str] = field(default_factory=list)
    """What to do, one after the other."""
    may_check: bool = False
    """Whether looking again shows if it was cured."""


@dataclass
class ProgressRow:
    """How far the calendars are."""

    title: str = ""
    text: str = ""
    waiting: str = ""
    """About calendars that Google does not make yet; empty if none waits."""
    percent: int = 0
    is_busy: bool = False
    shared: str = ""
    making: str = ""
    failing: str = ""


@dataclass
class Question:
    """What is asked before something happens."""

    kind: str = ""
    """`enable`, `pause`, `disconnect` or `give_up`; empty while nothing is asked."""
    title: str = ""
    effects: list[str] = field(default_factory=list)
    confirm: str = ""


@dataclass
class PreviewRow:
    """A calendar and an event, as the entered rules would have them."""

    calendar_name: str = ""
    title: str = ""
    when: str = ""
    location: str = ""
    description: str = ""
    note: str = ""
    """Whether it is made up."""
