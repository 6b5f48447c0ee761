"""Random histories of a calendar: whatever happens between syncs, afterwards both sides agree."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from ce_calendar.domain.meetings.events import CalendarEvent, EventPage, RemoteRead, SkippedEvent
from ce_calendar.domain.meetings.plan_sync import StoredEvent, plan_sync
from ce_calendar.domain.meetings.privacy import PrivacyLevel
from ce_calendar.domain.window import SyncWindow, needs_new_window, window_around
from tests.builders_meetings import make_all_day_event, make_event
from tests.conftest import NOON

IDS = st.sampled_from([f"e{n}" for n in range(8)])
DAYS = st.integers(-60, 430)
DAY = timedelta(days=1)
CARLA = "carla@clinic.example"


@dataclass
class Held:
    """An event as we hold it: what planning sees, and what was written."""

    stored: StoredEvent
    event: CalendarEvent


@dataclass
class Remote:
    """The provider's side of one calendar."""

    events: dict[str, CalendarEvent] = field(default_factory=dict)
    unreadable: set[str] = field(default_factory=set)
    touched: set[str] = field(default_factory=set)
    """Since the cursor."""

    def read(self, window: SyncWindow, *, is_full: bool, tells_moved_as_removed: bool) -> RemoteRead:
        changed, removed, skipped = [], set(), []
        for event_id in self.events.keys() if is_full else self.touched:
            event = self.events.get(event_id)
            is_inside = event is not None and window.overlaps(event.starts_at, event.ends_at)
            if event is None or (not is_inside and tells_moved_as_removed and not is_full):
                removed.add(event_id)
            elif event_id in self.unreadable and (is_inside or not is_full):
                skipped.append(SkippedEvent(event_id, "no_start"))
            elif is_inside or not is_full:
                changed.append(event)
        return RemoteRead(is_full, "cursor", tuple(changed), frozenset(removed), tuple(skipped))


class CalendarHistory(RuleBasedStateMachine):
    """Changes at the provider, time passing, cursors dying, and syncs in between."""

    def __init__(self) -> None:
        super().__init__()
        self.remote = Remote()
        self.ours: dict[str, Held] = {}
        self.now: datetime = NOON
        self.window: SyncWindow | None = None
        """Of the cursor; None without one."""
        self.next_id = 0

    @initialize(event_ids=st.sets(IDS), days=st.lists(DAYS, min_size=8, max_size=8))
    def begin_with(self, event_ids: set[str], days: list[int]) -> None:
        for event_id, day in zip(sorted(event_ids), days, strict=False):
            self.put(event_id, day, title="At first")

    @rule(event_id=IDS, days=DAYS, title=st.sampled_from(["A", "B"]))
    def put(self, event_id: str, days: int, title: str) -> None:
        """Add it, or move and rename it, or bring it back."""
        self.remote.events[event_id] = make_event(
            event_id, starts_at=self.now + days * DAY, title=title, guests=[CARLA]
        )
        self.remote.unreadable.discard(event_id)
        self.remote.touched.add(event_id)

    @rule(event_id=IDS, days=DAYS, length=st.integers(1, 3))
    def put_all_day(self, event_id: str, days: int, length: int) -> None:
        first = (self.now + days * DAY).date()
        self.remote.events[event_id] = make_all_day_event(event_id, first=first, days=length, guests=[CARLA])
        self.remote.unreadable.discard(event_id)
        self.remote.touched.add(event_id)

    @rule(event_id=IDS)
    def touch(self, event_id: str) -> None:
        """Another etag, nothing else."""
        if event_id in self.remote.events:
            self.remote.events[event_id] = replace(self.remote.events[event_id], etag=f"etag-{self.next_id}")
            self.remote.touched.add(event_id)

    @rule(event_id=IDS)
    def delete(self, event_id: str) -> None:
        if self.remote.events.pop(event_id, None):
            self.remote.touched.add(event_id)

    @rule(event_id=IDS)
    def make_unreadable(self, event_id: str) -> None:
        if event_id in self.remote.events:
            self.remote.unreadable.add(event_id)
            self.remote.touched.add(event_id)

    @rule()
    def expire_the_cursor(self) -> None:
        self.window = None

    @rule(days=st.integers(1, 40))
    def let_time_pass(self, days: int) -> None:
        self.now += days * DAY

    @rule()
    def break_off_in_the_middle(self) -> None:
        """A read whose last page never came is known as such, and so gets nowhere near the plan."""
        page = EventPage(changed=tuple(self.remote.events.values()))
        assert not RemoteRead.of_pages([page], is_full=True).is_complete

    @rule(tells_moved_as_removed=st.booleans())
    def sync(self, *, tells_moved_as_removed: bool) -> None:
        if self.window is None or needs_new_window(self.window, self.now, "connection"):
            self.window = None
        is_full = self.window is None
        window = self.window or window_around(self.now)
        before = dict(self.ours)
        read = self.remote.read(window, is_full=is_full, tells_moved_as_removed=tells_moved_as_removed)
        self.carry_out(read, window)
        self.window = window
        self.remote.touched.clear()
        self.nothing_beyond_the_read_was_deleted(before, read, window)
        self.both_sides_agree(window)
        # An unreadable event may have left the window, which only a full read shows: that one has something to do.
        for again_in_full in (False,) if self.remote.unreadable else (False, True):
            again = self.remote.read(window, is_full=again_in_full, tells_moved_as_removed=tells_moved_as_removed)
            assert self.carry_out(again, window) == 0, "a second run does nothing"

    def carry_out(self, read: RemoteRead, window: SyncWindow) -> int:
        """Plan, and do it; returns how much there was to do."""
        local = {event_id: held.stored for event_id, held in self.ours.items()}
        known = local if read.is_full else {key: local[key] for key in read.named & local.keys()}
        plan = plan_sync(known, read, window=window, level=PrivacyLevel.FULL, contacts={CARLA: "carla"})
        by_our_id = {held.stored.id: event_id for event_id, held in self.ours.items()}
        for our_id in plan.deletes:
            del self.ours[by_our_id[our_id]]
        for write in plan.writes:
            self.next_id += 1
            event = write.event
            stored = StoredEvent(
                write.stored_id or f"our-{self.next_id}",
                write.content_hash,
                event.starts_at,
                event.ends_at,
                is_all_day=event.dates is not None,
            )
            self.ours[event.provider_event_id] = Held(stored, event)
        return len(plan.deletes) + len(plan.writes)

    def nothing_beyond_the_read_was_deleted(
        self, before: dict[str, Held], read: RemoteRead, window: SyncWindow
    ) -> None:
        for event_id in before.keys() - self.ours.keys():
            stored = before[event_id].stored
            assert event_id not in {skipped.provider_event_id for skipped in read.skipped}, "unreadable is not gone"
            assert event_id in read.named or (read.is_full and window.overlaps(stored.starts_at, stored.ends_at))

    def both_sides_agree(self, window: SyncWindow) -> None:
        inner = SyncWindow(window.start + DAY, window.end - DAY)
        for event_id, event in self.remote.events.items():
            if event_id in self.remote.unreadable or not inner.overlaps(event.starts_at, event.ends_at):
                continue
            held = self.ours[event_id].event
            assert replace(held, etag="") == replace(event, etag="")
        for event_id, ours in self.ours.items():
            if inner.overlaps(ours.stored.starts_at, ours.stored.ends_at):
                assert event_id in self.remote.events


TestCalendarHistory = CalendarHistory.TestCase
TestCalendarHistory.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
