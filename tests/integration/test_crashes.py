"""A process that dies between any two steps: whoever comes next ends where an undisturbed one does.

Each scenario runs once in peace, which counts its steps: every transaction's begin and commit, every call to the
provider and every answer. Then it runs once more for each step, and is killed there. What was queued in memory is
lost, leases stay behind. A new process does what the ticks do, the person repeats what they see did not happen, and
then database and provider must look as after the undisturbed run. The same with a failure the process survives.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

import pytest
from sqlalchemy import Engine, text

from ce_calendar.adapters.legacy_keys import FernetLegacyKeys
from ce_calendar.adapters.memory import MemoryAuthorizer, MemoryMeetings, MemoryWorld
from ce_calendar.adapters.persistence.unit_of_work import unit_of_work_on
from ce_calendar.adapters.vault import FernetVault
from ce_calendar.domain.access import Actor
from ce_calendar.domain.errors import ProviderError, Refused
from ce_calendar.domain.meetings.connections import LINKED, OWNER_ROLE, Connection, Provider, ProviderCalendar, Status
from ce_calendar.domain.meetings.privacy import PrivacyLevel
from ce_calendar.services.audit import Audit
from ce_calendar.services.backfill import Backfill
from ce_calendar.services.clients import Clients
from ce_calendar.services.connecting import Connecting
from ce_calendar.services.connections import ConnectionBook
from ce_calendar.services.contacts import ContactBook
from ce_calendar.services.credentials import Credentials
from ce_calendar.services.identifying import Identifying
from ce_calendar.services.importing import ConnectionImport
from ce_calendar.services.syncing import Syncing
from tests.builders import Town, make_session, settle
from tests.builders_meetings import add_contact, make_event
from tests.conftest import NOON, FixedClock
from tests.support.doubles import ListedAnnouncements, ListedJobs
from tests.support.mortal import Killed, Power, Wire, mortal_uow
from tests.unit.services.linking import KEYS, WORK
from tests.unit.services.migrating import LOST_KEY, OLD_KEY, csv_file, csv_line, encrypted

OLGA, LOST = "olga@gmail.example", "lost@gmail.example"
CARLA, DORA = "carla@clinic.example", "dora@clinic.example"
DAY = timedelta(days=1)
PAGE_SIZE = 2
ROUNDS = 10


@dataclass
class Process:
    """The services of one process, and the power it runs on."""

    power: Power
    connecting: Connecting
    book: ConnectionBook
    contacts: ContactBook
    syncing: Syncing
    backfill: Backfill
    importing: ConnectionImport

    def tick(self) -> None:
        """Do what the scheduler finds to do, until there is nothing."""
        self.syncing.housekeeping()
        for _ in range(ROUNDS):
            ending, due, owed = self.book.disconnecting(), self.syncing.due(), self.backfill.owed()
            if not ending and not due and not owed:
                return
            for organization_id in owed:
                self.backfill.run(organization_id)
            for connection_id in ending:
                self.book.finish_disconnect(connection_id)
            for connection_id in due:
                self.syncing.run(connection_id)
        raise AssertionError("There is no end to what is due.")


class Site:
    """What outlives a process: the database, the provider, the clock, and the person before the screen."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        with engine.begin() as connection:
            for table in ("organizations", "audit_log", "leases"):
                connection.execute(text(f"DELETE FROM {table}"))
        self.uow = unit_of_work_on(engine)
        self.clock = FixedClock()
        self.world = MemoryWorld(self.clock, page_size=PAGE_SIZE)
        self.world.add_account(WORK)
        self.town: Town = settle(self.uow)
        session = make_session(user=self.town.staff)
        with self.uow() as unit:
            unit.sessions.add(session)
            add_contact(unit, self.town.organization.id, CARLA)
        self.person: Actor = self.town.actor(self.town.staff, session_id=session.id)
        self.world.add_calendar(WORK, ProviderCalendar("second", "Second", "UTC", OWNER_ROLE))
        self.world.put("second", make_event("elsewhere", guests=[CARLA]))
        self.world.put(
            WORK,
            make_event("past", guests=[CARLA], starts_at=NOON - 3 * DAY),
            make_event("coming", guests=[CARLA]),
            make_event("moving", guests=[CARLA, DORA], starts_at=NOON + 2 * DAY),
            make_event("going", guests=[CARLA]),
            make_event("with-dora", guests=[DORA]),
            make_event("alone"),
        )

    @cached_property
    def legacy_file(self) -> bytes:
        """What the earlier system left: two that open, and one that does not."""
        return csv_file(
            self._legacy_line("staff@demo.example", WORK),
            self._legacy_line("colleague@demo.example", OLGA),
            self._legacy_line("colleague@demo.example", LOST, key=LOST_KEY),
        )

    def _legacy_line(self, user: str, account: str, *, key: str = OLD_KEY) -> str:
        if account != WORK:
            self.world.add_account(account)
        credential = self.world.grant(account)
        return csv_line(user=user, account=account, refresh=encrypted(credential.refresh_token, key))

    def process(self, power: Power | None = None) -> Process:
        """Start one."""
        power = power or Power()
        open_uow = mortal_uow(self.uow, power)
        audit = Audit(open_uow=open_uow, clock=self.clock)
        authorizer: Any = Wire(MemoryAuthorizer(self.world), power)
        clients = Clients(open_uow=open_uow, installed=[(Provider.GOOGLE, authorizer)])
        common: dict[str, Any] = {"open_uow": open_uow, "clock": self.clock}
        told: dict[str, Any] = {"audit": audit, "announcer": ListedAnnouncements(), "jobs": ListedJobs()}
        credentials = Credentials(**common, vault=FernetVault(KEYS), clients=clients, pause=self._pause)
        backfill = Backfill(
            **common, **told, keys=FernetLegacyKeys([OLD_KEY]), credentials=credentials, pause=lambda _seconds: None
        )
        return Process(
            power=power,
            connecting=Connecting(
                **common,
                **told,
                vault=FernetVault(KEYS),
                clients=clients,
                credentials=credentials,
                public_url="http://localhost:3000",
                pause=self._pause,
            ),
            book=ConnectionBook(
                **common, **told, credentials=credentials, take_over=backfill.take_over, pause=self._pause
            ),
            backfill=backfill,
            importing=ConnectionImport(**common, audit=audit, clients=clients),
            contacts=ContactBook(**common, **told),
            syncing=Syncing(
                **common,
                **told,
                providers={Provider.GOOGLE: Wire(MemoryMeetings(self.world), power)},
                credentials=credentials,
                identify=Identifying(**common, credentials=credentials, audit=audit).identify,
            ),
        )

    def _pause(self, seconds: float) -> None:
        self.clock.advance(timedelta(seconds=seconds))

    def linked(self) -> Sequence[Connection]:
        """What the settings page shows the person."""
        with self.uow() as unit:
            return [
                each for each in unit.connections.of_organization(self.town.organization.id) if each.status in LINKED
            ]

    def connection_id(self) -> str:
        return self.linked()[0].id

    def contact_emails(self) -> dict[str, str]:
        with self.uow() as unit:
            return dict(unit.contacts.ids_by_email(self.town.organization.id))

    def change_the_calendar(self) -> None:
        """What happens at the provider between two syncs."""
        self.world.put(WORK, make_event("new", guests=[CARLA], title="New"))
        self.world.put(WORK, make_event("moving", guests=[CARLA], starts_at=NOON + 5 * DAY, title="Moved"))
        self.world.put(WORK, make_event("coming", guests=[DORA]))
        self.world.remove(WORK, "going")
        self.world.put("second", make_event("elsewhere-too", guests=[DORA]))
        # Access tokens have run out by then, too.
        self.clock.advance(timedelta(hours=2))

    def picture(self) -> dict[str, object]:
        """All that should not depend on what a run met with."""
        queries = {
            "connections": "SELECT account_email, status, sync_enabled, privacy_level, keep_past, last_error, failures,"
            " credential_vault_ref IS NOT NULL, last_sync_at IS NOT NULL, access_token_encrypted IS NULL,"
            " refresh_token_encrypted IS NULL, subject_id FROM ce_calendar_connections ORDER BY account_email",
            "backfill": "SELECT total, done, failed, finished_at IS NOT NULL FROM ce_vault_backfills",
            "calendars": "SELECT provider_calendar_id, is_selected, cursor <> '', window_end,"
            " cursor_version = full_read_version"
            " FROM ce_connected_calendars JOIN ce_calendar_connections c ON c.id = connection_id ORDER BY 1",
            "events": "SELECT provider_event_id, title, starts_at, CAST(attendees AS TEXT), content_hash <> ''"
            " FROM ce_calendar_events ORDER BY provider_event_id",
            "activities": "SELECT identity_key, email, starts_at, (SELECT COUNT(*) FROM ce_event_activities"
            " WHERE activity_id = a.id) FROM ce_activities a JOIN ce_contacts c ON c.id = contact_id ORDER BY 1, 2",
            "secrets": "SELECT purpose, COUNT(*) FROM credential_vault GROUP BY purpose",
            "consents under way": "SELECT COUNT(*) FROM oauth_flows",
            "runs under way": "SELECT COUNT(*) FROM sync_runs WHERE outcome = 'running'",
            "trail": "SELECT DISTINCT action FROM audit_log WHERE outcome = 'done' ORDER BY action",
        }
        with self.engine.connect() as connection:
            found = {name: [tuple(row) for row in connection.execute(text(query))] for name, query in queries.items()}
        return {**found, "contacts": sorted(self.contact_emails()), "granted": self.world.is_granted(WORK)}


# -- scenarios: what is there before, what a process does, what the person repeats if they see it did not happen ---


@dataclass(frozen=True)
class Scenario:
    before: Callable[[Site], None]
    act: Callable[[Site, Process], None]
    repeat: Callable[[Site, Process], None] = lambda _site, _process: None


def nothing(_site: Site) -> None: ...


def connect(site: Site, process: Process) -> None:
    url = process.connecting.start(site.person, provider=Provider.GOOGLE)
    code, state = site.world.consent(url, WORK)
    process.connecting.finish(site.person, provider=Provider.GOOGLE, state=state, code=code, error="")


def connect_if_missing(site: Site, process: Process) -> None:
    if not site.linked():
        connect(site, process)


def connected(site: Site) -> None:
    connect(site, site.process())


def synced(site: Site) -> None:
    connected(site)
    site.process().tick()


def changed(site: Site) -> None:
    synced(site)
    site.change_the_calendar()


def expired(site: Site) -> None:
    changed(site)
    site.world.expire_cursors()


def sync(site: Site, process: Process) -> None:
    process.syncing.run(site.connection_id())


def disconnect(site: Site, process: Process) -> None:
    connection_id = site.connection_id()
    process.book.disconnect(site.person, connection_id=connection_id)
    process.book.finish_disconnect(connection_id)


def disconnect_wholly(site: Site, process: Process) -> None:
    connection_id = site.connection_id()
    process.book.disconnect(site.person, connection_id=connection_id, delete_past=True)
    process.book.finish_disconnect(connection_id)


def if_linked(act: Callable[[Site, Process], None]) -> Callable[[Site, Process], None]:
    return lambda site, process: act(site, process) if site.linked() else None


def add_dora(site: Site, process: Process) -> None:
    if DORA not in site.contact_emails():
        process.contacts.add(site.person, name="Dora", email=DORA)
        sync(site, process)


def turn_carla_into_dora(site: Site, process: Process) -> None:
    if DORA not in site.contact_emails():
        contact_id = site.contact_emails()[CARLA]
        process.contacts.edit(site.person, contact_id=contact_id, name="Dora", email=DORA, company="")
        sync(site, process)


def show_less(site: Site, process: Process) -> None:
    process.book.set_privacy(site.person, connection_id=site.connection_id(), level=PrivacyLevel.BUSY_ONLY)
    sync(site, process)


def sign_in_again(site: Site, process: Process) -> None:
    url = process.connecting.start(site.person, provider=Provider.GOOGLE, connection_id=site.connection_id())
    code, state = site.world.consent(url, WORK)
    process.connecting.finish(site.person, provider=Provider.GOOGLE, state=state, code=code, error="")
    sync(site, process)


def brought(site: Site) -> None:
    bring(site, site.process())


def bring(site: Site, process: Process) -> None:
    process.importing.take(site.legacy_file)


def move(site: Site, process: Process) -> None:
    process.backfill.start(site.person)
    process.backfill.run(site.town.organization.id)


def move_over(site: Site, process: Process) -> None:
    bring(site, process)
    move(site, process)


def move_over_if_needed(site: Site, process: Process) -> None:
    bring(site, process)
    view = process.backfill.view(site.person)
    if view.pending and not view.is_running:
        move(site, process)


def moved(site: Site) -> None:
    brought(site)
    move(site, site.process())


def sync_what_was_moved(site: Site, process: Process) -> None:
    for connection_id in process.syncing.due():
        process.syncing.run(connection_id)


def link_what_still_waits(site: Site, process: Process) -> None:
    if any(each.account_email == WORK and each.status is Status.PENDING for each in site.linked()):
        connect(site, process)


def disconnect_what_waits(site: Site, process: Process) -> None:
    [mine] = [each for each in site.linked() if each.account_email == WORK]
    process.book.disconnect(site.person, connection_id=mine.id)
    process.book.finish_disconnect(mine.id)


def disconnect_what_still_waits(site: Site, process: Process) -> None:
    if any(each.account_email == WORK for each in site.linked()):
        disconnect_what_waits(site, process)


SCENARIOS = {
    "import and backfill": Scenario(nothing, move_over, move_over_if_needed),
    "first sync of what was moved": Scenario(moved, sync_what_was_moved),
    "linking what waits": Scenario(brought, connect, link_what_still_waits),
    "disconnecting what waits": Scenario(brought, disconnect_what_waits, disconnect_what_still_waits),
    "connect": Scenario(nothing, connect, connect_if_missing),
    "sign in again": Scenario(changed, sign_in_again, sign_in_again),
    "first sync": Scenario(connected, sync),
    "incremental sync": Scenario(changed, sync),
    "expired cursor": Scenario(expired, sync),
    "disconnect": Scenario(synced, disconnect, if_linked(disconnect)),
    "disconnect with the past": Scenario(synced, disconnect_wholly, if_linked(disconnect_wholly)),
    "contact added": Scenario(synced, add_dora, add_dora),
    "contact's address changed": Scenario(synced, turn_carla_into_dora, turn_carla_into_dora),
    "privacy narrowed": Scenario(synced, show_less, show_less),
}


def play(engine: Engine, scenario: Scenario, power: Power) -> dict[str, object]:
    """Play a scenario, let the next process take over, and look."""
    site = Site(engine)
    scenario.before(site)
    with suppress(Killed, OSError, Refused, ProviderError):
        scenario.act(site, site.process(power))
    # The leases of the dead run out, and a consent begun before is over.
    site.clock.advance(timedelta(minutes=11))
    scenario.repeat(site, site.process())
    site.process().tick()
    return site.picture()


def break_everywhere(engine: Engine, scenario: Scenario, *, for_good: bool, every: int = 1) -> None:
    peaceful = Power()
    expected = play(engine, scenario, peaceful)
    assert peaceful.steps > ROUNDS
    for step in range(1, peaceful.steps + 1, every):
        found = play(engine, scenario, Power(fails_at=step, for_good=for_good))
        assert found == expected, f"broken off at step {step} of {peaceful.steps}"


@pytest.mark.parametrize("name", SCENARIOS)
def test_wherever_the_process_is_killed_the_end_is_the_same(engine: Engine, name: str) -> None:
    # PostgreSQL takes four times as long, and differs in none of this but in how it forgets a transaction.
    break_everywhere(engine, SCENARIOS[name], for_good=True, every=1 if engine.dialect.name == "sqlite" else 4)


@pytest.mark.parametrize("name", SCENARIOS)
def test_whichever_step_fails_once_the_end_is_the_same(sqlite_engine: Engine, name: str) -> None:
    # Every other step: each transaction and each call has two or three, and survivors recover as the restarted do.
    break_everywhere(sqlite_engine, SCENARIOS[name], for_good=False, every=2)
