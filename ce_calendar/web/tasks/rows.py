"""What the tasks page shows."""

from dataclasses import dataclass, field


@dataclass
class Choice:
    """Something to choose from a list."""

    id: str = ""
    name: str = ""
    more: str = ""
    """What tells it from others of the same name."""


@dataclass
class StatusRow:
    """A status."""

    id: str = ""
    name: str = ""
    role: str = ""
    color_id: str = ""
    tasks: str = ""
    """How many tasks have it, in words."""
    is_used: bool = False


@dataclass
class TaskRow:
    """A line of the list."""

    id: str
    number: str
    title: str
    kind: str
    day: str
    """In words; "No date" without one."""
    time: str
    """In words; empty without a date."""
    is_late: bool
    """Open, and its day is over."""
    where: str
    """Customer and address."""
    status: StatusRow
    employees: str
    departments: str


@dataclass
class TaskForm:
    """What the dialog starts with; without an id it adds a task."""

    id: str = ""
    number: str = ""
    title: str = ""
    kind: str = ""
    status_id: str = ""
    day: str = ""
    time: str = ""
    duration: str = ""
    address: str = ""
    customer: str = ""
    description: str = ""
    department_ids: list[str] = field(default_factory=list)


@dataclass
class TaskFacts:
    """The same for somebody who only looks."""

    status: StatusRow = field(default_factory=StatusRow)
    when: str = ""
    employees: str = ""
    departments: str = ""


@dataclass
class TaskErrors:
    """What is wrong with what was entered, by field; `whole` is about none of them."""

    title: str = ""
    kind: str = ""
    day: str = ""
    time: str = ""
    duration: str = ""
    address: str = ""
    customer: str = ""
    description: str = ""
    employees: str = ""
    departments: str = ""
    whole: str = ""


@dataclass
class PlaceRow:
    """How a task stands in one employee's calendar."""

    employee: str
    through: str
    """Departments it is theirs through; empty if it is theirs by name alone."""
    place: str
    """One of `Place`."""
    since: str = ""
    """The calendar's first day, where that is the reason."""
    problem: str = ""


@dataclass
class StatusErrors:
    """What is wrong with a status that was entered."""

    name: str = ""
    whole: str = ""
