"""What the list of employees shows and does; the rules live in the services. Its dialogs have states of their own."""

import asyncio
from datetime import UTC, datetime
from enum import StrEnum
from typing import ClassVar

import reflex as rx
from reflex.event import EventSpec, event

from ce_calendar.domain.access import Actor, Permission
from ce_calendar.domain.errors import Refused
from ce_calendar.ports.employees import CalendarFilter, EmployeeQuery
from ce_calendar.services.employees.views import EmployeePage
from ce_calendar.services.registry import get_services
from ce_calendar.web.checks import a_flag, a_word, an_id, an_id_or_nothing
from ce_calendar.web.components.pager import PAGE_SIZE, Searched, last_offset, page_words
from ce_calendar.web.components.refusal import show_refusal
from ce_calendar.web.employees.rows import Banner, DepartmentRow, EmployeeRow, StateFilter
from ce_calendar.web.employees.transform import to_banner, to_departments, to_filters, to_rows
from ce_calendar.web.session import put

MOST_PICKED = 1000
"""Ticked one by one; whoever wants more takes all that is found."""


class Who(StrEnum):
    """Whom the list shows."""

    WORKING = "working"
    DISMISSED = "dismissed"


class EmployeesState(Searched, rx.State):
    """The organization's employees, a page at a time."""

    employees: list[EmployeeRow] = []
    filters: list[StateFilter] = []
    departments: list[DepartmentRow] = []
    banner: Banner = Banner()
    calendar: str = ""
    """The calendar state that is asked for; empty for all."""
    department: str = ""
    who: str = Who.WORKING.value
    everybody: int = 0
    """How many employees the organization has who are not dismissed."""
    picked: list[str] = []
    """Ids of the ticked employees."""
    is_everything: bool = False
    """All that is found is chosen, also on other pages."""
    may_change: bool = False

    @rx.var
    def is_page_picked(self) -> bool:
        """Whether everybody on this page is ticked."""
        return bool(self.employees) and {row.id for row in self.employees} <= set(self.picked)

    _topics: ClassVar[frozenset[str]] = frozenset({"employees", "employee-calendars"})

    def _arrive(self) -> None:
        put(self, search="", calendar="", department="", who=Who.WORKING.value, offset=0)
        self._pick_nobody()

    def _query(self) -> EmployeeQuery:
        return EmployeeQuery(
            search=self.search,
            calendar=CalendarFilter(self.calendar) if self.calendar else None,
            department_id=self.department,
            is_dismissed=self.who == Who.DISMISSED,
        )

    def _pick_nobody(self) -> None:
        put(self, picked=[], is_everything=False)

    async def _fill(self, actor: Actor) -> None:
        found = await self._page(actor)
        if not found.lines and self.offset:
            # The list became shorter meanwhile.
            self.offset = last_offset(found.total)
            found = await self._page(actor)
        names = {department.id: department.name for department, _ in found.departments}
        if self.department and self.department not in names:
            # It was removed meanwhile: back to everybody.
            put(self, department="", offset=0)
            found = await self._page(actor)
        overview = await asyncio.to_thread(get_services().progress.of, actor)
        now = datetime.now(UTC)
        put(
            self,
            employees=to_rows(
                found.lines, names, found.circumstances, zone=actor.zone, language=actor.language, now=now
            ),
            filters=to_filters(overview.calendars),
            departments=to_departments(found.departments),
            banner=to_banner(overview, now=now, language=actor.language),
            everybody=sum(overview.calendars.values()),
            total=found.total,
            page_words=page_words(self.offset, len(found.lines), found.total),
            may_change=actor.may(Permission.ERP_MANAGE),
        )

    async def _page(self, actor: Actor) -> EmployeePage:
        return await asyncio.to_thread(
            get_services().employees.page, actor, query=self._query(), offset=self.offset, limit=PAGE_SIZE
        )

    async def _narrow(self) -> EventSpec | None:
        """From the first page on; who was chosen from another list is chosen no longer."""
        self._pick_nobody()
        return await super()._narrow()

    @event
    async def show_calendars(self, state: str) -> EventSpec | None:
        """Show those whose calendar is in this state; everybody for the empty word."""
        try:
            self.calendar = "" if state == "" else a_word(state, CalendarFilter).value
        except Refused as refusal:
            return show_refusal(refusal)
        return await self._narrow()

    @event
    async def show_department(self, department_id: str) -> EventSpec | None:
        """Show the members of a department; everybody for the empty id."""
        try:
            self.department = an_id_or_nothing(department_id)
        except Refused as refusal:
            return show_refusal(refusal)
        return await self._narrow()

    @event
    async def show_who(self, who: str) -> EventSpec | None:
        """Show who works here, or who was dismissed."""
        try:
            self.who = a_word(who, Who).value
        except Refused as refusal:
            return show_refusal(refusal)
        self.calendar = ""
        return await self._narrow()

    @event
    async def show_all(self) -> EventSpec | None:
        """Take all filters back."""
        put(self, search="", calendar="", department="", who=Who.WORKING.value)
        return await self._narrow()

    @event
    def pick(self, employee_id: str, wanted: bool) -> EventSpec | None:  # noqa: FBT001 - a checkbox
        """Choose an employee, or not."""
        try:
            target, is_picked = an_id(employee_id), a_flag(wanted)
        except Refused as refusal:
            return show_refusal(refusal)
        others = [each for each in self.picked if each != target]
        put(self, picked=[*others, target][-MOST_PICKED:] if is_picked else others, is_everything=False)
        return None

    @event
    def pick_page(self, wanted: bool) -> EventSpec | None:  # noqa: FBT001 - a checkbox
        """Choose everybody on this page, or nobody of it."""
        try:
            is_picked = a_flag(wanted)
        except Refused as refusal:
            return show_refusal(refusal)
        here = [row.id for row in self.employees]
        others = [each for each in self.picked if each not in set(here)]
        put(self, picked=[*others, *here][-MOST_PICKED:] if is_picked else others, is_everything=False)
        return None

    @event
    def pick_everything(self) -> None:
        """Choose all that is found, on every page."""
        put(self, is_everything=True)

    @event
    def pick_nobody(self) -> None:
        """Choose nobody."""
        self._pick_nobody()
