"""An organization with connections of an earlier system, and everything that brings them into the vault."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from cryptography.fernet import Fernet

from ce_calendar.adapters.legacy_keys import FernetLegacyKeys
from ce_calendar.adapters.memory import MemoryAuthorizer, MemoryMeetings
from ce_calendar.domain.meetings.connections import Connection, Credential, Provider, Status
from ce_calendar.domain.meetings.legacy import BackfillRun
from ce_calendar.domain.people import User
from ce_calendar.ports import OpenUnitOfWork
from ce_calendar.services.audit import Audit
from ce_calendar.services.backfill import Backfill
from ce_calendar.services.clients import Clients
from ce_calendar.services.connections import ConnectionBook
from ce_calendar.services.identifying import Identifying
from ce_calendar.services.importing import COLUMNS, ConnectionImport, ImportReport
from ce_calendar.services.syncing import Syncing
from tests.conftest import FixedClock
from tests.unit.services.linking import Linking, make_linking

OLD_KEY, OLDER_KEY, LOST_KEY = (Fernet.generate_key().decode() for _ in range(3))


def encrypted(token: str, key: str = OLD_KEY) -> str:
    """As the earlier system kept it."""
    return Fernet(key).encrypt(token.encode()).decode()


def csv_line(
    *,
    user: str,
    account: str,
    access: str = "",
    refresh: str = "",
    provider: str = "google",
    client_id: str = "client",
) -> str:
    return f"{user},{provider},{account},{access},{refresh},{client_id}"


def csv_file(*lines: str) -> bytes:
    return "\n".join((",".join(COLUMNS), *lines, "")).encode()


@dataclass
class Migration:
    """The services, over a provider in memory."""

    linking: Linking
    keys: FernetLegacyKeys
    pauses: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        around = self.linking
        self.audit = Audit(open_uow=around.uow, clock=around.clock)
        self.backfill = self.make_backfill(around.uow)
        self.importing = ConnectionImport(
            open_uow=around.uow,
            clock=around.clock,
            audit=self.audit,
            clients=Clients(open_uow=around.uow, installed=[(Provider.GOOGLE, MemoryAuthorizer(around.world))]),
        )
        self.identifying = Identifying(
            open_uow=around.uow, clock=around.clock, credentials=around.credentials, audit=self.audit
        )
        self.syncing = Syncing(
            open_uow=around.uow,
            clock=around.clock,
            providers={Provider.GOOGLE: MemoryMeetings(around.world)},
            credentials=around.credentials,
            audit=self.audit,
            announcer=around.announcements,
            jobs=around.jobs,
            identify=self.identifying.identify,
        )
        self.book = ConnectionBook(
            open_uow=around.uow,
            clock=around.clock,
            credentials=around.credentials,
            audit=self.audit,
            announcer=around.announcements,
            jobs=around.jobs,
            take_over=self.backfill.take_over,
            pause=lambda seconds: around.clock.advance(timedelta(seconds=seconds)),
        )

    def make_backfill(self, uow: OpenUnitOfWork, *, keys: FernetLegacyKeys | None = None) -> Backfill:
        return Backfill(
            open_uow=uow,
            clock=self.linking.clock,
            keys=keys or self.keys,
            credentials=self.linking.credentials,
            audit=self.audit,
            announcer=self.linking.announcements,
            jobs=self.linking.jobs,
            pause=self.pauses.append,
        )

    # -- what an earlier system left -----------------------------------------------------------------------------

    def granted(self, account: str, *, client_id: str = "client") -> Credential:
        """A grant at the provider that the earlier system got."""
        if account not in self.linking.world._subjects:
            self.linking.world.add_account(account)
        return self.linking.world.grant(account, client_id=client_id)

    def line(self, user: User, account: str, *, key: str = OLD_KEY, **others: str) -> str:
        credential = self.granted(account, client_id=others.get("client_id", "client"))
        return csv_line(
            user=user.email,
            account=account,
            access=encrypted(credential.access_token, key),
            refresh=encrypted(credential.refresh_token, key),
            **others,
        )

    def bring(self, *lines: str) -> ImportReport:
        return self.importing.take(csv_file(*lines))

    def bring_one(self, user: User, account: str, **others: str) -> Connection:
        self.bring(self.line(user, account, **others))
        return self.of_account(account)

    # -- and a look at it ----------------------------------------------------------------------------------------

    def go(self, user: User | None = None, *, again: bool = False) -> BackfillRun:
        """Press the button and let the job do its work."""
        actor = self.linking.actor(user or self.linking.town.staff)
        self.backfill.start(actor, again=again)
        run = self.backfill.run(actor.organization_id)
        assert run is not None
        return run

    def connections(self) -> Sequence[Connection]:
        with self.linking.uow() as uow:
            return uow.connections.of_organization(self.linking.town.organization.id)

    def of_account(self, account: str) -> Connection:
        [found] = [each for each in self.connections() if each.account_email == account]
        return found

    def statuses(self) -> dict[str, Status]:
        return {each.account_email: each.status for each in self.connections()}

    def legacy_left(self) -> set[str]:
        """Accounts whose legacy columns are not empty."""
        ids = {each.id: each.account_email for each in self.connections()}
        with self.linking.uow() as uow:
            return {ids[each.connection.id] for each in uow.legacy.lock(list(ids))}


def make_migration(uow: OpenUnitOfWork, clock: FixedClock) -> Migration:
    return Migration(make_linking(uow, clock), FernetLegacyKeys([OLD_KEY, OLDER_KEY]))
