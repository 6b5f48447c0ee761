"""From connections to cards."""

from collections.abc import Iterable
from datetime import datetime

from ce_calendar.domain.meetings.connections import Status
from ce_calendar.domain.meetings.runs import RunOutcome, SyncReport
from ce_calendar.services.connection_views import ConnectionView
from ce_calendar.web.connections.rows import ConnectionRow, Pulse
from ce_calendar.web.connections.words import NEEDS_REAUTH, PENDING, RETRYING, reason_of
from ce_calendar.web.counting import count_words
from ce_calendar.web.dates import exact_words, relative_words, soon_words

PAUSED = "Auto-sync is off, so it is tried again when somebody presses Sync now."


def status_of(view: ConnectionView) -> str:
    """The badge: signing in again comes first, then whether the person paused it, then how it fares."""
    connection = view.connection
    if connection.status is Status.NEEDS_REAUTH:
        return "needs_reauth"
    if connection.status is Status.PENDING or not connection.sync_enabled:
        return "paused"
    return "retrying" if connection.status is Status.RETRYING else "syncing"


def reason_words(view: ConnectionView) -> str:
    """Why it does not fare well, and who can change that."""
    connection = view.connection
    if connection.status is Status.PENDING:
        return PENDING
    if connection.status is Status.NEEDS_REAUTH:
        cause = reason_of(connection.last_error, connection.provider, otherwise=NEEDS_REAUTH)
        if not view.is_own:
            return f"{cause} Only {view.owner_name} can sign in again; until then nothing new is read."
        if not view.may_change:
            return f"{cause} Your role no longer allows you to sign in again; an administrator can change that."
        return f"{cause} Sign in again to go on; nothing that was read is lost."
    if connection.status is Status.RETRYING:
        cause = reason_of(connection.last_error, connection.provider, otherwise=RETRYING)
        return cause if connection.sync_enabled else f"{cause} {PAUSED}"
    return ""


def progress_words(report: SyncReport) -> str:
    """What a run has found so far."""
    seen = report.created + report.updated + report.deleted + report.unchanged + report.skipped
    if seen:
        return f"{count_words(seen, 'event', 'events')} read so far"
    if report.requests:
        return f"Reading the calendar, {count_words(report.requests, 'page', 'pages')} so far"
    return "Reading the calendar"


def report_words(report: SyncReport) -> str:
    """What a run did; nothing changed is an answer, too."""
    parts = [
        f"{number:,} {word}"
        for number, word in (
            (report.created, "new"),
            (report.updated, "changed"),
            (report.deleted, "removed"),
            (report.skipped, "skipped"),
        )
        if number
    ]
    return ", ".join(parts) if parts else "nothing had changed"


def calendar_words(selected: int, known: int) -> str:
    """How many calendars are read."""
    if known == 0:
        return "Not listed yet"
    if selected == 0:
        return f"None of {known}"
    return f"{selected} of {known}"


def to_rows(views: Iterable[ConnectionView]) -> list[ConnectionRow]:
    """Cards in the order the service gave."""
    return [to_row(view) for view in views]


def to_row(view: ConnectionView) -> ConnectionRow:
    """One card."""
    connection = view.connection
    is_waiting = connection.status is Status.PENDING
    return ConnectionRow(
        id=connection.id,
        provider=connection.provider.value,
        account=connection.account_email,
        owner="self" if view.is_own else "other",
        owner_name="You" if view.is_own else view.owner_name,
        status=status_of(view),
        reason=reason_words(view),
        may_change=view.may_change,
        may_withdraw=view.may_withdraw,
        may_sign_in=view.is_own and view.may_change and connection.status is Status.NEEDS_REAUTH,
        is_waiting=is_waiting,
        auto_sync=connection.sync_enabled,
        privacy=connection.privacy_level.value,
        calendars=calendar_words(*view.calendars) if view.is_own and view.may_change and not is_waiting else "",
        coming=count_words(view.coming, "coming meeting", "coming meetings"),
    )


def to_pulses(views: Iterable[ConnectionView], *, zone: str, language: str, now: datetime) -> dict[str, Pulse]:
    """What changes by the minute, by the connection's id."""
    return {view.connection.id: to_pulse(view, zone=zone, language=language, now=now) for view in views}


def to_pulse(view: ConnectionView, *, zone: str, language: str, now: datetime) -> Pulse:
    """Of one card."""
    connection, latest = view.connection, view.latest
    synced, due, wait = connection.last_sync_at, connection.next_sync_at, connection.wait_until
    goes_on = connection.sync_enabled and connection.status is not Status.NEEDS_REAUTH
    return Pulse(
        last_sync=relative_words(synced, now, language) if synced else "not yet",
        last_sync_exact=exact_words(synced, zone, language) if synced else "",
        last_run=report_words(latest.report) if latest and latest.outcome is RunOutcome.DONE else "",
        is_running=view.running is not None,
        progress=progress_words(view.running) if view.running is not None else "",
        next_sync=soon_words(due, now, language) if goes_on and due else "",
        wait=soon_words(wait, now, language) if wait and wait > now else "",
    )
