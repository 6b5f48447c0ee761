"""What may not stand in a log, and what must stay readable in it."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from ce_calendar.adapters.redaction import HIDDEN, is_telling, redact, scrub
from ce_calendar.domain.access import Role

SESSION_TOKEN = "wJ4mX0pQ-7hVt_2sYbK9cRfG3nLzA8eDuO5iT1xWqZk"
ACCESS = "ya29.a0AfB_byC-Qm3x"
REFRESH = "1//0gHk3-abcDEF_ghi"
JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl"
TITLE = "Dinner with Bob"


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        (f"session {SESSION_TOKEN} begun", SESSION_TOKEN),
        (f"got {ACCESS}", ACCESS),
        (f"got {REFRESH}.", REFRESH),
        ("code 4/0AeanS0a-bCdEfGh", "AeanS0a"),
        (f"id {JWT}", "eyJ"),
        ("client GOCSPX-abc", "GOCSPX-abc"),
        ("sealed gAAAAABmxyz_-k==", "ABmxyz"),
        (f"Authorization: Bearer {ACCESS}", "ya29"),
        ("authorization: Basic dXNlcjpwYXNz", "dXNlcjpwYXNz"),
        ("sent Bearer abcdef123", "abcdef123"),
        ("[(b'Set-Cookie', b'ce_session=short; Path=/')]", "short"),
        ("Cookie: ce_session=short; theme=dark", "short"),
        ('https://oauth2.googleapis.com:443 "POST /token?code=abc&state=xyz HTTP/1.1" 200 None', "abc"),
        ("GET https://www.googleapis.com/calendar/v3/calendars/primary/events?syncToken=CPDA&q=Dinner", "CPDA"),
        ("GET /events?q=Dinner", "Dinner"),
        ("back at https://app.example/#access_token=abc", "abc"),
        ("body code=abc&code_verifier=def&client_secret=ghi", "abc"),
        ("body code=abc&code_verifier=def&client_secret=ghi", "def"),
        ("body code=abc&code_verifier=def&client_secret=ghi", "ghi"),
        ('{"access_token": "short", "expires_in": 3599}', "short"),
        ("{'refresh_token': 'short'}", "short"),
        ("Using code_verifier: 'short'", "short"),
        ("password=hunter2", "hunter2"),
        ("postgresql DB_PASSWORD=hunter2", "hunter2"),
        (f"{{'summary': '{TITLE}', 'id': 'e1'}}", "Bob"),
        ('{"summary": "Bob\\"s dinner", "id": "e1"}', "dinner"),
        (f"CalendarEvent(title='{TITLE}', location='Clinic')", "Bob"),
        ("CalendarEvent(title='x', location='Clinic')", "Clinic"),
        (f"title={TITLE}", "Bob"),
        (f"Summary: {TITLE}, at eight", "eight"),
        ('"attendees": [{"displayName": "Bob", "x": 1}]', "Bob"),
        ("invited carla.contact+x@clinic.example today", "carla"),
        ("GET /calendar/v3/calendars/carla%40clinic.example/events", "carla"),
        ("GET /calendars/c_1a2b@group.calendar.google.com/events", "c_1a2b"),
        (f"failed with ValueError('{TITLE}')", "Bob"),
        (f"ValueError: {TITLE}", "Bob"),
        (f'<HttpError 403 when requesting https://g returned "{TITLE}". Details: "x">', "Bob"),
        (f"<Task finished exception=ValueError('{TITLE}')>", "Bob"),
        (
            f'Traceback (most recent call last):\n  File "a.py", line 1, in f\n    x("{TITLE}")\nValueError: {TITLE}',
            "Bob",
        ),
    ],
)
def test_no_secret_and_nobodys_words_stay_in_a_text(text: str, secret: str) -> None:
    assert secret in text
    assert secret not in scrub(text)


@pytest.mark.parametrize(
    "text",
    [
        "sync finished",
        "connection 0f3c9a7d52e84b6f9c1d7e2a5b8f4c60 is due",
        "lease refresh:0f3c9a7d52e84b6f9c1d7e2a5b8f4c60 is held, 2b3eb2ce-f281-47bf-8b61-e6177ed04123 waits",
        'Running job "sync:0f3c (trigger: date[2026-03-10 12:00:00 UTC])"',
        "constraint ix_ce_calendar_events_organization_id_identity_key exists",
        "test_the_application_sees_the_public_scheme_and_host",
        "/srv/site-packages/google_auth_httplib2.py",
        '10.0.0.1:5000 - "GET /ce/activity HTTP/1.1" 200',
        "Is it there? Yes",
        "raised TimeoutError after 3 attempts",
        "ce_calendar.adapters.persistence.people",
    ],
)
def test_ids_and_plain_words_stay_readable(text: str) -> None:
    assert scrub(text) == text


def test_an_address_stays_without_its_query() -> None:
    assert scrub("GET https://www.googleapis.com/calendar/v3/colors?key=abc done") == (
        f"GET https://www.googleapis.com/calendar/v3/colors?{HIDDEN} done"
    )


def test_a_traceback_in_a_text_keeps_places_and_types() -> None:
    text = (
        "[Reflex Backend Exception]\n Traceback (most recent call last):\n"
        '  File "a.py", line 1, in first\n    call(title)\n'
        f'googleapiclient.errors.HttpError: <HttpError 403 "{TITLE}\n{TITLE}: again\n\n'
        "During handling of the above exception, another exception occurred:\n\nTraceback (most recent call last):\n"
        f'  File "b.py", line 2, in second\n    raise X\nValueError: {TITLE}\n'
    )
    assert scrub(text).splitlines() == [
        "[Reflex Backend Exception]",
        " Traceback (most recent call last)",
        '  File "a.py", line 1, in first',
        "googleapiclient.errors.HttpError",
        '  File "b.py", line 2, in second',
        "ValueError",
    ]


@pytest.mark.parametrize(
    "key",
    [
        *(
            "token",
            "access_token",
            "refreshToken",
            "X-Goog-Channel-Token",
            "client_secret",
            "password",
            "password_hash",
        ),
        *("Authorization", "cookie", "code", "code_verifier", "state", "title", "summary", "event_title", "location"),
        *("description", "attendees", "email", "account_email", "organizerEmail", "body", "ciphertext", "credential"),
    ],
)
def test_telling_keys_hide_whatever_stands_under_them(key: str) -> None:
    assert is_telling(key)
    assert redact({key: ["anything"]}) == {key: HIDDEN}


@pytest.mark.parametrize(
    "key",
    [
        *("connection_id", "token_id", "event_count", "created", "skipped_reasons", "provider", "action", "outcome"),
        *("event", "level", "logger", "status", "error", "retry_after_seconds", "decoder", "statement_count"),
    ],
)
def test_other_keys_do_not(key: str) -> None:
    assert not is_telling(key)


@dataclass
class Meeting:
    subject: str


@pytest.mark.parametrize(
    ("value", "logged"),
    [
        (7, 7),
        (None, None),
        (True, True),
        (Role.ADMIN, "admin"),
        (datetime(2026, 3, 10, tzinfo=UTC), "2026-03-10 00:00:00+00:00"),
        ({"a": {"b": [{"title": TITLE}]}}, {"a": {"b": [{"title": HIDDEN}]}}),
        ((1, "a@b.example"), [1, "[email]"]),
        (b"Bearer abcdef123", f"Bearer {HIDDEN}"),
        # An object's own text may say anything.
        (Meeting(TITLE), "<Meeting>"),
        (ValueError(TITLE), "<ValueError>"),
        ({"a@b.example": 1}, {"[email]": 1}),
    ],
)
def test_values_are_brought_to_simple_and_safe_ones(value: object, logged: object) -> None:
    assert redact(value) == logged


@pytest.mark.parametrize(
    "text",
    ["a" * 1_000_000, "a." * 500_000, "?" * 100_000, "'" * 100_000, "token" * 100_000, "\\" * 100_000, "=" * 100_000],
)
def test_long_and_odd_texts_are_cut(text: str) -> None:
    """Before they are searched: otherwise the patterns would take minutes, and this test would time out."""
    assert len(scrub(text)) <= 2001
