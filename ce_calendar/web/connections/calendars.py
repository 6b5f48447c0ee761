"""The dialog in which people choose which of their calendars are read."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import reflex as rx
from reflex.event import EventSpec, event

from ce_calendar.domain.errors import Refused
from ce_calendar.domain.meetings.connections import OWNER_ROLE, CalendarBar, Status
from ce_calendar.services.calendars import CalendarChoice, CalendarView
from ce_calendar.services.registry import get_services
from ce_calendar.web.checks import a_flag, an_id
from ce_calendar.web.components.focus import focus_back
from ce_calendar.web.components.refusal import show_refusal
from ce_calendar.web.components.words import skeleton_rows
from ce_calendar.web.connections.rows import CalendarRow
from ce_calendar.web.connections.state import ConnectionsState
from ce_calendar.web.connections.words import list_problem
from ce_calendar.web.counting import count_words
from ce_calendar.web.session import current_actor
from ce_calendar.web.slow import slowly
from ce_calendar.web.vars import as_var

BARS = (
    (CalendarBar.EMPLOYEE_CALENDAR.value, "Filled by this application with tasks, so there is nothing to read in it."),
    (CalendarBar.TIMES_ONLY.value, "Only free and busy are shared with you, and no guests: no meeting can be found."),
)


class CalendarsState(rx.State):
    """The calendars of one account, and which of them are ticked."""

    connection_id: str = ""
    """Of the account the dialog is open for; empty while it is closed."""
    account: str = ""
    is_loading: bool = False
    calendars: list[CalendarRow] = []
    ticked: list[str] = []
    problem: str = ""
    """Why the list is not of now."""
    refusal: str = ""
    """What is wrong with the choice."""

    @event(background=True)
    async def open(self, connection_id: str) -> AsyncIterator[EventSpec]:
        """Show the account's calendars, as the provider lists them now."""
        try:
            target = an_id(connection_id)
            actor = await current_actor(self)
        except Refused as refusal:
            yield show_refusal(refusal)
            return
        async with self:
            self.reset()
            self.connection_id, self.is_loading = target, True
        try:
            choice = await slowly(get_services().calendars.choice, actor, connection_id=target)
        except Refused as refusal:
            async with self:
                self.reset()
            yield show_refusal(refusal)
            return
        async with self:
            if self.connection_id == target:  # not closed, or opened for another account, meanwhile
                self._show(choice)

    def _show(self, choice: CalendarChoice) -> None:
        connection = choice.connection
        self.account = connection.account_email
        self.calendars = to_calendar_rows(choice)
        self.ticked = [each.calendar.id for each in choice.calendars if each.calendar.is_selected]
        self.problem = list_problem(
            choice.problem, connection.provider, needs_reauth=connection.status is Status.NEEDS_REAUTH
        )
        self.is_loading = False

    @event
    def close(self) -> None:
        """Close the dialog; nothing changes."""
        self.reset()

    @event
    def tick(self, calendar_id: str, wanted: bool) -> EventSpec | None:  # noqa: FBT001 - a checkbox
        """Tick a calendar, or take the tick away. Nothing is saved yet."""
        try:
            target, is_wanted = an_id(calendar_id), a_flag(wanted)
        except Refused as refusal:
            return show_refusal(refusal)
        others = [each for each in self.ticked if each != target]
        self.ticked = [*others, target] if is_wanted and _is_listed(self.calendars, target) else others
        self.refusal = ""
        return None

    @event
    async def save(self) -> list[EventSpec] | EventSpec | None:
        """Read what is ticked, and nothing else."""
        if not self.connection_id:
            return None  # pressed twice: the first has saved and closed
        try:
            target = an_id(self.connection_id)
            actor = await current_actor(self)
            chosen = list(self.ticked)
            await asyncio.to_thread(get_services().calendars.choose, actor, connection_id=target, calendar_ids=chosen)
        except Refused as refusal:
            if getattr(refusal, "field", "") != "calendars":
                return show_refusal(refusal)
            self.refusal = str(refusal)
            return None
        self.reset()
        return [ConnectionsState.refresh(), rx.toast.success("Saved. The timeline follows your choice.")]


def _is_listed(rows: Sequence[CalendarRow], calendar_id: str) -> bool:
    return any(each.id == calendar_id for each in rows)


def to_calendar_rows(choice: CalendarChoice) -> list[CalendarRow]:
    """Lines of the dialog, in the order the service gave."""
    return [_to_row(view, choice.connection.account_email) for view in choice.calendars]


def _to_row(view: CalendarView, account: str) -> CalendarRow:
    calendar = view.calendar
    kept = count_words(view.events, "event kept", "events kept") if view.events else ""
    whose = _whose(view, account)
    return CalendarRow(
        id=calendar.id,
        name=calendar.name,
        details=" · ".join(each for each in (whose, _role(calendar.access_role), kept) if each),
        bar=view.bar.value if view.bar else "",
        is_locked=view.bar is not None and not calendar.is_selected,
    )


def _whose(view: CalendarView, account: str) -> str:
    calendar = view.calendar
    if calendar.is_primary:
        return "Your main calendar"
    if calendar.access_role == OWNER_ROLE or calendar.owner == account:
        return "Your own"
    return f"Shared by {calendar.owner}" if calendar.owner else "Shared with you, or subscribed to"


def _role(access_role: str) -> str:
    return {"writer": "you may change it", "reader": "you may read it"}.get(access_role, "")


# -- view ------------------------------------------------------------------------------------------------------------


def _calendar(row: CalendarRow) -> rx.Component:
    return rx.el.li(
        rx.el.label(
            rx.checkbox(
                checked=as_var(CalendarsState.ticked).contains(row.id),
                on_change=lambda wanted: CalendarsState.tick(row.id, wanted),
                disabled=row.is_locked,
                aria_label=row.name,
                custom_attrs={"aria-describedby": f"about-{row.id}"},
                margin_top="3px",
            ),
            rx.box(
                rx.text(row.name, as_="div", size="2", weight="medium", class_name="words"),
                rx.text(row.details, as_="div", size="1", color_scheme="gray", class_name="words"),
                rx.cond(
                    row.bar != "",
                    rx.text(rx.match(row.bar, *BARS, ""), as_="div", size="1", color_scheme="gray", margin_top="2px"),
                ),
                id=f"about-{row.id}",
                min_width="0",
            ),
            class_name="choice",
            custom_attrs={"data-locked": rx.cond(row.is_locked, "yes", "no")},
        ),
        data_testid="calendar-choice",
    )


def _note(words: str, icon: str, color: str, **props: object) -> rx.Component:
    return rx.callout.root(
        rx.callout.icon(rx.icon(icon, size=16, aria_hidden="true")),
        rx.callout.text(words),
        color_scheme=color,
        high_contrast=True,
        size="1",
        width="100%",
        **props,
    )


def calendars_dialog() -> rx.Component:
    """All calendars of an account, those that are read ticked."""
    later = rx.text(
        "Once you have chosen, calendars that you add at the provider later stay unread until you tick them here.",
        size="1",
        color_scheme="gray",
    )
    listed = rx.fragment(
        rx.cond(CalendarsState.problem != "", _note(CalendarsState.problem, "cloud-off", "amber", role="status")),
        rx.el.ul(rx.foreach(CalendarsState.calendars, _calendar), class_name="choices", aria_label="Calendars"),
        rx.cond(
            as_var(CalendarsState.calendars).length() == 0,
            rx.text("No calendar of this account is known yet.", size="2", color_scheme="gray"),
            later,
        ),
        rx.cond(CalendarsState.refusal != "", _note(CalendarsState.refusal, "triangle-alert", "red", role="alert")),
    )
    return rx.dialog.root(
        rx.dialog.content(
            rx.dialog.title("Which calendars are read", margin_bottom="4px"),
            rx.dialog.description(
                rx.cond(CalendarsState.account != "", rx.fragment("Of ", CalendarsState.account, ". "), rx.fragment()),
                "Only the calendars you tick are read, and only you see this list. When you take a tick away, the "
                "meetings of that calendar leave the timeline at once.",
                class_name="dialog-words words",
            ),
            rx.flex(
                rx.cond(CalendarsState.is_loading, skeleton_rows(3, "44px"), listed),
                direction="column",
                spacing="3",
                margin_top="16px",
            ),
            rx.flex(
                rx.dialog.close(rx.button("Cancel", variant="soft", color_scheme="gray")),
                rx.button(
                    "Save",
                    on_click=CalendarsState.save,
                    disabled=CalendarsState.is_loading | (as_var(CalendarsState.calendars).length() == 0),
                ),
                spacing="3",
                justify="end",
                margin_top="20px",
            ),
            max_width="540px",
            on_close_auto_focus=focus_back(),
        ),
        open=CalendarsState.connection_id != "",
        on_open_change=lambda _: CalendarsState.close(),
    )
