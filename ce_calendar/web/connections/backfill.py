"""The way into the vault: how many credentials wait, the button, how far it is, and what could not be opened."""

import reflex as rx

from ce_calendar.web.connections.backfill_rows import UnopenedRow
from ce_calendar.web.connections.backfill_state import BackfillState
from ce_calendar.web.connections.card import provider_mark
from ce_calendar.web.connections.state import ConnectionsState
from ce_calendar.web.theme import ACCENT
from ce_calendar.web.vars import as_var

CANNOT_START = "why-no-backfill"


def _waiting() -> rx.Component:
    backfill = BackfillState.backfill
    can_start = backfill.cannot_start == ""
    return rx.flex(
        rx.box(
            rx.text(backfill.waiting_words, as_="div", size="2", weight="medium"),
            rx.text(
                "Until they are moved, these calendars do not sync. Moving opens each one, stores it sealed in the "
                "credential vault, reads it back, and only then empties the old column.",
                as_="div",
                size="2",
                margin_top="2px",
            ),
            rx.cond(
                can_start,
                rx.fragment(),
                rx.text(backfill.cannot_start, as_="div", size="2", weight="medium", margin_top="6px", id=CANNOT_START),
            ),
            flex="1 1 320px",
            min_width="0",
        ),
        rx.cond(
            ConnectionsState.may_connect,
            rx.button(
                rx.icon("lock-keyhole", size=16, aria_hidden="true"),
                "Move to the vault",
                on_click=BackfillState.start_backfill,
                disabled=~can_start,
                color_scheme=ACCENT,
                data_testid="backfill",
                custom_attrs={"aria-describedby": rx.cond(can_start, "", CANNOT_START)},
            ),
        ),
        align="center",
        spacing="4",
        wrap="wrap",
        width="100%",
    )


def _progress() -> rx.Component:
    backfill = BackfillState.backfill
    return rx.flex(
        rx.flex(
            rx.flex(
                rx.spinner(size="1"),
                rx.text("Moving credentials to the vault", as_="div", size="2", weight="medium"),
                align="center",
                spacing="2",
            ),
            rx.text(backfill.progress_words, as_="div", size="2", role="status", data_testid="backfill-progress"),
            justify="between",
            wrap="wrap",
            spacing="2",
            width="100%",
        ),
        rx.progress(
            value=backfill.percent,
            width="100%",
            high_contrast=True,
            aria_label="Credentials moved to the vault",
            data_testid="backfill-bar",
        ),
        direction="column",
        spacing="3",
        width="100%",
    )


def _callout(icon: str, color: str, *content: rx.Component, **props: object) -> rx.Component:
    return rx.callout.root(
        rx.callout.icon(rx.icon(icon, size=18, aria_hidden="true")),
        *content,
        color_scheme=color,
        high_contrast=True,
        size="1",
        width="100%",
        # The content takes all the room: by itself a callout's grid is only as wide as its words. Radix places the icon
        # before the explicit grid, which is empty, and the content after it; columns before count from the end.
        style={"grid_auto_columns": "minmax(0, 1fr) auto"},
        **props,
    )


def _unopened_row(row: UnopenedRow) -> rx.Component:
    return rx.el.li(
        rx.flex(
            provider_mark(row.provider),
            rx.box(
                rx.text(row.account, as_="div", size="2", weight="medium", style={"overflow_wrap": "anywhere"}),
                rx.text("Owner: ", row.owner, as_="div", size="1"),
                rx.text(row.reason, as_="div", size="2", margin_top="6px"),
                rx.text("What to do: ", row.advice, as_="div", size="2", margin_top="2px"),
                min_width="0",
                flex="1",
            ),
            spacing="3",
            align="start",
        ),
        data_testid="backfill-unopened",
        padding_y="12px",
        border_top="1px solid var(--gray-a5)",
    )


def _unopened() -> rx.Component:
    backfill = BackfillState.backfill
    count = as_var(BackfillState.unopened).length()
    return _callout(
        "key-round",
        "amber",
        rx.box(
            rx.flex(
                rx.box(
                    rx.text(
                        rx.cond(
                            count == 1,
                            "1 connection could not be opened",
                            f"{count} connections could not be opened",
                        ),
                        as_="div",
                        size="2",
                        weight="medium",
                    ),
                    rx.text(
                        backfill.result_words,
                        " What could not be opened is kept as it is, so nothing is lost.",
                        as_="div",
                        size="2",
                        margin_top="2px",
                    ),
                    flex="1 1 300px",
                    min_width="0",
                ),
                rx.button(
                    rx.icon("rotate-cw", size=15, aria_hidden="true"),
                    "Try again",
                    on_click=BackfillState.try_unopened_again,
                    color_scheme=ACCENT,
                    data_testid="backfill-again",
                ),
                align="center",
                wrap="wrap",
                spacing="3",
                width="100%",
            ),
            rx.el.ul(
                rx.foreach(BackfillState.unopened, _unopened_row),
                # Of hundreds only some are in sight; the page below must stay within reach, also by keyboard.
                tab_index=0,
                aria_label="Connections that could not be opened",
                style={
                    "list_style": "none",
                    "padding": "0",
                    "margin": "12px 0 0",
                    "max_height": "360px",
                    "overflow_y": "auto",
                },
            ),
            width="100%",
            min_width="0",
        ),
        data_testid="backfill-result",
    )


def backfill_callouts() -> rx.Component:
    """Nothing while nothing waits, nothing is left, and nothing has just been done."""
    backfill = BackfillState.backfill
    return rx.fragment(
        rx.cond(
            backfill.is_running,
            _callout("lock-keyhole", "blue", _progress()),
            rx.cond(backfill.pending > 0, _callout("lock-keyhole", "blue", _waiting())),
        ),
        rx.cond(BackfillState.unopened, _unopened()),
        rx.cond(
            backfill.is_done,
            _callout(
                "circle-check",
                "green",
                rx.box(
                    rx.text(backfill.result_words, as_="div", size="2", weight="medium"),
                    rx.text("Nothing waits any more. What was moved syncs by itself now.", as_="div", size="2"),
                ),
                data_testid="backfill-done",
            ),
        ),
    )
