"""What an earlier system left in the demo: connections whose credentials wait for the vault, one of them broken.

They belong to people other than those who try the connect buttons, whose own cards are those they made.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from cryptography.fernet import Fernet

from ce_calendar.adapters.google.oauth import SCOPES
from ce_calendar.domain.meetings.connections import Provider
from ce_calendar.services.importing import COLUMNS, ConnectionImport

ORGANIZATION = "demo"


@dataclass(frozen=True, slots=True)
class LegacyAccount:
    """An account that somebody linked in the earlier system."""

    user_email: str
    provider: Provider
    account: str
    name: str
    meetings: Sequence[tuple[int, int, str, str]]
    """Days from today, hour (UTC), title and guest."""
    is_broken: bool = False
    """Its tokens were encrypted with a key that is lost."""


LEGACY_ACCOUNTS = (
    LegacyAccount(
        "viewer@demo.example",
        Provider.GOOGLE,
        "vera.lind@gmail.example",
        "Vera Lind",
        (
            (-6, 15, "Privacy questions, Harbor Clinic", "aisha.khan@harborclinic.example"),
            (2, 16, "Report template review", "maria.lopez@riverside.example"),
            (9, 14, "Partner survey, questions", "omar.haddad@bridgehealth.example"),
            (23, 15, "Annual figures", "james.chen@riverside.example"),
        ),
    ),
    LegacyAccount(
        "dispatcher@demo.example",
        Provider.MICROSOFT,
        "dana.koch@outlook.example",
        "Dana Koch",
        (
            (-3, 13, "Route changes, Green Valley", "tom.baker@greenvalley.example"),
            (1, 14, "Home visits next week", "nina.petrova@sunrisecare.example"),
            (15, 13, "Transport vouchers, next steps", "tom.baker@greenvalley.example"),
        ),
    ),
    LegacyAccount(
        "colleague@demo.example",
        Provider.GOOGLE,
        "casey.brooks@gmail.example",
        "Casey Brooks",
        (
            (-8, 14, "Contract questions", "james.chen@riverside.example"),
            (3, 15, "Screening day, room plan", "aisha.khan@harborclinic.example"),
            (12, 16, "Interpreter hours", "nina.petrova@sunrisecare.example"),
        ),
        is_broken=True,
    ),
)


@dataclass(frozen=True, slots=True)
class LegacyWorld:
    """Where the sandbox is, which clients its grants are for, and the earlier system's key."""

    addresses: Mapping[Provider, str]
    clients: Mapping[Provider, str]
    key: str


def seed_legacy(connection_import: ConnectionImport, world: LegacyWorld) -> None:
    """Bring what is not there yet. What was moved, linked anew or disconnected since does not come back."""
    known = connection_import.known_accounts(ORGANIZATION)
    missing = [each for each in LEGACY_ACCOUNTS if (each.user_email, each.provider, each.account) not in known]
    if missing:
        connection_import.take(_csv([_row(each, world) for each in missing]), organization_slug=ORGANIZATION)


def _row(account: LegacyAccount, world: LegacyWorld) -> tuple[str, ...]:
    """As the earlier system would export it, with a grant that really opens the account."""
    control = f"{world.addresses[account.provider]}/_sandbox"
    events = [_EVENT[account.provider](*meeting) for meeting in account.meetings]
    _ask(f"{control}/accounts", email=account.account, name=account.name, events=events)
    scopes = {"scopes": list(SCOPES)} if account.provider is Provider.GOOGLE else {}
    client_id = world.clients[account.provider]
    granted = _ask(f"{control}/grant", email=account.account, client_id=client_id, **scopes)
    fernet = Fernet(Fernet.generate_key() if account.is_broken else world.key)
    tokens = (fernet.encrypt(granted[name].encode()).decode() for name in ("access_token", "refresh_token"))
    return (account.user_email, account.provider.value, account.account, *tokens, client_id)


def _ask(address: str, **fields: object) -> dict[str, Any]:
    answer = httpx.post(address, json=fields, trust_env=False)
    answer.raise_for_status()
    told: dict[str, Any] = answer.json()
    return told


def _csv(rows: Sequence[tuple[str, ...]]) -> bytes:
    file = io.StringIO(newline="")
    csv.writer(file).writerows([COLUMNS, *rows])
    return file.getvalue().encode()


def _google_event(day: int, hour: int, title: str, guest: str) -> dict[str, Any]:
    start = _moment(day, hour)
    return {
        "summary": title,
        "start": {"dateTime": start.isoformat()},
        "end": {"dateTime": (start + timedelta(hours=1)).isoformat()},
        "attendees": [{"email": guest, "responseStatus": "accepted"}],
    }


def _microsoft_event(day: int, hour: int, title: str, guest: str) -> dict[str, Any]:
    start = _moment(day, hour)
    return {
        "subject": title,
        "start": _in_utc(start),
        "end": _in_utc(start + timedelta(hours=1)),
        "attendees": [{"emailAddress": {"name": guest, "address": guest}, "status": {"response": "accepted"}}],
    }


def _in_utc(moment: datetime) -> dict[str, str]:
    return {"dateTime": moment.replace(tzinfo=None).isoformat(), "timeZone": "UTC"}


def _moment(day: int, hour: int) -> datetime:
    today = datetime.now(UTC).replace(hour=hour, minute=0, second=0, microsecond=0)
    return today + timedelta(days=day)


_EVENT = {Provider.GOOGLE: _google_event, Provider.MICROSOFT: _microsoft_event}
