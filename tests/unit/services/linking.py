"""An organization whose people link accounts of a provider in memory."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from cryptography.fernet import Fernet

from ce_calendar.adapters.memory import MemoryAuthorizer, MemoryWorld
from ce_calendar.adapters.vault import FernetVault
from ce_calendar.domain.access import Actor
from ce_calendar.domain.meetings.connections import Connection, Provider
from ce_calendar.domain.people import User
from ce_calendar.ports import OpenUnitOfWork
from ce_calendar.services.audit import Audit
from ce_calendar.services.clients import Clients
from ce_calendar.services.connecting import Connecting
from ce_calendar.services.connections import ConnectionBook
from ce_calendar.services.credentials import Credentials
from tests.builders import Town, make_session, settle
from tests.conftest import FixedClock
from tests.support.doubles import ListedAnnouncements, ListedJobs

WORK = "sam@gmail.example"
PRIVATE = "sam.private@gmail.example"
KEYS = [Fernet.generate_key().decode()]


@dataclass
class Linking:
    """The services, and what stands around them."""

    uow: OpenUnitOfWork
    clock: FixedClock
    town: Town
    world: MemoryWorld
    vault: FernetVault
    jobs: ListedJobs
    announcements: ListedAnnouncements
    credentials: Credentials
    connecting: Connecting
    book: ConnectionBook

    def actor(self, user: User, *, session_id: str = "") -> Actor:
        """Somebody who is signed in, in a new session."""
        session = make_session(user=user, session_id=session_id)
        with self.uow() as uow:
            uow.sessions.add(session)
        return self.town.actor(user, session_id=session.id)

    def start(self, actor: Actor, connection_id: str = "") -> str:
        return self.connecting.start(actor, provider=Provider.GOOGLE, connection_id=connection_id)

    def finish(self, actor: Actor, *, state: str, code: str = "", error: str = "") -> Connection:
        return self.connecting.finish(actor, provider=Provider.GOOGLE, state=state, code=code, error=error)

    def connect(
        self, actor: Actor, email: str = WORK, *, connection_id: str = "", untick: Collection[str] = ()
    ) -> Connection:
        """The whole way: button, consent, back."""
        url = self.start(actor, connection_id)
        code, state = self.world.consent(url, email, untick=frozenset(untick))
        return self.finish(actor, state=state, code=code)

    def stored(self, connection: Connection) -> Connection:
        with self.uow() as uow:
            found = uow.connections.get(connection.id)
        assert found
        return found

    def of_organization(self, user: User) -> list[Connection]:
        with self.uow() as uow:
            return list(uow.connections.of_organization(user.organization_id))


def make_linking(uow: OpenUnitOfWork, clock: FixedClock) -> Linking:
    world = MemoryWorld(clock)
    world.add_account(WORK)
    world.add_account(PRIVATE)
    vault = FernetVault(KEYS)
    clients = Clients(open_uow=uow, installed=[(Provider.GOOGLE, MemoryAuthorizer(world))])
    audit = Audit(open_uow=uow, clock=clock)
    jobs, announcements = ListedJobs(), ListedAnnouncements()

    def pause(seconds: float) -> None:
        # Waiting is what makes leases run out.
        clock.advance(timedelta(seconds=seconds))

    credentials = Credentials(open_uow=uow, clock=clock, vault=vault, clients=clients, pause=pause)
    return Linking(
        uow=uow,
        clock=clock,
        town=settle(uow),
        world=world,
        vault=vault,
        jobs=jobs,
        announcements=announcements,
        credentials=credentials,
        connecting=Connecting(
            open_uow=uow,
            clock=clock,
            vault=vault,
            clients=clients,
            credentials=credentials,
            audit=audit,
            announcer=announcements,
            jobs=jobs,
            public_url="http://localhost:3000/",
            pause=pause,
        ),
        book=ConnectionBook(
            open_uow=uow,
            clock=clock,
            credentials=credentials,
            audit=audit,
            announcer=announcements,
            jobs=jobs,
            pause=pause,
        ),
    )
