"""What the list of employees shows."""

from dataclasses import dataclass


@dataclass
class CalendarWords:
    """How an employee's calendar stands."""

    state: str = "none"
    """`none`, `waiting`, `making`, `shared`, `failing` or `deleting`."""
    why: str = ""
    """Why it is not further, in plain words; empty if nothing holds it up."""


@dataclass
class EmployeeRow:
    """A line of the list."""

    id: str
    href: str
    name: str
    position: str
    email: str
    departments: str
    state: str
    """As in `CalendarWords`."""
    why: str
    events: str
    """How many events the calendar has; empty if there is none."""
    changed: str
    """How long ago the calendar last changed; empty if there is none."""
    changed_exact: str
    dismissed: str
    """Since when they are dismissed; empty if they are not."""


@dataclass
class StateFilter:
    """One choice of the filter by calendar state."""

    value: str
    """As in `CalendarWords`, or empty for all."""
    words: str


@dataclass
class DepartmentRow:
    """A department as it is chosen and kept."""

    id: str
    name: str
    members: str
    """How many belong to it, in words."""


@dataclass
class Banner:
    """What holds up everybody's calendars."""

    kind: str = ""
    """`off`, `no_account`, `needs_reauth`, `leaving`, `limit`; empty if nothing does."""
    title: str = ""
    text: str = ""


@dataclass
class BindingQuestion:
    """What the confirmation of a bulk change says."""

    is_open: bool = False
    is_bound: bool = False
    """Whether to bind, or to unbind."""
    title: str = ""
    effects: tuple[str, ...] = ()
    button: str = ""
    is_idle: bool = False
    """Nothing would change."""
