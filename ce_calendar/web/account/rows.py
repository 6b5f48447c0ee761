"""What the account page shows."""

from dataclasses import dataclass


@dataclass
class SessionRow:
    """A browser that is signed in."""

    id: str
    browser: str
    last_seen: str
    last_seen_exact: str
    is_this: bool


@dataclass
class PasswordErrors:
    """What is wrong with the entered passwords, by field; `whole` is about none of them."""

    current: str = ""
    new: str = ""
    again: str = ""
    whole: str = ""
