"""Random histories at the providers, read by the real services into a real database.

Whatever happens there between syncs: afterwards the store holds what the provider shows of the window, every meeting
with the contact stands on the timeline once, and another sync changes nothing. What a provider shows is asked for by
plain HTTP in its own way, not through our adapters.
"""

import shutil
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, ClassVar
from uuid import uuid4

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from ce_calendar.adapters.persistence.engine import make_engine
from ce_calendar.adapters.persistence.tables import ACTIVITIES, EVENTS, LINKS
from ce_calendar.adapters.persistence.unit_of_work import unit_of_work_on
from ce_calendar.domain.meetings.connections import ConnectedCalendar, Connection, Credential, Provider
from ce_calendar.domain.meetings.runs import RunOutcome
from ce_calendar.domain.meetings.timeline import MeetingQuery, Span
from ce_calendar.domain.window import SyncWindow, window_around
from ce_calendar.ports import MeetingProvider
from ce_calendar.services.audit import Audit
from ce_calendar.services.syncing import Syncing
from tests.builders import make_connection, new_id, settle
from tests.builders_meetings import add_contact
from tests.conftest import NOON, FixedClock
from tests.support.doubles import ListedAnnouncements, ListedJobs

CARLA = "carla@clinic.example"
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Placed:
    """When something is, in Berlin's wall time; how often, day after day, if it recurs."""

    first: date
    hour: int | None
    """None for all day."""
    count: int = 0

    @property
    def start(self) -> datetime:
        return datetime.combine(self.first, time(self.hour or 0))

    @property
    def end(self) -> datetime:
        return self.start + (DAY if self.hour is None else timedelta(hours=1))


@dataclass(frozen=True)
class Shown:
    """An event as its provider shows it."""

    event_id: str
    title: str
    start: datetime | date
    end: datetime | date
    identity: tuple[str, str]
    is_meeting: bool
    """With the contact, and not private."""
    is_occurrence: bool


class Side(ABC):
    """One account with two calendars at one provider, as a history changes it."""

    name: ClassVar[Provider]
    troubles: ClassVar[Sequence[dict[str, Any]]]
    """Faults that may meet a read, and end it or not."""

    provider: MeetingProvider
    email: str

    @abstractmethod
    def begin(self) -> None:
        """Make a new account."""

    @abstractmethod
    def grant(self) -> Credential: ...
    @abstractmethod
    def calendar_ids(self) -> Sequence[str]: ...
    @abstractmethod
    def add(self, calendar: int, title: str, placed: Placed, *, uid: str, with_contact: bool, private: bool) -> str:
        """Add an event or a series; the provider makes a UID if this one is empty. Returns the UID."""

    @abstractmethod
    def move(self, event_id: str, calendar: int, placed: Placed) -> None: ...
    @abstractmethod
    def rename(self, event_id: str, calendar: int, title: str) -> None: ...
    @abstractmethod
    def repeat(self, event_id: str, calendar: int, count: int) -> None:
        """Make it recur so many times; 0 for once."""

    @abstractmethod
    def delete(self, event_id: str, calendar: int) -> None: ...
    @abstractmethod
    def tops(self, calendar: int) -> Sequence[str]:
        """Ids of single events and series."""

    @abstractmethod
    def view(self, calendar: int, window: SyncWindow) -> Sequence[Shown]: ...
    @abstractmethod
    def expire_cursors(self) -> None: ...
    @abstractmethod
    def meet(self, trouble: dict[str, Any]) -> None: ...
    @abstractmethod
    def heal(self) -> None: ...


@dataclass
class Granted:
    """`ports.FreshCredentials` straight from the sides."""

    sides: dict[str, Side]
    held: dict[str, Credential]

    def fresh(self, connection: Connection) -> Credential:
        return self.held[connection.id]

    def renew(self, connection: Connection, rejected: Credential) -> Credential:
        self.held[connection.id] = self.sides[connection.id].grant()
        return self.held[connection.id]


PLACES = st.builds(
    lambda days, hour, count: Placed(NOON.date() + days * DAY, hour, count),
    # At the window's edges more often than elsewhere: what began before it, and what ends after.
    st.integers(-45, 45) | st.integers(-38, -26) | st.integers(355, 375),
    st.none() | st.integers(0, 22),
    st.sampled_from([0, 0, 2, 5]),
)


@dataclass(frozen=True)
class Step:
    """Something that happens, and whether a sync follows it at once."""

    verb: str
    side: int
    calendar: int
    which: int
    """Of the events there are then."""
    placed: Placed
    title: str
    is_meeting: bool
    is_synced: bool


ADDING = ("add", "invite")
CHANGING = ("move", "rename", "repeat", "delete", "move_one", "rename_one", "delete_one", "delete_one")
BEFALLING = ("expire", "pass_days", "trouble", "trouble")


def steps(verbs: Sequence[str]) -> st.SearchStrategy[Step]:
    return st.builds(
        Step,
        verb=st.sampled_from(verbs),
        side=st.integers(0, 1),
        calendar=st.sampled_from([0, 0, 0, 1]),
        which=st.integers(0, 40),
        placed=PLACES,
        title=st.sampled_from(["Review", "Round", "Visit"]),
        is_meeting=st.sampled_from([True, True, False]),
        is_synced=st.booleans(),
    )


HISTORIES = st.tuples(
    st.lists(steps(ADDING), min_size=2, max_size=5),
    st.lists(steps((*ADDING, *CHANGING, *CHANGING, *BEFALLING)), min_size=6, max_size=12),
)
"""What is there when people link their accounts, and what happens then."""


class History:
    """One history at one or several providers, and the services that follow it."""

    def __init__(self, sides: Sequence[Side], template: Path, folder: Path) -> None:
        self.path = folder / f"{uuid4().hex}.db"
        shutil.copy(template, self.path)
        self.engine: Engine = make_engine(f"sqlite:///{self.path}")
        self.uow = unit_of_work_on(self.engine)
        self.clock = FixedClock()
        town = settle(self.uow)
        self.town = town
        self.sides: dict[str, Side] = {}
        with self.uow() as uow:
            add_contact(uow, town.organization.id, CARLA)
            for side, user in zip(sides, (town.staff, town.colleague), strict=False):
                side.begin()
                side.heal()
                connection = make_connection(
                    user=user,
                    provider=side.name,
                    account_email=side.email,
                    credential_vault_ref=new_id(),
                    next_sync_at=NOON,
                )
                uow.connections.add(connection)
                self.sides[connection.id] = side
        self.syncing = Syncing(
            open_uow=self.uow,
            clock=self.clock,
            providers={side.name: side.provider for side in sides},
            credentials=Granted(self.sides, {key: side.grant() for key, side in self.sides.items()}),
            audit=Audit(open_uow=self.uow, clock=self.clock),
            announcer=ListedAnnouncements(),
            jobs=ListedJobs(),
        )

    def close(self) -> None:
        self.engine.dispose()
        for leftover in self.path.parent.glob(f"{self.path.name}*"):
            leftover.unlink()

    # -- what happens --------------------------------------------------------------------------------------------

    def take(self, step: Step) -> None:
        side = list(self.sides.values())[step.side % len(self.sides)]
        match step.verb:
            case "add":
                side.add(
                    step.calendar,
                    step.title,
                    step.placed,
                    uid="",
                    with_contact=step.is_meeting,
                    private=step.which == 0,
                )
            case "invite":
                self.invite(step)
            case "expire":
                side.expire_cursors()
            case "pass_days":
                self.clock.advance((1, 2, 20)[step.which % 3] * DAY)
            case "trouble":
                self.meet_trouble(side, side.troubles[step.which % len(side.troubles)])
            case _:
                self.change(side, step)
        if step.is_synced:
            self.sync()

    def invite(self, step: Step) -> None:
        """The same meeting stands in everybody's calendar; one of them made it."""
        sides = list(self.sides.values())
        uid = ""
        for side in (*sides[step.side :], *sides[: step.side]):
            uid = side.add(0, step.title, step.placed, uid=uid, with_contact=True, private=False)

    def change(self, side: Side, step: Step) -> None:
        verb, _, one = step.verb.partition("_")
        if one:
            everything = SyncWindow(NOON - 100 * DAY, NOON + 500 * DAY)
            ids = [each.event_id for each in side.view(step.calendar, everything) if each.is_occurrence]
        else:
            ids = list(side.tops(step.calendar))
        if not ids:
            return
        event_id = ids[step.which % len(ids)]
        match verb:
            case "move":
                side.move(event_id, step.calendar, step.placed)
            case "rename":
                side.rename(event_id, step.calendar, step.title)
            case "repeat":
                side.repeat(event_id, step.calendar, step.placed.count)
            case "delete":
                side.delete(event_id, step.calendar)

    def meet_trouble(self, side: Side, trouble: dict[str, Any]) -> None:
        """Whatever a run that breaks off leaves behind, the next one puts right."""
        side.meet(trouble)
        self.run_all()
        side.heal()
        # Before the moment a provider named, nobody asks it.
        self.clock.advance(timedelta(seconds=10))
        self.sync()

    def sync(self) -> None:
        assert set(self.run_all()) == {RunOutcome.DONE}
        for connection_id, side in self.sides.items():
            self.the_store_holds_what_is_shown(connection_id, side)
        self.every_meeting_is_on_the_timeline_once()
        self.another_sync_changes_nothing()

    def run_all(self) -> list[RunOutcome]:
        outcomes = []
        for connection_id in self.sides:
            assert self.syncing.run(connection_id) is not None
            with self.uow(reading=True) as uow:
                outcomes.append(uow.runs.of_connection(connection_id, limit=1)[0].outcome)
        return outcomes

    # -- what must hold ------------------------------------------------------------------------------------------

    def the_store_holds_what_is_shown(self, connection_id: str, side: Side) -> None:
        with self.uow(reading=True) as uow:
            calendars = {each.provider_calendar_id: each for each in uow.connections.calendars(connection_id)}
        assert set(calendars) == set(side.calendar_ids())
        for index, calendar_id in enumerate(side.calendar_ids()):
            calendar = calendars[calendar_id]
            window = calendar.window
            assert window
            shown = {
                each.event_id: (each.title if each.is_meeting else "", each.start, each.end)
                for each in side.view(index, window)
                if not at_the_edge(each.start, each.end, window)
            }
            stored = {
                key: value
                for key, value in self.stored(calendar).items()
                if overlaps(value[1], value[2], window) and not at_the_edge(value[1], value[2], window)
            }
            assert stored == shown

    def stored(self, calendar: ConnectedCalendar) -> dict[str, tuple[str, datetime | date, datetime | date]]:
        with self.engine.connect() as database:
            rows = database.execute(select(EVENTS).where(EVENTS.c.calendar_id == calendar.id)).all()
        return {
            row.provider_event_id: (row.title, row.start_date or row.starts_at, row.end_date or row.ends_at)
            for row in rows
        }

    def every_meeting_is_on_the_timeline_once(self) -> None:
        """Events that are one meeting share one activity, others have their own, and none is left without events."""
        with self.engine.connect() as database:
            rows = database.execute(
                select(EVENTS.c.connection_id, EVENTS.c.provider_event_id, LINKS.c.activity_id).join(
                    LINKS, LINKS.c.event_id == EVENTS.c.id
                )
            ).all()
            activities = set(database.scalars(select(ACTIVITIES.c.id)))
        assert {row.activity_id for row in rows} == activities
        linked = defaultdict(list)
        for row in rows:
            linked[row.connection_id, row.provider_event_id].append(row.activity_id)
        assert all(len(of_event) == 1 for of_event in linked.values())
        by_identity: dict[tuple[str, str], set[str]] = defaultdict(set)
        for connection_id, each in self.meetings_shown():
            by_identity[each.identity] |= set(linked[connection_id, each.event_id])
        assert all(len(found) == 1 for found in by_identity.values())
        assert len(set().union(*by_identity.values())) == len(by_identity)
        assert self.timeline_length() == len(activities)

    def meetings_shown(self) -> Iterator[tuple[str, Shown]]:
        for connection_id, side in self.sides.items():
            with self.uow(reading=True) as uow:
                windows = {each.provider_calendar_id: each.window for each in uow.connections.calendars(connection_id)}
            for index, calendar_id in enumerate(side.calendar_ids()):
                window = windows[calendar_id]
                assert window
                for each in side.view(index, window):
                    if each.is_meeting and not at_the_edge(each.start, each.end, window):
                        yield connection_id, each

    def timeline_length(self) -> int:
        now = self.clock()
        with self.uow(reading=True) as uow:
            queries = (
                MeetingQuery(self.town.organization.id, self.town.staff.id, True, now, now.date(), span)
                for span in Span
            )
            return sum(uow.events.meetings(query)[1] for query in queries)

    def another_sync_changes_nothing(self) -> None:
        """Neither does one in full: however something was read, it is told alike."""
        for connection_id, side in self.sides.items():
            report = self.syncing.run(connection_id)
            assert report is not None
            assert (report.created, report.updated, report.deleted) == (0, 0, 0)
            assert report.requests == len(side.calendar_ids())
            with self.uow() as uow:
                windows = {calendar.window for calendar in uow.connections.calendars(connection_id)}
                if windows != {window_around(self.clock())}:
                    continue  # a day has passed: a full read would look further ahead
                uow.connections.request_full_read(
                    now=self.clock(), organization_id=self.town.organization.id, connection_id=connection_id
                )
            report = self.syncing.run(connection_id)
            assert report is not None
            assert (report.created, report.updated, report.deleted) == (0, 0, 0)


def overlaps(start: datetime | date, end: datetime | date, window: SyncWindow) -> bool:
    return window.overlaps(moment(start), moment(end))


def at_the_edge(start: datetime | date, end: datetime | date, window: SyncWindow) -> bool:
    """Whether it is a matter of zones if an all-day event is in the window: providers place a date in one of theirs."""
    if isinstance(start, datetime):
        return False
    inner = SyncWindow(window.start + DAY, window.end - DAY)
    return not overlaps(start, end, inner)


def moment(when: datetime | date) -> datetime:
    return when if isinstance(when, datetime) else datetime.combine(when, time(), UTC)


def run_histories(sides: Sequence[Side], template: Path, folder: Path, *, examples: int) -> None:
    """Try so many histories."""

    @settings(
        max_examples=examples,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
        # A history is short enough to be read; to shorten one further takes minutes, over HTTP.
        phases=[Phase.reuse, Phase.generate],
    )
    @given(HISTORIES)
    def follow(history: tuple[list[Step], list[Step]]) -> None:
        followed = History(sides, template, folder)
        try:
            for step in history[0]:
                followed.take(replace(step, is_synced=False))
            followed.sync()
            for step in history[1]:
                followed.take(step)
            followed.sync()
        finally:
            followed.close()

    follow()
