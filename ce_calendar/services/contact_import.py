"""Taking contacts over from a file: read and judged first, taken when the person says so."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

from ce_calendar.domain.access import Actor
from ce_calendar.domain.contact_file import BadLine, ContactFile, ContactLine, Unreadable, read_contact_file
from ce_calendar.domain.contacts import Contact, ContactEntry, ImportCounts, ImportPlan, plan_import
from ce_calendar.domain.errors import Invalid, NotFound
from ce_calendar.ports import Announcer, Clock, JobQueue, OpenUnitOfWork, StoredImport, UnitOfWork
from ce_calendar.services.audit import Audit, recorded_refusals
from ce_calendar.services.contacts import require_change
from ce_calendar.services.entered import entered_email, entered_id, entered_text, shortened

WAITS_FOR = timedelta(hours=1)
"""How long a file that was read waits for the person's word."""
ACTION = "contact.import"
WHAT = "file"
"""What it is called when it is gone."""
SHOWN = 20
"""Entries of a preview that are shown as they are."""


@dataclass(frozen=True, slots=True)
class PreviewedEntry:
    """An entry, and who of ours it is about; None if it is new."""

    entry: ContactEntry
    known: Contact | None


@dataclass(frozen=True, slots=True)
class ImportPreview:
    """What a file says, and what taking it over would do now."""

    import_id: str
    counts: ImportCounts
    first: Sequence[PreviewedEntry]
    """The first entries, as a sample."""
    bad: Sequence[BadLine]
    doubles: Sequence[tuple[int, int]]
    """Lines that repeat the address of an earlier line, and that line."""
    columns: Sequence[tuple[str, str]]
    """What was taken (`email`, `name`, `first` …) and the header it stood under."""
    ignored: Sequence[str]
    """Headers of columns that were not used."""
    encoding: str


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What was really done; contacts may have changed since the preview."""

    added: int
    changed: int
    unchanged: int


class ContactImport:
    """Reads files of contacts, keeps each for its person, and takes it over in one transaction."""

    def __init__(
        self, *, open_uow: OpenUnitOfWork, clock: Clock, audit: Audit, announcer: Announcer, jobs: JobQueue
    ) -> None:
        self._open_uow = open_uow
        self._clock = clock
        self._audit = audit
        self._announcer = announcer
        self._jobs = jobs

    def allow(self, actor: Actor) -> None:
        """Whether this person may import at all; asked before anything is read from them.

        Raises:
            AccessDenied: they may not.
        """
        with recorded_refusals(self._audit, actor, ACTION):
            require_change(actor)

    def begin(self, actor: Actor, content: bytes) -> str:
        """Read a file and keep what it says until it is confirmed, cancelled, replaced or an hour old.

        Raises:
            Invalid: it is no file of contacts.
        """
        self.allow(actor)
        try:
            file = read_contact_file(content, language=actor.language)
        except Unreadable as error:
            raise Invalid(str(error), field="file") from error
        now = self._clock()
        waiting = StoredImport(
            id=uuid4().hex,
            organization_id=actor.organization_id,
            user_id=actor.user_id,
            content=_checked(file),
            expires_at=now + WAITS_FOR,
        )
        with self._open_uow() as uow:
            uow.contact_imports.add(waiting)
        return waiting.id

    def preview(self, actor: Actor, *, import_id: str) -> ImportPreview:
        """What the file would do now.

        Raises:
            NotFound: no file of this person's waits under this id (any more).
        """
        with recorded_refusals(self._audit, actor, ACTION, import_id):
            require_change(actor)
            wanted = entered_id(import_id, what=WHAT)
            with self._open_uow(reading=True) as uow:
                waiting = uow.contact_imports.get(wanted, user_id=actor.user_id, now=self._clock())
                if waiting is None:
                    raise NotFound(WHAT)
                entries = _entries(waiting)
                known = uow.contacts.all_by_email(actor.organization_id)
        content = waiting.content
        return ImportPreview(
            import_id=waiting.id,
            counts=plan_import(entries, known, overwrite=False).counts,
            first=[PreviewedEntry(entry, known.get(entry.email)) for entry in entries[:SHOWN]],
            bad=[BadLine(**each) for each in content["bad"]],
            doubles=[(line, first) for line, first in content["doubles"]],
            columns=[(column, header) for column, header in content["columns"]],
            ignored=content["ignored"],
            encoding=content["encoding"],
        )

    def confirm(self, actor: Actor, *, import_id: str, overwrite: bool) -> ImportResult:
        """Take the file over, once: new contacts in, empty companies filled, calendars read again for the new.

        Args:
            actor: who read the file in.
            import_id: of the file.
            overwrite: whether its names and companies replace ours.

        Raises:
            NotFound: no file of this person's waits under this id (any more).
        """
        with recorded_refusals(self._audit, actor, ACTION, import_id):
            require_change(actor)
            wanted = entered_id(import_id, what=WHAT)
            with self._open_uow() as uow:
                # Connections before contacts, as a sync locks them: the other order could deadlock.
                uow.connections.lock_all(actor.organization_id)
                uow.contacts.hold(actor.organization_id)
                waiting = uow.contact_imports.take(wanted, user_id=actor.user_id, now=self._clock())
                if waiting is None:
                    raise NotFound(WHAT)
                plan = self._take_over(uow, actor, _entries(waiting), overwrite=overwrite)
                result = ImportResult(added=len(plan.new), changed=len(plan.changed), unchanged=plan.kept)
                self._audit.done(actor, ACTION, waiting.id, uow=uow, **asdict(result))
        self._tell(actor, result)
        return result

    def cancel(self, actor: Actor, *, import_id: str) -> None:
        """Forget a file; nothing happens if it is gone already."""
        with recorded_refusals(self._audit, actor, ACTION, import_id):
            require_change(actor)
            wanted = entered_id(import_id, what=WHAT)
        with self._open_uow() as uow:
            uow.contact_imports.take(wanted, user_id=actor.user_id, now=self._clock())

    def _take_over(
        self, uow: UnitOfWork, actor: Actor, entries: Sequence[ContactEntry], *, overwrite: bool
    ) -> ImportPlan:
        now = self._clock()
        plan = plan_import(entries, uow.contacts.all_by_email(actor.organization_id), overwrite=overwrite)
        if plan.new:
            uow.connections.request_full_read(now=now, organization_id=actor.organization_id)
        uow.contacts.add(
            *(
                Contact(
                    id=uuid4().hex,
                    organization_id=actor.organization_id,
                    email=entry.email,
                    name=entry.name,
                    company=entry.company,
                    created_at=now,
                )
                for entry in plan.new
            )
        )
        uow.contacts.save_words(plan.changed)
        return plan

    def _tell(self, actor: Actor, result: ImportResult) -> None:
        topics = ["contacts", "timeline"] if result.added or result.changed else []
        if result.added:
            self._jobs.enqueue("sync-due", actor.organization_id)
            topics.append("connections")
        for topic in topics:
            self._announcer.announce(actor.organization_id, topic)


def _checked(file: ContactFile) -> dict[str, Any]:
    """What is kept of a file: each address once, checked; what is wrong with the rest."""
    entries: dict[str, ContactEntry] = {}
    begun: dict[str, int] = {}
    bad = list(file.bad)
    doubles: list[tuple[int, int]] = []
    for line in file.lines:
        try:
            entry = _entry(line)
        except Invalid as refusal:
            bad.append(BadLine(line.line, str(refusal)))
            continue
        earlier = entries.get(entry.email)
        if earlier is None:
            entries[entry.email], begun[entry.email] = entry, line.line
        else:
            # The earlier line is right, the later one completes it.
            entries[entry.email] = ContactEntry(entry.email, earlier.name, earlier.company or entry.company)
            doubles.append((line.line, begun[entry.email]))
    return {
        "entries": [[entry.email, entry.name, entry.company] for entry in entries.values()],
        "bad": [asdict(each) for each in sorted(bad, key=lambda each: each.line)],
        "doubles": doubles,
        "columns": [(column, shortened(header)) for column, header in file.columns],
        "ignored": [shortened(header) for header in file.ignored],
        "encoding": file.encoding,
    }


def _entry(line: ContactLine) -> ContactEntry:
    """The line as a contact's words.

    Raises:
        Invalid: something in it does not do.
    """
    try:
        email = entered_email(line.email)
    except Invalid as refusal:
        if not line.email:
            raise
        raise Invalid(f"“{shortened(line.email)}” is not an email address.") from refusal
    return ContactEntry(
        email=email,
        name=entered_text(line.name, field="name", label="Name", required=True),
        company=entered_text(line.company, field="company", label="Company"),
    )


def _entries(waiting: StoredImport) -> list[ContactEntry]:
    return [ContactEntry(email, name, company) for email, name, company in waiting.content["entries"]]
