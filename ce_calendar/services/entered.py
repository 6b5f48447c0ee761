"""What people enter, checked in one place.

Handlers can be called by anyone with a socket, with any argument, so nothing here trusts its type hints: what is
not fit for the database (wrong type, control characters, half a surrogate pair) is refused in words.
"""

import re
from functools import cache
from zoneinfo import available_timezones

from babel import Locale, UnknownLocaleError
from email_validator import EmailNotValidError, validate_email

from ce_calendar.domain.errors import Invalid, NotFound

EMAIL_LENGTH = 254
NAME_LENGTH = 200
PASSWORD_LENGTHS = range(10, 201)
PAGE_LENGTHS = range(1, 201)
MAX_OFFSET = 10_000_000

_ID = re.compile(r"[0-9a-f]{32}")
_NUMBER = re.compile(r"-?[0-9]{1,18}")


def is_id(value: object) -> bool:
    """Whether this can be an id of ours at all."""
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def entered_id(value: object, *, what: str) -> str:
    """An id that may be looked up.

    Raises:
        NotFound: nothing of ours has such an id.
    """
    if not isinstance(value, str) or not is_id(value):
        raise NotFound(what)
    return value


def entered_text(value: object, *, field: str, label: str, limit: int = NAME_LENGTH, required: bool = False) -> str:
    """A single line without spaces around it.

    Raises:
        Invalid: missing, too long, or not a line of text.
    """
    if not isinstance(value, str):
        raise Invalid(f"{label} must be text.", field=field)
    text = " ".join(value.split())
    if required and not text:
        raise Invalid(f"{label} is missing.", field=field)
    if len(text) > limit:
        raise Invalid(f"{label} is too long: at most {limit} characters.", field=field)
    if not all(character.isprintable() for character in text):
        raise Invalid(f"{label} has characters that cannot be shown.", field=field)
    return text


def entered_lines(value: object, *, field: str, label: str, limit: int) -> str:
    """Text of several lines, without blank ones around it.

    Raises:
        Invalid: too long, or not text that can be shown.
    """
    if not isinstance(value, str):
        raise Invalid(f"{label} must be text.", field=field)
    text = "\n".join(line.rstrip() for line in value.splitlines()).strip("\n")
    if len(text) > limit:
        raise Invalid(f"{label} is too long: at most {limit:,} characters.", field=field)
    if not all(character.isprintable() or character in "\n\t" for character in text):
        raise Invalid(f"{label} has characters that cannot be shown.", field=field)
    return text


def entered_email(value: object, *, field: str = "email") -> str:
    """An email address as we store and compare it: lower case. Asks no name server.

    Raises:
        Invalid: not an address.
    """
    if not isinstance(value, str) or not value.strip():
        raise Invalid("Email is missing.", field=field)
    try:
        checked = validate_email(value.strip(), check_deliverability=False)
    except (EmailNotValidError, UnicodeError) as error:
        raise Invalid("This is not an email address.", field=field) from error
    address = checked.normalized.lower()
    if len(address) > EMAIL_LENGTH:
        raise Invalid("This email address is too long.", field=field)
    return address


def entered_emails(value: object, *, field: str, most: int) -> list[str]:
    """Addresses with line breaks, spaces, commas or semicolons between them, as `entered_email` gives each.

    Raises:
        Invalid: one of them is none, or there are too many.
    """
    if not isinstance(value, str):
        raise Invalid("Email addresses must be text.", field=field)
    words = re.split(r"[\s,;]+", value.strip()) if value.strip() else []
    if len(words) > most:
        raise Invalid(f"At most {most} email addresses.", field=field)
    found: dict[str, None] = {}
    for word in words:
        if not word:
            continue
        try:
            found[entered_email(word)] = None
        except Invalid as error:
            raise Invalid(f"“{shortened(word)}” is not an email address.", field=field) from error
    return list(found)


def shortened(text: str, *, limit: int = 60) -> str:
    """Text to be quoted in a message: what can be shown of it, and not all of it."""
    shown = "".join(character for character in text if character.isprintable())
    return shown if len(shown) <= limit else f"{shown[: limit - 1]}\N{HORIZONTAL ELLIPSIS}"


def entered_password(value: object, *, email: str, field: str = "password") -> str:
    """A new password, as it is: spaces count.

    Raises:
        Invalid: too short, too long, or the person's own email.
    """
    if not isinstance(value, str) or len(value) < PASSWORD_LENGTHS.start:
        raise Invalid(f"The password needs at least {PASSWORD_LENGTHS.start} characters.", field=field)
    if len(value) not in PASSWORD_LENGTHS:
        raise Invalid(f"The password may have at most {PASSWORD_LENGTHS.stop - 1} characters.", field=field)
    if value.strip().casefold() == email.casefold():
        raise Invalid("The password must not be your email address.", field=field)
    return value


@cache
def _zones() -> frozenset[str]:
    # These two say something about the server, not about a person.
    return frozenset(available_timezones() - {"localtime", "Factory"})


def entered_number(value: object, *, field: str, label: str, within: range, unit: str) -> int:
    """A whole number, as a number or as the text of a form.

    Args:
        value: what was entered.
        field: the form's name of it.
        label: the person's name of it.
        within: the numbers that will do.
        unit: what is counted, in the plural.

    Raises:
        Invalid: no whole number, or out of bounds.
    """
    # A flag is a number to Python.
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str) or not _NUMBER.fullmatch(text.strip()):
        raise Invalid(f"{label} must be a whole number of {unit}.", field=field)
    number = int(text)
    if number not in within:
        raise Invalid(f"{label} must be from {within.start} to {within.stop - 1} {unit}.", field=field)
    return number


def entered_zone(value: object) -> str:
    """An IANA time zone.

    Raises:
        Invalid: no such zone.
    """
    if not isinstance(value, str) or value not in _zones():
        raise Invalid("There is no such time zone.", field="zone")
    return value


def entered_language(value: object) -> str:
    """A BCP 47 tag that dates can be written in, such as `en-GB`; what follows language and region is dropped.

    Raises:
        Invalid: no such language.
    """
    if not isinstance(value, str) or not value.isascii():
        raise Invalid("There is no such language.", field="language")
    # Browsers add wishes such as `-u-hc-h12`, and regions that have no dates of their own.
    tag = re.split(r"-[a-z0-9]-", value.strip().lower(), maxsplit=1)[0]
    for candidate in (tag, tag.partition("-")[0]):
        try:
            locale = Locale.parse(candidate, sep="-")
        except (UnknownLocaleError, ValueError, TypeError):
            continue
        return "-".join(part for part in (locale.language, locale.script, locale.territory) if part)
    raise Invalid("There is no such language.", field="language")


def entered_page(offset: object, limit: object) -> tuple[int, int]:
    """Where a page starts and how long it is, brought into bounds.

    Raises:
        Invalid: not numbers.
    """
    if not isinstance(offset, int) or not isinstance(limit, int):
        raise Invalid("There is no such page.")
    return min(max(offset, 0), MAX_OFFSET), min(max(limit, PAGE_LENGTHS.start), PAGE_LENGTHS.stop - 1)
