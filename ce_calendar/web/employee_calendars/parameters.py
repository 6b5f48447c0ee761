"""The parameters of calendars and events, with a live preview."""

from typing import Any

import reflex as rx

from ce_calendar.domain.employees.rules import (
    DURATION_MINUTES,
    IMPORT_DAYS,
    MOST_REMINDERS,
    PACE_PER_MINUTE,
    OnEmailChange,
)
from ce_calendar.domain.employees.templates import CALENDAR_PLACEHOLDERS, EVENT_PLACEHOLDERS
from ce_calendar.web.account.transform import zones
from ce_calendar.web.addresses import TASKS
from ce_calendar.web.components.fields import area, field
from ce_calendar.web.employee_calendars.pieces import section
from ce_calendar.web.employee_calendars.rules_state import RulesState
from ce_calendar.web.employee_calendars.transform import YES
from ce_calendar.web.vars import as_var


def _braces(names: tuple[str, ...]) -> str:
    return ", ".join(f"{{{name}}}" for name in names)


def _entered(name: str) -> Any:  # noqa: ANN401 - a var
    return as_var(RulesState.entered)[name]


def _error(name: str) -> Any:  # noqa: ANN401 - a var
    errors = as_var(RulesState.errors)
    return rx.cond(errors.contains(name), errors[name], "")


def _typed(name: str) -> dict[str, Any]:
    """What ties a field to what stands in it."""
    return {
        "value": _entered(name),
        "on_change": lambda text: RulesState.enter(name, text),
        "debounce_timeout": 300,
        "spell_check": False,
    }


def _number(label: str, name: str, unit: str, within: range, hint: str) -> rx.Component:
    return field(
        label,
        name,
        _error(name),
        rx.input.slot(unit, side="right", color_scheme="gray"),
        hint=hint,
        type="number",
        min=within.start,
        max=within.stop - 1,
        step=1,
        input_mode="numeric",
        keeps_room=True,
        **_typed(name),
    )


def _texts() -> rx.Component:
    return rx.flex(
        field(
            "Calendar name",
            "calendar_name",
            _error("calendar_name"),
            hint=f"Can hold {_braces(CALENDAR_PLACEHOLDERS)}.",
            **_typed("calendar_name"),
        ),
        field(
            "Event title",
            "event_title",
            _error("event_title"),
            hint=f"Can hold {_braces(EVENT_PLACEHOLDERS)}.",
            **_typed("event_title"),
        ),
        area(
            "Event description",
            "event_description",
            _error("event_description"),
            hint="The same placeholders. A line whose placeholders are all empty is left out.",
            rows="7",
            **_typed("event_description"),
        ),
        direction="column",
        spacing="4",
    )


def _preview() -> rx.Component:
    preview = RulesState.preview
    return rx.box(
        rx.text("Preview", size="2", weight="medium", as_="div", margin_bottom="6px"),
        rx.card(
            rx.flex(
                rx.icon("calendar", size=16, aria_hidden="true", flex_shrink="0"),
                rx.text(preview.calendar_name, size="2", class_name="words", data_testid="preview-calendar"),
                align="center",
                spacing="2",
                color="var(--gray-11)",
            ),
            rx.text(
                preview.title,
                size="4",
                weight="medium",
                class_name="words",
                margin_top="8px",
                data_testid="preview-title",
            ),
            rx.text(preview.when, size="2", color_scheme="gray"),
            rx.cond(preview.location != "", rx.text(preview.location, size="2", class_name="words", margin_top="4px")),
            rx.text(
                preview.description,
                size="2",
                class_name="words prewrap",
                margin_top="12px",
                data_testid="preview-description",
            ),
            size="2",
        ),
        rx.text(preview.note, size="1", color_scheme="gray", margin_top="6px"),
        role="group",
        aria_label="Preview",
        position=["static", "static", "static", "sticky"],
        top="80px",
        data_testid="rules-preview",
    )


def _numbers() -> rx.Component:
    return rx.grid(
        rx.box(
            field(
                "Time zone",
                "zone",
                _error("zone"),
                list="erp-zones",
                keeps_room=True,
                hint="Of all task times.",
                **_typed("zone"),
            ),
            rx.el.datalist(*(rx.el.option(value=name) for name in zones()), id="erp-zones"),
        ),
        _number(
            "Default duration",
            "duration_minutes",
            "minutes",
            DURATION_MINUTES,
            "Of a task that has a time and no duration of its own.",
        ),
        field(
            "Reminders",
            "reminder_minutes",
            _error("reminder_minutes"),
            rx.input.slot("minutes before", side="right", color_scheme="gray"),
            hint=f"Up to {MOST_REMINDERS}, with commas between them; empty for none.",
            keeps_room=True,
            **_typed("reminder_minutes"),
        ),
        _number(
            "First import",
            "first_import_days",
            "days back",
            IMPORT_DAYS,
            "How old the tasks may be that a new calendar begins with.",
        ),
        _number(
            "Pace",
            "pace_per_minute",
            "calls a minute",
            PACE_PER_MINUTE,
            "Google allows 600 a minute for the account; 480 leaves room.",
        ),
        columns=rx.breakpoints(initial="1", sm="2"),
        spacing="4",
        width="100%",
    )


def _choices() -> rx.Component:
    return rx.flex(
        rx.el.label(
            rx.flex(
                rx.checkbox(
                    checked=_entered("shows_departments") == YES,
                    on_change=RulesState.show_departments,
                    aria_label="Show what is given to the employee's departments, too",
                    margin_top="2px",
                ),
                rx.text("Show what is given to the employee's departments, too", size="2"),
                spacing="2",
                align="start",
            )
        ),
        rx.el.fieldset(
            rx.el.legend(rx.text("When an employee's email changes", as_="span", size="2", weight="medium")),
            _choice(
                OnEmailChange.RECREATE,
                "Make the calendar anew",
                "The old calendar is deleted, and a new one made and shared.",
            ),
            _choice(
                OnEmailChange.SHARE_ANEW,
                "Keep the calendar, share it with the new address",
                "Costs none of the calendars Google lets an account make.",
            ),
            class_name="levels",
        ),
        rx.text(
            "An event's colour is that of its task's status. ",
            rx.link("Set it with the statuses", href=TASKS, underline="always"),
            ".",
            size="2",
            color_scheme="gray",
        ),
        direction="column",
        spacing="4",
    )


def _choice(choice: OnEmailChange, words: str, sentence: str) -> rx.Component:
    is_chosen = _entered("on_email_change") == choice.value
    return rx.el.label(
        rx.el.input(
            type="radio",
            name="on_email_change",
            value=choice.value,
            checked=is_chosen,
            on_change=RulesState.choose_on_email_change(choice.value),
            class_name="level-radio",
        ),
        rx.box(
            rx.text(words, as_="div", size="2", weight="medium"),
            rx.text(sentence, as_="div", size="2", color_scheme="gray"),
        ),
        class_name="level",
        custom_attrs={"data-chosen": rx.cond(is_chosen, "yes", "no")},
    )


def _buttons() -> rx.Component:
    return rx.flex(
        rx.button("Save", type="submit", data_testid="save-rules"),
        rx.cond(
            RulesState.is_unsaved,
            rx.button("Discard", on_click=RulesState.discard, type="button", variant="soft", color_scheme="gray"),
        ),
        rx.box(rx.cond(RulesState.is_unsaved, rx.text("Not saved yet.", size="2", color_scheme="gray")), role="status"),
        align="center",
        spacing="3",
        wrap="wrap",
    )


def parameters_card() -> rx.Component:
    """What calendars and events are made of."""
    return section(
        "Parameters",
        "What calendars and events look like, and how they are kept. A change counts for all calendars.",
        rx.form(
            rx.flex(
                rx.grid(_texts(), _preview(), columns=rx.breakpoints(initial="1", md="2"), spacing="5", width="100%"),
                _numbers(),
                _choices(),
                _buttons(),
                direction="column",
                spacing="5",
            ),
            on_submit=RulesState.save,
            no_validate=True,
            reset_on_submit=False,
        ),
        id="parameters",
    )
