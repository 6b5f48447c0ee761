"""What must not stand in a log is taken out here: secrets, and the words of people's calendars.

Two nets. Values under a telling key go whole. Text is searched for what looks like a secret or like a telling key
with its value; there, rather too much is taken than too little. Ids of ours, counts and fixed words pass both.
"""

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import date, timedelta
from enum import Enum
from pathlib import PurePath
from uuid import UUID

HIDDEN = "[hidden]"
LONGEST_TEXT = 2000

_TELLING_ANYWHERE = """
    token tokens secret secrets password passwords passwd authorization cookie cookies credential credentials verifier
    ciphertext assertion bearer jwt nonce
"""
SECRET_WORDS = frozenset(_TELLING_ANYWHERE.split())
"""Tell wherever they stand in a key: `refresh_token`, `X-Goog-Channel-Token`."""

_TELLING_AT_THE_END = """
    code state title titles summary description location attendees attendee guest guests organizer creator email emails
    mail body content text subject search query params parameters exception errors
"""
PERSONAL_WORDS = frozenset(_TELLING_AT_THE_END.split())
"""Tell when they are the whole key, or its last word: `account_email`, but not `state_id`."""

_KEY = r"[\w.-]*(?:{secrets})[\w-]*|(?:[\w-]+[_-])?(?:{personal})".format(
    secrets="|".join(sorted(SECRET_WORDS)), personal="|".join(sorted(PERSONAL_WORDS))
)

TRACEBACK = "Traceback (most recent call last)"
_FRAME = re.compile(r'\s*\|?\s*File "[^"]*", line \d+, in \S+')
_RAISED = re.compile(r"\s*\|?\s*((?:\w+\.)+\w+|\w+(?:Error|Exception|Warning|Interrupt|Exit|Group))(?::|$)")

_PATTERNS = [
    # Headers, in the wire's form or as a pair of byte strings: everything up to the end of the line.
    (re.compile(r"""(?i)\b((?:proxy-)?authorization|(?:set-)?cookie)\b(["']?\s*[:=,]\s*).*"""), rf"\1\2{HIDDEN}"),
    # Queries and fragments of addresses: codes, states, tokens, search words, cursors.
    (re.compile(r"""([?#])[^\s"'<>?#]*=[^\s"'<>]*"""), rf"\1{HIDDEN}"),
    # A telling key and its value: a quoted string, or else whatever follows.
    (
        re.compile(
            rf"""(?i)(?<![\w.-])(["']?)({_KEY})\1(\s*[:=]\s*)b?(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^&\n]*)"""
        ),
        rf"\1\2\1\3{HIDDEN}",
    ),
    # An exception written into a text, by str() or by repr(): everything after its type.
    (re.compile(r"\b(\w+(?:Error|Exception))\b[^\w\s.].*|\b(\w+(?:Error|Exception)) \d.*"), rf"\1\2 {HIDDEN}"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{6,}"), rf"\1 {HIDDEN}"),
    # JSON web tokens; Google's access and refresh tokens, codes and client secrets; Fernet's ciphertexts.
    (re.compile(r"\b(?:eyJ[\w-]{6,}\.[\w.-]*|ya29\.[\w.-]+|[14]/[/0][\w-]{6,}|GOCSPX-[\w-]+|gAAAA[\w=-]+)"), HIDDEN),
    # Addresses of people, and of calendars, which Google names like mailboxes.
    (re.compile(r"(?<![\w.+%-])[\w.+%-]+(?:@|%40)[\w-]+(?:\.[\w-]+)*"), "[email]"),
]
_RUN = re.compile(r"[A-Za-z0-9_-]{24,}|[A-Za-z0-9+/]{40,}={0,2}")
_LONG_RUN = 40


def redact(value: object, key: str = "") -> object:
    """A value as it may be logged: simple types alone, whatever the caller handed over."""
    if key and is_telling(key):
        return HIDDEN
    safe: object
    match value:
        case Enum():
            safe = redact(value.value)
        case None | bool() | int() | float():
            safe = value
        case str():
            safe = scrub(value)
        case bytes():
            safe = scrub(value.decode("utf-8", "replace"))
        case Mapping():
            safe = {scrub(str(name)): redact(each, str(name)) for name, each in value.items()}
        case list() | tuple() | AbstractSet():
            safe = [redact(each) for each in value]
        case date() | timedelta() | UUID() | PurePath():
            safe = scrub(str(value))
        case _:
            # An object's own text may say anything.
            safe = f"<{type(value).__name__}>"
    return safe


def is_telling(key: str) -> bool:
    """Whether whatever stands under this key is hidden."""
    words = [word.lower() for word in re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+", key)]
    if not words or words[-1] in {"id", "ids", "count", "seconds"}:
        return False
    return words[-1] in PERSONAL_WORDS or not SECRET_WORDS.isdisjoint(words)


def scrub(text: str) -> str:
    """Text without what looks like a secret, an address or somebody's words."""
    text = text[: 5 * LONGEST_TEXT]
    if TRACEBACK in text:
        text = _without_messages(text)
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    text = _RUN.sub(_hidden_if_random, text)
    return text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}…"


def _hidden_if_random(match: re.Match[str]) -> str:
    """Our ids are 32 small letters and digits, and names are words; what mixes more is a token."""
    run = match.group()
    has_digit = any(character.isdigit() for character in run)
    has_upper, has_lower = run != run.lower(), run != run.upper()
    is_random = (has_digit or has_upper) if len(run) >= _LONG_RUN else (has_digit and has_upper and has_lower)
    return HIDDEN if is_random else run


def _without_messages(text: str) -> str:
    """A traceback that somebody wrote into a message, cut down to places and types."""
    before, _, traceback = text.partition(TRACEBACK)
    kept = [TRACEBACK]
    for line in traceback.splitlines()[1:]:
        if found := _FRAME.match(line):
            kept.append(found.group())
        elif found := _RAISED.match(line):
            kept.append(found.group(1))
    return before + "\n".join(kept)
