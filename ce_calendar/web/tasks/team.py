"""Who does the task in the dialog: found by the server, for there may be thousands."""

import asyncio

from reflex.event import EventSpec, event

from ce_calendar.domain.access import Actor
from ce_calendar.domain.errors import Invalid, Refused
from ce_calendar.services.employees.task_entry import MOST_EMPLOYEES
from ce_calendar.services.registry import get_services
from ce_calendar.web.checks import a_text
from ce_calendar.web.components.pager import LONGEST_SEARCH
from ce_calendar.web.components.refusal import show_refusal
from ce_calendar.web.session import current_actor
from ce_calendar.web.tasks.rows import Choice
from ce_calendar.web.tasks.state import TasksState
from ce_calendar.web.tasks.transform import to_people


class TeamState(TasksState):
    """The employees chosen in the dialog, a part of the tasks page."""

    chosen: list[Choice] = []
    team_search: str = ""
    found: list[Choice] = []
    more_found: int = 0

    async def _fill(self, actor: Actor) -> None:
        """Left alone: somebody is choosing."""

    @event
    async def look_for_team(self, words: str) -> EventSpec | None:
        """Find employees who can be given the task; nobody for no words."""
        try:
            self.team_search = a_text(words, longest=LONGEST_SEARCH, strip=False)
            actor = await current_actor(self)
            if not self.team_search.strip():
                self.found, self.more_found = [], 0
                return None
            people = await asyncio.to_thread(
                get_services().tasks.people, actor, search=self.team_search, but=[each.id for each in self.chosen]
            )
        except Refused as refusal:
            return show_refusal(refusal)
        self.found, self.more_found = to_people(people.employees), people.more
        return None

    @event
    def add_to_team(self, employee_id: str) -> EventSpec | None:
        """Take one of those found."""
        person = next((each for each in self.found if each.id == employee_id), None)
        if person is None:
            return show_refusal(Invalid("That choice does not exist. Please reload the page."))
        if len(self.chosen) >= MOST_EMPLOYEES:
            return show_refusal(Invalid(f"At most {MOST_EMPLOYEES} employees can be chosen."))
        self.chosen = [*self.chosen, person]
        self.found, self.more_found, self.team_search = [], 0, ""
        return None

    @event
    def take_from_team(self, employee_id: str) -> None:
        """Leave somebody out."""
        self.chosen = [each for each in self.chosen if each.id != employee_id]
