"""Whose OAuth client the central account is signed in with."""

import pytest
from sqlalchemy import Engine, text

from ce_calendar.domain.errors import AccessDenied, ConnectRefused, Invalid, NotFound
from ce_calendar.domain.meetings.connections import ClientSource, OAuthClient, Provider
from ce_calendar.ports import OpenUnitOfWork
from ce_calendar.services.clients import Clients
from tests.conftest import FixedClock
from tests.support.doubles import audit_rows
from tests.unit.services.central_scene import CENTRAL, ENVIRONMENT, Central, make_central

SECRET = "GOCSPX-secret-of-the-organization"
OWN = OAuthClient("own.apps.googleusercontent.com", ClientSource.TENANT)


@pytest.fixture
def central(uow: OpenUnitOfWork, clock: FixedClock) -> Central:
    return make_central(uow, clock)


def enter(central: Central, client_id: str = OWN.client_id, secret: str = SECRET) -> None:
    central.issuers.set_own(central.dispatcher, client_id=client_id, secret=secret)


def known(central: Central) -> list[tuple[str, bool]]:
    with central.uow(reading=True) as uow:
        return [(each.client_id, each.is_current) for each in uow.central_clients.all(central.organization_id)]


def secrets_kept(engine: Engine) -> int:
    with engine.connect() as connection:
        query = text("SELECT count(*) FROM credential_vault WHERE purpose = 'oauth-client'")
        found: int = connection.execute(query).scalar_one()
        return found


def test_without_an_own_client_the_environments_is_used(central: Central) -> None:
    choice = central.issuers.choice(central.dispatcher)

    assert (choice.own, choice.environment, choice.in_use) == (None, ENVIRONMENT, ENVIRONMENT)
    assert central.connect().client_source is ClientSource.PLATFORM


def test_an_own_client_comes_before_the_environments_and_its_secret_is_sealed(central: Central, engine: Engine) -> None:
    enter(central)

    account = central.connect()

    assert (account.client_id, account.client_source) == (OWN.client_id, ClientSource.TENANT)
    assert (OWN, SECRET) in central.made
    assert central.issuers.choice(central.dispatcher).in_use == OWN
    with engine.connect() as connection:
        kept = str(connection.execute(text("SELECT * FROM erp_central_clients")).all())
        kept += str(connection.execute(text("SELECT * FROM credential_vault")).all())
    assert SECRET not in kept
    assert any(action == "erp.client.set" and outcome == "done" for action, outcome, _ in audit_rows(engine))


def test_a_replaced_client_serves_the_credential_it_issued_until_that_is_replaced_too(
    central: Central, engine: Engine
) -> None:
    enter(central, "first.apps")
    account = central.connect()
    enter(central, "second.apps")

    assert known(central) == [("second.apps", True), ("first.apps", False)]
    assert central.issuers.that_issued(Provider.GOOGLE, "first.apps", organization_id=central.organization_id)
    central.linking.world.reject_access_tokens(CENTRAL)
    renewed = central.credentials.renew(account, central.credentials.open(account))
    assert renewed.client_id == "first.apps"

    again = central.connect()

    assert again.client_id == "second.apps"
    assert known(central) == [("second.apps", True)]
    assert secrets_kept(engine) == 1
    # What the first client was granted is needed no longer.
    assert not central.linking.world.is_granted(CENTRAL, client_id="first.apps")
    assert central.linking.world.is_granted(CENTRAL, client_id="second.apps")


def test_a_client_nothing_was_signed_in_with_goes_when_it_is_replaced(central: Central, engine: Engine) -> None:
    enter(central, "first.apps")
    enter(central, "second.apps")

    assert known(central) == [("second.apps", True)]
    assert secrets_kept(engine) == 1


def test_the_same_client_with_a_new_secret_takes_the_old_ones_place(central: Central, engine: Engine) -> None:
    enter(central)
    central.connect()
    enter(central, secret="GOCSPX-rotated")

    assert known(central) == [(OWN.client_id, True)]
    assert secrets_kept(engine) == 1
    central.issuers.for_new(Provider.GOOGLE, central.organization_id)
    assert central.made[-1] == (OWN, "GOCSPX-rotated")


def test_an_own_client_can_be_removed_while_nothing_was_signed_in_with_it(central: Central, engine: Engine) -> None:
    enter(central)

    central.issuers.remove_own(central.dispatcher)

    assert known(central) == []
    assert secrets_kept(engine) == 0
    assert central.issuers.choice(central.dispatcher).in_use == ENVIRONMENT


def test_a_client_that_the_account_was_signed_in_with_cannot_be_removed(central: Central) -> None:
    enter(central)
    central.connect()

    assert central.issuers.choice(central.dispatcher).is_needed
    with pytest.raises(Invalid, match="Disconnect the account first"):
        central.issuers.remove_own(central.dispatcher)
    assert known(central) == [(OWN.client_id, True)]


def test_removing_what_is_not_there_is_told(central: Central) -> None:
    with pytest.raises(NotFound):
        central.issuers.remove_own(central.dispatcher)


@pytest.mark.parametrize(
    ("client_id", "secret", "field"),
    [
        ("", SECRET, "client_id"),
        ("  ", SECRET, "client_id"),
        (None, SECRET, "client_id"),
        ("with space", SECRET, "client_id"),
        ("schön.apps", SECRET, "client_id"),
        ("x" * 201, SECRET, "client_id"),
        ("own.apps", "", "client_secret"),
        ("own.apps", 7, "client_secret"),
        ("own.apps", "two\nlines", "client_secret"),
        ("own.apps", "x" * 401, "client_secret"),
    ],
    ids=["no id", "blank id", "none", "space", "letters", "long id", "no secret", "number", "lines", "long secret"],
)
def test_what_google_does_not_hand_out_is_refused(
    central: Central, client_id: object, secret: object, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        central.issuers.set_own(central.dispatcher, client_id=client_id, secret=secret)
    assert refused.value.field == field
    assert known(central) == []


def test_without_any_client_nobody_is_sent_to_google(central: Central, uow: OpenUnitOfWork) -> None:
    central.issuers._environment = Clients(open_uow=uow, installed=[])

    assert central.issuers.choice(central.dispatcher).in_use is None
    with pytest.raises(ConnectRefused) as refused:
        central.book.start(central.dispatcher)
    assert refused.value.code == "not_configured"


VERBS = {
    "see": lambda central, actor: central.issuers.choice(actor),
    "set": lambda central, actor: central.issuers.set_own(actor, client_id="x", secret="y"),
    "remove": lambda central, actor: central.issuers.remove_own(actor),
}


@pytest.mark.parametrize("verb", VERBS)
def test_a_colleague_without_the_permission_cannot(central: Central, engine: Engine, verb: str) -> None:
    enter(central)

    with pytest.raises(AccessDenied):
        VERBS[verb](central, central.linking.actor(central.linking.town.staff))

    assert known(central) == [(OWN.client_id, True)]
    assert any(outcome == "refused" for _, outcome, _ in audit_rows(engine))


def test_another_organizations_client_is_its_own_alone(central: Central) -> None:
    enter(central)
    stranger = central.linking.actor(central.linking.town.stranger)

    assert central.issuers.choice(stranger).own is None
    assert central.issuers.that_issued(Provider.GOOGLE, OWN.client_id, organization_id=stranger.organization_id) is None
    with pytest.raises(NotFound):
        central.issuers.remove_own(stranger)
    central.issuers.set_own(stranger, client_id="theirs.apps", secret=SECRET)
    assert known(central) == [(OWN.client_id, True)]
