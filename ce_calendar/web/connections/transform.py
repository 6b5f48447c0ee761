"""From connections to cards, and from codes to words."""

from collections.abc import Iterable
from datetime import datetime

from ce_calendar.domain.meetings.connections import Connection, Status
from ce_calendar.domain.meetings.runs import RunOutcome, SyncReport
from ce_calendar.services.connections import ConnectionView, DisconnectEffects
from ce_calendar.web.connections.rows import ConnectionRow, DisconnectQuestion, Notice
from ce_calendar.web.dates import exact_words, relative_words

PERMISSION_MISSING = "We may not read this calendar. Sign in again and leave every box ticked."
TOO_MANY = "The provider asked us to slow down. We go on by ourselves."
REASONS = {
    "invalid_grant": "Access was withdrawn or has expired at the provider. Sign in again to go on.",
    "no_refresh_token": "The provider gave us no lasting access. Sign in again to go on.",
    "no_credential": "The stored access is gone. Sign in again to store it anew.",
    "client_changed": "This installation signs in with another client now. Sign in again to go on.",
    "scope": PERMISSION_MISSING,
    "rate_limited": TOO_MANY,
    "quota_exceeded": TOO_MANY,
    "daily_limit_exceeded": "The provider's limit for today is used up. We go on by ourselves tomorrow.",
    "api_not_enabled": "The calendar service is not switched on in the Google Cloud project. An administrator has to "
    "enable it.",
    "not_configured": "This installation has no client for the provider any more. An administrator has to set it up.",
    "forbidden": "The provider does not let us read this calendar. Perhaps its administrator restricts it.",
    "suspicious": "A calendar that was full looked empty, so nothing was deleted. We look again.",
    "interrupted": "The last run was interrupted. We start again by ourselves.",
    "vault": "The stored access cannot be opened. An administrator should check the vault keys.",
    "internal": "Something went wrong on our side. We try again by ourselves.",
}
"""By the short codes that adapters and services leave; a provider's own words are never shown."""
NEEDS_REAUTH = "The provider no longer lets us read this calendar. Sign in again to go on."
RETRYING = "The last attempt did not get through. We try again by ourselves."
PAUSED = "The last attempt did not get through. Auto-sync is off, so it is tried again when you press Sync now."

NOTICES = {
    "denied": ("Nothing was connected", "You did not allow access, so we stored nothing. You can try again any time."),
    "state": (
        "That sign-in could not be matched",
        "It was started in another window or used before. Nothing was stored. Please start again from here.",
    ),
    "expired": ("That took too long", "A sign-in at Google counts for 10 minutes. Please start again from here."),
    "scopes": (
        "Some permissions were missing",
        "We can only show meetings if every box on Google's page stays ticked. Nothing was stored. Please try again.",
    ),
    "unavailable": (
        "Google could not be reached",
        "Nothing was stored. Please try again in a few minutes.",
    ),
    "account": (
        "That was another account",
        "To sign in again, choose the same account as before. To add another one, use Connect Google Calendar.",
    ),
    "failed": (
        "Connecting did not work",
        "Nothing was stored. Please try again; if it keeps failing, tell your administrator.",
    ),
}
CONNECTED = Notice(
    kind="good",
    title="Your calendar is connected",
    text="Meetings with your contacts appear on the activity timeline as soon as the first sync is done.",
)


def notice_for(problem: str, connected: str) -> Notice:
    """What to say by the codes in the address; unknown codes say nothing."""
    if connected == "google":
        return CONNECTED
    if problem in NOTICES:
        title, text = NOTICES[problem]
        return Notice(kind="bad", title=title, text=text)
    return Notice()


def status_of(connection: Connection) -> str:
    """The badge: signing in again comes first, then whether the person paused it, then how it fares."""
    if connection.status is Status.NEEDS_REAUTH:
        return "needs_reauth"
    if not connection.sync_enabled:
        return "paused"
    return "retrying" if connection.status is Status.RETRYING else "syncing"


def reason_words(connection: Connection) -> str:
    """Why it does not fare well; the provider's own words are never shown."""
    if connection.status is Status.RETRYING and not connection.sync_enabled:
        return PAUSED  # nothing goes on by itself then
    standard = {Status.NEEDS_REAUTH: NEEDS_REAUTH, Status.RETRYING: RETRYING}.get(connection.status, "")
    return REASONS.get(connection.last_error, standard) if standard else ""


def count_words(count: int, one: str, many: str) -> str:
    """A number and its noun."""
    return f"{count} {one if count == 1 else many}"


def progress_words(report: SyncReport) -> str:
    """What a run has found so far."""
    seen = report.created + report.updated + report.deleted + report.unchanged + report.skipped
    return f"{count_words(seen, 'event', 'events')} read so far" if seen else "Reading the calendar"


def report_words(report: SyncReport) -> str:
    """What a run did; nothing changed is an answer, too."""
    parts = [
        f"{number} {word}"
        for number, word in (
            (report.created, "new"),
            (report.updated, "changed"),
            (report.deleted, "removed"),
            (report.skipped, "skipped"),
        )
        if number
    ]
    return ", ".join(parts) if parts else "nothing had changed"


def to_rows(found: Iterable[ConnectionView], *, zone: str, language: str, now: datetime) -> list[ConnectionRow]:
    """Cards in the order the service gave."""
    return [to_row(view, zone=zone, language=language, now=now) for view in found]


def to_row(view: ConnectionView, *, zone: str, language: str, now: datetime) -> ConnectionRow:
    """One card."""
    connection = view.connection
    synced = connection.last_sync_at
    return ConnectionRow(
        id=connection.id,
        provider=str(connection.provider),
        account=connection.account_email,
        owner="self" if view.is_own else "other",
        owner_name="You" if view.is_own else view.owner_name,
        status=status_of(connection),
        reason=reason_words(connection),
        may_change=view.may_change,
        auto_sync=connection.sync_enabled,
        privacy=str(connection.privacy_level),
        is_running=view.running is not None,
        progress=progress_words(view.running) if view.running is not None else "",
        last_sync=relative_words(synced, now, language) if synced else "not yet",
        last_sync_exact=exact_words(synced, zone, language) if synced else "",
        last_run=report_words(view.latest.report) if view.latest and view.latest.outcome is RunOutcome.DONE else "",
        coming=count_words(view.coming, "coming meeting", "coming meetings"),
    )


def coming_words(count: int) -> str:
    """What happens to the meetings ahead, as the beginning of a sentence."""
    if count == 0:
        return "Busy time leaves"
    return f"{count_words(count, 'coming meeting', 'coming meetings')} and all busy time leave"


def to_question(connection_id: str, effects: DisconnectEffects) -> DisconnectQuestion:
    """What the confirmation says."""
    return DisconnectQuestion(
        connection_id=connection_id,
        account=effects.connection.account_email,
        coming=coming_words(effects.coming),
    )
