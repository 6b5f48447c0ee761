"""The dialog with the statuses: what they are called, what they mean, how they look, and their order."""

import reflex as rx

from ce_calendar.web.components.fields import field, whole_error
from ce_calendar.web.components.focus import focus_back
from ce_calendar.web.components.icon_action import icon_action
from ce_calendar.web.tasks.parts import ROLES, color_options, native_select, status_mark
from ce_calendar.web.tasks.rows import StatusRow
from ce_calendar.web.tasks.statuses import StatusesState
from ce_calendar.web.vars import as_var


def _line(row: StatusRow) -> rx.Component:
    meaning = rx.match(row.role, *((role, f"Means “{words.lower()}”") for role, words, _ in ROLES), "")
    return rx.el.li(
        rx.box(
            rx.flex(
                status_mark(row),
                rx.text(row.name, size="2", weight="medium", class_name="words"),
                align="center",
                spacing="2",
            ),
            rx.text(meaning, " \N{MIDDLE DOT} ", row.tasks, size="1", color_scheme="gray", as_="div"),
            min_width="0",
        ),
        rx.flex(
            icon_action(
                "arrow-up", f"Move {row.name} up", on_click=StatusesState.move_status(row.id, True), type="button"
            ),
            icon_action(
                "arrow-down", f"Move {row.name} down", on_click=StatusesState.move_status(row.id, False), type="button"
            ),
            icon_action("pencil", f"Edit {row.name}", on_click=StatusesState.begin_status(row.id), type="button"),
            icon_action(
                "trash-2",
                f"Remove {row.name}",
                on_click=StatusesState.remove_status(row.id),
                type="button",
                disabled=row.is_used,
            ),
            spacing="3",
            flex_shrink="0",
        ),
        class_name="entry",
        data_testid="status-row",
    )


def _form() -> rx.Component:
    form, errors = StatusesState.status_form, StatusesState.status_errors
    return rx.form(
        rx.flex(
            rx.heading(rx.cond(form.id != "", "Edit the status", "Add a status"), as_="h3", size="2"),
            field("Name", "name", errors.name, default_value=form.name, required=True, max_length=100),
            rx.box(
                native_select(
                    "It means",
                    "role",
                    *(rx.el.option(words, value=role) for role, words, _ in ROLES),
                    default_value=form.role,
                ),
                native_select("Colour of its events", "color_id", *color_options(), default_value=form.color_id),
                class_name="two-columns",
            ),
            whole_error(errors.whole),
            rx.flex(
                rx.button(
                    "Cancel", on_click=StatusesState.cancel_status, type="button", variant="soft", color_scheme="gray"
                ),
                rx.button("Save status", type="submit", data_testid="save-status"),
                spacing="3",
                justify="end",
            ),
            direction="column",
            spacing="3",
        ),
        on_submit=StatusesState.save_status,
        no_validate=True,
        key=as_var(StatusesState.status_version).to_string(),
        margin_top="16px",
    )


def statuses_dialog() -> rx.Component:
    """Free names, each with one of three meanings."""
    return rx.dialog.root(
        rx.dialog.content(
            rx.dialog.title("Statuses", margin_bottom="4px"),
            rx.dialog.description(
                "Call them what you like. What a status means decides: calendars show tasks that are not completed or "
                "in progress, and never those that are done.",
                class_name="dialog-words",
                margin_bottom="16px",
            ),
            rx.el.ul(
                rx.foreach(StatusesState.lines, _line),
                class_name="sample doubles",
                tab_index=0,
                aria_label="Statuses in their order",
            ),
            rx.cond(
                StatusesState.is_editing,
                _form(),
                rx.flex(
                    rx.button(
                        rx.icon("plus", size=16, aria_hidden="true"),
                        "Add status",
                        on_click=StatusesState.begin_status(""),
                        type="button",
                        variant="soft",
                    ),
                    rx.button(
                        "Close",
                        on_click=StatusesState.close_statuses,
                        type="button",
                        variant="soft",
                        color_scheme="gray",
                    ),
                    spacing="3",
                    justify="between",
                    margin_top="16px",
                ),
            ),
            max_width="560px",
            on_close_auto_focus=focus_back(),
        ),
        open=StatusesState.is_shown,
        on_open_change=lambda _: StatusesState.close_statuses(),
    )


def statuses_button() -> rx.Component:
    """Opens it."""
    return rx.button(
        rx.icon("tags", size=16, aria_hidden="true"),
        "Statuses",
        on_click=StatusesState.open_statuses,
        type="button",
        variant="soft",
        color_scheme="gray",
        data_testid="statuses",
    )
