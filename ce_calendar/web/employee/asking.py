"""What is asked before an employee's calendar is deleted or made: rebuild, dismiss, re-hire."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import reflex as rx
from reflex.event import EventSpec, event

from ce_calendar.domain.errors import Invalid, Refused
from ce_calendar.services.registry import get_services
from ce_calendar.web.checks import an_id, fields
from ce_calendar.web.components.fields import field, whole_error
from ce_calendar.web.components.focus import focus_back
from ce_calendar.web.components.refusal import show_refusal
from ce_calendar.web.components.ways_out import ways_out
from ce_calendar.web.employee.state import EmployeeState
from ce_calendar.web.session import current_actor

KINDS = ("rebuild", "dismiss", "rehire")


class AskingState(rx.State):
    """The question that is open."""

    kind: str = ""
    """One of `KINDS`; empty if nothing is asked."""
    today: str = ""
    """In the rules' zone."""
    error: str = ""

    @event
    async def ask(self, kind: str) -> EventSpec | None:
        """Open a question."""
        try:
            if not isinstance(kind, str) or kind not in KINDS:
                raise Invalid("There is no such question. Please reload the page.")
            await current_actor(self)
        except Refused as refusal:
            return show_refusal(refusal)
        card = await self.get_state(EmployeeState)
        self.today = datetime.now(UTC).astimezone(ZoneInfo(card.week_zone or "UTC")).date().isoformat()
        self.kind, self.error = kind, ""
        return None

    @event
    def keep(self) -> None:
        """Close the question; nothing happens."""
        self.kind = ""

    @event
    async def rebuild(self) -> list[EventSpec] | EventSpec | None:
        """Delete the calendar and make a new one."""
        return await self._answer("rebuild", "The calendar is being made anew.")

    @event
    async def rehire(self) -> list[EventSpec] | EventSpec | None:
        """Take the employee back."""
        return await self._answer("rehire", "Re-hired.")

    @event
    async def dismiss(self, form: dict[str, Any]) -> list[EventSpec] | EventSpec | None:
        """Dismiss the employee as of the entered day."""
        try:
            day = fields(form, "on")["on"]
        except Refused as refusal:
            return show_refusal(refusal)
        return await self._answer("dismiss", "Dismissed. The calendar goes.", on=day)

    async def _answer(self, kind: str, said: str, **entered: str) -> list[EventSpec] | EventSpec | None:
        if self.kind != kind:
            return None  # pressed twice: the first has done it
        card = await self.get_state(EmployeeState)
        try:
            target = an_id(card._shown)  # noqa: SLF001 - our own
            actor = await current_actor(self)
            await asyncio.to_thread(getattr(get_services().employees, kind), actor, employee_id=target, **entered)
        except Invalid as refusal:
            self.error = str(refusal)
            return None
        except Refused as refusal:
            self.kind = ""
            return show_refusal(refusal)
        self.kind = ""
        return [rx.toast.success(said), EmployeeState.refresh()]


def _dialog(kind: str, title: object, *content: rx.Component) -> rx.Component:
    return rx.alert_dialog.root(
        rx.alert_dialog.content(
            rx.alert_dialog.title(title, margin_bottom="4px", class_name="words"),
            *content,
            max_width="480px",
            on_close_auto_focus=focus_back(),
        ),
        open=AskingState.kind == kind,
        on_open_change=lambda _: AskingState.keep(),
    )


def _words(*words: object) -> rx.Component:
    return rx.alert_dialog.description(*words, class_name="dialog-words")


def questions() -> rx.Component:
    """All three."""
    card = EmployeeState.card
    return rx.fragment(
        _dialog(
            "rebuild",
            "Rebuild this calendar?",
            _words(
                "The calendar is deleted at Google with everything in it. A new one with all current tasks is made, "
                "and Google sends ",
                card.name,
                " a new invitation, which must be accepted again. It has another CalendarID.",
            ),
            whole_error(AskingState.error),
            ways_out(
                rx.button(
                    "Rebuild",
                    on_click=AskingState.rebuild,
                    color_scheme="red",
                    class_name="danger",
                    data_testid="confirm-rebuild",
                )
            ),
        ),
        _dialog(
            "dismiss",
            rx.fragment("Dismiss ", card.name, "?"),
            _words(
                rx.cond(
                    card.has_calendar,
                    "Their calendar is deleted at Google, with everything in it. Their tasks stay here. If they are "
                    "re-hired, a new calendar is made.",
                    "They get no calendar any more. Their tasks stay here.",
                )
            ),
            rx.form(
                rx.box(
                    field(
                        "Last day",
                        "on",
                        AskingState.error,
                        type="date",
                        default_value=AskingState.today,
                        max=AskingState.today,
                        max_width="200px",
                        keeps_room=True,
                    ),
                    margin_top="16px",
                ),
                ways_out(
                    rx.button(
                        "Dismiss", type="submit", color_scheme="red", class_name="danger", data_testid="confirm-dismiss"
                    )
                ),
                on_submit=AskingState.dismiss,
                no_validate=True,
            ),
        ),
        _dialog(
            "rehire",
            rx.fragment("Re-hire ", card.name, "?"),
            _words(
                rx.cond(
                    EmployeeState.stored.is_bound & (EmployeeState.stored.email != ""),
                    "A new calendar is made for them, and Google sends them an invitation to it.",
                    "They get a calendar once the binding is on and an email is entered.",
                )
            ),
            whole_error(AskingState.error),
            ways_out(rx.button("Re-hire", on_click=AskingState.rehire, data_testid="confirm-rehire")),
        ),
    )
