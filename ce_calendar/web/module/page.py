"""The module's settings screen. Of what the service keeps, it shows what has an effect already."""

import reflex as rx

from ce_calendar.domain.meetings.module import POLL_MINUTES, ModuleValues
from ce_calendar.web.addresses import MODULE
from ce_calendar.web.components.fields import field
from ce_calendar.web.components.words import page_header, skeleton_rows
from ce_calendar.web.layout import framed
from ce_calendar.web.module.state import ModuleState
from ce_calendar.web.opening import by_phase

LEAST, MOST = POLL_MINUTES.start, POLL_MINUTES.stop - 1


def _unsaved() -> rx.Component:
    return rx.cond(
        ModuleState.entered != ModuleState.stored,
        rx.flex(
            rx.icon("pencil-line", size=16, aria_hidden="true", flex_shrink="0"),
            rx.text(
                rx.cond(
                    ModuleState.is_overtaken,
                    f"Not saved. Meanwhile somebody set it to {ModuleState.stored} minutes.",
                    f"Not saved yet. It is still {ModuleState.stored} minutes.",
                ),
                size="2",
            ),
            align="center",
            spacing="2",
            color="var(--amber-12)",
        ),
    )


def _interval() -> rx.Component:
    return rx.card(
        rx.heading("How often calendars are read", as_="h2", size="4"),
        rx.text(
            "A change in somebody's calendar shows here after about this time at the latest. Shorter is fresher, and "
            "asks Google and Microsoft more often.",
            size="2",
            color_scheme="gray",
            margin_top="4px",
            margin_bottom="18px",
            max_width="62ch",
        ),
        rx.form(
            # What comes and goes has room of its own, or stands below the buttons: a press of Save takes the keyboard
            # from the field, the page follows, and a button that moved away under the finger would not be pressed.
            rx.flex(
                field(
                    "Poll interval",
                    "poll_minutes",
                    ModuleState.error,
                    rx.input.slot("minutes", side="right", color_scheme="gray"),
                    hint=f"From {LEAST} to {MOST} minutes, usually {ModuleValues().poll_minutes}. A change counts at "
                    "once, for every connected calendar of your organization.",
                    value=ModuleState.entered,
                    on_change=ModuleState.enter,
                    type="number",
                    min=LEAST,
                    max=MOST,
                    step=1,
                    input_mode="numeric",
                    auto_complete="off",
                    max_width="180px",
                    keeps_room=True,
                ),
                rx.flex(
                    rx.button("Save", type="submit"),
                    rx.cond(
                        ModuleState.entered != ModuleState.stored,
                        rx.button(
                            "Discard", on_click=ModuleState.discard, type="button", variant="soft", color_scheme="gray"
                        ),
                    ),
                    spacing="3",
                ),
                rx.box(_unsaved(), role="status"),
                direction="column",
                spacing="4",
            ),
            on_submit=ModuleState.save,
            no_validate=True,
        ),
        size="3",
        width="100%",
    )


def page() -> rx.Component:
    """The poll interval."""
    return framed(
        page_header("Module settings", "What counts for everybody in your organization who works with calendars."),
        by_phase(
            ModuleState,
            ready=rx.box(_interval(), width="100%", max_width="720px"),
            loading=rx.box(skeleton_rows(1, "280px"), width="100%", max_width="720px"),
        ),
        current=MODULE,
    )
