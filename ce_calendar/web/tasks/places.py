"""Where a task shows: whose calendar has it, and if not, why not and what to do."""

import reflex as rx

from ce_calendar.services.employees.showing import Hidden, Place
from ce_calendar.web.tasks.form import TaskFormState
from ce_calendar.web.tasks.rows import PlaceRow

GOOD, BUSY, OFF, BAD = "good", "busy", "off", "bad"
SIGNS = {
    GOOD: ("calendar-check", "green"),
    BUSY: ("clock", "blue"),
    OFF: ("circle-minus", "gray"),
    BAD: ("triangle-alert", "red"),
}

WORDS: dict[Place, tuple[str, str, str]] = {
    Place.WRITTEN: (GOOD, "In the calendar", ""),
    Place.CHANGING: (BUSY, "Being updated", "In the calendar; the last change is on its way."),
    Place.WAITING: (BUSY, "On its way", ""),
    Place.CALENDAR_WAITS: (BUSY, "Calendar is waiting", "Their calendar has to be made first."),
    Place.FAILING: (BAD, "Calendar fails", "The employees' list says what is wrong."),
    Place.LEAVING: (BUSY, "Being removed", "It leaves the calendar within moments."),
    Place.BEFORE: (OFF, "Too early", "It ends before the calendar's first day"),
    Place.DEPARTMENTS_OFF: (OFF, "Not shown", "Calendars do not show departments' work; the settings can change that."),
    Place.DISMISSED: (OFF, "No calendar", "Dismissed."),
    Place.NO_EMAIL: (OFF, "No calendar", "They have no email address."),
    Place.NOT_BOUND: (OFF, "No calendar", "The calendar binding is off for them."),
    Place.PAUSED: (OFF, "Paused", "Employee calendars are switched off in the settings."),
    Place.NO_ACCOUNT: (OFF, "No calendar", "No central Google account is connected yet."),
    Place.ABSENT: (OFF, "Not shown", ""),
}
"""By place: how good that is, the word, and what more there is to say."""

REASONS: dict[Hidden, str] = {
    Hidden.DONE: "Its status means “done”, so it shows in no calendar.",
    Hidden.NO_DATE: "It has no date, so it shows in no calendar.",
    Hidden.NOBODY: "Nobody has it yet, so it shows in no calendar.",
}


def _badge(place: Place) -> rx.Component:
    tone, word, _ = WORDS[place]
    icon, color = SIGNS[tone]
    return rx.badge(
        rx.icon(icon, size=13, aria_hidden="true"), word, color_scheme=color, high_contrast=True, flex_shrink="0"
    )


def _more(row: PlaceRow) -> rx.Component:
    said = [
        (place.value, rx.fragment(words, ", ", row.since, ".") if place is Place.BEFORE else rx.fragment(words))
        for place, (_, _, words) in WORDS.items()
        if words
    ]
    return rx.text(
        rx.match(row.place, *said, rx.fragment()),
        as_="div",
        size="1",
        color_scheme="gray",
    )


def _place(row: PlaceRow) -> rx.Component:
    return rx.el.li(
        rx.box(
            rx.text(row.employee, as_="div", size="2", class_name="words"),
            rx.cond(
                row.through != "",
                rx.text("through ", row.through, as_="div", size="1", color_scheme="gray", class_name="words"),
            ),
            _more(row),
            min_width="0",
        ),
        rx.match(row.place, *((place.value, _badge(place)) for place in WORDS), rx.fragment()),
        class_name="entry",
        data_testid="task-place",
        custom_attrs={"data-place": row.place},
    )


def places() -> rx.Component:
    """Everybody who has the task, each with how it stands in their calendar."""
    return rx.box(
        rx.heading("Where it shows", as_="h2", size="2", margin_bottom="8px"),
        rx.match(
            TaskFormState.hidden,
            *(
                (hidden.value, rx.text(words, size="2", color_scheme="gray", data_testid="task-hidden"))
                for hidden, words in REASONS.items()
            ),
            rx.fragment(),
        ),
        rx.cond(
            TaskFormState.places,
            rx.el.ul(
                rx.foreach(TaskFormState.places, _place),
                rx.cond(
                    TaskFormState.more_places > 0,
                    rx.el.li("and ", TaskFormState.more_places, " more", class_name="entry"),
                ),
                class_name="sample places",
                tab_index=0,
                aria_label="Calendars of this task",
            ),
        ),
        data_testid="task-places",
    )
