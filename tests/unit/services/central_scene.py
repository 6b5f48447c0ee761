"""An organization that connects a central account, at a Google in memory."""

from collections.abc import Collection
from dataclasses import dataclass

from ce_calendar.adapters.memory import MemoryAuthorizer
from ce_calendar.adapters.memory_host import HostingWorld, MemoryCalendarHost
from ce_calendar.domain.access import Actor, Role
from ce_calendar.domain.employees.calendars import CentralAccount
from ce_calendar.domain.employees.people import Employee
from ce_calendar.domain.meetings.connections import ClientSource, OAuthClient, Provider
from ce_calendar.domain.people import User
from ce_calendar.ports import OpenUnitOfWork
from ce_calendar.services.audit import Audit
from ce_calendar.services.clients import Clients
from ce_calendar.services.consents import Consents
from ce_calendar.services.credentials import Credentials
from ce_calendar.services.employees.central import CentralBook, of_central_account
from ce_calendar.services.employees.clients import CentralIssuers
from ce_calendar.services.employees.leaving import Leaving
from ce_calendar.services.employees.planning import Planning
from ce_calendar.services.employees.previewing import Previewing
from ce_calendar.services.employees.rules import RuleBook
from tests.builders import make_user
from tests.builders_employees import make_employee
from tests.conftest import FixedClock
from tests.unit.services.linking import Linking, make_linking

CENTRAL = "calendars@gmail.example"
ANOTHER = "another@gmail.example"
ENVIRONMENT = OAuthClient("client", ClientSource.PLATFORM)


@dataclass
class Central:
    """The services, and what stands around them."""

    linking: Linking
    hosting: HostingWorld
    issuers: CentralIssuers
    credentials: Credentials
    book: CentralBook
    leaving: Leaving
    rules: RuleBook
    previewing: Previewing
    dispatcher: Actor
    made: list[tuple[OAuthClient, str]]
    """Own clients that authorizers were made of, with their secrets."""

    @property
    def uow(self) -> OpenUnitOfWork:
        return self.linking.uow

    @property
    def organization_id(self) -> str:
        return self.dispatcher.organization_id

    def connect(
        self, actor: Actor | None = None, email: str = CENTRAL, *, untick: Collection[str] = ()
    ) -> CentralAccount:
        """The whole way: button, consent, back."""
        actor = actor or self.dispatcher
        code, state = self.linking.world.consent(self.book.start(actor), email, untick=frozenset(untick))
        return self.book.finish(actor, state=state, code=code, error="")

    def stored(self) -> CentralAccount | None:
        with self.uow(reading=True) as uow:
            return uow.central_accounts.of(self.organization_id)

    def save(self, account: CentralAccount) -> None:
        with self.uow() as uow:
            uow.central_accounts.save(account)

    def employ(self, *employees: Employee) -> None:
        with self.uow() as uow:
            uow.employees.add(*employees)

    def employee(self, **more: object) -> Employee:
        return make_employee(organization_id=self.organization_id, **more)  # type: ignore[arg-type]  # the builder's own

    def plans_owed(self) -> int:
        with self.uow(reading=True) as uow:
            return uow.employees.count_plan_owed(self.organization_id)


def make_central(uow: OpenUnitOfWork, clock: FixedClock) -> Central:
    linking = make_linking(uow, clock)
    world = linking.world
    world.add_account(CENTRAL)
    world.add_account(ANOTHER)
    hosting = HostingWorld(world)
    audit = Audit(open_uow=uow, clock=clock)
    environment = Clients(open_uow=uow, installed=[(Provider.GOOGLE, MemoryAuthorizer(world, client=ENVIRONMENT))])
    made: list[tuple[OAuthClient, str]] = []

    def make(client: OAuthClient, secret: str) -> MemoryAuthorizer:
        made.append((client, secret))
        return MemoryAuthorizer(world, client=client)

    issuers = CentralIssuers(
        open_uow=uow,
        clock=clock,
        vault=linking.vault,
        environment=environment,
        make=make,
        audit=audit,
        announcer=linking.announcements,
    )
    credentials = Credentials(
        open_uow=uow, clock=clock, vault=linking.vault, clients=issuers, current_ref=of_central_account
    )
    planning = Planning(open_uow=uow, clock=clock, announcer=linking.announcements, jobs=linking.jobs)
    dispatcher = make_user(
        organization_id=linking.town.organization.id, email="dispatcher@demo.example", roles=[Role.DISPATCHER]
    )
    with uow() as work:
        work.users.add(dispatcher)
    return Central(
        linking=linking,
        hosting=hosting,
        issuers=issuers,
        credentials=credentials,
        book=CentralBook(
            open_uow=uow,
            clock=clock,
            issuers=issuers,
            credentials=credentials,
            consents=Consents(open_uow=uow, clock=clock, vault=linking.vault, public_url="http://localhost:3000"),
            host=MemoryCalendarHost(hosting),
            planning=planning,
            audit=audit,
            announcer=linking.announcements,
        ),
        leaving=Leaving(
            open_uow=uow, clock=clock, credentials=credentials, audit=audit, announcer=linking.announcements
        ),
        rules=RuleBook(open_uow=uow, clock=clock, planning=planning, audit=audit, announcer=linking.announcements),
        previewing=Previewing(open_uow=uow, clock=clock, audit=audit),
        dispatcher=linking.actor(dispatcher),
        made=made,
    )


def actor_of(central: Central, user: User) -> Actor:
    """Somebody else, in a new session."""
    return central.linking.actor(user)
