"""What an earlier system left: connections brought into the running installation, with grants that really work."""

from datetime import UTC, datetime, timedelta

from cryptography.fernet import Fernet
from sqlalchemy import Engine, text

from ce_calendar.adapters.google.oauth import SCOPES
from ce_calendar.adapters.persistence.unit_of_work import unit_of_work_on
from ce_calendar.adapters.system import system_clock
from ce_calendar.services.audit import Audit
from ce_calendar.services.clients import Clients
from ce_calendar.services.directory import Directory
from ce_calendar.services.importing import COLUMNS, ConnectionImport
from tests.support.installation import Installation, control

VERA = "viewer@demo.example"
VERAS_ACCOUNT = "vera.lind@gmail.example"
VERAS_MEETING = "Report template review"
FORMER = "former@demo.example"


class Legacy:
    """An earlier system that moves over."""

    def __init__(self, installation: Installation, database: Engine) -> None:
        self._installation = installation
        self._database = database
        self._client_id = installation.environment["GOOGLE_CALENDAR_CLIENT_ID"]
        open_uow = unit_of_work_on(database)
        self._import = ConnectionImport(
            open_uow=open_uow,
            clock=system_clock,
            audit=Audit(open_uow=open_uow, clock=system_clock),
            clients=Clients(open_uow=open_uow, installed=[]),
        )

    def bring(self, *lines: str) -> None:
        assert self._import.take("\n".join((",".join(COLUMNS), *lines)).encode()).added == len(lines)

    def granted(self, account: str = VERAS_ACCOUNT, user: str = VERA) -> str:
        """A line whose tokens open an account with one coming meeting."""
        start = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=2)
        event = {
            "summary": VERAS_MEETING,
            "start": {"dateTime": start.isoformat()},
            "end": {"dateTime": (start + timedelta(hours=1)).isoformat()},
            "attendees": [{"email": "maria.lopez@riverside.example"}],
        }
        control(self._installation.google, "accounts", email=account, events=[event])
        tokens = control(
            self._installation.google, "grant", email=account, client_id=self._client_id, scopes=list(SCOPES)
        )
        return self._line(user, account, str(tokens["access_token"]), str(tokens["refresh_token"]))

    def broken(self, account: str, user: str = VERA) -> str:
        """A line whose tokens were encrypted with a key that nobody has any more."""
        return self._line(user, account, "access", "refresh", key=Fernet.generate_key())

    def plenty(self, directory: Directory, count: int) -> list[str]:
        """Lines of somebody who left: moved like all others, and never synced."""
        directory.add_user(
            organization_slug="demo", email=FORMER, name="Zoe Former", password="demo-password", roles=[]
        )
        directory.disable_user(email=FORMER)
        return [self._line(FORMER, f"former-{number}@gmail.example", "access", "refresh") for number in range(count)]

    def _line(self, user: str, account: str, access: str, refresh: str, *, key: bytes | None = None) -> str:
        fernet = Fernet(key or self._installation.environment["CE_LEGACY_TOKEN_KEYS"])
        sealed = (fernet.encrypt(token.encode()).decode() for token in (access, refresh))
        return ",".join((user, "google", account, *sealed, self._client_id))

    def elsewhere(self, *, done: int, total: int, seconds: float) -> None:
        """Let it look as if another process were at it, for so long."""
        now = datetime.now(UTC).replace(tzinfo=None)
        with self._database.begin() as connection:
            home = connection.execute(text("SELECT id FROM organizations WHERE slug = 'demo'")).scalar_one()
            connection.execute(
                text(
                    "INSERT INTO ce_vault_backfills (organization_id, started_at, total, done, failed)"
                    " VALUES (:home, :now, :total, :done, 0)"
                ),
                {"home": home, "now": now, "total": total, "done": done},
            )
            connection.execute(
                text("INSERT INTO leases (name, holder, expires_at) VALUES (:name, 'elsewhere', :end)"),
                {"name": f"backfill:{home}", "end": now + timedelta(seconds=seconds)},
            )

    def nobody_is_at_it(self) -> None:
        """Take back what `elsewhere` said."""
        with self._database.begin() as connection:
            connection.execute(text("DELETE FROM ce_vault_backfills"))
            connection.execute(text("DELETE FROM leases WHERE holder = 'elsewhere'"))
