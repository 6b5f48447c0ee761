"""The dialog with everything a reader may see of one meeting."""

import reflex as rx

from ce_calendar.web.activity.rows import GuestRow
from ce_calendar.web.activity.state import ActivityState
from ce_calendar.web.components.focus import focus_back
from ce_calendar.web.components.icon_action import icon_action


def _fact(label: str, icon: str, words: str) -> rx.Component:
    return rx.cond(
        words != "",
        rx.flex(
            rx.icon(icon, size=17, aria_hidden="true", color="var(--gray-10)", flex_shrink="0", margin_top="2px"),
            rx.box(
                rx.el.span(f"{label}: ", class_name="visually-hidden"),
                rx.text(words, as_="span", size="2", class_name="words"),
                min_width="0",
            ),
            spacing="3",
            align="start",
        ),
    )


def _answer(answer: str) -> rx.Component:
    return rx.match(
        answer,
        (
            "accepted",
            rx.badge(
                rx.icon("check", size=12, aria_hidden="true"), "Accepted", color_scheme="green", high_contrast=True
            ),
        ),
        (
            "declined",
            rx.badge(rx.icon("x", size=12, aria_hidden="true"), "Declined", color_scheme="red", high_contrast=True),
        ),
        (
            "tentative",
            rx.badge(
                rx.icon("circle-help", size=12, aria_hidden="true"), "Maybe", color_scheme="amber", high_contrast=True
            ),
        ),
        rx.badge(
            rx.icon("clock", size=12, aria_hidden="true"), "No answer yet", color_scheme="gray", high_contrast=True
        ),
    )


def _guest(guest: GuestRow) -> rx.Component:
    return rx.el.li(
        rx.flex(
            rx.box(
                rx.text(guest.name, as_="div", size="2", class_name="clip"),
                rx.text(guest.email, as_="div", size="1", color_scheme="gray", class_name="clip"),
                min_width="0",
            ),
            _answer(guest.answer),
            justify="between",
            align="center",
            spacing="3",
        )
    )


def _outside_link(words: str, icon: str, address: str, **props: object) -> rx.Component:
    return rx.cond(
        address != "",
        rx.button(
            rx.el.a(
                rx.icon(icon, size=16, aria_hidden="true"),
                words,
                href=address,
                target="_blank",
                rel="noopener noreferrer",
            ),
            as_child=True,
            **props,
        ),
    )


def details_dialog() -> rx.Component:
    """When, with whom, where; title, guests and description only if they are the reader's to see."""
    meeting = ActivityState.opened
    return rx.dialog.root(
        rx.dialog.content(
            rx.flex(
                rx.dialog.title(meeting.title, margin_bottom="0", class_name="words"),
                rx.dialog.close(icon_action("x", "Close the meeting")),
                justify="between",
                align="start",
                spacing="4",
            ),
            rx.dialog.description(meeting.when, class_name="dialog-words", margin_bottom="16px"),
            rx.flex(
                _fact("Contact", "user", meeting.contact),
                _fact("Place", "map-pin", meeting.place),
                _fact("In the calendar of", "calendar", meeting.held_by),
                rx.flex(
                    _outside_link("Join the call", "video", meeting.conference_url),
                    _outside_link(
                        "Open in the calendar", "external-link", meeting.html_link, variant="soft", color_scheme="gray"
                    ),
                    spacing="3",
                    wrap="wrap",
                ),
                rx.cond(
                    meeting.guests,
                    rx.box(
                        rx.heading("Guests", as_="h2", size="2", margin_bottom="8px"),
                        rx.el.ul(rx.foreach(meeting.guests, _guest), class_name="guest-list"),
                    ),
                ),
                rx.cond(
                    meeting.description != "",
                    rx.box(
                        rx.heading("Description", as_="h2", size="2", margin_bottom="6px"),
                        rx.text(meeting.description, size="2", class_name="words prewrap"),
                    ),
                ),
                rx.cond(
                    ~meeting.is_visible,
                    rx.callout.root(
                        rx.callout.icon(rx.icon("eye-off", size=16, aria_hidden="true")),
                        rx.callout.text("Title, place and guests are only shown to the people who hold this meeting."),
                        color_scheme="gray",
                        size="1",
                    ),
                ),
                direction="column",
                spacing="4",
            ),
            max_width="520px",
            on_close_auto_focus=focus_back(),
        ),
        open=meeting.id != "",
        on_open_change=lambda _: ActivityState.close_meeting(),
    )
