"""Fresh access tokens: one refreshes, the others take what it got."""

import json
import threading
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import Engine

from ce_calendar.adapters.memory import MemoryAuthorizer
from ce_calendar.adapters.vault import FernetVault
from ce_calendar.domain.errors import NeedsReauth, ProviderForbids, ProviderUnavailable, VaultError
from ce_calendar.domain.meetings.connections import ClientSource, OAuthClient, Provider
from ce_calendar.ports import OpenUnitOfWork
from ce_calendar.services.clients import Clients
from ce_calendar.services.credentials import Credentials, from_bytes, to_bytes
from tests.conftest import NOON, FixedClock
from tests.unit.services.linking import WORK, Linking, make_linking


def clients_of(linking: Linking, *authorizers: MemoryAuthorizer) -> Clients:
    return Clients(open_uow=linking.uow, installed=[(Provider.GOOGLE, each) for each in authorizers])


@pytest.fixture
def linking(uow: OpenUnitOfWork, clock: FixedClock) -> Linking:
    return make_linking(uow, clock)


def test_a_token_that_is_good_costs_no_call(linking: Linking) -> None:
    connection = linking.connect(linking.actor(linking.town.staff))
    linking.world.calls.clear()

    assert linking.credentials.fresh(connection) == linking.credentials.open(connection)
    assert linking.world.calls == []


def test_a_token_about_to_end_is_refreshed_and_kept(linking: Linking) -> None:
    connection = linking.connect(linking.actor(linking.town.staff))
    old = linking.credentials.open(connection)
    linking.clock.advance(timedelta(minutes=59))

    fresh = linking.credentials.fresh(connection)

    assert fresh.access_token != old.access_token
    assert linking.credentials.fresh(connection) == fresh
    assert linking.world.calls.count("refresh") == 1


def test_a_rejected_token_is_renewed_once_for_all_who_held_it(linking: Linking) -> None:
    connection = linking.connect(linking.actor(linking.town.staff))
    rejected = linking.credentials.open(connection)

    first = linking.credentials.renew(connection, rejected)
    second = linking.credentials.renew(connection, rejected)

    assert first == second != rejected
    assert linking.world.calls.count("refresh") == 1


def test_many_at_once_refresh_once(linking: Linking) -> None:
    connection = linking.connect(linking.actor(linking.town.staff))
    rejected = linking.credentials.open(connection)
    entered = threading.Event()
    waiting = threading.Event()

    def hold(operation: str) -> None:
        if operation == "refresh":
            entered.set()
            assert waiting.wait(10)

    def pause(seconds: float) -> None:
        # Somebody waits, so the one who refreshes may go on.
        waiting.set()
        time.sleep(seconds / 10)

    linking.world.before = hold
    linking.credentials = Credentials(
        open_uow=linking.uow,
        clock=linking.clock,
        vault=linking.vault,
        clients=clients_of(linking, MemoryAuthorizer(linking.world)),
        pause=pause,
    )
    found: list[str] = []

    def renew() -> None:
        found.append(linking.credentials.renew(connection, rejected).access_token)

    threads = [threading.Thread(target=renew) for _ in range(4)]
    threads[0].start()
    assert entered.wait(10)
    for thread in threads[1:]:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 4
    assert len(set(found)) == 1
    assert linking.world.calls.count("refresh") == 1


def test_a_dead_grant_needs_the_person_and_blocks_nobody(linking: Linking) -> None:
    connection = linking.connect(linking.actor(linking.town.staff))
    rejected = linking.credentials.open(connection)
    linking.world.revoke(WORK)

    for _ in range(2):
        with pytest.raises(NeedsReauth):
            linking.credentials.renew(connection, rejected)

    # The lease was let go: the second try asked the provider at once.
    assert linking.world.calls.count("refresh") == 2


def test_trouble_at_the_provider_is_not_the_persons_fault(linking: Linking) -> None:
    connection = linking.connect(linking.actor(linking.town.staff))
    rejected = linking.credentials.open(connection)
    linking.world.fail("refresh", ProviderUnavailable())

    with pytest.raises(ProviderUnavailable):
        linking.credentials.renew(connection, rejected)

    assert linking.credentials.renew(connection, rejected) != rejected


def test_a_holder_that_was_killed_is_waited_for_no_longer_than_its_lease(linking: Linking) -> None:
    connection = linking.connect(linking.actor(linking.town.staff))
    rejected = linking.credentials.open(connection)
    with linking.uow() as uow:
        name = f"refresh:{connection.credential_vault_ref}"
        assert uow.leases.acquire(name, holder="killed", now=linking.clock(), seconds=60)

    with pytest.raises(ProviderUnavailable):
        linking.credentials.renew(connection, rejected)
    linking.clock.advance(timedelta(seconds=31))
    assert linking.credentials.renew(connection, rejected) != rejected


def test_who_signs_in_again_meanwhile_wins(linking: Linking) -> None:
    actor = linking.actor(linking.town.staff)
    connection = linking.connect(actor)
    rejected = linking.credentials.open(connection)
    linked_again: list[bool] = []

    def link_again(operation: str) -> None:
        if operation == "refresh" and not linked_again:
            linked_again.append(True)
            linking.connect(actor)

    linking.world.before = link_again
    found = linking.credentials.renew(connection, rejected)

    # Even with the connection as it was read before: what counts is what lies in the vault now.
    assert found == linking.credentials.open(connection) != rejected


def test_a_credential_of_another_client_needs_the_person(linking: Linking) -> None:
    connection = linking.connect(linking.actor(linking.town.staff))
    other = MemoryAuthorizer(linking.world, client=OAuthClient("another", ClientSource.TENANT))
    credentials = Credentials(
        open_uow=linking.uow, clock=linking.clock, vault=linking.vault, clients=clients_of(linking, other)
    )

    with pytest.raises(NeedsReauth):
        credentials.renew(connection, credentials.open(connection))


def test_a_client_missing_from_the_settings_is_the_operators_matter(linking: Linking) -> None:
    connection = linking.connect(linking.actor(linking.town.staff))
    credentials = Credentials(
        open_uow=linking.uow, clock=linking.clock, vault=linking.vault, clients=clients_of(linking)
    )

    with pytest.raises(ProviderForbids):
        credentials.renew(connection, credentials.open(connection))


def test_a_credential_copied_to_another_connection_does_not_open(linking: Linking, engine: Engine) -> None:
    victim = linking.connect(linking.actor(linking.town.staff))
    thief = linking.connect(linking.actor(linking.town.colleague))
    with linking.uow() as uow:
        stolen = uow.vault.get(victim.credential_vault_ref or "")
        own = uow.vault.get(thief.credential_vault_ref or "")
        assert stolen
        assert own
        assert uow.vault.replace(
            type(own)(own.id, own.organization_id, own.purpose, stolen.sealed, own.version),
            expected_version=own.version,
            now=linking.clock(),
        )

    with pytest.raises(VaultError):
        linking.credentials.fresh(thief)


def test_a_lost_key_is_told_as_such(linking: Linking) -> None:
    connection = linking.connect(linking.actor(linking.town.staff))
    credentials = Credentials(
        open_uow=linking.uow,
        clock=linking.clock,
        vault=FernetVault([Fernet.generate_key().decode()]),
        clients=clients_of(linking, MemoryAuthorizer(linking.world)),
    )

    with pytest.raises(VaultError):
        credentials.fresh(connection)


def test_a_credential_survives_the_vault(linking: Linking) -> None:
    credential = linking.world.grant(WORK)

    assert from_bytes(to_bytes(credential)) == credential
    ending = replace(credential, refresh_expires_at=NOON)
    assert from_bytes(to_bytes(ending)) == ending


def test_what_was_sealed_before_the_end_of_refresh_tokens_was_kept_still_opens(linking: Linking) -> None:
    credential = linking.world.grant(WORK)
    stored = json.loads(to_bytes(credential))
    del stored["refresh_expires_at"]

    assert from_bytes(json.dumps(stored).encode()) == credential


def test_whoever_holds_a_credential_need_not_be_a_connection(linking: Linking) -> None:
    connection = linking.connect(linking.actor(linking.town.staff))
    refs = {"account-1": connection.credential_vault_ref}
    keeping = Credentials(
        open_uow=linking.uow,
        clock=linking.clock,
        vault=linking.vault,
        clients=clients_of(linking, MemoryAuthorizer(linking.world)),
        current_ref=lambda _uow, holder_id: refs.get(holder_id),
    )
    given = linking.world.grant(WORK)
    account = replace(connection, id="account-1", credential_vault_ref=None)
    with linking.uow() as uow:
        refs["account-1"] = keeping.store(uow, given, organization_id=account.organization_id, holder_id=account.id)

    assert keeping.fresh(account) == given
    with pytest.raises(NeedsReauth, match="no_credential"):
        keeping.fresh(connection)
