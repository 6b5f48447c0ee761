"""Things that are valid by default; a test names the one keyword it is about."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from ce_calendar.domain.access import Actor, Permission, Role, permissions_of
from ce_calendar.domain.contacts import Contact
from ce_calendar.domain.meetings.connections import ClientSource, Connection, Provider, Status
from ce_calendar.domain.meetings.privacy import PrivacyLevel
from ce_calendar.domain.people import Organization, Session, User
from ce_calendar.ports import OpenUnitOfWork
from tests.conftest import NOON


def new_id() -> str:
    return uuid4().hex


def make_organization(
    *, organization_id: str = "", slug: str = "", name: str = "Demo Health", created_at: datetime = NOON
) -> Organization:
    organization_id = organization_id or new_id()
    return Organization(id=organization_id, slug=slug or f"org-{organization_id}", name=name, created_at=created_at)


def make_user(
    *,
    organization_id: str = "",
    user_id: str = "",
    email: str = "",
    name: str = "Sam Staff",
    password_hash: str = "",
    roles: Collection[Role] = (Role.STAFF,),
    given: Collection[Permission] = (),
    disabled_at: datetime | None = None,
    zone: str = "",
    language: str = "",
    is_locale_chosen: bool = False,
    created_at: datetime = NOON,
) -> User:
    user_id = user_id or new_id()
    return User(
        id=user_id,
        organization_id=organization_id or new_id(),
        email=email or f"{user_id}@demo.example",
        name=name,
        password_hash=password_hash,
        created_at=created_at,
        roles=frozenset(roles),
        given=frozenset(given),
        disabled_at=disabled_at,
        zone=zone,
        language=language,
        is_locale_chosen=is_locale_chosen,
    )


def make_session(
    *,
    user: User,
    session_id: str = "",
    token_hash: str = "",
    user_agent: str = "Firefox",
    created_at: datetime = NOON,
    last_seen_at: datetime | None = None,
    expires_at: datetime | None = None,
) -> Session:
    return Session(
        id=session_id or new_id(),
        organization_id=user.organization_id,
        user_id=user.id,
        token_hash=token_hash or new_id(),
        user_agent=user_agent,
        created_at=created_at,
        last_seen_at=last_seen_at or created_at,
        expires_at=expires_at or created_at + timedelta(hours=12),
    )


def make_actor(
    user: User | None = None,
    *,
    organization: Organization | None = None,
    session_id: str = "",
    permissions: Collection[Permission] | None = None,
    zone: str = "Europe/Berlin",
    language: str = "en-GB",
) -> Actor:
    """The actor this user would be; its permissions follow from the user's roles unless named."""
    organization = organization or make_organization(organization_id=user.organization_id if user else "")
    user = user or make_user(organization_id=organization.id)
    return Actor(
        user_id=user.id,
        organization_id=organization.id,
        session_id=session_id or new_id(),
        email=user.email,
        name=user.name,
        organization_name=organization.name,
        permissions=permissions_of(user.roles, user.given) if permissions is None else frozenset(permissions),
        zone=zone,
        language=language,
    )


def make_contact(
    *,
    organization_id: str = "",
    contact_id: str = "",
    email: str = "",
    name: str = "Carla Contact",
    company: str = "Clinic West",
    created_at: datetime = NOON,
    other_emails: tuple[str, ...] = (),
) -> Contact:
    contact_id = contact_id or new_id()
    return Contact(
        id=contact_id,
        organization_id=organization_id or new_id(),
        email=email or f"{contact_id}@contacts.example",
        name=name,
        company=company,
        created_at=created_at,
        other_emails=other_emails,
    )


def make_connection(
    *,
    user: User,
    connection_id: str = "",
    provider: Provider = Provider.GOOGLE,
    subject_id: str = "",
    account_email: str = "",
    client_id: str = "client",
    client_source: ClientSource = ClientSource.PLATFORM,
    status: Status = Status.HEALTHY,
    sync_enabled: bool = True,
    privacy_level: PrivacyLevel = PrivacyLevel.FULL,
    created_at: datetime = NOON,
    credential_vault_ref: str | None = None,
    full_read_version: int = 1,
    next_sync_at: datetime | None = None,
) -> Connection:
    return Connection(
        id=connection_id or new_id(),
        organization_id=user.organization_id,
        user_id=user.id,
        provider=provider,
        subject_id=subject_id or new_id(),
        account_email=account_email or user.email,
        client_id=client_id,
        client_source=client_source,
        status=status,
        sync_enabled=sync_enabled,
        privacy_level=privacy_level,
        created_at=created_at,
        credential_vault_ref=credential_vault_ref,
        full_read_version=full_read_version,
        next_sync_at=next_sync_at,
    )


@dataclass(frozen=True)
class Town:
    """Two organizations with their people, stored."""

    organization: Organization
    admin: User
    staff: User
    colleague: User
    """Staff as well, in the same organization."""
    viewer: User
    other_organization: Organization
    stranger: User
    """Admin of the other organization."""

    def actor(self, user: User, *, session_id: str = "") -> Actor:
        """The actor that one of them is."""
        organizations = {each.id: each for each in (self.organization, self.other_organization)}
        return make_actor(user, organization=organizations[user.organization_id], session_id=session_id)


def settle(open_uow: OpenUnitOfWork, *, password_hash: str = "") -> Town:
    """Store two organizations with their people."""
    organization = make_organization(slug="demo")
    other = make_organization(slug="other", name="Other Health")

    def person(email: str, role: Role, home: Organization = organization) -> User:
        return make_user(organization_id=home.id, email=email, roles=[role], password_hash=password_hash)

    town = Town(
        organization=organization,
        admin=person("admin@demo.example", Role.ADMIN),
        staff=person("staff@demo.example", Role.STAFF),
        colleague=person("colleague@demo.example", Role.STAFF),
        viewer=person("viewer@demo.example", Role.VIEWER),
        other_organization=other,
        stranger=person("admin@other.example", Role.ADMIN, other),
    )
    with open_uow() as uow:
        uow.organizations.add(organization)
        uow.organizations.add(other)
        for user in (town.admin, town.staff, town.colleague, town.viewer, town.stranger):
            uow.users.add(user)
    return town
