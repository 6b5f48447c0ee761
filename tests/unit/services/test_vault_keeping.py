"""What the operator sees of the vault, and putting all of it under a new key."""

from dataclasses import replace

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import Engine, text

from ce_calendar.adapters.persistence.vault_care import vault_care_on
from ce_calendar.adapters.vault import FernetVault
from ce_calendar.domain.errors import NotFound, VaultError
from ce_calendar.domain.meetings.connections import Connection, Credential
from ce_calendar.ports import OpenUnitOfWork
from ce_calendar.services import vault_keeping
from ce_calendar.services.clients import Clients
from ce_calendar.services.credentials import Credentials
from ce_calendar.services.vault_keeping import ResealFailed, Rotation, VaultKeeping
from tests.builders import make_connection
from tests.conftest import NOON, FixedClock
from tests.support.doubles import audit_rows
from tests.unit.services.migrating import LOST_KEY, Migration, make_migration

OLD, NEW, OTHER = (Fernet.generate_key().decode() for _ in range(3))
CREDENTIAL = Credential("client", "access", "refresh", NOON)


class Cellar:
    """A vault whose keys an operator changes, with connections whose credentials lie in it."""

    def __init__(self, engine: Engine, uow: OpenUnitOfWork, clock: FixedClock) -> None:
        self.engine, self.uow, self.clock = engine, uow, clock
        self.migration = make_migration(uow, clock)
        self.connections: list[Connection] = []

    def credentials(self, *keys: str) -> Credentials:
        clients = Clients(open_uow=self.uow, installed=[])
        return Credentials(open_uow=self.uow, clock=self.clock, vault=FernetVault(keys), clients=clients)

    def keeping(self, *keys: str) -> VaultKeeping:
        return VaultKeeping(
            open_uow=self.uow,
            open_care=vault_care_on(self.engine),
            keys=FernetVault(keys),
            clock=self.clock,
            audit=self.migration.audit,
        )

    def store(self, count: int, key: str = OLD) -> None:
        with self.uow() as uow:
            for _ in range(count):
                connection = make_connection(user=self.migration.linking.town.staff)
                ref = self.credentials(key).store(
                    uow, CREDENTIAL, organization_id=connection.organization_id, holder_id=connection.id
                )
                connection = replace(connection, credential_vault_ref=ref)
                uow.connections.add(connection)
                self.connections.append(connection)

    def keys_in_use(self) -> dict[str, int]:
        with self.engine.connect() as connection:
            query = "SELECT key_id, COUNT(*) FROM credential_vault GROUP BY key_id"
            return {str(key): int(count) for key, count in connection.execute(text(query))}


@pytest.fixture
def cellar(engine: Engine, uow: OpenUnitOfWork, clock: FixedClock) -> Cellar:
    return Cellar(engine, uow, clock)


@pytest.fixture
def migration(cellar: Cellar) -> Migration:
    return cellar.migration


# -- standing ---------------------------------------------------------------------------------------------------------


def test_each_organization_stands_by_itself(cellar: Cellar, migration: Migration) -> None:
    town = migration.linking.town
    cellar.store(2)
    cellar.store(1, NEW)
    migration.bring_one(town.viewer, "olga@gmail.example", key=LOST_KEY)
    migration.go()
    migration.bring_one(town.staff, "sam@work.example")
    keeping = cellar.keeping(NEW, OLD)
    ours, theirs = keeping.standing()
    assert (ours.organization.slug, ours.in_vault, ours.pending) == ("demo", 3, 1)
    assert [(each.account_email, owner) for each, owner in ours.unopened] == [("olga@gmail.example", town.viewer.email)]
    assert sorted(ours.keys.values()) == [1, 2]
    assert ours.keys[keeping.newest_key] == 1
    assert (theirs.organization.slug, theirs.in_vault, theirs.pending, dict(theirs.keys)) == ("other", 0, 0, {})


def test_one_organization_can_be_asked_for(cellar: Cellar) -> None:
    assert [each.organization.slug for each in cellar.keeping(NEW).standing("other")] == ["other"]
    with pytest.raises(NotFound):
        cellar.keeping(NEW).standing("nowhere")


# -- rotation ---------------------------------------------------------------------------------------------------------


def test_everything_lies_under_the_newest_key_and_opens_without_the_old_one(
    cellar: Cellar, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vault_keeping, "CHUNK", 2)
    cellar.store(5)
    cellar.store(1, NEW)
    told: list[int] = []
    keeping = cellar.keeping(NEW, OLD)
    assert keeping.rotate(tell=lambda rotation: told.append(rotation.resealed)) == Rotation(resealed=5)
    assert told == [2, 4, 5]
    assert cellar.keys_in_use() == {keeping.newest_key: 6}
    with_new_alone = cellar.credentials(NEW)
    assert {with_new_alone.open(each) for each in cellar.connections} == {CREDENTIAL}
    assert ("vault.rotate", "done", "") in audit_rows(cellar.engine)


def test_run_again_it_does_nothing(cellar: Cellar) -> None:
    cellar.store(3)
    keeping = cellar.keeping(NEW, OLD)
    keeping.rotate()
    trail = audit_rows(cellar.engine)
    assert keeping.rotate() == Rotation()
    assert audit_rows(cellar.engine) == trail


def test_what_no_key_opens_stays_and_does_not_hold_up_the_rest(cellar: Cellar, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vault_keeping, "CHUNK", 2)
    cellar.store(3)
    cellar.store(3, OTHER)
    assert cellar.keeping(NEW, OLD).rotate() == Rotation(resealed=3, unopened=3)
    assert cellar.keeping(NEW, OTHER).rotate() == Rotation(resealed=3)


def test_broken_off_it_goes_on_where_it_was(cellar: Cellar, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vault_keeping, "CHUNK", 2)
    cellar.store(5)

    class Killed(BaseException):
        """Ctrl-C."""

    def kill(_rotation: Rotation) -> None:
        raise Killed

    with pytest.raises(Killed):
        cellar.keeping(NEW, OLD).rotate(tell=kill)
    assert cellar.keeping(NEW, OLD).rotate() == Rotation(resealed=3)


def test_what_the_database_does_not_give_back_is_left_as_it_was(
    cellar: Cellar, monkeypatch: pytest.MonkeyPatch
) -> None:
    cellar.store(2)
    before = cellar.keys_in_use()
    monkeypatch.setattr(FernetVault, "holds_same", lambda *_: False)
    with pytest.raises(ResealFailed):
        cellar.keeping(NEW, OLD).rotate()
    assert cellar.keys_in_use() == before


def test_a_credential_that_is_refreshed_meanwhile_wins(cellar: Cellar) -> None:
    cellar.store(1)
    [connection] = cellar.connections
    fresh = replace(CREDENTIAL, access_token="fresh")

    with cellar.uow() as uow:
        [entry] = uow.vault.several([connection.credential_vault_ref or ""])
    renewed = cellar.credentials(NEW)._sealed(
        fresh, organization_id=connection.organization_id, holder_id=connection.id
    )
    with cellar.uow() as uow:
        assert uow.vault.replace(replace(entry, sealed=renewed.sealed), expected_version=1, now=NOON)
    with vault_care_on(cellar.engine)() as care:
        # as read before the refresh
        assert care.put_back([replace(entry, sealed=FernetVault([NEW, OLD]).reseal(entry.sealed))], now=NOON) == 0
    assert cellar.credentials(NEW).open(connection) == fresh


def test_a_refresh_that_began_before_is_stored_after(cellar: Cellar) -> None:
    """Sealing anew keeps the version, so that whoever refreshes does not lose the race and with it a token."""
    cellar.store(1)
    [connection] = cellar.connections
    with cellar.uow() as uow:
        [entry] = uow.vault.several([connection.credential_vault_ref or ""])
    cellar.keeping(NEW, OLD).rotate()
    with cellar.uow() as uow:
        assert uow.vault.replace(entry, expected_version=entry.version, now=NOON)


def test_the_vault_knows_whether_two_hold_the_same() -> None:
    vault = FernetVault([NEW, OLD])
    place = {"organization_id": "o", "owner_id": "c", "purpose": "p"}
    one = FernetVault([OLD]).seal(b"secret", **place)
    assert vault.holds_same(one, vault.reseal(one))
    assert not vault.holds_same(one, vault.seal(b"another", **place))
    assert not vault.holds_same(one, vault.seal(b"secret", **{**place, "owner_id": "d"}))
    with pytest.raises(VaultError):
        FernetVault([NEW]).reseal(one)
    assert vault.ids == {vault.newest, one.key_id}
