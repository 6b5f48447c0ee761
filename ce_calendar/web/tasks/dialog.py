"""The dialog with one task: a form for those who may change it, words for those who look."""

import reflex as rx

from ce_calendar.domain.employees.rules import DURATION_MINUTES
from ce_calendar.web.components.fields import area, field, whole_error
from ce_calendar.web.components.focus import focus_back
from ce_calendar.web.components.icon_action import icon_action
from ce_calendar.web.tasks.form import DEPARTMENT, TaskFormState
from ce_calendar.web.tasks.parts import native_select, status_mark, status_options
from ce_calendar.web.tasks.places import places
from ce_calendar.web.tasks.rows import Choice
from ce_calendar.web.tasks.state import TasksState
from ce_calendar.web.tasks.team_picker import team_picker
from ce_calendar.web.vars import as_var

FORM_ID = "task-form"


def _when_fields() -> rx.Component:
    form, errors = TaskFormState.form, TaskFormState.errors
    return rx.box(
        rx.box(
            field("Date", "day", errors.day, default_value=form.day, type="date"),
            field("Time", "time", errors.time, default_value=form.time, type="time"),
            field(
                "Duration",
                "duration",
                errors.duration,
                rx.input.slot("minutes", side="right", color_scheme="gray"),
                default_value=form.duration,
                placeholder=TasksState.default_minutes,
                type="number",
                min=DURATION_MINUTES.start,
                max=DURATION_MINUTES.stop - 1,
                input_mode="numeric",
            ),
            class_name="when-grid",
        ),
        rx.text(
            "Without a time it takes the whole day; without a date it shows in no calendar. Times are in ",
            TaskFormState.form_zone,
            ".",
            size="1",
            color_scheme="gray",
            margin_top="6px",
        ),
    )


def _department(department: Choice) -> rx.Component:
    name = rx.Var.create(DEPARTMENT) + department.id
    return rx.el.label(
        rx.el.input(
            type="checkbox",
            name=name,
            default_checked=as_var(TaskFormState.form.department_ids).contains(department.id),
            class_name="plain-checkbox",
        ),
        rx.text(department.name, as_="span", size="2", class_name="words"),
        class_name="choice",
    )


def _departments() -> rx.Component:
    return rx.cond(
        TasksState.departments,
        rx.el.fieldset(
            rx.el.legend(rx.text("Departments", as_="span", size="2", weight="medium"), style={"margin_bottom": "6px"}),
            rx.box(rx.foreach(TasksState.departments, _department), class_name="department-list"),
            rx.text(TaskFormState.errors.departments, size="1", class_name="field-error", role="alert"),
            class_name="plain-fieldset",
        ),
    )


def _fields() -> rx.Component:
    form, errors = TaskFormState.form, TaskFormState.errors
    return rx.form(
        rx.flex(
            field("Title", "title", errors.title, default_value=form.title, required=True, max_length=300),
            rx.box(
                field("Kind (optional)", "kind", errors.kind, default_value=form.kind, max_length=100),
                native_select("Status", "status_id", status_options(), default_value=form.status_id),
                class_name="two-columns",
            ),
            _when_fields(),
            rx.box(
                field("Customer (optional)", "customer", errors.customer, default_value=form.customer, max_length=200),
                field("Address (optional)", "address", errors.address, default_value=form.address, max_length=500),
                class_name="two-columns",
            ),
            area(
                "Description (optional)",
                "description",
                errors.description,
                default_value=form.description,
                rows="3",
            ),
            _departments(),
            direction="column",
            spacing="4",
        ),
        id=FORM_ID,
        on_submit=TaskFormState.save,
        no_validate=True,
        # Anew whenever the fields are to show something else.
        key=as_var(TaskFormState.version).to_string(),
    )


def _overtaken() -> rx.Component:
    """What somebody else did meanwhile, and the ways on."""
    theirs = rx.callout.root(
        rx.callout.icon(rx.icon("users", size=16, aria_hidden="true")),
        rx.callout.text(
            TaskFormState.errors.whole,
            " They changed: ",
            TaskFormState.theirs,
            ". Save again to put yours in its place, or take theirs.",
        ),
        rx.button(
            "Take theirs",
            on_click=TaskFormState.begin_edit(TaskFormState.form.id),
            type="button",
            size="2",
            variant="soft",
            width="fit-content",
        ),
        color_scheme="amber",
        high_contrast=True,
        role="alert",
        size="1",
        data_testid="overtaken",
    )
    gone = rx.callout.root(
        rx.callout.icon(rx.icon("circle-x", size=16, aria_hidden="true")),
        rx.callout.text("Somebody removed this task meanwhile. What you entered cannot be saved any more."),
        color_scheme="red",
        high_contrast=True,
        role="alert",
        size="1",
    )
    return rx.cond(
        TaskFormState.is_gone,
        gone,
        rx.cond(TaskFormState.theirs != "", theirs, whole_error(TaskFormState.errors.whole)),
    )


def _actions() -> rx.Component:
    return rx.flex(
        rx.cond(
            TaskFormState.form.id != "",
            rx.button(
                rx.icon("trash-2", size=15, aria_hidden="true"),
                "Remove",
                on_click=TaskFormState.ask_removal,
                type="button",
                variant="soft",
                color_scheme="red",
                high_contrast=True,
                data_testid="remove-task",
            ),
        ),
        rx.spacer(),
        rx.button("Cancel", on_click=TaskFormState.cancel, type="button", variant="soft", color_scheme="gray"),
        rx.button(
            rx.cond(TaskFormState.theirs != "", "Save mine", "Save"),
            type="submit",
            custom_attrs={"form": FORM_ID},
            disabled=TaskFormState.is_gone,
            data_testid="save-task",
        ),
        spacing="3",
        wrap="wrap",
        class_name="dialog-actions",
    )


def _editing() -> rx.Component:
    return rx.flex(
        _fields(),
        # Outside of the form: Enter in its search must not save the task.
        team_picker(),
        rx.cond(TaskFormState.form.id != "", places()),
        _overtaken(),
        _actions(),
        direction="column",
        spacing="4",
    )


def _fact(label: str, *words: object) -> rx.Component:
    return rx.box(
        rx.text(label, as_="div", size="1", color_scheme="gray", margin_bottom="2px"),
        rx.text(*words, as_="div", size="2", class_name="words prewrap"),
        min_width="0",
    )


def _looking() -> rx.Component:
    form, facts = TaskFormState.form, TaskFormState.facts
    optional = (
        ("Employees", facts.employees),
        ("Departments", facts.departments),
        ("Customer", form.customer),
        ("Address", form.address),
        ("Kind", form.kind),
    )
    return rx.flex(
        rx.box(
            rx.box(
                rx.text("Status", as_="div", size="1", color_scheme="gray", margin_bottom="2px"),
                rx.flex(status_mark(facts.status), rx.text(facts.status.name, size="2"), align="center", spacing="1"),
            ),
            _fact("When", facts.when),
            *(rx.cond(words != "", _fact(label, words)) for label, words in optional),
            class_name="facts",
        ),
        rx.cond(form.description != "", _fact("Description", form.description)),
        rx.text("Times are in ", TaskFormState.form_zone, ".", size="1", color_scheme="gray"),
        places(),
        direction="column",
        spacing="4",
    )


def task_dialog() -> rx.Component:
    """Adds, changes or shows a task, and says where it shows."""
    form = TaskFormState.form
    return rx.dialog.root(
        rx.dialog.content(
            rx.flex(
                rx.dialog.title(
                    rx.cond(form.id != "", rx.fragment("Task ", form.number), "Add a task"), margin_bottom="0"
                ),
                rx.dialog.close(icon_action("x", "Close the task")),
                justify="between",
                align="start",
                spacing="4",
            ),
            rx.dialog.description(
                rx.cond(
                    TasksState.may_change,
                    "Saved, it reaches the calendars of those who do it within moments.",
                    form.title,
                ),
                class_name="dialog-words words",
                margin_bottom="16px",
            ),
            rx.cond(TasksState.may_change, _editing(), _looking()),
            max_width="640px",
            # It scrolls by itself, so that what saves stays in sight.
            max_height="calc(100dvh - 64px)",
            on_close_auto_focus=focus_back(),
        ),
        open=TaskFormState.is_open,
        on_open_change=lambda _: TaskFormState.cancel(),
    )
