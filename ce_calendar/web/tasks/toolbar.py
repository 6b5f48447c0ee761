"""Search and filters of the tasks page."""

import reflex as rx

from ce_calendar.web.components.icon_action import icon_action
from ce_calendar.web.components.search_box import search_box
from ce_calendar.web.tasks.parts import status_options
from ce_calendar.web.tasks.rows import Choice
from ce_calendar.web.tasks.state import Show, TasksState
from ce_calendar.web.tasks.whose import WhoseState


def _search() -> rx.Component:
    return search_box(
        TasksState.search,
        TasksState.look_for,
        label="Search tasks",
        placeholder="Search title, customer, address or number",
        flex="1 1 260px",
        max_width="420px",
    )


def _which(words: str, which: Show) -> rx.Component:
    is_chosen = TasksState.show == which.value
    return rx.button(
        words,
        on_click=TasksState.show_only(which.value),
        variant=rx.cond(is_chosen, "soft", "outline"),
        color_scheme=rx.cond(is_chosen, "indigo", "gray"),
        custom_attrs={"aria-pressed": rx.cond(is_chosen, "true", "false")},
        type="button",
    )


def _more_button() -> rx.Component:
    return rx.button(
        rx.icon("sliders-horizontal", size=15, aria_hidden="true"),
        rx.cond(TasksState.filters > 0, rx.fragment("Filters (", TasksState.filters, ")"), "Filters"),
        on_click=TasksState.set_filtering(~TasksState.is_filtering),
        variant=rx.cond(TasksState.filters > 0, "soft", "outline"),
        color_scheme=rx.cond(TasksState.filters > 0, "indigo", "gray"),
        custom_attrs={
            "aria-expanded": rx.cond(TasksState.is_filtering, "true", "false"),
            "aria-controls": "task-filters",
        },
        type="button",
    )


def _label(words: str) -> rx.Component:
    return rx.text(words, as_="span", size="2", weight="medium", display="block", margin_bottom="6px")


def _select(label: str, any_words: str, value: str, options: rx.Component, on_change: object) -> rx.Component:
    return rx.el.label(
        _label(label),
        rx.el.select(rx.el.option(any_words, value=""), options, value=value, on_change=on_change, class_name="select"),
    )


def _person(person: Choice) -> rx.Component:
    return rx.el.li(
        rx.el.button(
            rx.box(
                rx.text(person.name, size="2", as_="div", class_name="clip"),
                rx.text(person.more, size="1", color_scheme="gray", as_="div", class_name="clip"),
                min_width="0",
            ),
            type="button",
            on_click=WhoseState.choose(person.id),
            class_name="nav-item",
        )
    )


def _employee() -> rx.Component:
    is_chosen = TasksState.employee.id != ""
    return rx.box(
        _label("Employee"),
        rx.flex(
            rx.popover.root(
                rx.popover.trigger(
                    rx.el.button(
                        rx.el.span("Employee: ", class_name="visually-hidden"),
                        rx.el.span(rx.cond(is_chosen, TasksState.employee.name, "Everybody"), class_name="clip"),
                        rx.icon("chevron-down", size=15, aria_hidden="true", flex_shrink="0"),
                        type="button",
                        class_name="select select-button",
                    )
                ),
                rx.popover.content(
                    search_box(
                        WhoseState.people_search,
                        WhoseState.look_for_people,
                        label="Search employees",
                        size="2",
                        debounce_timeout=250,
                        margin_bottom="8px",
                    ),
                    rx.el.ul(
                        rx.foreach(WhoseState.people, _person),
                        class_name="nav-list choice-list",
                        aria_label="Employees found",
                    ),
                    rx.cond(
                        WhoseState.people,
                        rx.fragment(),
                        rx.text("Nobody found.", size="2", color_scheme="gray", padding="8px 12px", role="status"),
                    ),
                    width="300px",
                    size="1",
                    aria_label="Choose an employee",
                ),
                open=WhoseState.is_choosing,
                on_open_change=WhoseState.set_choosing,
            ),
            rx.cond(is_chosen, icon_action("x", "Show everybody's tasks", on_click=WhoseState.choose(""))),
            align="center",
            spacing="3",
        ),
    )


def _day(label: str, name: str, value: str, on_change: object) -> rx.Component:
    return rx.el.label(
        _label(label),
        rx.input(
            value=value,
            on_change=on_change,
            debounce_timeout=500,
            type="date",
            size="3",
            custom_attrs={
                "aria-invalid": rx.cond(TasksState.span_error != "", "true", "false"),
                "aria-describedby": "span-error",
                "data-day": name,
            },
        ),
    )


def _filters() -> rx.Component:
    departments = rx.foreach(
        TasksState.departments, lambda department: rx.el.option(department.name, value=department.id)
    )
    return rx.card(
        rx.box(
            _select("Status", "Any status", TasksState.status_id, status_options(), TasksState.show_status),
            _employee(),
            _select("Department", "Any department", TasksState.department_id, departments, TasksState.show_department),
            _day("From", "since", TasksState.since, TasksState.show_since),
            _day("To", "until", TasksState.until, TasksState.show_until),
            rx.el.label(
                rx.flex(
                    rx.checkbox(
                        checked=TasksState.is_unassigned,
                        on_change=TasksState.show_unassigned,
                        aria_label="Only tasks that nobody has",
                    ),
                    rx.text("Only tasks that nobody has", size="2"),
                    align="center",
                    spacing="2",
                    min_height="40px",
                ),
                align_self="end",
            ),
            class_name="filter-grid",
        ),
        rx.text(TasksState.span_error, id="span-error", size="1", class_name="field-error", role="alert"),
        rx.cond(
            TasksState.is_narrowed,
            rx.button(
                "Clear all filters",
                on_click=TasksState.clear_filters,
                variant="soft",
                color_scheme="gray",
                type="button",
                margin_top="14px",
            ),
        ),
        id="task-filters",
        role="group",
        aria_label="Filters",
        size="2",
        width="100%",
    )


def toolbar() -> rx.Component:
    """To find some among many."""
    return rx.flex(
        rx.flex(
            _search(),
            rx.flex(
                rx.flex(
                    _which("Open", Show.OPEN),
                    _which("Done", Show.DONE),
                    _which("All", Show.ALL),
                    role="group",
                    aria_label="Which tasks",
                    spacing="2",
                ),
                _more_button(),
                spacing="3",
                wrap="wrap",
            ),
            spacing="3",
            justify="between",
            align="center",
            wrap="wrap",
            width="100%",
        ),
        rx.cond(TasksState.is_filtering, _filters()),
        direction="column",
        spacing="3",
        width="100%",
    )
