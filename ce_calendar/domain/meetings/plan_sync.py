"""Decide what one read of a calendar changes in our store. Touches nothing."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter

from ce_calendar.domain.meetings.events import CalendarEvent, RemoteRead
from ce_calendar.domain.meetings.identity import identity_key
from ce_calendar.domain.meetings.privacy import PrivacyLevel, is_private, project
from ce_calendar.domain.meetings.runs import SyncReport
from ce_calendar.domain.meetings.timeline import contacts_of
from ce_calendar.domain.window import SyncWindow


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """What we hold of an event, as far as planning needs it."""

    id: str
    content_hash: str
    starts_at: datetime
    ends_at: datetime
    is_all_day: bool = False
    series_id: str = ""
    """The provider's id of the series it is an occurrence of."""


@dataclass(frozen=True, slots=True)
class EventWrite:
    """An event to insert or update, already as private as it must be."""

    event: CalendarEvent
    identity_key: str
    content_hash: str
    contact_ids: frozenset[str]
    stored_id: str = ""
    """Our id of the row to update; empty to insert."""


@dataclass(frozen=True, slots=True)
class SyncPlan:
    """What to write, and what to say about it."""

    writes: tuple[EventWrite, ...]
    deletes: tuple[str, ...]
    """Our ids."""
    report: SyncReport


def plan_sync(
    local: Mapping[str, StoredEvent],
    read: RemoteRead,
    *,
    window: SyncWindow,
    level: PrivacyLevel,
    contacts: Mapping[str, str],
) -> SyncPlan:
    """Compare what a provider said with what we hold.

    Args:
        local: by provider event id; for a full read everything of the calendar, for an incremental one at least
            the events the read names, and the occurrences of what it supersedes.
        read: one complete read. A partial one never gets here; it names each event once.
        window: the span the read covers; only in it may absence mean deleted.
        level: the connection's privacy.
        contacts: the organization's contact ids by lower-case email.
    """
    writes: list[EventWrite] = []
    deletes: dict[str, None] = {}
    unchanged = 0
    for event in read.changed:
        stored = local.get(event.provider_event_id)
        if not read.is_full and _is_out_of_sight(event, stored, window):
            # Moved there beyond what we look at. It comes back when the window reaches it.
            if stored:
                deletes[stored.id] = None
            continue
        write = _to_write(event, stored, level=level, contacts=contacts)
        if stored and stored.content_hash == write.content_hash:
            # Named but not different: an etag, an answer of a guest we do not keep.
            unchanged += 1
            continue
        writes.append(write)
    deletes.update(dict.fromkeys(_gone(local, read, window)))
    return SyncPlan(tuple(writes), tuple(deletes), _report(read, writes, deletes, unchanged))


SUSPICIOUS_LOSS = 50


def is_suspicious(plan: SyncPlan, local: Mapping[str, StoredEvent], read: RemoteRead, *, now: datetime) -> bool:
    """Whether a read is a question rather than an answer: a full calendar that is suddenly empty.

    The rule: a full read that names no event at all, where we would delete more than `SUSPICIOUS_LOSS` events still
    to come. A calendar that was really emptied says so again at the next try, and is believed then. An incremental
    read is never suspicious: it names each deletion, or the series.
    """
    if not read.is_full or read.changed:
        return False
    doomed = set(plan.deletes)
    return sum(stored.id in doomed and stored.ends_at > now for stored in local.values()) > SUSPICIOUS_LOSS


def _is_out_of_sight(event: CalendarEvent, stored: StoredEvent | None, window: SyncWindow) -> bool:
    """Whether a changed event is none of ours: beyond the window, or before it and never held."""
    # Providers place a date in the calendar's zone, we in UTC: within a day of the edge a full read names it as well.
    margin = timedelta(days=1 if event.dates else 0)
    if window.overlaps(event.starts_at - margin, event.ends_at + margin):
        return False
    # A meeting we hold and that has slid into the past may still be corrected there.
    return stored is None or event.starts_at >= window.end


def _gone(local: Mapping[str, StoredEvent], read: RemoteRead, window: SyncWindow) -> Iterator[str]:
    """Our ids of what is there no more."""
    for provider_event_id in read.removed:
        # Deleted there; unknown ids are events we never held.
        if stored := local.get(provider_event_id):
            yield stored.id
    for provider_event_id in read.absent:
        # Not in the window any more. What lies outside it was not there before either, so it stays.
        stored = local.get(provider_event_id)
        if stored and window.overlaps(stored.starts_at, stored.ends_at):
            yield stored.id
    # An event that could not be understood is still there, so it is not absent; one outside what was read is no
    # longer asked about, so it stays.
    present = read.named | {skipped.provider_event_id for skipped in read.skipped}
    superseded = read.superseded
    unnamed = ((key, stored) for key, stored in local.items() if key not in present and _was_read(stored, window))
    for key, stored in unnamed:
        # Read in full and not named: deleted while we had no cursor. Or left behind by a series that went, moved or
        # recurs no more: providers do not name each occurrence, and one that moves gets occurrences with other ids.
        if read.is_full or stored.series_id in superseded or key in read.series:
            yield stored.id


def _was_read(stored: StoredEvent, window: SyncWindow) -> bool:
    """Whether a full read of the window would have named the event, were it still there."""
    if not stored.is_all_day:
        return window.overlaps(stored.starts_at, stored.ends_at)
    # Providers place a date in the calendar's zone, we in UTC: within a day of the edge, absence proves nothing.
    inner = SyncWindow(window.start + timedelta(days=1), window.end - timedelta(days=1))
    return inner.overlaps(stored.starts_at, stored.ends_at)


def _to_write(
    event: CalendarEvent, stored: StoredEvent | None, *, level: PrivacyLevel, contacts: Mapping[str, str]
) -> EventWrite:
    """Project the event and find its contacts."""
    found = frozenset[str]() if is_private(event) else contacts_of(event, contacts)
    kept = project(event, level, has_contact=bool(found))
    contact_ids = found if level is not PrivacyLevel.BUSY_ONLY else frozenset[str]()
    return EventWrite(
        event=kept,
        identity_key=identity_key(event),
        content_hash=_content_hash(kept, contact_ids),
        contact_ids=contact_ids,
        stored_id=stored.id if stored else "",
    )


_WORDS = attrgetter(
    *("provider_event_id", "ical_uid", "series_id", "original_start", "title", "description", "location"),
    *("conference_url", "html_link", "organizer_email", "visibility"),
)


def _content_hash(kept: CalendarEvent, contact_ids: frozenset[str]) -> str:
    """Changes exactly when something we keep changes; the etag alone does not count."""
    dates = kept.dates
    words = [
        *_WORDS(kept),
        kept.starts_at.isoformat(),
        kept.ends_at.isoformat(),
        f"{dates.start}/{dates.end}" if dates else "",
        str(kept.is_busy),
        str(kept.is_declined),
        str(len(kept.attendees)),
    ]
    for guest in kept.attendees:
        words += (guest.email, guest.name, guest.response, str(guest.is_self), str(guest.is_resource))
    words += sorted(contact_ids)
    # Adapters leave no NUL in a text, so nothing can pass for something else. By hand, since `repr` of a first sync's
    # events takes twice as long.
    return hashlib.sha256("\0".join(words).encode("utf-8", "surrogatepass")).hexdigest()


def _report(read: RemoteRead, writes: list[EventWrite], deletes: dict[str, None], unchanged: int) -> SyncReport:
    """Count what the plan holds."""
    reasons: dict[str, int] = {}
    for skipped in read.skipped:
        reasons[skipped.reason] = reasons.get(skipped.reason, 0) + 1
    created = sum(1 for write in writes if not write.stored_id)
    return SyncReport(
        created=created,
        updated=len(writes) - created,
        deleted=len(deletes),
        unchanged=unchanged,
        skipped=len(read.skipped),
        requests=read.pages,
        skipped_reasons=reasons,
    )
