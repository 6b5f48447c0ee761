"""What an employee's card shows and does; the rules live in the services."""

import asyncio
from datetime import UTC, datetime
from typing import Any, ClassVar

import reflex as rx
from reflex.event import EventSpec, event

from ce_calendar.domain.access import Actor, Permission
from ce_calendar.domain.errors import Invalid, NotFound, Refused
from ce_calendar.services.registry import get_services
from ce_calendar.web.checks import an_id
from ce_calendar.web.components.refusal import show_refusal
from ce_calendar.web.components.week import WeekDay
from ce_calendar.web.employee.fields import EmployeeErrors, EmployeeForm, to_errors, to_fields
from ce_calendar.web.employee.rows import CardRow, EarlierRow, HintsRow, HistoryRow
from ce_calendar.web.employee.transform import to_card, to_days, to_earlier, to_hints, to_history, week_words
from ce_calendar.web.employees.adding import said_of
from ce_calendar.web.employees.rows import DepartmentRow
from ce_calendar.web.opening import Page
from ce_calendar.web.session import current_actor, put

MOST_WEEKS = 520


class EmployeeState(EmployeeForm, Page, rx.State):
    """One employee, their calendar and the form."""

    card: CardRow = CardRow()
    is_missing: bool = False
    """There is no such employee here."""
    all_departments: list[DepartmentRow] = []
    days: list[WeekDay] = []
    week_words: str = ""
    week_zone: str = ""
    has_calendar: bool = False
    weeks_ahead: int = 0
    history: list[HistoryRow] = []
    earlier: list[EarlierRow] = []
    hints: HintsRow = HintsRow()
    may_change: bool = False

    _topics: ClassVar[frozenset[str]] = frozenset({"employees", "tasks", "employee-calendars"})
    _shown: str = ""
    """Id of the employee in the form."""

    @rx.var
    def is_unsaved(self) -> bool:
        """Whether something stands in the form that does not count yet."""
        return bool(self._touched())

    def _arrive(self) -> None:
        # Whoever comes back finds what counts, not what they left unsaved.
        self._shown = ""
        put(self, weeks_ahead=0, card=CardRow(), is_missing=False)

    async def _fill(self, actor: Actor) -> None:
        book = get_services().employees
        try:
            employee_id = an_id(self.router.url.path.rstrip("/").rpartition("/")[2])
            card = await asyncio.to_thread(book.card, actor, employee_id=employee_id)
        except (NotFound, Invalid):
            self._shown = ""
            put(self, is_missing=True, card=CardRow(), days=[], history=[], earlier=[], hints=HintsRow())
            return
        week = await asyncio.to_thread(book.week, actor, employee_id=employee_id, weeks_ahead=self.weeks_ahead)
        hints = await asyncio.to_thread(book.hints, actor, employee_id=employee_id)
        employee = card.line.employee
        show = self._follow if self._shown == employee.id else self._start
        show(to_fields(employee), sorted(employee.department_ids))
        self._shown = employee.id
        where = {"zone": actor.zone, "language": actor.language}
        now = datetime.now(UTC)
        put(
            self,
            is_missing=False,
            card=to_card(card, **where, now=now),
            all_departments=[DepartmentRow(each.id, each.name, "") for each in card.departments],
            days=to_days(week, language=actor.language),
            week_words=week_words(week, actor.language),
            week_zone=week.zone,
            has_calendar=week.has_calendar,
            history=to_history(card.history, **where, now=now),
            earlier=to_earlier(card.earlier, **where),
            hints=to_hints(hints),
            may_change=actor.may(Permission.ERP_MANAGE),
        )

    @event
    async def previous_week(self) -> EventSpec | None:
        """Show the week before."""
        self.weeks_ahead = max(-MOST_WEEKS, self.weeks_ahead - 1)
        return await self._read(touch=True)

    @event
    async def next_week(self) -> EventSpec | None:
        """Show the week after."""
        self.weeks_ahead = min(MOST_WEEKS, self.weeks_ahead + 1)
        return await self._read(touch=True)

    @event
    async def this_week(self) -> EventSpec | None:
        """Show the week of today."""
        self.weeks_ahead = 0
        return await self._read(touch=True)

    @event
    def discard(self) -> None:
        """Put what counts back into the form."""
        self._start(self.stored, self.stored_departments)

    @event
    async def save(self, form: dict[str, Any]) -> list[EventSpec] | EventSpec | None:
        """Let what was touched in the form count from now on."""
        try:
            self._take(form)
            actor = await current_actor(self)
            target, touched = an_id(self._shown), self._touched()
            saved = await asyncio.to_thread(get_services().employees.edit, actor, employee_id=target, **touched)
        except Invalid as refusal:
            self.errors = to_errors(refusal)
            return None
        except Refused as refusal:
            return show_refusal(refusal)
        employee = saved.employee
        self._start(to_fields(employee), sorted(employee.department_ids))
        self.errors = EmployeeErrors()
        problem = await self._read(touch=False)
        if problem is not None:
            return problem
        return said_of(saved, "Saved.") if "email" in touched else [rx.toast.success("Saved.")]

    @event
    def copy(self, what: str) -> list[EventSpec] | EventSpec:
        """Put the CalendarID, or the hints, on the clipboard."""
        texts = {"calendar-id": self.card.calendar_id, "hints": self.hints.text}
        words = texts.get(what, "") if isinstance(what, str) else ""
        if not words:
            return show_refusal(Invalid("There is nothing to copy. Please reload the page."))
        return [rx.set_clipboard(words), rx.toast.success("Copied.")]
