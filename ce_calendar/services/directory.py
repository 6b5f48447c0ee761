"""The operator's door to organizations and people. It has no actor: whoever runs the command owns the installation."""

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from uuid import uuid4

from ce_calendar.domain.access import Permission, Role
from ce_calendar.domain.contacts import Contact
from ce_calendar.domain.errors import Duplicate, Invalid, NotFound
from ce_calendar.domain.people import Organization, User
from ce_calendar.ports import Clock, OpenUnitOfWork, PasswordHasher, UnitOfWork
from ce_calendar.services.audit import Audit
from ce_calendar.services.entered import entered_email, entered_password, entered_text

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


class Directory:
    """Adds organizations and people, sets passwords, disables people."""

    def __init__(self, *, open_uow: OpenUnitOfWork, clock: Clock, hasher: PasswordHasher, audit: Audit) -> None:
        self._open_uow = open_uow
        self._clock = clock
        self._hasher = hasher
        self._audit = audit

    def add_organization(self, *, slug: str, name: str) -> Organization:
        """Add an organization.

        Raises:
            Invalid: the slug or the name does not do, or the slug is taken.
        """
        if not _SLUG.fullmatch(slug):
            raise Invalid("A slug has 1 to 63 small letters, digits and inner hyphens.", field="slug")
        organization = Organization(
            id=uuid4().hex,
            slug=slug,
            name=entered_text(name, field="name", label="Name", required=True),
            created_at=self._clock(),
        )
        try:
            with self._open_uow() as uow:
                uow.organizations.add(organization)
                self._audit.done(None, "organization.add", organization.id, uow=uow, organization_id=organization.id)
        except Duplicate as error:
            raise Invalid("There is an organization with this slug already.", field="slug") from error
        return organization

    def add_user(
        self,
        *,
        organization_slug: str,
        email: str,
        name: str,
        password: str,
        roles: Collection[Role],
        given: Collection[Permission] = (),
    ) -> User:
        """Add a person to an organization.

        Raises:
            NotFound: no such organization.
            Invalid: something entered does not do, or the email signs somebody in already.
        """
        email = entered_email(email)
        user = User(
            id=uuid4().hex,
            organization_id="",
            email=email,
            name=entered_text(name, field="name", label="Name", required=True),
            password_hash=self._hasher.hash(entered_password(password, email=email)),
            created_at=self._clock(),
            roles=frozenset(roles),
            given=frozenset(given),
        )
        try:
            with self._open_uow() as uow:
                user = replace(user, organization_id=_organization(uow, organization_slug).id)
                uow.users.add(user)
                self._audit.done(None, "user.add", user.id, uow=uow, organization_id=user.organization_id)
        except Duplicate as error:
            raise Invalid("There is a person with this email already.", field="email") from error
        return user

    def set_password(self, *, email: str, password: str) -> None:
        """Set a person's password and end their sessions.

        Raises:
            NotFound: no such person.
            Invalid: the password does not do.
        """
        email = entered_email(email)
        password_hash = self._hasher.hash(entered_password(password, email=email))
        with self._open_uow() as uow:
            user = _user(uow, email)
            uow.users.save(replace(user, password_hash=password_hash))
            ended = uow.sessions.end_of_user(user.id)
            home = user.organization_id
            self._audit.done(None, "user.password", user.id, uow=uow, organization_id=home, sessions_ended=ended)

    def disable_user(self, *, email: str) -> None:
        """Let a person sign in no more, end their sessions and pause their calendars: nobody watches over those now.

        What they linked and brought stays; an administrator can disconnect it.

        Raises:
            NotFound: no such person.
        """
        with self._open_uow() as uow:
            user = _user(uow, entered_email(email))
            uow.users.save(replace(user, disabled_at=user.disabled_at or self._clock()))
            counts = {
                "sessions_ended": uow.sessions.end_of_user(user.id),
                "connections_paused": uow.connections.pause_of_user(user.id),
            }
            home = user.organization_id
            self._audit.done(None, "user.disable", user.id, uow=uow, organization_id=home, **counts)

    def add_contacts(self, *, organization_slug: str, contacts: Collection[tuple[str, str, str]]) -> int:
        """Add contacts (name, email, company) that are not there yet; returns how many.

        Raises:
            NotFound: no such organization.
            Invalid: something entered does not do; then none is added.
        """
        now = self._clock()
        with self._open_uow() as uow:
            organization_id = _organization(uow, organization_slug).id
            # Connections before contacts, as a sync locks them: the other order could deadlock.
            uow.connections.lock_all(organization_id)
            uow.contacts.hold(organization_id)
            known = set(uow.contacts.ids_by_email(organization_id))
            entered = [
                Contact(
                    id=uuid4().hex,
                    organization_id=organization_id,
                    email=entered_email(email),
                    name=entered_text(name, field="name", label="Name", required=True),
                    company=entered_text(company, field="company", label="Company"),
                    created_at=now,
                )
                for name, email, company in contacts
            ]
            # By email: a list may name somebody twice.
            new = {contact.email: contact for contact in reversed(entered) if contact.email not in known}
            if new:
                uow.connections.request_full_read(now=now, organization_id=organization_id)
                uow.contacts.add(*new.values())
                self._audit.done(None, "contact.add", uow=uow, organization_id=organization_id, added=len(new))
        return len(new)

    def organizations(self) -> Sequence[Organization]:
        """All organizations, by name."""
        with self._open_uow(reading=True) as uow:
            return uow.organizations.all()

    def users(self, organization_slug: str | None = None) -> Sequence[User]:
        """The people of one organization, or of all.

        Raises:
            NotFound: no such organization.
        """
        with self._open_uow(reading=True) as uow:
            wanted = uow.organizations.all() if organization_slug is None else [_organization(uow, organization_slug)]
            return [user for organization in wanted for user in uow.users.of_organization(organization.id)]


def _organization(uow: UnitOfWork, slug: str) -> Organization:
    organization = uow.organizations.by_slug(slug)
    if organization is None:
        raise NotFound("organization")
    return organization


def _user(uow: UnitOfWork, email: str) -> User:
    found = uow.users.by_email(email)
    user = uow.users.get(found.id, lock=True) if found else None
    if user is None:
        raise NotFound("person")
    return user
