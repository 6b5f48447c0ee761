"""A connected account over a provider in memory, for the tests of syncing."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from ce_calendar.adapters.memory import MemoryMeetings, MemoryWorld
from ce_calendar.domain.meetings.connections import Connection, Credential, Provider
from ce_calendar.domain.meetings.events import CalendarEvent
from ce_calendar.domain.meetings.runs import SyncReport, SyncRun
from ce_calendar.domain.meetings.timeline import MeetingQuery, Span
from ce_calendar.ports import OpenUnitOfWork
from ce_calendar.services.audit import Audit
from ce_calendar.services.syncing import Syncing
from tests.builders import Town, make_connection, new_id, settle
from tests.builders_meetings import add_contact, make_event
from tests.conftest import NOON, FixedClock
from tests.support.doubles import ListedAnnouncements, ListedJobs

ACCOUNT = "staff@mail.example"
CARLA = "carla@clinic.example"
QUARTER = timedelta(minutes=15)
DAY = timedelta(days=1)


@dataclass
class GrantedCredentials:
    """`ports.FreshCredentials` straight from the provider in memory."""

    world: MemoryWorld
    held: dict[str, Credential] = field(default_factory=dict)

    def fresh(self, connection: Connection) -> Credential:
        if connection.id not in self.held:
            self.held[connection.id] = self.world.grant(connection.account_email)
        if self.held[connection.id].expires_at <= self.world.clock():
            return self.renew(connection, self.held[connection.id])
        return self.held[connection.id]

    def renew(self, connection: Connection, rejected: Credential) -> Credential:
        self.held[connection.id] = self.world.renew(rejected)
        return self.held[connection.id]


@dataclass
class Scene:
    """Staff with a connected account of one calendar, and a contact."""

    uow: OpenUnitOfWork
    clock: FixedClock
    world: MemoryWorld
    town: Town
    syncing: Syncing
    connection_id: str
    jobs: ListedJobs
    announcements: ListedAnnouncements

    def run(self, connection_id: str = "") -> SyncReport:
        """Sync as a job, and expect that it did."""
        report = self.syncing.run(connection_id or self.connection_id)
        assert report is not None
        return report

    def connection(self) -> Connection:
        with self.uow() as uow:
            connection = uow.connections.get(self.connection_id)
        assert connection is not None
        return connection

    def change(self, **changes: Any) -> None:
        """Change the connection from elsewhere."""
        with self.uow() as uow:
            connection = uow.connections.lock(self.connection_id)
            assert connection is not None
            uow.connections.save(replace(connection, **changes))

    def runs(self) -> list[SyncRun]:
        with self.uow() as uow:
            return list(uow.runs.of_connection(self.connection_id, limit=100))

    def titles(self) -> list[str]:
        """What the timeline shows to its owner."""
        now = self.clock()
        organization_id, reader_id = self.town.organization.id, self.town.staff.id
        with self.uow() as uow:
            titles = []
            for span in Span:
                query = MeetingQuery(organization_id, reader_id, False, now, now.date(), span, limit=200)
                titles += [meeting.title for meeting in uow.events.meetings(query)[0]]
        return sorted(titles)

    def event_count(self) -> int:
        with self.uow() as uow:
            calendars = uow.connections.calendars(self.connection_id)
            return sum(len(uow.events.stored(calendar.id)) for calendar in calendars)

    def asked(self) -> list[str]:
        """Calls to the provider since the last look."""
        calls = list(self.world.calls)
        self.world.calls.clear()
        return calls


def set_scene(uow: OpenUnitOfWork, clock: FixedClock) -> Scene:
    """Store it all, the first sync being due."""
    town = settle(uow)
    world = MemoryWorld(clock)
    world.add_account(ACCOUNT)
    connection = make_connection(
        user=town.staff, account_email=ACCOUNT, credential_vault_ref=new_id(), next_sync_at=NOON
    )
    with uow() as unit:
        unit.connections.add(connection)
        add_contact(unit, town.organization.id, CARLA)
    jobs, announcements = ListedJobs(), ListedAnnouncements()
    syncing = Syncing(
        open_uow=uow,
        clock=clock,
        providers={Provider.GOOGLE: MemoryMeetings(world)},
        credentials=GrantedCredentials(world),
        audit=Audit(open_uow=uow, clock=clock),
        announcer=announcements,
        jobs=jobs,
    )
    return Scene(uow, clock, world, town, syncing, connection.id, jobs, announcements)


def meeting(event_id: str, title: str = "Review", **others: Any) -> CalendarEvent:
    """An event with the contact among its guests."""
    return make_event(event_id, guests=[CARLA], title=title, **others)


def put(scene: Scene, *events: CalendarEvent, calendar: str = ACCOUNT) -> None:
    """Put events into a calendar of the account."""
    scene.world.put(calendar, *events)
