"""Stored events, and the runs that brought them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from ce_calendar.domain.meetings.connections import Connection
from ce_calendar.domain.meetings.plan_sync import StoredEvent, SyncPlan
from ce_calendar.domain.meetings.runs import SyncRun
from ce_calendar.domain.meetings.timeline import Meeting, MeetingQuery, MeetingSample, MeetingTally


class Events(Protocol):
    """Stored events and the activities they stand behind. Writes are bulk."""

    def stored(self, calendar_id: str, *, only: Collection[str] | None = None) -> Mapping[str, StoredEvent]:
        """By provider event id; all of a calendar, or only those named and the occurrences of series named."""

    def apply(self, plan: SyncPlan, *, connection: Connection, calendar_id: str, now: datetime) -> None:
        """Write the plan's events and bring the activities into line. The connection is locked before."""

    def erase_text(self, connection_id: str, *, keep_attendees: bool) -> None:
        """Make what is stored as private as a stricter level wants it; without attendees it is busy time."""

    def delete_of_connection(self, connection_id: str, *, since: datetime | None, keep_timeline: bool) -> int:
        """Delete a connection's events and what they alone supported; returns how many events.

        With `keep_timeline`, meetings on the timeline that were over by `since` stay. Without, everything goes.
        """

    def delete_of_calendars(self, calendar_ids: Collection[str]) -> int:
        """Delete the events of calendars and what they alone supported; returns how many events.

        Comes before `remove_calendars`.
        """

    def unlink_contact(self, contact_id: str, *, but: Collection[str] = ()) -> None:
        """Take a contact off all meetings but those with one of these addresses; a full read brings back more."""

    def move_contact(self, contact_id: str, *, to: str) -> int:
        """Make a contact's meetings those of another of the same organization, each once; returns how many it had."""

    def count_by_connection(self, connection_ids: Collection[str], *, now: datetime) -> Mapping[str, int]:
        """By connection id: coming meetings with contacts. Connections without any are not in it."""

    def tally(self, connection_id: str, *, now: datetime) -> MeetingTally:
        """What stands and falls with a connection."""

    def sample(self, connection_id: str, *, now: datetime) -> MeetingSample | None:
        """The next meeting with contacts of this connection, one with a title first; never a private one."""

    def count_by_calendar(self, connection_id: str) -> Mapping[str, int]:
        """By calendar id: events kept, busy time included. Calendars without any are not in it."""

    def meetings(self, query: MeetingQuery) -> tuple[Sequence[Meeting], int]:
        """One page of the timeline and how many there are in all."""


class SyncRuns(Protocol):
    """What each run did."""

    def add(self, run: SyncRun) -> None: ...
    def save(self, run: SyncRun) -> None: ...
    def latest(self, connection_ids: Collection[str]) -> Mapping[str, SyncRun]: ...
    def of_connection(self, connection_id: str, *, limit: int) -> Sequence[SyncRun]: ...
    def since(self, connection_ids: Collection[str], moment: datetime) -> Sequence[SyncRun]:
        """Runs of these connections that started then or later, oldest first."""

    def running(self, connection_id: str | None = None) -> Sequence[SyncRun]:
        """Runs that have not been closed, of one connection or all."""

    def interrupt(self, run_ids: Collection[str], *, now: datetime) -> int:
        """Close those of them that still run as failed; returns how many."""

    def forget_before(self, moment: datetime) -> int: ...
