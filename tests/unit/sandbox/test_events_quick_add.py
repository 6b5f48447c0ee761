"""What a sentence for quickAdd is read as."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ce_calendar.sandbox.google.events.quick_add import read

NOW = datetime(2027, 3, 1, 9, 17, 30, tzinfo=UTC)
"""A Monday, 10:17 in Berlin."""
BERLIN = ZoneInfo("Europe/Berlin")


def said(text: str) -> tuple[str, str, str]:
    event: dict[str, Any] = read(text, NOW, BERLIN)
    start, end = event["start"], event["end"]
    return event["summary"], start.get("dateTime") or start["date"], end.get("dateTime") or end["date"]


SENTENCES = {
    # A span, its second half deciding for both.
    "Lunch with Ann tomorrow 12pm-1pm": ("Lunch with Ann", "2027-03-02T12:00:00", "2027-03-02T13:00:00"),
    "Tomorrow 9-11am planning": ("planning", "2027-03-02T09:00:00", "2027-03-02T11:00:00"),
    # One time lasts an hour.
    "Call at 3pm": ("Call", "2027-03-01T15:00:00", "2027-03-01T16:00:00"),
    "Call 15:30 on 2027-03-05": ("Call", "2027-03-05T15:30:00", "2027-03-05T16:30:00"),
    # A time that is past today is tomorrow's.
    "Breakfast 8am": ("Breakfast", "2027-03-02T08:00:00", "2027-03-02T09:00:00"),
    # Past midnight.
    "Party on friday 10pm-2am": ("Party", "2027-03-05T22:00:00", "2027-03-06T02:00:00"),
    # A day alone.
    "Holiday on Wednesday": ("Holiday", "2027-03-03", "2027-03-04"),
    # Neither: now, for an hour.
    "Buy milk": ("Buy milk", "2027-03-01T10:17:00", "2027-03-01T11:17:00"),
    # Numbers that are no times.
    "Room 25:99 and 13pm": ("Room 25:99 and 13pm", "2027-03-01T10:17:00", "2027-03-01T11:17:00"),
    "On 2027-02-31": ("On 2027-02-31", "2027-03-01T10:17:00", "2027-03-01T11:17:00"),
}


@pytest.mark.parametrize("text", list(SENTENCES))
def test_a_sentence_is_read_as_an_event(text: str) -> None:
    assert said(text) == SENTENCES[text]
