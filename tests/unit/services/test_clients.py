"""Whose OAuth client a consent goes through."""

import pytest

from ce_calendar.adapters.memory import MemoryAuthorizer, MemoryWorld
from ce_calendar.domain.meetings.connections import ClientSource, OAuthClient, Provider
from ce_calendar.ports import Authorizer, OpenUnitOfWork
from ce_calendar.services.clients import Clients
from tests.builders import make_organization
from tests.conftest import FixedClock

OWN = OAuthClient("own", ClientSource.TENANT)
SHARED = OAuthClient("shared", ClientSource.PLATFORM)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


def installed(*clients: OAuthClient, provider: Provider = Provider.GOOGLE) -> list[tuple[Provider, Authorizer]]:
    world = MemoryWorld(FixedClock())
    return [(provider, MemoryAuthorizer(world, client=client)) for client in clients]


def organizations(uow: OpenUnitOfWork, *slugs: str) -> list[str]:
    made = [make_organization(slug=slug) for slug in slugs]
    with uow() as work:
        for each in made:
            work.organizations.add(each)
    return [each.id for each in made]


def test_the_only_organization_uses_its_own_client_before_the_platforms(uow: OpenUnitOfWork) -> None:
    (only,) = organizations(uow, "clinic")
    clients = Clients(open_uow=uow, installed=installed(SHARED, OWN))

    assert clients.client(Provider.GOOGLE, only) == OWN


def test_among_several_the_own_client_is_for_the_one_that_is_named(uow: OpenUnitOfWork) -> None:
    clinic, school = organizations(uow, "clinic", "school")
    clients = Clients(open_uow=uow, installed=installed(OWN, SHARED), tenant_organization="school")

    assert clients.client(Provider.GOOGLE, school) == OWN
    assert clients.client(Provider.GOOGLE, clinic) == SHARED


def test_among_several_and_none_named_nobody_gets_the_own_client(uow: OpenUnitOfWork) -> None:
    clinic, _ = organizations(uow, "clinic", "school")

    assert Clients(open_uow=uow, installed=installed(OWN, SHARED)).client(Provider.GOOGLE, clinic) == SHARED
    assert Clients(open_uow=uow, installed=installed(OWN)).client(Provider.GOOGLE, clinic) is None


def test_a_provider_without_a_client_has_none(uow: OpenUnitOfWork) -> None:
    (only,) = organizations(uow, "clinic")

    assert Clients(open_uow=uow, installed=installed(SHARED)).for_new(Provider.MICROSOFT, only) is None


def test_a_credential_stays_with_the_client_that_issued_it(uow: OpenUnitOfWork) -> None:
    (only,) = organizations(uow, "clinic")
    both = installed(OWN, SHARED)
    clients = Clients(open_uow=uow, installed=both)

    assert clients.that_issued(Provider.GOOGLE, "shared", organization_id=only) is both[1][1]
    assert clients.that_issued(Provider.GOOGLE, "gone", organization_id=only) is None


def test_one_client_that_is_both_counts_as_each_organization_has_it(uow: OpenUnitOfWork) -> None:
    clinic, school = organizations(uow, "clinic", "school")
    both = installed(OAuthClient("one", ClientSource.TENANT), OAuthClient("one", ClientSource.PLATFORM))
    clients = Clients(open_uow=uow, installed=both, tenant_organization="clinic")

    assert clients.that_issued(Provider.GOOGLE, "one", organization_id=clinic) is both[0][1]
    assert clients.that_issued(Provider.GOOGLE, "one", organization_id=school) is both[1][1]
