"""A week of a calendar: seven days side by side, one below the other on a phone."""

from dataclasses import dataclass, field

import reflex as rx

from ce_calendar.web.vars import as_var


@dataclass
class WeekEvent:
    """An event on one day."""

    time: str
    """From when to when; "All day" for an event without a time."""
    title: str
    place: str
    note: str
    """Something about it in a word or two, such as a status."""
    description: str


@dataclass
class WeekDay:
    """A day and what is on it, in order."""

    name: str
    """Of the day, short."""
    date: str
    is_today: bool
    events: list[WeekEvent] = field(default_factory=list)


def _event(each: WeekEvent) -> rx.Component:
    return rx.el.li(
        rx.text(each.time, size="1", as_="div", class_name="week-time"),
        rx.text(each.title, size="2", weight="medium", as_="div", class_name="words"),
        rx.cond(each.place != "", rx.text(each.place, size="1", color_scheme="gray", as_="div", class_name="words")),
        rx.cond(each.note != "", rx.text(each.note, size="1", color_scheme="gray", as_="div", class_name="words")),
        title=each.description,
        class_name="week-event",
        data_testid="week-event",
    )


def _day(day: WeekDay) -> rx.Component:
    return rx.el.li(
        rx.el.h3(
            rx.el.span(day.name, class_name="week-name"),
            rx.el.span(day.date, class_name="week-date"),
            rx.cond(day.is_today, rx.el.span("today", class_name="week-today")),
            class_name="week-head",
        ),
        rx.cond(
            as_var(day.events).length() > 0,
            rx.el.ul(rx.foreach(day.events, _event), class_name="week-events"),
            rx.el.p("Nothing", class_name="week-nothing"),
        ),
        class_name="week-day",
        data_testid="week-day",
        custom_attrs={"aria-current": rx.cond(day.is_today, "date", "false")},
    )


def week(days: list[WeekDay], *, label: object) -> rx.Component:
    """The days in order; `label` says which week of whom."""
    return rx.el.ol(rx.foreach(days, _day), class_name="week", aria_label=label)
