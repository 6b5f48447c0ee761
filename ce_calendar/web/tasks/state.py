"""The list of tasks, what it is narrowed by, and the quick change of a status; the rules live in the services."""

import asyncio
from datetime import UTC, datetime
from enum import StrEnum
from typing import ClassVar

import reflex as rx
from reflex.event import EventSpec, event

from ce_calendar.domain.access import Actor, Permission
from ce_calendar.domain.employees.clock import entered_day
from ce_calendar.domain.employees.tasks import OPEN_ROLES, SystemRole
from ce_calendar.domain.errors import Invalid, Refused
from ce_calendar.services.employees.task_views import TaskPage
from ce_calendar.services.employees.tasks import TaskFilter
from ce_calendar.services.registry import get_services
from ce_calendar.web.checks import a_flag, a_text, a_word, an_id, an_id_or_nothing
from ce_calendar.web.components.pager import PAGE_SIZE, Searched, last_offset, page_words
from ce_calendar.web.components.refusal import show_refusal
from ce_calendar.web.session import current_actor, put
from ce_calendar.web.tasks.rows import Choice, StatusRow, TaskRow
from ce_calendar.web.tasks.transform import to_departments, to_rows, to_status

LONGEST_DAY = 20


class Show(StrEnum):
    """Which tasks, by what their status means."""

    OPEN = "open"
    DONE = "done"
    ALL = "all"


ROLES = {Show.OPEN: OPEN_ROLES, Show.DONE: frozenset({SystemRole.DONE}), Show.ALL: frozenset[SystemRole]()}


class TasksState(Searched, rx.State):
    """The organization's tasks."""

    tasks: list[TaskRow] = []
    statuses: list[StatusRow] = []
    departments: list[Choice] = []
    zone: str = ""
    default_minutes: str = ""
    may_change: bool = False
    has_any: bool = False
    """Whether there is any task, shown or not."""

    show: str = Show.OPEN.value
    status_id: str = ""
    department_id: str = ""
    employee: Choice = Choice()
    """Whose tasks are shown; without an id everybody's."""
    since: str = ""
    until: str = ""
    span_error: str = ""
    is_unassigned: bool = False
    is_filtering: bool = False
    """Whether the further filters are in sight."""

    _arrivals: int = 0
    """How often the page was opened in this tab: what was left open by going away is closed for who comes back."""

    _topics: ClassVar[frozenset[str]] = frozenset({"tasks", "employees", "employee-calendars"})

    @rx.var
    def filters(self) -> int:
        """How many of the further filters narrow the list."""
        return sum(
            map(
                bool,
                (
                    self.status_id,
                    self.department_id,
                    self.employee.id,
                    self.since or self.until,
                    self.is_unassigned,
                ),
            )
        )

    @rx.var
    def is_narrowed(self) -> bool:
        """Whether anything but the first view of open tasks is shown."""
        return bool(self.filters or self.search.strip() or self.show != Show.OPEN.value)

    async def _fill(self, actor: Actor) -> None:
        found = await self._page(actor)
        if not found.tasks and self.offset:
            # The list became shorter meanwhile.
            self.offset = last_offset(found.total)
            found = await self._page(actor)
        options = found.options
        now = datetime.now(UTC)
        put(
            self,
            tasks=to_rows(found.tasks, rules=options.rules, language=actor.language, now=now),
            total=found.total,
            page_words=page_words(self.offset, len(found.tasks), found.total),
            has_any=found.has_any,
            statuses=[to_status(each) for each in options.statuses],
            departments=to_departments(options),
            zone=options.zone,
            default_minutes=str(options.rules.duration_minutes),
            may_change=actor.may(Permission.ERP_MANAGE),
        )

    def _arrive(self) -> None:
        self._arrivals += 1

    async def _page(self, actor: Actor) -> TaskPage:
        only = TaskFilter(
            search=self.search,
            roles=ROLES[Show(self.show)],
            status_id=self.status_id,
            employee_id=self.employee.id,
            department_id=self.department_id,
            since="" if self.span_error else self.since,
            until="" if self.span_error else self.until,
            is_unassigned=self.is_unassigned,
        )
        return await asyncio.to_thread(get_services().tasks.page, actor, only=only, offset=self.offset, limit=PAGE_SIZE)

    @event
    async def show_only(self, which: str) -> EventSpec | None:
        """Open ones, done ones, or all."""
        try:
            self.show = a_word(which, Show).value
        except Refused as refusal:
            return show_refusal(refusal)
        self.status_id = ""
        return await self._narrow()

    @event
    async def show_status(self, status_id: str) -> EventSpec | None:
        """Those with one status; with any for the empty id."""
        try:
            self.status_id = an_id_or_nothing(status_id)
        except Refused as refusal:
            return show_refusal(refusal)
        if self.status_id:
            self.show = Show.ALL.value
        return await self._narrow()

    @event
    async def show_department(self, department_id: str) -> EventSpec | None:
        """Those given to one department; to any for the empty id."""
        try:
            self.department_id = an_id_or_nothing(department_id)
        except Refused as refusal:
            return show_refusal(refusal)
        return await self._narrow()

    @event
    async def show_since(self, day: str) -> EventSpec | None:
        """Those from a day on; from the first for the empty text."""
        return await self._show_span(day, self.until)

    @event
    async def show_until(self, day: str) -> EventSpec | None:
        """Those up to a day; to the last for the empty text."""
        return await self._show_span(self.since, day)

    async def _show_span(self, since: object, until: object) -> EventSpec | None:
        try:
            self.since, self.until = a_text(since, longest=LONGEST_DAY), a_text(until, longest=LONGEST_DAY)
        except Refused as refusal:
            return show_refusal(refusal)
        try:
            first = entered_day(self.since, field="since", label="The first day")
            last = entered_day(self.until, field="until", label="The last day")
        except Invalid as refusal:
            # Perhaps half a year typed: the list stays as it is until there is a date.
            self.span_error = str(refusal)
            return None
        self.span_error = "The last day lies before the first." if first and last and last < first else ""
        return await self._narrow()

    @event
    async def show_unassigned(self, wanted: bool) -> EventSpec | None:  # noqa: FBT001 - a checkbox
        """Those nobody has been given, or all."""
        try:
            self.is_unassigned = a_flag(wanted)
        except Refused as refusal:
            return show_refusal(refusal)
        return await self._narrow()

    @event
    async def clear_filters(self) -> EventSpec | None:
        """All open tasks again."""
        put(self, search="", show=Show.OPEN.value, status_id="", department_id="", employee=Choice())
        put(self, since="", until="", span_error="", is_unassigned=False)
        return await self._narrow()

    @event
    def set_filtering(self, wanted: bool) -> EventSpec | None:  # noqa: FBT001 - a switch
        """Show or hide the further filters."""
        try:
            self.is_filtering = a_flag(wanted)
        except Refused as refusal:
            return show_refusal(refusal)
        return None

    @event
    async def change_status(self, task_id: str, status_id: str) -> EventSpec | None:
        """Give a task of the list another status."""
        try:
            ids = an_id(task_id), an_id(status_id)
            actor = await current_actor(self)
            task = await asyncio.to_thread(get_services().tasks.change_status, actor, task_id=ids[0], status_id=ids[1])
        except Refused as refusal:
            return show_refusal(refusal)
        name = next((each.name for each in self.statuses if each.id == task.status_id), "")
        # Said, for the task may leave the list by it.
        return await self._read(touch=False) or rx.toast.success(f"#{task.number} is “{name}” now.")
