"""Event ids, and the links that lead to events."""

import base64
import secrets


def link(base_url: str, event_id: str, calendar_id: str) -> str:
    """Return where a person finds an event."""
    encoded = base64.urlsafe_b64encode(f"{event_id} {calendar_id}".encode()).decode().rstrip("=")
    return f"{base_url}/event?eid={encoded}"


def new_id() -> str:
    """Return a random event id of Google's alphabet."""
    return base64.b32hexencode(secrets.token_bytes(16)).decode().lower()[:26]


def imported_id(ical_uid: str) -> str:
    """Return the id that an imported event gets from its iCalUID."""
    if len(ical_uid) > 600:  # noqa: PLR2004 - with which the id stays within its 1,024 characters
        return "_" + new_id()
    return "_" + base64.b32hexencode(ical_uid.encode("utf-8", "replace")).decode().lower().rstrip("=")
