"""The list of employees."""

import reflex as rx

from ce_calendar.web.addresses import EMPLOYEE_CALENDARS, EMPLOYEES
from ce_calendar.web.components.calendar_state import calendar_state
from ce_calendar.web.components.pager import pager
from ce_calendar.web.components.search_box import search_box
from ce_calendar.web.components.words import empty_state, link_button, page_header, skeleton_rows
from ce_calendar.web.employees.adding import add_button, add_dialog
from ce_calendar.web.employees.binding import binding_bar, binding_dialog
from ce_calendar.web.employees.departments import departments_button, departments_dialog
from ce_calendar.web.employees.rows import EmployeeRow
from ce_calendar.web.employees.state import EmployeesState, Who
from ce_calendar.web.layout import framed
from ce_calendar.web.opening import by_phase
from ce_calendar.web.vars import as_var


def banner() -> rx.Component:
    """What holds up everybody's calendars, and the way to the settings for who may open them."""
    told = EmployeesState.banner
    return rx.cond(
        told.kind != "",
        rx.callout.root(
            rx.callout.icon(rx.icon("info", size=18, aria_hidden="true")),
            rx.box(
                rx.text(told.title, size="2", weight="bold", as_="div"),
                rx.text(told.text, size="2", as_="div"),
                rx.cond(
                    EmployeesState.may_change & (told.kind != "limit"),
                    rx.link(
                        "Open the Google Calendar settings",
                        href=EMPLOYEE_CALENDARS,
                        size="2",
                        underline="always",
                        color="inherit",
                    ),
                ),
            ),
            color_scheme=rx.match(told.kind, ("needs_reauth", "red"), ("limit", "amber"), "blue"),
            high_contrast=True,
            role="status",
            width="100%",
            data_testid="employees-banner",
        ),
    )


def _select(label: str, value: object, on_change: object, *options: rx.Component) -> rx.Component:
    return rx.el.select(*options, value=value, on_change=on_change, aria_label=label, class_name="select compact")


def _toolbar() -> rx.Component:
    state = EmployeesState
    return rx.flex(
        search_box(
            state.search,
            state.look_for,
            label="Search employees",
            placeholder="Search name, email or position",
            flex="1 1 260px",
            max_width="380px",
        ),
        rx.flex(
            rx.cond(
                state.who == Who.WORKING.value,
                _select(
                    "Calendar state",
                    state.calendar,
                    state.show_calendars,
                    rx.foreach(state.filters, lambda each: rx.el.option(each.words, value=each.value)),
                ),
            ),
            rx.cond(
                as_var(state.departments).length() > 0,
                _select(
                    "Department",
                    state.department,
                    state.show_department,
                    rx.el.option("All departments", value=""),
                    rx.foreach(state.departments, lambda each: rx.el.option(each.name, value=each.id)),
                ),
            ),
            _select(
                "Whom to show",
                state.who,
                state.show_who,
                rx.el.option("Working here", value=Who.WORKING.value),
                rx.el.option("Dismissed", value=Who.DISMISSED.value),
            ),
            spacing="3",
            wrap="wrap",
        ),
        spacing="3",
        wrap="wrap",
        align="center",
        justify="between",
        width="100%",
    )


def _row(row: EmployeeRow) -> rx.Component:
    state = EmployeesState
    return rx.el.li(
        rx.el.div(
            rx.cond(
                state.may_change,
                rx.checkbox(
                    checked=state.is_everything | as_var(state.picked).contains(row.id),
                    on_change=lambda wanted: state.pick(row.id, wanted),
                    aria_label=f"Choose {row.name}",
                    class_name="cell tick-cell",
                ),
                rx.el.span(class_name="tick-cell"),
            ),
            rx.box(
                rx.link(row.name, href=row.href, size="2", weight="medium", color="var(--gray-12)"),
                rx.text(row.position, size="1", color_scheme="gray", as_="div"),
                class_name="cell first",
            ),
            rx.box(
                rx.text(row.email, size="2", color_scheme="gray", as_="div"),
                rx.text(row.departments, size="1", color_scheme="gray", as_="div"),
                class_name="cell second",
            ),
            rx.box(
                calendar_state(row.state),
                rx.cond(row.dismissed != "", _small(rx.fragment("Dismissed ", row.dismissed))),
                rx.cond(row.why != "", _small(row.why)),
                class_name="cell third",
            ),
            rx.box(
                rx.text(row.events, size="2", as_="div"),
                rx.cond(row.changed != "", _small(row.changed, title=row.changed_exact)),
                class_name="cell fourth",
            ),
            class_name="employee-grid",
        ),
        data_testid="employee-row",
        custom_attrs={"data-state": row.state},
    )


def _small(words: object, **props: object) -> rx.Component:
    return rx.text(words, size="1", color_scheme="gray", as_="div", margin_top="2px", **props)


def _head() -> rx.Component:
    """What the columns are; on a phone lines speak for themselves."""
    state = EmployeesState
    return rx.el.div(
        rx.cond(
            state.may_change,
            rx.checkbox(
                checked=state.is_everything | state.is_page_picked,
                on_change=state.pick_page,
                aria_label="Choose everybody on this page",
                class_name="tick-cell",
            ),
            rx.el.span(class_name="tick-cell"),
        ),
        rx.cond(
            state.may_change,
            rx.text("Choose this page", size="1", color_scheme="gray", aria_hidden="true", class_name="phone-words"),
        ),
        *(
            rx.text(words, size="1", weight="medium", color_scheme="gray", as_="div", class_name="column")
            for words in ("Employee", "Email, departments", "Calendar", "Events, last change")
        ),
        class_name="employee-grid head",
    )


def _list() -> rx.Component:
    return rx.card(
        _head(),
        rx.el.ul(rx.foreach(EmployeesState.employees, _row), class_name="row-list", aria_label="Employees"),
        size="1",
        padding="0",
        width="100%",
    )


def _nothing() -> rx.Component:
    state = EmployeesState
    show_all = rx.button("Show all", on_click=state.show_all, variant="soft", type="button")
    is_narrowed = (state.search != "") | (state.calendar != "") | (state.department != "")
    return rx.cond(
        is_narrowed,
        empty_state("search-x", "Nobody found", "No employee fits what you look for.", show_all),
        rx.cond(
            state.who == Who.DISMISSED.value,
            empty_state("user-x", "Nobody was dismissed", "Whoever is dismissed stays here.", show_all),
            rx.cond(
                state.may_change,
                empty_state(
                    "user-plus",
                    "No employees yet",
                    "Add the people who do your tasks. Each who is bound and has an email gets a Google calendar.",
                    add_button(),
                    link_button("Google Calendar settings", EMPLOYEE_CALENDARS, variant="soft"),
                ),
                empty_state("users", "No employees yet", "They appear here once a dispatcher adds them."),
            ),
        ),
    )


def _ready() -> rx.Component:
    state = EmployeesState
    return rx.flex(
        banner(),
        _toolbar(),
        binding_bar(),
        rx.cond(state.employees, _list(), _nothing()),
        pager(state),
        direction="column",
        spacing="4",
        width="100%",
    )


def page() -> rx.Component:
    """Search, filters, the list, and dialogs to add and to change many."""
    return framed(
        page_header(
            "Employees",
            "The people who do tasks, and the Google calendar kept for each of them.",
            rx.cond(EmployeesState.phase == "ready", departments_button()),
            rx.cond(EmployeesState.may_change, add_button(data_testid="add-employee")),
        ),
        by_phase(EmployeesState, ready=_ready(), loading=skeleton_rows(8, "60px")),
        add_dialog(),
        departments_dialog(),
        binding_dialog(),
        current=EMPLOYEES,
    )
