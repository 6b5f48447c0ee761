"""Whose tasks are shown: an employee, found by the server."""

import asyncio

from reflex.event import EventSpec, event

from ce_calendar.domain.access import Actor
from ce_calendar.domain.errors import Invalid, Refused
from ce_calendar.services.registry import get_services
from ce_calendar.web.checks import a_text
from ce_calendar.web.components.pager import LONGEST_SEARCH
from ce_calendar.web.components.refusal import show_refusal
from ce_calendar.web.session import current_actor
from ce_calendar.web.tasks.rows import Choice
from ce_calendar.web.tasks.state import TasksState
from ce_calendar.web.tasks.transform import to_people


class WhoseState(TasksState):
    """The choice of an employee, a part of the tasks page."""

    people: list[Choice] = []
    people_search: str = ""
    is_choosing: bool = False

    async def _fill(self, actor: Actor) -> None:
        """Found when it is opened, and as it was then."""

    @event
    async def set_choosing(self, wanted: bool) -> EventSpec | None:  # noqa: FBT001 - a popover
        """Open or close the choice."""
        self.is_choosing = wanted is True
        self.people_search = ""
        return await self._find() if self.is_choosing else None

    @event
    async def look_for_people(self, words: str) -> EventSpec | None:
        """Narrow the choice."""
        try:
            self.people_search = a_text(words, longest=LONGEST_SEARCH, strip=False)
        except Refused as refusal:
            return show_refusal(refusal)
        return await self._find()

    async def _find(self) -> EventSpec | None:
        try:
            actor = await current_actor(self)
            found = await asyncio.to_thread(
                get_services().tasks.people, actor, search=self.people_search, with_dismissed=True
            )
        except Refused as refusal:
            return show_refusal(refusal)
        self.people = to_people(found.employees)
        return None

    @event
    def choose(self, employee_id: str) -> EventSpec:
        """Show the tasks of one of those found, or everybody's for the empty id."""
        found = {"": Choice()} | {each.id: each for each in self.people}
        if not isinstance(employee_id, str) or employee_id not in found:
            return show_refusal(Invalid("That choice does not exist. Please reload the page."))
        self.employee, self.is_choosing, self.offset = found[employee_id], False, 0
        return TasksState.refresh()
