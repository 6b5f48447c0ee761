"""What the contacts page shows."""

from dataclasses import dataclass, field


@dataclass
class ContactRow:
    """A line of the list."""

    id: str = ""
    name: str = ""
    email: str = ""
    company: str = ""
    other_emails: str = ""
    """Further addresses, one on each line."""
    also: str = ""
    """The same, as the list shows them."""


@dataclass
class PairRow:
    """Two contacts that may be one person."""

    one: ContactRow
    other: ContactRow


@dataclass
class FormErrors:
    """What is wrong with what was entered, by field; `whole` is about none of them."""

    name: str = ""
    email: str = ""
    company: str = ""
    other_emails: str = ""
    whole: str = ""


@dataclass
class EntryRow:
    """A line of the import's sample."""

    name: str
    email: str
    company: str
    fate: str
    """`new`, `filled`, `differs` or `same`."""
    ours: str
    """What we have, where the file says something else."""


@dataclass
class BadRow:
    """A line of the file that cannot be taken."""

    line: int
    reason: str


@dataclass
class PreviewRow:
    """What a file says, and what taking it over would do."""

    new: int = 0
    filled: int = 0
    differing: int = 0
    unchanged: int = 0
    overwritten: int = 0
    """How many contacts change if the file is right where it differs."""
    first: list[EntryRow] = field(default_factory=list)
    more: int = 0
    bad: list[BadRow] = field(default_factory=list)
    bad_total: int = 0
    doubles: int = 0
    double_lines: str = ""
    columns: str = ""
    ignored: str = ""
    encoding: str = ""
