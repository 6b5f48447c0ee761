"""An installation of the bench's own: a SQLite file in a temporary folder, wired by the product's own bootstrap."""

import json
import secrets
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from cryptography.fernet import Fernet

from bench.calendar import ACCOUNT, CONTACTS, contact_email
from ce_calendar.adapters.idle import LeftForLater, NobodyListens
from ce_calendar.adapters.logs import configure_logging
from ce_calendar.adapters.persistence.unit_of_work import unit_of_work_on
from ce_calendar.adapters.system import calm_collector
from ce_calendar.bootstrap import build_services, engine_of, open_vault, prepare_database
from ce_calendar.domain.access import Actor, Role
from ce_calendar.domain.meetings.connections import ClientSource, Connection, Credential, Provider, Status
from ce_calendar.domain.meetings.privacy import PrivacyLevel
from ce_calendar.domain.people import User
from ce_calendar.ports import OpenUnitOfWork, VaultEntry
from ce_calendar.services.credentials import PURPOSE, to_bytes
from ce_calendar.services.registry import Services
from ce_calendar.settings import Settings

ORGANIZATION = "bench"
EMAIL = "bench@lakeside.example"
PASSWORD = secrets.token_urlsafe(16)
CLIENT_ID = "bench-client.apps.example"


@dataclass(frozen=True)
class Installation:
    """A migrated database with one person, and the services on it."""

    environment: Mapping[str, str]
    """The same settings, for a process to start with."""
    settings: Settings
    services: Services
    open_uow: OpenUnitOfWork
    actor: Actor

    def connect(self, account: str = ACCOUNT, *, user_id: str = "") -> str:
        """Link an account, as consent and callback leave it; returns the connection's id. Its first sync is due."""
        now = datetime.now(UTC)
        connection = Connection(
            id=uuid4().hex,
            organization_id=self.actor.organization_id,
            user_id=user_id or self.actor.user_id,
            provider=Provider.GOOGLE,
            subject_id=uuid4().hex,
            account_email=account,
            client_id=CLIENT_ID,
            client_source=ClientSource.PLATFORM,
            status=Status.HEALTHY,
            sync_enabled=True,
            privacy_level=PrivacyLevel.FULL,
            created_at=now,
            credential_vault_ref=uuid4().hex,
            next_sync_at=now,
        )
        credential = Credential(
            client_id=CLIENT_ID,
            access_token="bench-access",  # noqa: S106 - the static server looks at none
            refresh_token="bench-refresh",  # noqa: S106 - as above
            expires_at=now + timedelta(days=1),
        )
        sealed = open_vault(self.settings).seal(
            to_bytes(credential),
            organization_id=connection.organization_id,
            owner_id=connection.id,
            purpose=PURPOSE,
        )
        entry = VaultEntry(connection.credential_vault_ref or "", connection.organization_id, PURPOSE, sealed, 1)
        with self.open_uow() as uow:
            uow.vault.add(entry, now=now)
            uow.connections.add(connection)
        return connection.id

    def connect_many(self, count: int) -> None:
        """So many connections, two to a person, each synced once."""
        for number in range(count):
            if number % 2 == 0:
                person = replace(
                    self._person(), id=uuid4().hex, email=f"p{number}@lakeside.example", name=f"P {number}"
                )
                with self.open_uow() as uow:
                    uow.users.add(person)
            connection_id = self.connect(f"account{number}@gmail.example", user_id=person.id)
            assert self.services.syncing.run(connection_id) is not None

    def _person(self) -> User:
        with self.open_uow(reading=True) as uow:
            person = uow.users.get(self.actor.user_id)
        assert person is not None
        return person

    def add_contacts(self, contacts: Iterable[tuple[str, str, str]]) -> None:
        """Name, email and company of each."""
        self.services.directory.add_contacts(organization_slug=ORGANIZATION, contacts=list(contacts))


def known_contacts() -> Iterator[tuple[str, str, str]]:
    """Those whom the calendar's meetings are with."""
    return ((f"Contact {number}", contact_email(number), f"Partner {number % 40}") for number in range(CONTACTS))


def install(folder: Path, *, google: str, port: int = 3000) -> Installation:
    """Prepare everything in this folder, in a process that minds its memory as the served one does."""
    folder.mkdir(exist_ok=True)
    calm_collector()
    configure_logging("ERROR")
    environment = {
        "CE_PUBLIC_URL": f"http://localhost:{port}",
        "CE_DATABASE_URL": f"sqlite:///{folder / 'ce.db'}",
        "CE_VAULT_KEYS": Fernet.generate_key().decode(),
        "CE_VAULT_KEYS_FILE": "",
        "CE_LOG_LEVEL": "ERROR",
        "CE_GOOGLE_API_URL": google,
        "CE_GOOGLE_TOKEN_URL": f"{google}/token",
        "GOOGLE_CALENDAR_CLIENT_ID": CLIENT_ID,
        "GOOGLE_CALENDAR_CLIENT_SECRET": "bench-secret",
        "VITE_GOOGLE_CALENDAR_CLIENT_ID": "",
    }
    settings = Settings.model_validate(environment)
    prepare_database(settings)
    services = build_services(settings, announcer=NobodyListens(), jobs=LeftForLater())
    services.directory.add_organization(slug=ORGANIZATION, name="Bench")
    services.directory.add_user(
        organization_slug=ORGANIZATION, email=EMAIL, name="Bench", password=PASSWORD, roles={Role.ADMIN}
    )
    token = services.accounts.sign_in(email=EMAIL, password=PASSWORD, remote="127.0.0.1", user_agent="bench")
    return Installation(
        environment,
        settings,
        services,
        unit_of_work_on(engine_of(settings)),
        services.accounts.actor_for(token, touch=False),
    )


if __name__ == "__main__":
    # For the floor, whose process shall have loaded nothing of ours.
    prepared = install(Path(sys.argv[1]), google=sys.argv[2])
    prepared.add_contacts(known_contacts())
    print(json.dumps([prepared.actor.organization_id, prepared.connect()]))
