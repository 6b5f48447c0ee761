"""What the connections page shows of the way into the vault, and its words."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ce_calendar.domain.meetings.legacy import BackfillRun, LegacyProblem
from ce_calendar.services.backfill import NO_KEYS, BackfillView, Unopened


@dataclass
class UnopenedRow:
    """A credential that could not be opened."""

    id: str
    provider: str
    account: str
    owner: str
    reason: str
    advice: str


@dataclass
class BackfillRow:
    """How the way into the vault stands."""

    is_running: bool = False
    pending: int = 0
    waiting_words: str = ""
    """How many wait, as a sentence."""
    progress_words: str = ""
    percent: int = 0
    is_done: bool = False
    """Whether the last one left nothing to do, a short while ago."""
    result_words: str = ""
    """What came of the last one."""
    cannot_start: str = ""
    """Why the button does nothing; empty if it does."""


REASONS: Mapping[str, str] = {
    LegacyProblem.KEY: "Encrypted with a key that is not set here, or changed since it was encrypted.",
    LegacyProblem.DAMAGED: "What the earlier system left is damaged: it is not in the form of something encrypted.",
    LegacyProblem.CONTENT: "It opens, but what is in it is not a token.",
    LegacyProblem.NOT_READ_BACK: "The vault did not give back what it was given, so nothing was emptied.",
}
UNKNOWN = "It could not be opened."
ADD_THE_KEY = "hoever runs this installation adds the missing key to CE_LEGACY_TOKEN_KEYS."
TRY_AGAIN = "Try again; if it stays so, tell whoever runs this installation."
RECENTLY = timedelta(minutes=10)
"""How long a move that left nothing to do is still spoken of."""


def to_backfill(view: BackfillView, *, now: datetime) -> BackfillRow:
    """How it stands, in words and numbers."""
    run = view.run
    row = BackfillRow(
        pending=view.pending,
        waiting_words=waiting_words(view.pending),
        cannot_start="" if view.has_keys else NO_KEYS,
    )
    if run is None:
        return row
    if run.finished_at is None:
        return replace(row, is_running=True, progress_words=progress_words(run), percent=_percent(run))
    # Who may do nothing about it is not shown what could not be opened; nor told then that all is well.
    is_clean = not view.unopened and (view.may_start or not run.failed)
    is_done = is_clean and not view.pending and run.done > 0 and now - run.finished_at < RECENTLY
    return replace(row, is_done=is_done, result_words=result_words(run))


def to_unopened(view: BackfillView) -> list[UnopenedRow]:
    """What could not be opened, and what to do about it."""
    return [
        UnopenedRow(
            id=each.connection.id,
            provider=each.connection.provider.value,
            account=each.connection.account_email,
            owner=each.owner_name,
            reason=REASONS.get(each.connection.last_error, UNKNOWN),
            advice=advice(each),
        )
        for each in view.unopened
    ]


def advice(unopened: Unopened) -> str:
    """What can be done about it, and by whom."""
    problem, owner = unopened.connection.last_error, unopened.owner_name or "Its owner"
    if problem == LegacyProblem.NOT_READ_BACK:
        return TRY_AGAIN
    if problem == LegacyProblem.KEY:
        if unopened.owner_may_connect:
            return f"{owner} signs in again, or w{ADD_THE_KEY}"
        return f"W{ADD_THE_KEY} {owner} cannot sign in again without the permission to connect calendars."
    if unopened.owner_may_connect:
        return f"{owner} signs in again, and it starts afresh."
    return f"An administrator lets {owner} connect calendars, so that they can sign in again, or disconnects it."


def waiting_words(count: int) -> str:
    """How many connections wait for the vault."""
    if count == 1:
        return "1 connection still holds its credentials in the earlier system's column"
    return f"{count} connections still hold their credentials in the earlier system's column"


def progress_words(run: BackfillRun) -> str:
    """How far it is."""
    failed = f", {run.failed} could not be opened" if run.failed else ""
    return f"{run.done} of {run.total} moved{failed}"


def result_words(run: BackfillRun) -> str:
    """What came of it."""
    moved = "1 connection was" if run.done == 1 else f"{run.done} connections were"
    return f"{moved} moved to the vault."


def _percent(run: BackfillRun) -> int:
    return 100 * (run.done + run.failed) // run.total if run.total else 0
