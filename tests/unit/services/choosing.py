"""An account of several calendars, of which its owner chooses those to be read."""

from dataclasses import dataclass

from ce_calendar.adapters.memory import MemoryMeetings
from ce_calendar.domain.access import Actor
from ce_calendar.domain.meetings.connections import (
    EMPLOYEE_CALENDAR_MARKER,
    Provider,
    ProviderCalendar,
)
from ce_calendar.ports import OpenUnitOfWork
from ce_calendar.services.audit import Audit
from ce_calendar.services.calendars import CalendarChoice, Calendars
from tests.conftest import FixedClock
from tests.unit.services.syncing_scene import ACCOUNT, GrantedCredentials, Scene, meeting, put, set_scene

TEAM, SHARED, BUSY, TASKS = "team@group.example", "maria@mail.example", "busy@mail.example", "tasks@group.example"


@dataclass
class Desk:
    """A connected account of several calendars, its owner, and the service."""

    scene: Scene
    calendars: Calendars
    owner: Actor

    def look(self) -> CalendarChoice:
        return self.calendars.choice(self.owner, connection_id=self.scene.connection_id)

    def ids(self) -> dict[str, str]:
        """Our ids by the provider's."""
        with self.scene.uow() as uow:
            known = uow.connections.calendars(self.scene.connection_id)
        return {each.provider_calendar_id: each.id for each in known}

    def choose(self, *wanted: str) -> None:
        ids = self.ids()
        self.calendars.choose(
            self.owner, connection_id=self.scene.connection_id, calendar_ids=[ids[each] for each in wanted]
        )

    def chosen(self) -> set[str]:
        with self.scene.uow() as uow:
            known = uow.connections.calendars(self.scene.connection_id)
        return {each.provider_calendar_id for each in known if each.is_selected}


def set_desk(uow: OpenUnitOfWork, clock: FixedClock) -> Desk:
    scene = set_scene(uow, clock)
    add = scene.world.add_calendar
    add(ACCOUNT, ProviderCalendar(TEAM, "Team", "UTC", "owner"))
    add(ACCOUNT, ProviderCalendar(SHARED, "Maria's", "UTC", "reader", owner=SHARED))
    add(ACCOUNT, ProviderCalendar(BUSY, "A colleague", "UTC", "freeBusyReader", owner=BUSY))
    add(ACCOUNT, ProviderCalendar(TASKS, "Sam's tasks", "UTC", "owner", description=EMPLOYEE_CALENDAR_MARKER))
    put(scene, meeting("own", "Own review"))
    put(scene, meeting("team", "Team review"), calendar=TEAM)
    put(scene, meeting("shared", "Maria's review"), calendar=SHARED)
    service = Calendars(
        open_uow=uow,
        clock=clock,
        providers={Provider.GOOGLE: MemoryMeetings(scene.world)},
        credentials=GrantedCredentials(scene.world),
        audit=Audit(open_uow=uow, clock=clock),
        announcer=scene.announcements,
        jobs=scene.jobs,
    )
    return Desk(scene, service, scene.town.actor(scene.town.staff))
