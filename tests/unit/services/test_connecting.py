"""Linking an account: every way it can go."""

from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import Engine, text

from ce_calendar.adapters.memory import MEMORY_SCOPES
from ce_calendar.adapters.vault import FernetVault
from ce_calendar.domain.access import Actor, Role
from ce_calendar.domain.errors import (
    AccessDenied,
    AccessTokenRejected,
    ConnectRefused,
    NotFound,
    ProviderError,
    ProviderForbids,
    ProviderUnavailable,
    RateLimited,
)
from ce_calendar.domain.meetings.connections import ClientSource, OAuthClient, Provider, Status
from ce_calendar.ports import OpenUnitOfWork
from tests.builders import make_connection
from tests.conftest import FixedClock
from tests.support.doubles import audit_rows
from tests.unit.services.linking import PRIVATE, WORK, Linking, make_linking


@pytest.fixture
def linking(uow: OpenUnitOfWork, clock: FixedClock) -> Linking:
    return make_linking(uow, clock)


def rows(engine: Engine, table: str) -> int:
    with engine.connect() as connection:
        found: int = connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
        return found


def refused_with(word: str, linking: Linking, actor: Actor, **callback: str) -> None:
    with pytest.raises(ConnectRefused) as refused:
        linking.finish(actor, **callback)
    assert refused.value.code == word


def test_an_allowed_account_becomes_a_connection_that_is_due(linking: Linking, engine: Engine) -> None:
    actor = linking.actor(linking.town.staff)

    connection = linking.connect(actor)

    stored = linking.stored(connection)
    assert stored == connection
    assert (stored.user_id, stored.account_email) == (actor.user_id, WORK)
    assert (stored.client_id, stored.client_source) == ("client", ClientSource.PLATFORM)
    assert (stored.status, stored.sync_enabled, stored.next_sync_at) == (Status.HEALTHY, True, linking.clock())
    assert linking.credentials.fresh(stored).scopes == MEMORY_SCOPES
    assert linking.jobs.asked == [("sync", connection.id)]
    assert (actor.organization_id, "connections") in linking.announcements.told
    assert ("connection.connect", "done", connection.id) in audit_rows(engine)
    # The verifier is gone, the credential alone lies in the vault.
    assert (rows(engine, "credential_vault"), rows(engine, "oauth_flows")) == (1, 0)


def test_nothing_readable_of_the_credential_is_in_the_database(linking: Linking, engine: Engine) -> None:
    connection = linking.connect(linking.actor(linking.town.staff))
    credential = linking.credentials.open(connection)

    with engine.connect() as database:
        stored = str(database.execute(text("SELECT * FROM credential_vault")).all())
    assert credential.access_token not in stored
    assert credential.refresh_token not in stored


def test_two_accounts_of_one_person_are_two_connections(linking: Linking) -> None:
    actor = linking.actor(linking.town.staff)

    assert linking.connect(actor, WORK).id != linking.connect(actor, PRIVATE).id


def test_the_same_account_again_renews_the_connection(linking: Linking, engine: Engine) -> None:
    actor = linking.actor(linking.town.staff)
    first = linking.connect(actor)
    with linking.uow() as uow:
        uow.connections.save(
            replace(first, status=Status.NEEDS_REAUTH, failures=3, last_error="invalid_grant", sync_enabled=False)
        )
    linking.clock.advance(timedelta(hours=1))

    again = linking.connect(actor)

    assert linking.of_organization(linking.town.staff) == [again]
    assert again.id == first.id
    assert (again.status, again.failures, again.last_error) == (Status.HEALTHY, 0, "")
    assert not again.sync_enabled  # paused stays paused
    assert again.full_read_version == first.full_read_version + 1
    assert again.next_sync_at == linking.clock()
    assert again.credential_vault_ref != first.credential_vault_ref
    assert rows(engine, "credential_vault") == 1
    assert linking.jobs.asked == [("sync", first.id)]


@pytest.mark.parametrize("status", [Status.DISCONNECTED, Status.DISCONNECTING])
def test_an_ended_connection_begins_anew_in_the_same_row(linking: Linking, status: Status) -> None:
    actor = linking.actor(linking.town.staff)
    first = linking.connect(actor)
    ref = first.credential_vault_ref if status is Status.DISCONNECTING else None
    with linking.uow() as uow:
        ended = replace(first, status=status, sync_enabled=False, keep_past=False, credential_vault_ref=ref)
        uow.connections.save(ended)

    again = linking.connect(actor)

    assert again.id == first.id
    assert (again.status, again.sync_enabled, again.keep_past) == (Status.HEALTHY, True, True)
    assert linking.world.is_granted(WORK)


def test_two_people_may_link_the_same_account(linking: Linking) -> None:
    first = linking.connect(linking.actor(linking.town.staff))
    second = linking.connect(linking.actor(linking.town.colleague))

    assert first.id != second.id
    assert linking.credentials.fresh(first) != linking.credentials.fresh(second)


def test_denied_is_told_and_nothing_is_stored(linking: Linking, engine: Engine) -> None:
    actor = linking.actor(linking.town.staff)
    _, state = linking.world.consent(linking.start(actor), WORK)

    refused_with("denied", linking, actor, state=state, error="access_denied")

    assert rows(engine, "ce_calendar_connections") == rows(engine, "credential_vault") == 0
    assert linking.world.calls == []
    assert ("connection.connect", "refused", "") in audit_rows(engine)


def test_another_error_of_the_provider_is_a_failure(linking: Linking) -> None:
    actor = linking.actor(linking.town.staff)
    _, state = linking.world.consent(linking.start(actor), WORK)

    refused_with("failed", linking, actor, state=state, error="admin_policy_enforced", code="x")


def test_a_state_counts_once(linking: Linking) -> None:
    actor = linking.actor(linking.town.staff)
    code, state = linking.world.consent(linking.start(actor), WORK)
    linking.finish(actor, state=state, code=code)
    calls = list(linking.world.calls)

    refused_with("state", linking, actor, state=state, code=code)

    assert linking.world.calls == calls


@pytest.mark.parametrize("state", ["", "guessed", "x" * 5000, "\ud800"])
def test_a_state_nobody_was_given_is_refused_before_the_code_is_used(linking: Linking, state: str) -> None:
    actor = linking.actor(linking.town.staff)
    linking.start(actor)

    refused_with("state", linking, actor, state=state, code="code")

    assert linking.world.calls == []


def test_a_late_answer_is_refused(linking: Linking) -> None:
    actor = linking.actor(linking.town.staff)
    code, state = linking.world.consent(linking.start(actor), WORK)
    linking.clock.advance(timedelta(minutes=10))

    refused_with("expired", linking, actor, state=state, code=code)

    assert linking.world.calls == []


def test_another_session_cannot_use_the_state(linking: Linking) -> None:
    actor = linking.actor(linking.town.staff)
    elsewhere = linking.actor(linking.town.staff, session_id="another-browser")
    code, state = linking.world.consent(linking.start(actor), WORK)

    refused_with("state", linking, elsewhere, state=state, code=code)
    # And it is used up: who tried it once shall not try again.
    refused_with("state", linking, actor, state=state, code=code)

    assert linking.world.calls == []


def test_a_colleague_cannot_use_the_state(linking: Linking) -> None:
    code, state = linking.world.consent(linking.start(linking.actor(linking.town.staff)), WORK)

    refused_with("state", linking, linking.actor(linking.town.colleague), state=state, code=code)


def test_another_provider_cannot_use_the_state(linking: Linking) -> None:
    actor = linking.actor(linking.town.staff)
    code, state = linking.world.consent(linking.start(actor), WORK)

    with pytest.raises(ConnectRefused) as refused:
        linking.connecting.finish(actor, provider=Provider.MICROSOFT, state=state, code=code, error="")
    assert refused.value.code == "state"


def test_an_unticked_scope_is_refused_and_the_grant_given_back(linking: Linking, engine: Engine) -> None:
    actor = linking.actor(linking.town.staff)

    with pytest.raises(ConnectRefused) as refused:
        linking.connect(actor, untick={"events"})

    assert refused.value.code == "scopes"
    assert not linking.world.is_granted(WORK)
    assert rows(engine, "ce_calendar_connections") == rows(engine, "credential_vault") == 0


def test_a_refused_grant_stays_if_a_connection_lives_on_it(linking: Linking) -> None:
    linking.connect(linking.actor(linking.town.stranger))

    with pytest.raises(ConnectRefused):
        linking.connect(linking.actor(linking.town.staff), untick={"events"})

    assert linking.world.is_granted(WORK)
    assert "revoke" not in linking.world.calls


@pytest.mark.parametrize(
    ("operation", "error", "code"),
    [
        ("exchange", ProviderUnavailable(), "unavailable"),
        ("exchange", RateLimited(), "unavailable"),
        ("exchange", ProviderForbids("invalid_client"), "failed"),
        ("account", ProviderUnavailable(), "unavailable"),
        ("account", AccessTokenRejected(), "failed"),
    ],
)
def test_a_provider_in_trouble_is_told_and_nothing_is_stored(
    linking: Linking, engine: Engine, operation: str, error: ProviderError, code: str
) -> None:
    actor = linking.actor(linking.town.staff)
    linking.world.fail(operation, error)

    with pytest.raises(ConnectRefused) as refused:
        linking.connect(actor)

    assert refused.value.code == code
    assert rows(engine, "ce_calendar_connections") == rows(engine, "credential_vault") == 0


def test_a_wrong_code_fails(linking: Linking) -> None:
    actor = linking.actor(linking.town.staff)
    _, state = linking.world.consent(linking.start(actor), WORK)

    refused_with("failed", linking, actor, state=state, code="guessed")


def test_signing_in_again_with_another_account_is_refused(linking: Linking, engine: Engine) -> None:
    actor = linking.actor(linking.town.staff)
    first = linking.connect(actor)

    with pytest.raises(ConnectRefused) as refused:
        linking.connect(actor, PRIVATE, connection_id=first.id)

    assert refused.value.code == "account"
    assert linking.of_organization(linking.town.staff) == [first]
    assert not linking.world.is_granted(PRIVATE)
    assert linking.world.is_granted(WORK)
    assert rows(engine, "credential_vault") == 1


def test_another_account_that_is_linked_too_keeps_its_grant_and_credential(linking: Linking) -> None:
    actor = linking.actor(linking.town.staff)
    first, second = linking.connect(actor, WORK), linking.connect(actor, PRIVATE)

    with pytest.raises(ConnectRefused):
        linking.connect(actor, PRIVATE, connection_id=first.id)

    assert linking.stored(second) == second
    assert linking.world.is_granted(PRIVATE)


def test_signing_in_again_hints_at_the_account(linking: Linking) -> None:
    actor = linking.actor(linking.town.staff)
    first = linking.connect(actor)

    assert "login_hint=sam%40gmail.example" in linking.start(actor, first.id)
    assert linking.connect(actor, connection_id=first.id).id == first.id


def test_a_colleague_cannot_sign_in_for_somebody_else(linking: Linking, engine: Engine) -> None:
    first = linking.connect(linking.actor(linking.town.staff))

    for person in (linking.town.colleague, linking.town.admin, linking.town.stranger):
        with pytest.raises(NotFound):
            linking.start(linking.actor(person), first.id)
    assert ("connection.start", "refused", first.id) in audit_rows(engine)


def test_a_viewer_cannot_link_an_account(linking: Linking, engine: Engine) -> None:
    viewer = linking.actor(linking.town.viewer)

    with pytest.raises(AccessDenied):
        linking.start(viewer)
    with pytest.raises(AccessDenied):
        linking.finish(viewer, state="x", code="y")

    assert ("connection.connect", "refused", "") in audit_rows(engine)


def test_who_lost_the_permission_meanwhile_links_nothing(linking: Linking, engine: Engine) -> None:
    actor = linking.actor(linking.town.staff)
    code, state = linking.world.consent(linking.start(actor), WORK)

    def demote(operation: str) -> None:
        if operation == "exchange":
            with linking.uow() as uow:
                uow.users.save(replace(linking.town.staff, roles=frozenset({Role.VIEWER})))

    linking.world.before = demote
    with pytest.raises(AccessDenied):
        linking.finish(actor, state=state, code=code)

    assert rows(engine, "ce_calendar_connections") == 0
    assert not linking.world.is_granted(WORK)


def test_a_grant_revoked_while_it_was_fetched_is_not_stored(linking: Linking, engine: Engine) -> None:
    actor = linking.actor(linking.town.staff)
    code, state = linking.world.consent(linking.start(actor), WORK)

    def revoke(operation: str) -> None:
        if operation == "account" and linking.world.calls.count("account") == 2:
            linking.world.revoke(WORK)

    linking.world.before = revoke
    refused_with("failed", linking, actor, state=state, code=code)

    assert rows(engine, "credential_vault") == 0


def test_a_consent_begun_under_a_key_that_is_gone_begins_anew(linking: Linking) -> None:
    actor = linking.actor(linking.town.staff)
    code, state = linking.world.consent(linking.start(actor), WORK)
    linking.connecting._consents._vault = FernetVault([Fernet.generate_key().decode()])
    refused_with("expired", linking, actor, state=state, code=code)


def test_a_provider_without_a_client_is_not_available(linking: Linking) -> None:
    actor = linking.actor(linking.town.staff)

    assert linking.connecting.clients(actor) == {Provider.GOOGLE: OAuthClient("client", ClientSource.PLATFORM)}
    with pytest.raises(ConnectRefused) as refused:
        linking.connecting.start(actor, provider=Provider.MICROSOFT)
    assert refused.value.code == "not_configured"


def test_no_transaction_is_open_while_the_provider_is_asked(linking: Linking) -> None:
    """On SQLite a second writer would wait for ever; here it must get through at once."""
    actor = linking.actor(linking.town.staff)

    def write(_operation: str) -> None:
        with linking.uow() as uow:
            uow.connections.add(make_connection(user=linking.town.admin))

    linking.world.before = write
    linking.connect(actor)


def test_consents_nobody_came_back_from_leave_nothing_behind(linking: Linking, engine: Engine) -> None:
    connection = linking.connect(linking.actor(linking.town.staff))
    late, signed_out = linking.actor(linking.town.staff), linking.actor(linking.town.staff)
    for actor in (late, signed_out):
        linking.start(actor)
    with linking.uow() as uow:
        uow.sessions.end(signed_out.session_id)
    linking.clock.advance(timedelta(minutes=5))
    linking.start(linking.actor(linking.town.staff))
    linking.clock.advance(timedelta(minutes=6))

    with linking.uow() as uow:
        assert uow.flows.forget_expired(now=linking.clock()) == 1

    # What stays: the consent still under way, its verifier, and the connection's credential.
    assert (rows(engine, "oauth_flows"), rows(engine, "credential_vault")) == (1, 2)
    assert linking.credentials.open(connection)
