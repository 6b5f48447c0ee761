"""What the settings of employee calendars show and do; the rules live in the services."""

import asyncio
from datetime import UTC, datetime
from typing import ClassVar

import reflex as rx
from reflex.event import EventSpec, event

from ce_calendar.domain.access import Actor
from ce_calendar.domain.errors import Refused
from ce_calendar.services.registry import get_services
from ce_calendar.web.checks import a_flag
from ce_calendar.web.components.refusal import show_refusal
from ce_calendar.web.employee_calendars.progress import to_progress, to_steps
from ce_calendar.web.employee_calendars.questions import leaving_question, switch_question
from ce_calendar.web.employee_calendars.reader import Reader
from ce_calendar.web.employee_calendars.rows import (
    AccountRow,
    AddressRow,
    ClientRow,
    ProgressRow,
    Question,
    StepRow,
    Trouble,
)
from ce_calendar.web.employee_calendars.transform import to_account, to_client
from ce_calendar.web.employee_calendars.troubles import from_address, to_trouble
from ce_calendar.web.opening import CLEAN_ADDRESS, Page
from ce_calendar.web.session import current_actor, put
from ce_calendar.web.slow import slowly


class EmployeeCalendarsState(Page, rx.State):
    """The central account, and how far its calendars are."""

    is_enabled: bool = False
    account: AccountRow = AccountRow()
    client: ClientRow = ClientRow()
    addresses: list[AddressRow] = []
    steps: list[StepRow] = []
    steps_done: int = 0
    progress: ProgressRow = ProgressRow()
    trouble: Trouble = Trouble()
    told: Trouble = Trouble()
    """What came of the last consent, if nothing did."""
    is_new: bool = False
    """The address says that the account was connected just now."""
    question: Question = Question()
    is_checking: bool = False

    _topics: ClassVar[frozenset[str]] = frozenset({"employee-calendars", "employees"})
    _arrivals: int = 0
    """How often the page was opened: its parts then begin anew."""

    def _arrive(self) -> EventSpec | None:
        query = self.router.url.query_parameters
        self._arrivals += 1
        put(
            self,
            told=from_address(query.get("problem", "")),
            is_new=query.get("connected", "") == "central",
            question=Question(),
            is_checking=False,
        )
        return rx.call_script(CLEAN_ADDRESS) if query else None

    async def _fill(self, actor: Actor) -> None:
        services = get_services()
        account = await asyncio.to_thread(services.central.account, actor)
        choice = await asyncio.to_thread(services.central_clients.choice, actor)
        rules = await asyncio.to_thread(services.rules.get, actor)
        is_saved = await asyncio.to_thread(services.rules.is_saved, actor)
        overview = await asyncio.to_thread(services.progress.of, actor)
        reader = Reader(actor.zone, actor.language, datetime.now(UTC))
        client = to_client(choice, reader)
        steps = to_steps(account=account, client=client, rules=rules, is_saved=is_saved, overview=overview)
        put(
            self,
            is_enabled=rules.is_enabled,
            account=to_account(account, reader),
            client=client,
            addresses=[AddressRow(*each) for each in services.central.redirect_uris(actor)],
            steps=steps,
            steps_done=sum(each.is_done for each in steps),
            progress=to_progress(overview, reader),
            trouble=to_trouble(account, reader),
        )

    @event
    def dismiss(self) -> None:
        """Put away what came of the last consent."""
        put(self, told=Trouble(), is_new=False)

    # -- the switch ----------------------------------------------------------------------------------------------

    @event
    async def ask_to_switch(self, enabled: bool) -> EventSpec | None:  # noqa: FBT001 - a switch
        """Switch on or off; where that has effects, ask first."""
        try:
            wanted = a_flag(enabled)
            actor = await current_actor(self)
            effects = await asyncio.to_thread(get_services().rules.switch_effects, actor)
            question = switch_question(effects, enabled=wanted)
            if question.kind:
                self.question = question
                return None
            await asyncio.to_thread(get_services().rules.switch, actor, enabled=wanted)
        except Refused as refusal:
            return show_refusal(refusal)
        return await self._read(touch=False)

    # -- the account ---------------------------------------------------------------------------------------------

    @event
    async def check(self) -> EventSpec | None:
        """Look anew whether Google lets calendars be written."""
        self.is_checking = True
        try:
            actor = await current_actor(self)
            account = await slowly(get_services().central.check, actor)
        except Refused as refusal:
            return show_refusal(refusal)
        finally:
            self.is_checking = False
        problem = await self._read(touch=False)
        if problem is not None or account.last_error:
            return problem
        return rx.toast.success("Google lets us in: calendars can be written.")

    @event
    async def ask_to_disconnect(self) -> EventSpec | None:
        """Open the confirmation, which says what would happen."""
        try:
            actor = await current_actor(self)
            effects = await asyncio.to_thread(get_services().central.leaving_effects, actor)
        except Refused as refusal:
            return show_refusal(refusal)
        self.question = leaving_question(effects)
        return None

    # -- answers -------------------------------------------------------------------------------------------------

    @event
    def keep(self) -> None:
        """Close the confirmation; nothing happens."""
        self.question = Question()

    @event
    async def confirm(self) -> EventSpec | None:
        """Do what the confirmation is about."""
        kind, self.question = self.question.kind, Question()
        services = get_services()
        try:
            actor = await current_actor(self)
            if kind in {"enable", "pause"}:
                await asyncio.to_thread(services.rules.switch, actor, enabled=kind == "enable")
            elif kind == "disconnect":
                await asyncio.to_thread(services.central.disconnect, actor)
            elif kind == "give_up":
                await slowly(services.central_leaving.give_up, actor)
        except Refused as refusal:
            return show_refusal(refusal)
        return await self._read(touch=False)
