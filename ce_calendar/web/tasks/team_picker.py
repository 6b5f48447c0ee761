"""Whom a task is given to by name: those chosen, and a search that asks the server."""

import reflex as rx

from ce_calendar.web.components.icon_action import icon_action
from ce_calendar.web.components.search_box import search_box
from ce_calendar.web.tasks.form import TaskFormState
from ce_calendar.web.tasks.rows import Choice
from ce_calendar.web.tasks.team import TeamState


def _chosen(person: Choice) -> rx.Component:
    return rx.el.li(
        rx.text(person.name, as_="span", size="2", class_name="clip"),
        icon_action(
            "x",
            rx.Var.create("Take the task from ") + person.name,
            on_click=TeamState.take_from_team(person.id),
            type="button",
            size="1",
        ),
        class_name="chip",
        data_testid="assignee",
    )


def _found(person: Choice) -> rx.Component:
    return rx.el.li(
        rx.el.button(
            rx.box(
                rx.text(person.name, size="2", as_="div", class_name="clip"),
                rx.text(person.more, size="1", color_scheme="gray", as_="div", class_name="clip"),
                min_width="0",
            ),
            rx.spacer(),
            rx.icon("plus", size=15, aria_hidden="true", flex_shrink="0"),
            type="button",
            on_click=TeamState.add_to_team(person.id),
            class_name="nav-item",
            data_testid="found-employee",
        )
    )


def _results() -> rx.Component:
    return rx.box(
        rx.cond(
            TeamState.found,
            rx.el.ul(rx.foreach(TeamState.found, _found), class_name="nav-list", aria_label="Employees found"),
            rx.text("Nobody found.", size="2", color_scheme="gray", padding="6px 12px", role="status"),
        ),
        rx.cond(
            TeamState.more_found > 0,
            rx.text(
                "and ",
                TeamState.more_found,
                " more: type more of the name.",
                size="1",
                color_scheme="gray",
                padding="6px 12px",
            ),
        ),
        class_name="found-list",
    )


def team_picker() -> rx.Component:
    """A multi-select that is as quick with thousands of employees as with three."""
    return rx.el.fieldset(
        rx.el.legend(rx.text("Employees", as_="span", size="2", weight="medium"), style={"margin_bottom": "6px"}),
        rx.cond(
            TeamState.chosen,
            rx.el.ul(rx.foreach(TeamState.chosen, _chosen), class_name="chips", aria_label="Employees chosen"),
        ),
        search_box(
            TeamState.team_search,
            TeamState.look_for_team,
            label="Search employees to add",
            debounce_timeout=200,
            data_testid="assignee-search",
        ),
        rx.cond(TeamState.team_search != "", _results()),
        rx.text(TaskFormState.errors.employees, size="1", class_name="field-error", role="alert"),
        class_name="plain-fieldset",
    )
