"""The dialog with one task: added, changed, removed, or only looked at."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import reflex as rx
from reflex.event import EventSpec, event

from ce_calendar.domain.access import Actor
from ce_calendar.domain.errors import Invalid, NotFound, Refused
from ce_calendar.services.employees.task_entry import MOST_DEPARTMENTS, TaskEntry, ZoneChanged
from ce_calendar.services.employees.task_views import TaskDetails
from ce_calendar.services.employees.tasks import ChangedMeanwhile, SavedTask
from ce_calendar.services.registry import get_services
from ce_calendar.web.checks import an_id, fields
from ce_calendar.web.components.focus import focus_wrong_field
from ce_calendar.web.components.refusal import show_refusal
from ce_calendar.web.session import current_actor, put
from ce_calendar.web.tasks.rows import PlaceRow, TaskErrors, TaskFacts, TaskForm
from ce_calendar.web.tasks.state import TasksState
from ce_calendar.web.tasks.team import TeamState
from ce_calendar.web.tasks.transform import changed_words, to_errors, to_facts, to_form, to_people, to_places

LONGEST_LINE = 1_000
LONGEST_DESCRIPTION = 20_000
DEPARTMENT = "department:"
"""Begins the name of a ticked department in the form."""


class TaskFormState(TasksState):
    """One task, in a dialog; a part of the tasks page."""

    is_open: bool = False
    version: int = 0
    """Counts up when the fields are to show something else: they are the browser's while somebody types."""
    form: TaskForm = TaskForm()
    facts: TaskFacts = TaskFacts()
    errors: TaskErrors = TaskErrors()
    form_zone: str = ""
    """What the fields' date and time are in."""
    theirs: str = ""
    """What somebody else changed meanwhile; saving again puts this dialog's in its place."""
    is_gone: bool = False
    """Somebody else removed the task meanwhile."""
    hidden: str = ""
    """Why the task shows nowhere; empty if it may."""
    places: list[PlaceRow] = []
    more_places: int = 0
    is_removing: bool = False
    """Whether it is asked for sure."""

    _arrival: int = 0
    """During which visit to the page the dialog was opened."""
    _seen: datetime | None = None
    """When the task that the fields show was last changed."""
    _team: frozenset[str] = frozenset()
    """Who had the task then."""

    async def _fill(self, actor: Actor) -> None:
        """Of an open dialog, what the browser does not edit."""
        if self._arrival != self._arrivals:
            self.cancel()
        if not self.is_open or not self.form.id:
            return
        try:
            found = await asyncio.to_thread(get_services().tasks.get, actor, task_id=self.form.id)
        except NotFound:
            put(self, is_gone=True, places=[], more_places=0, hidden="")
        else:
            self._show_places(found, actor)

    def _show_places(self, found: TaskDetails, actor: Actor) -> None:
        places, more = to_places(found.showing, found.options, language=actor.language)
        facts = to_facts(found.view, rules=found.options.rules, language=actor.language, now=datetime.now(UTC))
        put(self, places=places, more_places=more, hidden=found.showing.hidden or "", facts=facts, is_gone=False)

    @event
    async def begin_add(self) -> EventSpec | None:
        """Open the dialog, empty."""
        try:
            actor = await current_actor(self)
            options = await asyncio.to_thread(get_services().tasks.options, actor)
        except Refused as refusal:
            return show_refusal(refusal)
        status_id = next((each.id for each in options.statuses), "")
        await self._open(TaskForm(status_id=status_id), zone=options.zone)
        put(self, places=[], more_places=0, hidden="", facts=TaskFacts())
        self._seen = None
        return None

    @event
    async def begin_edit(self, task_id: str) -> EventSpec | None:
        """Open the dialog with a task as it is now."""
        try:
            target = an_id(task_id)
            actor = await current_actor(self)
            found = await asyncio.to_thread(get_services().tasks.get, actor, task_id=target)
        except Refused as refusal:
            return show_refusal(refusal)
        task, zone = found.view.task, found.options.zone
        await self._open(to_form(task, zone=zone), zone=zone)
        self._seen, self._team = task.changed_at, frozenset(task.employee_ids)
        team = await self.get_state(TeamState)
        team.chosen = to_people(found.view.employees)
        self._show_places(found, actor)
        return None

    async def _open(self, form: TaskForm, *, zone: str) -> None:
        put(self, form=form, form_zone=zone, errors=TaskErrors(), theirs="", is_gone=False, is_removing=False)
        (await self.get_state(TeamState)).reset()
        self._arrival = self._arrivals
        self.version += 1
        self.is_open = True

    @event
    def cancel(self) -> None:
        """Close the dialog; nothing happens."""
        self.is_open = self.is_removing = False

    @event
    async def save(self, form: dict[str, Any]) -> list[EventSpec] | EventSpec | None:
        """Add the task, or change the one the dialog was opened for."""
        if not self.is_open:
            return None  # pressed twice: the first has saved and closed
        try:
            actor = await current_actor(self)
            entry = _entry(form, zone=self.form_zone, team=await self._chosen())
            saved = await self._save(actor, entry)
        except ChangedMeanwhile as refusal:
            self._tell_theirs(refusal)
            return None
        except Invalid as refusal:
            if isinstance(refusal, ZoneChanged):
                self.form_zone = refusal.zone
            self.errors = to_errors(refusal)
            return focus_wrong_field()
        except Refused as refusal:
            return show_refusal(refusal)
        words = "Saved." if self.form.id else f"Task #{saved.task.number} is added."
        self.is_open = False
        return [TasksState.refresh(), rx.toast.success(words), *_twice(saved, form)]

    async def _chosen(self) -> list[str]:
        team = await self.get_state(TeamState)
        return [each.id for each in team.chosen]

    async def _save(self, actor: Actor, entry: TaskEntry) -> SavedTask:
        book = get_services().tasks
        if self._seen is None:
            return await asyncio.to_thread(book.add, actor, entry)
        return await asyncio.to_thread(book.edit, actor, entry, task_id=self.form.id, seen=self._seen)

    def _tell_theirs(self, refusal: ChangedMeanwhile) -> None:
        """Leave what was typed as it is; the next save is made knowing of the other change."""
        task = refusal.task
        others = frozenset(task.employee_ids) != self._team
        self.theirs = changed_words(self.form, to_form(task, zone=self.form_zone), has_other_people=others)
        self.errors = to_errors(refusal)
        self._seen = task.changed_at

    @event
    def ask_removal(self) -> None:
        """Ask for sure."""
        self.is_removing = self.is_open and bool(self.form.id)

    @event
    def keep(self) -> None:
        """Not removed after all."""
        self.is_removing = False

    @event
    async def remove(self) -> list[EventSpec] | EventSpec | None:
        """Remove the task the dialog was opened for."""
        if not self.is_removing:
            return None  # pressed twice: the first has removed it
        self.is_removing = self.is_open = False
        try:
            target = an_id(self.form.id)
            actor = await current_actor(self)
            await asyncio.to_thread(get_services().tasks.remove, actor, task_id=target)
        except Refused as refusal:
            return show_refusal(refusal)
        return [TasksState.refresh(), rx.toast.success(f"Task {self.form.number} is removed.")]


def _entry(form: object, *, zone: str, team: list[str]) -> TaskEntry:
    """What the browser sent, field by field.

    Raises:
        Invalid: it is no form of ours.
    """
    names = ("title", "status_id", "kind", "day", "time", "duration", "address", "customer")
    entered = fields(form, *names, longest=LONGEST_LINE)
    entered |= fields(form, "description", longest=LONGEST_DESCRIPTION, strip=False)
    keys = [key for key in form if isinstance(key, str)] if isinstance(form, Mapping) else []
    ticked = [an_id(key.removeprefix(DEPARTMENT)) for key in keys if key.startswith(DEPARTMENT)]
    if len(ticked) > MOST_DEPARTMENTS:
        raise Invalid(f"At most {MOST_DEPARTMENTS} departments can be chosen.", field="departments")
    return TaskEntry(zone=zone, employee_ids=team, department_ids=ticked, **entered)


def _twice(saved: SavedTask, form: Mapping[str, Any]) -> list[EventSpec]:
    if not saved.comes_twice:
        return []
    words = f"The clocks are put back then, and {form.get('time')} comes twice. The first one counts."
    return [rx.toast.info(words, duration=10_000)]
