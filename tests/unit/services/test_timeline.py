"""What each reader sees of the timeline, on both databases."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine

from ce_calendar.domain.access import Permission
from ce_calendar.domain.contacts import Contact
from ce_calendar.domain.errors import AccessDenied, Invalid, NotFound
from ce_calendar.domain.meetings.connections import ConnectedCalendar, Status
from ce_calendar.domain.meetings.events import CalendarEvent
from ce_calendar.domain.meetings.timeline import Span
from ce_calendar.ports import OpenUnitOfWork
from ce_calendar.services.audit import Audit
from ce_calendar.services.timeline import Timeline
from tests.builders import Town, make_actor, settle
from tests.builders_meetings import add_calendar, add_contact, make_all_day_event, make_event, make_read, sync_into
from tests.conftest import NOON, FixedClock
from tests.support.doubles import audit_rows

DAY = timedelta(days=1)


@dataclass
class Scene:
    uow: OpenUnitOfWork
    town: Town
    timeline: Timeline
    calendar: ConnectedCalendar
    """Staff's."""
    carla: Contact

    def hold(self, *events: CalendarEvent) -> None:
        with self.uow() as uow:
            sync_into(uow, self.calendar, make_read(*events))

    def titles(self, zone: str, span: Span) -> list[str]:
        actor = replace(self.town.actor(self.town.staff), zone=zone)
        return [meeting.title for meeting in self.timeline.page(actor, span=span).meetings]


@pytest.fixture
def scene(uow: OpenUnitOfWork, clock: FixedClock) -> Scene:
    town = settle(uow)
    with uow() as unit:
        calendar = add_calendar(unit, town.staff)
        carla = add_contact(unit, town.organization.id, "carla@clinic.example")
    timeline = Timeline(open_uow=uow, clock=clock, audit=Audit(open_uow=uow, clock=clock))
    return Scene(uow, town, timeline, calendar, carla)


def test_the_holder_sees_the_details_and_a_colleague_does_not(scene: Scene) -> None:
    scene.hold(make_event(guests=[scene.carla.email]))
    own = scene.timeline.page(scene.town.actor(scene.town.staff), span=Span.COMING)
    others = scene.timeline.page(scene.town.actor(scene.town.colleague), span=Span.COMING)
    assert [(own.total, meeting.title) for meeting in own.meetings] == [(1, "Quarterly review")]
    assert [(others.total, meeting.title) for meeting in others.meetings] == [(1, "")]


def test_the_admin_sees_details_only_with_the_permission_given_by_name(scene: Scene) -> None:
    scene.hold(make_event(guests=[scene.carla.email]))
    admin = scene.town.actor(scene.town.admin)
    assert not scene.timeline.page(admin, span=Span.COMING).meetings[0].is_visible
    trusted = replace(admin, permissions=admin.permissions | {Permission.CALENDAR_VIEW_ALL})
    assert scene.timeline.page(trusted, span=Span.COMING).meetings[0].is_visible


def test_nobody_sees_a_timeline_without_the_permission(scene: Scene, engine: Engine) -> None:
    nobody = make_actor(scene.town.staff, organization=scene.town.organization, permissions=[])
    with pytest.raises(AccessDenied):
        scene.timeline.page(nobody, span=Span.COMING)
    with pytest.raises(AccessDenied):
        scene.timeline.has_any_connection(nobody)
    assert audit_rows(engine) == [("timeline.read", "refused", "")] * 2


def test_a_stranger_cannot_ask_for_our_contact(scene: Scene, engine: Engine) -> None:
    scene.hold(make_event(guests=[scene.carla.email]))
    stranger = scene.town.actor(scene.town.stranger)
    assert scene.timeline.page(stranger, span=Span.COMING).total == 0
    with pytest.raises(NotFound):
        scene.timeline.page(stranger, span=Span.COMING, contact_id=scene.carla.id)
    assert audit_rows(engine) == [("timeline.read", "refused", scene.carla.id)]


def test_pages_follow_each_other(scene: Scene) -> None:
    scene.hold(*(make_event(f"e{n}", guests=[scene.carla.email], starts_at=NOON + n * DAY) for n in range(1, 6)))
    actor = scene.town.actor(scene.town.staff)
    pages = [scene.timeline.page(actor, span=Span.COMING, offset=offset, limit=2) for offset in (0, 2, 4)]
    assert [page.total for page in pages] == [5, 5, 5]
    days = [(meeting.starts_at - NOON).days for page in pages for meeting in page.meetings]
    assert days == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("arguments", [{"offset": "1"}, {"limit": None}, {"span": "all"}, {"span": 3}])
def test_a_page_that_cannot_be_is_refused(scene: Scene, arguments: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        scene.timeline.page(scene.town.actor(scene.town.staff), **{"span": Span.COMING, **arguments})  # type: ignore[arg-type]  # as over a raw socket


def test_days_are_the_readers(scene: Scene) -> None:
    scene.hold(
        make_event(title="Evening of the 11th in California", guests=[scene.carla.email], starts_at=NOON + 1.6 * DAY),
        make_all_day_event(title="All day the 12th", first=date(2026, 3, 12), guests=[scene.carla.email]),
    )
    east_and_west = {
        "Europe/Berlin": ["All day the 12th", "Evening of the 11th in California"],
        "America/Los_Angeles": ["Evening of the 11th in California", "All day the 12th"],
    }
    for zone, titles in east_and_west.items():
        assert scene.titles(zone, Span.COMING) == titles


def test_a_meeting_of_all_today_is_coming_until_the_readers_midnight(scene: Scene, clock: FixedClock) -> None:
    scene.hold(make_all_day_event(title="Today", first=date(2026, 3, 10), guests=[scene.carla.email]))
    clock.now = NOON.replace(hour=23)
    # 23:00 UTC: still the 10th in Los Angeles, the 11th in Tokyo.
    assert scene.titles("America/Los_Angeles", Span.COMING) == ["Today"]
    assert scene.titles("Asia/Tokyo", Span.COMING) == []
    assert scene.titles("Asia/Tokyo", Span.PAST) == ["Today"]


def test_an_empty_timeline_knows_whether_anybody_has_linked_a_calendar(scene: Scene) -> None:
    assert scene.timeline.has_any_connection(scene.town.actor(scene.town.viewer))
    assert not scene.timeline.has_any_connection(scene.town.actor(scene.town.stranger))
    with scene.uow() as uow:
        connection = uow.connections.lock(scene.calendar.connection_id)
        assert connection is not None
        uow.connections.save(replace(connection, status=Status.DISCONNECTED))
    assert not scene.timeline.has_any_connection(scene.town.actor(scene.town.viewer))
