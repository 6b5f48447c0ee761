"""Pieces of this screen: cards with a heading, callouts with a cure."""

import reflex as rx

from ce_calendar.web.employee_calendars.rows import Trouble
from ce_calendar.web.vars import as_var


def section(title: str, sentence: str, *content: rx.Component, **props: object) -> rx.Component:
    """A card with a heading and the sentence that says what it is for."""
    return rx.card(
        rx.heading(title, as_="h2", size="4"),
        rx.text(sentence, size="2", color_scheme="gray", margin_top="4px", margin_bottom="16px", max_width="70ch"),
        *content,
        size="3",
        width="100%",
        **props,
    )


def callout(trouble: Trouble, *actions: rx.Component, testid: str) -> rx.Component:
    """What is the matter, what helps, and what can be pressed."""
    cure = as_var(trouble.cure)
    return rx.callout.root(
        rx.callout.icon(
            rx.cond(
                trouble.tone == "wait",
                rx.icon("clock", size=18, aria_hidden="true"),
                rx.icon("triangle-alert", size=18, aria_hidden="true"),
            )
        ),
        rx.box(
            rx.text(trouble.title, size="2", weight="bold", as_="div", class_name="words"),
            rx.text(trouble.text, size="2", as_="div", class_name="words", margin_top="2px"),
            rx.cond(
                cure.length() > 0,
                rx.el.ol(rx.foreach(cure, rx.el.li), class_name="bullet-list", style={"list_style": "decimal"}),
            ),
            rx.flex(*actions, spacing="3", wrap="wrap", margin_top="8px") if actions else rx.fragment(),
            flex="1",
            min_width="0",
        ),
        color_scheme=rx.match(trouble.tone, ("wait", "amber"), "red"),
        high_contrast=True,
        role=rx.cond(trouble.tone == "wait", "status", "alert"),
        width="100%",
        data_testid=testid,
        custom_attrs={"data-kind": trouble.kind},
    )


def fact(label: str, *value: object) -> rx.Component:
    """One thing and what it is."""
    return rx.box(
        rx.text(label, size="1", color_scheme="gray", as_="div"),
        rx.text(*value, size="2", as_="div", class_name="words"),
        min_width="0",
    )
