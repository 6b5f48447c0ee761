"""An organization in which everybody has linked a calendar."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from ce_calendar.domain.access import Role
from ce_calendar.domain.meetings.connections import Connection, Provider, Status
from ce_calendar.domain.people import User
from ce_calendar.ports import OpenUnitOfWork
from tests.builders import make_connection, make_user

FIRST = ("Alma", "Bruno", "Clara", "Dario", "Edith", "Farid", "Greta", "Hugo", "Ines", "Jonas")
LAST = ("Adler", "Brandt", "Conti", "Dvořák", "Engel", "Fischer", "Grünwald", "Horn", "Ivanov", "Jansen")
IN_TROUBLE = 20
"""One in as many waits for its person."""


def add_many_connections(open_uow: OpenUnitOfWork, organization_id: str, count: int) -> list[Connection]:
    """Store as many people, each with an account of one provider or the other; none is due."""
    now = datetime.now(UTC)
    added = []
    with open_uow() as uow:
        for number in range(count):
            user = _person(organization_id, number)
            uow.users.add(user)
            connection = replace(
                make_connection(
                    user=user,
                    provider=Provider.MICROSOFT if number % 3 == 0 else Provider.GOOGLE,
                    account_email=f"{user.email.partition('@')[0]}@mail.example",
                    created_at=now,
                    next_sync_at=now + timedelta(days=1),
                    status=Status.NEEDS_REAUTH if number % IN_TROUBLE == 0 else Status.HEALTHY,
                ),
                last_sync_at=now - timedelta(minutes=number % 50),
                last_error="invalid_grant" if number % IN_TROUBLE == 0 else "",
            )
            uow.connections.add(connection)
            added.append(connection)
    return added


def _person(organization_id: str, number: int) -> User:
    name = f"{FIRST[number % 10]} {LAST[number // 10 % 10]} {number}"
    return make_user(
        organization_id=organization_id, email=f"person{number}@many.example", name=name, roles=[Role.STAFF]
    )
