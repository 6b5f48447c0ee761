"""What the contacts page shows."""

from dataclasses import dataclass


@dataclass
class ContactRow:
    """A line of the list."""

    id: str = ""
    name: str = ""
    email: str = ""
    company: str = ""


@dataclass
class FormErrors:
    """What is wrong with what was entered, by field; `whole` is about none of them."""

    name: str = ""
    email: str = ""
    company: str = ""
    whole: str = ""
