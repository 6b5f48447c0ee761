"""The tasks screen."""

import reflex as rx

from ce_calendar.web.addresses import EMPLOYEES, TASKS
from ce_calendar.web.components.pager import pager
from ce_calendar.web.components.words import empty_state, link_button, page_header, skeleton_rows
from ce_calendar.web.layout import framed
from ce_calendar.web.opening import by_phase
from ce_calendar.web.tasks.dialog import task_dialog
from ce_calendar.web.tasks.form import TaskFormState
from ce_calendar.web.tasks.parts import status_mark
from ce_calendar.web.tasks.removal import removal_dialog
from ce_calendar.web.tasks.rows import StatusRow, TaskRow
from ce_calendar.web.tasks.state import TasksState
from ce_calendar.web.tasks.statuses_dialog import statuses_button, statuses_dialog
from ce_calendar.web.tasks.toolbar import toolbar


def _status_menu(row: TaskRow) -> rx.Component:
    """The status, and the way to another one."""

    def choice(status: StatusRow) -> rx.Component:
        return rx.menu.item(
            status_mark(status),
            status.name,
            on_select=TasksState.change_status(row.id, status.id),
        )

    return rx.menu.root(
        rx.menu.trigger(
            rx.el.button(
                rx.el.span(f"Status of task {row.number}: ", class_name="visually-hidden"),
                status_mark(row.status),
                rx.text(row.status.name, as_="span", size="2", class_name="clip"),
                rx.icon("chevron-down", size=14, aria_hidden="true", flex_shrink="0"),
                type="button",
                class_name="quiet-button status-button",
                data_testid="task-status",
            )
        ),
        rx.menu.content(rx.foreach(TasksState.statuses, choice), size="2"),
    )


def _status(row: TaskRow) -> rx.Component:
    return rx.cond(
        TasksState.may_change,
        _status_menu(row),
        rx.flex(
            status_mark(row.status),
            rx.text(row.status.name, as_="span", size="2", class_name="words"),
            align="center",
            spacing="1",
            data_testid="task-status",
        ),
    )


def _what(row: TaskRow) -> rx.Component:
    return rx.box(
        rx.el.button(
            rx.text(row.number, as_="span", size="2", color_scheme="gray", class_name="task-number"),
            rx.text(row.title, as_="span", size="2", weight="medium", class_name="words"),
            type="button",
            on_click=TaskFormState.begin_edit(row.id),
            class_name="quiet-button task-title",
            data_testid="open-task",
        ),
        rx.cond(
            (row.where != "") | (row.kind != ""),
            rx.text(
                row.kind,
                rx.cond((row.kind != "") & (row.where != ""), " \N{MIDDLE DOT} ", ""),
                row.where,
                size="1",
                color_scheme="gray",
                as_="div",
                class_name="words",
            ),
        ),
        class_name="cell",
    )


def _when(row: TaskRow) -> rx.Component:
    return rx.box(
        rx.text(row.day, size="2", as_="div", color=rx.cond(row.time == "", "var(--gray-11)", "var(--gray-12)")),
        rx.cond(row.time != "", rx.text(row.time, size="1", color_scheme="gray", as_="div")),
        rx.cond(
            row.is_late,
            rx.badge(
                rx.icon("clock-alert", size=12, aria_hidden="true"), "Overdue", color_scheme="amber", high_contrast=True
            ),
        ),
        class_name="cell when",
    )


def _who(row: TaskRow) -> rx.Component:
    def line(icon: str, label: str, names: object) -> rx.Component:
        return rx.cond(
            names != "",
            rx.flex(
                rx.icon(icon, size=14, aria_hidden="true", flex_shrink="0", margin_top="3px", color="var(--gray-10)"),
                rx.el.span(f"{label}: ", class_name="visually-hidden"),
                rx.text(names, as_="span", size="2", class_name="words"),
                spacing="2",
                align="start",
            ),
        )

    return rx.box(
        line("user", "Employees", row.employees),
        line("users", "Departments", row.departments),
        rx.cond(
            (row.employees == "") & (row.departments == ""),
            rx.text("Nobody yet", size="2", color_scheme="gray", as_="div"),
        ),
        class_name="cell who",
    )


def _row(row: TaskRow) -> rx.Component:
    return rx.el.li(
        rx.grid(_what(row), _when(row), rx.box(_status(row), class_name="cell"), _who(row), class_name="task-grid"),
        data_testid="task-row",
    )


def _list() -> rx.Component:
    return rx.card(
        rx.el.ul(rx.foreach(TasksState.tasks, _row), class_name="row-list", aria_label="Tasks"),
        size="1",
        padding="0",
        width="100%",
    )


def _add_button() -> rx.Component:
    return rx.button(
        rx.icon("plus", size=16, aria_hidden="true"),
        "Add task",
        on_click=TaskFormState.begin_add,
        type="button",
        data_testid="add-task",
    )


def _nothing() -> rx.Component:
    found_none = empty_state(
        "search-x",
        "No such task",
        "No task fits the search and the filters.",
        rx.button("Show all open tasks", on_click=TasksState.clear_filters, variant="soft"),
    )
    all_done = empty_state(
        "circle-check",
        "Nothing is open",
        "Every task is done. New ones appear here, and in the calendars of those who do them.",
        rx.cond(TasksState.may_change, _add_button()),
    )
    none_yet = rx.cond(
        TasksState.may_change,
        empty_state(
            "clipboard-plus",
            "No tasks yet",
            "Add the first one and give it to somebody: with a date it appears in their calendar within moments.",
            _add_button(),
            link_button("See the employees", EMPLOYEES, variant="soft", color_scheme="gray"),
        ),
        empty_state("clipboard-list", "No tasks yet", "As soon as a dispatcher adds tasks, they appear here."),
    )
    return rx.cond(TasksState.has_any, rx.cond(TasksState.is_narrowed, found_none, all_done), none_yet)


def _ready() -> rx.Component:
    return rx.flex(
        toolbar(),
        rx.cond(TasksState.tasks, _list(), _nothing()),
        pager(TasksState),
        rx.cond(
            TasksState.tasks,
            rx.text("Times are in ", TasksState.zone, ".", size="1", color_scheme="gray", data_testid="zone"),
        ),
        direction="column",
        spacing="4",
        width="100%",
    )


def page() -> rx.Component:
    """Search, filters, list, and dialogs for one task and for the statuses."""
    return framed(
        page_header(
            "Tasks",
            "Who does what, when, and whose calendar shows it.",
            rx.cond(TasksState.may_change, rx.fragment(statuses_button(), _add_button())),
        ),
        by_phase(TasksState, ready=_ready(), loading=skeleton_rows(6, "64px")),
        task_dialog(),
        removal_dialog(),
        statuses_dialog(),
        current=TASKS,
    )
