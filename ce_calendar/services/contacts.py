"""The organization's contacts: the people outside whose meetings reach the timeline."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import uuid4

from ce_calendar.domain.access import Actor, Permission
from ce_calendar.domain.contacts import Contact
from ce_calendar.domain.errors import Duplicate, Invalid, NotFound
from ce_calendar.ports import Announcer, Clock, JobQueue, OpenUnitOfWork, UnitOfWork
from ce_calendar.services.audit import Audit, recorded_refusals
from ce_calendar.services.entered import entered_email, entered_id, entered_page, entered_text

SEARCH_LENGTH = 100

TAKEN = "There is a contact with this email already."


@dataclass(frozen=True, slots=True)
class ContactPage:
    """Some of the contacts, and how many there are in all."""

    contacts: Sequence[Contact]
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

    def add(self, actor: Actor, *, name: str, email: str, company: str = "") -> Contact:
        """Add a contact and read every calendar again, for the meetings with them.

        Raises:
            Invalid: something entered does not do, or the email is a contact's already.
        """
        action = "contact.add"
        with recorded_refusals(self._audit, actor, action):
            _require_change(actor)
        contact = Contact(
            id=uuid4().hex,
            organization_id=actor.organization_id,
            email=entered_email(email),
            name=entered_text(name, field="name", label="Name", required=True),
            company=entered_text(company, field="company", label="Company"),
            created_at=self._clock(),
        )
        try:
            with self._open_uow() as uow:
                # Connections before contacts, as a sync locks them: the other order could deadlock.
                uow.connections.request_full_read(now=self._clock(), organization_id=actor.organization_id)
                uow.contacts.add(contact)
                self._audit.done(actor, action, contact.id, uow=uow)
        except Duplicate as error:
            raise Invalid(TAKEN, field="email") from error
        self._read_again(actor)
        return contact

    def edit(self, actor: Actor, *, contact_id: str, name: str, email: str, company: str) -> Contact:
        """Change a contact. Another email means other meetings: the old ones go, and calendars are read again.

        Raises:
            NotFound: not a contact of the actor's organization.
            Invalid: something entered does not do, or the email is another contact's already.
        """
        action = "contact.edit"
        try:
            with recorded_refusals(self._audit, actor, action, contact_id):
                _require_change(actor)
                with self._open_uow() as uow:
                    before = _contact(uow, actor, contact_id)
                    contact = replace(
                        before,
                        email=entered_email(email),
                        name=entered_text(name, field="name", label="Name", required=True),
                        company=entered_text(company, field="company", label="Company"),
                    )
                    has_other_email = contact.email != before.email
                    if has_other_email:
                        # Connections before contacts here too.
                        uow.connections.request_full_read(now=self._clock(), organization_id=actor.organization_id)
                        uow.events.unlink_contact(contact.id)
                    uow.contacts.save(contact)
                    self._audit.done(actor, action, contact.id, uow=uow)
        except Duplicate as error:
            raise Invalid(TAKEN, field="email") from error
        if has_other_email:
            self._read_again(actor)
        else:
            self._announce(actor, "contacts", "timeline")
        return contact

    def _read_again(self, actor: Actor) -> None:
        self._jobs.enqueue("sync-due", actor.organization_id)
        self._announce(actor, "contacts", "timeline", "connections")

    def _announce(self, actor: Actor, *topics: str) -> None:
        for topic in topics:
            self._announcer.announce(actor.organization_id, topic)


def _require_change(actor: Actor) -> None:
    if not actor.may(Permission.ORG_MANAGE):
        actor.require(Permission.CALENDAR_CONNECT)


def _contact(uow: UnitOfWork, actor: Actor, contact_id: str) -> Contact:
    wanted = entered_id(contact_id, what="contact")
    contact = uow.contacts.get(wanted, organization_id=actor.organization_id)
    if contact is None:
        raise NotFound("contact")
    return contact
