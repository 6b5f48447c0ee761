"""The organization's contacts: the people outside whose meetings reach the timeline."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypedDict
from uuid import uuid4

from ce_calendar.domain.access import Actor, Permission
from ce_calendar.domain.contacts import MOST_EMAILS, Contact, merged, possible_doubles
from ce_calendar.domain.errors import Invalid, NotFound
from ce_calendar.ports import Announcer, Clock, JobQueue, OpenUnitOfWork, UnitOfWork
from ce_calendar.services.audit import Audit, recorded_refusals
from ce_calendar.services.entered import entered_email, entered_emails, entered_id, entered_page, entered_text

SEARCH_LENGTH = 100
DOUBLES_SHOWN = 50


class EmailTaken(Invalid):
    """An address is another contact's; the two may be merged."""

    def __init__(self, contact: Contact, *, field: str) -> None:
        super().__init__(f"There is a contact with this email already: {contact.name}.", field=field)
        self.contact = contact
        """Whose it is, of the same organization."""


@dataclass(frozen=True, slots=True)
class ContactPage:
    """Some of the contacts, and how many there are in all."""

    contacts: Sequence[Contact]
    total: int


@dataclass(frozen=True, slots=True)
class Doubles:
    """Some of the pairs that may be one person, and how many there are in all."""

    pairs: Sequence[tuple[Contact, Contact]]
    total: int


class ContactBook:
    """Lists and keeps contacts. Whoever may link a calendar may change them."""

    def __init__(
        self, *, open_uow: OpenUnitOfWork, clock: Clock, audit: Audit, announcer: Announcer, jobs: JobQueue
    ) -> None:
        self._open_uow = open_uow
        self._clock = clock
        self._audit = audit
        self._announcer = announcer
        self._jobs = jobs

    def page(self, actor: Actor, *, search: str = "", offset: int = 0, limit: int = 50) -> ContactPage:
        """Contacts by name; each word searched for must occur in name, company or email."""
        with recorded_refusals(self._audit, actor, "contact.list"):
            actor.require(Permission.CALENDAR_VIEW)
        words = entered_text(search, field="search", label="Search", limit=SEARCH_LENGTH)
        offset, limit = entered_page(offset, limit)
        with self._open_uow(reading=True) as uow:
            contacts, total = uow.contacts.page(actor.organization_id, search=words, offset=offset, limit=limit)
        return ContactPage(contacts, total)

    def get(self, actor: Actor, *, contact_id: str) -> Contact:
        """One contact.

        Raises:
            NotFound: not a contact of the actor's organization.
        """
        with recorded_refusals(self._audit, actor, "contact.read", contact_id):
            actor.require(Permission.CALENDAR_VIEW)
            with self._open_uow(reading=True) as uow:
                return _contact(uow, actor, contact_id)

    def add(self, actor: Actor, *, name: str, email: str, company: str = "", other_emails: str = "") -> Contact:
        """Add a contact and read every calendar again, for the meetings with them.

        Raises:
            Invalid: something entered does not do.
            EmailTaken: an address is another contact's already.
        """
        action = "contact.add"
        with recorded_refusals(self._audit, actor, action):
            require_change(actor)
        contact = Contact(
            id=uuid4().hex,
            organization_id=actor.organization_id,
            created_at=self._clock(),
            **_entered(name=name, email=email, company=company, other_emails=other_emails),
        )
        with self._open_uow() as uow:
            # Connections before contacts, as a sync locks them: the other order could deadlock.
            uow.connections.request_full_read(now=self._clock(), organization_id=actor.organization_id)
            uow.contacts.hold(actor.organization_id)
            _require_free(uow, contact)
            uow.contacts.add(contact)
            self._audit.done(actor, action, contact.id, uow=uow)
        self._read_again(actor)
        return contact

    def edit(
        self, actor: Actor, *, contact_id: str, name: str, email: str, company: str, other_emails: str | None = None
    ) -> Contact:
        """Change a contact.

        Meetings of an address that is theirs no longer go, and calendars are read again for those of a new one.

        Args:
            actor: who asks.
            contact_id: of the contact.
            name: theirs.
            email: the first address; one of the further ones may become it.
            company: theirs.
            other_emails: all further addresses; None leaves them as they are.

        Raises:
            NotFound: not a contact of the actor's organization.
            Invalid: something entered does not do.
            EmailTaken: an address is another contact's already.
        """
        action = "contact.edit"
        home = actor.organization_id
        with recorded_refusals(self._audit, actor, action, contact_id):
            require_change(actor)
            with self._open_uow() as uow:
                # Connections before contacts here too.
                uow.connections.lock_all(home)
                uow.contacts.hold(home)
                before = _contact(uow, actor, contact_id)
                kept = "\n".join(before.other_emails) if other_emails is None else other_emails
                entered = _entered(name=name, email=email, company=company, other_emails=kept)
                contact = replace(before, **entered)
                _require_free(uow, contact)
                has_other_emails = set(contact.emails) != set(before.emails)
                if has_other_emails:
                    uow.connections.request_full_read(now=self._clock(), organization_id=home)
                if set(before.emails) - set(contact.emails):
                    uow.events.unlink_contact(contact.id, but=contact.emails)
                uow.contacts.save(contact)
                self._audit.done(actor, action, contact.id, uow=uow)
        if has_other_emails:
            self._read_again(actor)
        else:
            self._announce(actor, "contacts", "timeline")
        return contact

    def doubles(self, actor: Actor) -> Doubles:
        """Contacts that may be one person, for somebody who knows to decide."""
        with recorded_refusals(self._audit, actor, "contact.doubles"):
            require_change(actor)
            with self._open_uow(reading=True) as uow:
                known = uow.contacts.all_by_email(actor.organization_id)
        pairs = possible_doubles({contact.id: contact for contact in known.values()}.values())
        return Doubles(pairs[:DOUBLES_SHOWN], len(pairs))

    def merge(self, actor: Actor, *, contact_id: str, other_id: str) -> Contact:
        """Make two contacts one: the same person under several addresses.

        The first stays, with its name, the addresses of both and the meetings of both, each once. No calendar needs
        to be read again: whatever named either address is known.

        Raises:
            NotFound: one of them is not a contact of the actor's organization.
            Invalid: they are one already, or have too many addresses.
        """
        action = "contact.merge"
        with recorded_refusals(self._audit, actor, action, contact_id):
            require_change(actor)
            with self._open_uow() as uow:
                uow.connections.lock_all(actor.organization_id)
                uow.contacts.hold(actor.organization_id)
                kept, gone = _contact(uow, actor, contact_id), _contact(uow, actor, other_id)
                if kept.id == gone.id:
                    raise Invalid("A contact cannot be merged with itself.")
                contact = merged(kept, gone)
                if len(contact.emails) > MOST_EMAILS:
                    raise Invalid(f"Together they have more than {MOST_EMAILS} email addresses.")
                moved = uow.events.move_contact(gone.id, to=kept.id)
                uow.contacts.remove(gone.id, organization_id=actor.organization_id)
                uow.contacts.save(contact)
                self._audit.done(actor, action, kept.id, uow=uow, merged=gone.id, meetings=moved)
        self._announce(actor, "contacts", "timeline")
        return contact

    def _read_again(self, actor: Actor) -> None:
        self._jobs.enqueue("sync-due", actor.organization_id)
        self._announce(actor, "contacts", "timeline", "connections")

    def _announce(self, actor: Actor, *topics: str) -> None:
        for topic in topics:
            self._announcer.announce(actor.organization_id, topic)


class _Words(TypedDict):
    """What a person enters of a contact, checked."""

    name: str
    email: str
    company: str
    other_emails: tuple[str, ...]


def _entered(*, name: str, email: str, company: str, other_emails: str) -> _Words:
    first = entered_email(email)
    others = entered_emails(other_emails, field="other_emails", most=MOST_EMAILS)
    return {
        "name": entered_text(name, field="name", label="Name", required=True),
        "email": first,
        "company": entered_text(company, field="company", label="Company"),
        "other_emails": tuple(sorted(set(others) - {first})),
    }


def _require_free(uow: UnitOfWork, contact: Contact) -> None:
    """Raises `EmailTaken` if another contact has one of its addresses. Contacts are held before."""
    holders = uow.contacts.by_emails(contact.emails, organization_id=contact.organization_id)
    for email in contact.emails:
        if email in holders and holders[email].id != contact.id:
            raise EmailTaken(holders[email], field="email" if email == contact.email else "other_emails")


def require_change(actor: Actor) -> None:
    """Whoever may link a calendar, or manages the organization, may change contacts.

    Raises:
        AccessDenied: the actor may not.
    """
    if not actor.may(Permission.ORG_MANAGE):
        actor.require(Permission.CALENDAR_CONNECT)


def _contact(uow: UnitOfWork, actor: Actor, contact_id: str) -> Contact:
    wanted = entered_id(contact_id, what="contact")
    contact = uow.contacts.get(wanted, organization_id=actor.organization_id)
    if contact is None:
        raise NotFound("contact")
    return contact
