"""Each calendar in the source archives of icalendar and recurring-ical-events shows the same to both."""

import contextlib
import sys
import tarfile
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from tests.strangers.comparing import ours, theirs
from tests.strangers.meeting import ANN, Sandbox
from tests.strangers.peculiar import DIFFERENT, NO_CALENDARS, NOT_COMPARED, NOTHING_TO_SHOW

SOURCES = Path(sys.prefix) / "sources"
WINDOW = (datetime(1990, 1, 1, tzinfo=UTC), datetime(2032, 1, 1, tzinfo=UTC))
FEWEST = 250
"""There are 260 in the pinned versions; if much fewer are found, something is wrong with where we look."""

# The libraries warn of what is odd in a calendar, as most of these are.
pytestmark = pytest.mark.filterwarnings("ignore")


@cache
def texts() -> dict[str, str]:
    """Each calendar by its place in its archive."""
    return dict(_read())


def _read() -> Iterator[tuple[str, str]]:
    for archive in sorted(SOURCES.glob("*.tar.gz")):
        with tarfile.open(archive) as opened:
            for member in opened.getmembers():
                file = opened.extractfile(member) if member.name.endswith(".ics") else None
                if file is not None:
                    yield member.name, file.read().decode("utf-8-sig")


def table(reasons: dict[str, tuple[str, ...]]) -> dict[str, str]:
    return {name: reason for reason, names in reasons.items() for name in names}


def short(place: str) -> str:
    return "/".join(place.split("/")[-2:])


CANNOT_READ, NOTHING = table(NOT_COMPARED), table(NOTHING_TO_SHOW)


def test_the_calendars_are_there_and_every_peculiar_one_is_among_them() -> None:
    assert len(texts()) >= FEWEST
    assert {*NO_CALENDARS, *CANNOT_READ, *NOTHING, *DIFFERENT} <= {short(place) for place in texts()}


@pytest.mark.parametrize("place", sorted(texts()), ids=lambda place: place.partition("/")[2])
def test_a_calendar_shows_the_same_events_to_both(sandbox: Sandbox, place: str) -> None:
    text, name = texts()[place], short(place)
    if name in NO_CALENDARS:
        with contextlib.suppress(ValueError):
            assert theirs(text, *WINDOW) == set()
        sandbox.control("accounts", email=ANN)
        answer = sandbox.http.post(f"{sandbox.url}/_sandbox/ics", json={"email": ANN, "ics": text}, timeout=60)
        assert (answer.status_code, answer.json()["error"][:4]) == (400, "ics:")
        return
    found, refused = ours(sandbox, text, *WINDOW)
    if name in CANNOT_READ:
        with pytest.raises((KeyError, AttributeError, TypeError)):
            theirs(text, *WINDOW)
        assert refused
        return
    expected = theirs(text, *WINDOW)
    assert bool(found or expected) == (name not in NOTHING)
    # Compared both ways, so that a reason that holds no longer leaves the table.
    assert (found == expected) == (name not in DIFFERENT), sorted(found ^ expected)
