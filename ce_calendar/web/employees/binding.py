"""Binding and unbinding several employees: what would happen, and the way to say so."""

import asyncio
from typing import Any

import reflex as rx
from reflex.event import EventSpec, event

from ce_calendar.domain.errors import Refused
from ce_calendar.services.registry import get_services
from ce_calendar.web.checks import a_flag
from ce_calendar.web.components.focus import focus_back
from ce_calendar.web.components.refusal import show_refusal
from ce_calendar.web.components.ways_out import danger_button, ways_out
from ce_calendar.web.counting import count_words
from ce_calendar.web.employees.rows import BindingQuestion
from ce_calendar.web.employees.state import EmployeesState
from ce_calendar.web.employees.transform import to_question
from ce_calendar.web.session import current_actor
from ce_calendar.web.slow import slowly
from ce_calendar.web.vars import as_var


class BindingState(rx.State):
    """The question before several bindings change."""

    question: BindingQuestion = BindingQuestion()

    async def _chosen(self) -> dict[str, Any]:
        """Whom it is about, as the service takes it."""
        page = await self.get_state(EmployeesState)
        if page.is_everything:
            return {"query": page._query()}  # noqa: SLF001 - our own
        return {"employee_ids": list(page.picked)}

    @event
    async def ask(self, is_bound: bool) -> EventSpec | None:  # noqa: FBT001 - to bind, or to unbind
        """Open the confirmation, which says what would happen."""
        try:
            wanted = a_flag(is_bound)
            actor = await current_actor(self)
            effects = await asyncio.to_thread(
                get_services().employees.binding_effects, actor, is_bound=wanted, **await self._chosen()
            )
        except Refused as refusal:
            return show_refusal(refusal)
        self.question = to_question(effects, is_bound=wanted)
        return None

    @event
    def keep(self) -> None:
        """Close the confirmation; nothing happens."""
        self.question = BindingQuestion()

    @event
    async def confirm(self) -> list[EventSpec] | EventSpec | None:
        """Bind or unbind whom the confirmation is about."""
        question, self.question = self.question, BindingQuestion()
        if not question.is_open or question.is_idle:
            return None  # pressed twice: the first has done it
        try:
            actor = await current_actor(self)
            book = get_services().employees
            verb = book.bind_several if question.is_bound else book.unbind_several
            changed = await slowly(verb, actor, **await self._chosen())
        except Refused as refusal:
            return show_refusal(refusal)
        (await self.get_state(EmployeesState))._pick_nobody()  # noqa: SLF001 - our own
        words = count_words(changed, "employee is", "employees are")
        said = f"{words} bound. Calendars appear as they are made." if question.is_bound else f"{words} unbound."
        return [rx.toast.success(said), EmployeesState.refresh()]


def binding_bar() -> rx.Component:
    """What can be done with the chosen ones; there while somebody is chosen."""
    page = EmployeesState
    count = rx.cond(page.is_everything, page.total, as_var(page.picked).length())
    return rx.cond(
        page.is_everything | (as_var(page.picked).length() > 0),
        rx.flex(
            rx.flex(
                rx.text(count, " chosen", size="2", weight="medium", role="status"),
                rx.cond(
                    ~page.is_everything & (page.total > as_var(page.employees).length()),
                    rx.button(
                        "Choose all ",
                        page.total,
                        " found",
                        on_click=page.pick_everything,
                        variant="ghost",
                        type="button",
                        data_testid="choose-everything",
                    ),
                ),
                rx.button(
                    "Choose nobody", on_click=page.pick_nobody, variant="ghost", color_scheme="gray", type="button"
                ),
                spacing="4",
                align="center",
                wrap="wrap",
            ),
            rx.flex(
                rx.button("Bind", on_click=BindingState.ask(True), type="button", data_testid="bind-several"),
                rx.button(
                    "Unbind",
                    on_click=BindingState.ask(False),
                    type="button",
                    variant="soft",
                    color_scheme="gray",
                    data_testid="unbind-several",
                ),
                spacing="3",
            ),
            justify="between",
            align="center",
            wrap="wrap",
            class_name="choice-bar",
            role="region",
            aria_label="The chosen employees",
        ),
    )


def binding_dialog() -> rx.Component:
    """How many calendars and invitations; and the two ways out."""
    question = BindingState.question
    return rx.alert_dialog.root(
        rx.alert_dialog.content(
            rx.alert_dialog.title(question.title, margin_bottom="4px"),
            rx.alert_dialog.description("What happens then:", class_name="dialog-words"),
            rx.el.ul(rx.foreach(question.effects, rx.el.li), class_name="bullet-list"),
            ways_out(
                rx.cond(
                    ~question.is_idle,
                    rx.cond(
                        question.is_bound,
                        rx.button(question.button, on_click=BindingState.confirm, data_testid="confirm-binding"),
                        danger_button(question.button, BindingState.confirm, testid="confirm-binding"),
                    ),
                ),
                keep=rx.cond(question.is_idle, "Close", "Cancel"),
            ),
            max_width="480px",
            on_close_auto_focus=focus_back(),
        ),
        open=question.is_open,
        on_open_change=lambda _: BindingState.keep(),
    )
