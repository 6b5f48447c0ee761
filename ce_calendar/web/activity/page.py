"""The activity screen."""

import reflex as rx

from ce_calendar.web.activity.details import details_dialog
from ce_calendar.web.activity.rows import ContactChoice, MeetingRow
from ce_calendar.web.activity.state import ActivityState
from ce_calendar.web.addresses import ACTIVITY, CONNECTIONS, CONTACTS
from ce_calendar.web.components.icon_action import icon_action
from ce_calendar.web.components.pager import pager
from ce_calendar.web.components.search_box import search_box
from ce_calendar.web.components.words import empty_state, link_button, page_header, skeleton_rows
from ce_calendar.web.layout import framed
from ce_calendar.web.opening import by_phase
from ce_calendar.web.vars import as_var


def _line(icon: str, label: str, words: str) -> rx.Component:
    """A fact beside its sign; the label says the same to who cannot see the sign."""
    return rx.cond(
        words != "",
        rx.flex(
            rx.icon(icon, size=14, aria_hidden="true", flex_shrink="0"),
            rx.el.span(f"{label}: ", class_name="visually-hidden"),
            rx.text(words, as_="span", size="1", class_name="clip"),
            align="center",
            spacing="1",
            color="var(--gray-11)",
            min_width="0",
        ),
    )


def _meeting(row: MeetingRow) -> rx.Component:
    return rx.fragment(
        rx.cond(row.day != "", rx.el.li(rx.heading(row.day, as_="h2", size="2"), class_name="day-heading")),
        rx.el.li(
            rx.el.button(
                rx.el.span(row.time, class_name="meeting-time"),
                rx.el.span(
                    rx.text(row.title, as_="span", size="2", weight="medium", class_name="clip"),
                    rx.flex(
                        _line("user", "Contact", row.contact),
                        _line("map-pin", "Place", row.place),
                        _line("calendar", "In the calendar of", row.held_by),
                        wrap="wrap",
                        column_gap="16px",
                        row_gap="4px",
                    ),
                    class_name="meeting-words",
                ),
                rx.icon("chevron-right", size=16, aria_hidden="true", color="var(--gray-9)"),
                type="button",
                on_click=ActivityState.open_meeting(row.id),
                class_name="row-button meeting",
            ),
            data_testid="activity-row",
        ),
    )


def _choice(choice: ContactChoice) -> rx.Component:
    return rx.el.li(
        rx.el.button(
            rx.box(
                rx.text(choice.name, size="2", as_="div", class_name="clip"),
                rx.text(choice.email, size="1", color_scheme="gray", as_="div", class_name="clip"),
                min_width="0",
            ),
            type="button",
            on_click=ActivityState.choose(choice.id),
            class_name="nav-item",
        )
    )


def _contact_filter() -> rx.Component:
    return rx.popover.root(
        rx.popover.trigger(
            rx.button(
                rx.icon("user-search", size=16, aria_hidden="true"),
                rx.text(
                    rx.cond(ActivityState.contact.id != "", ActivityState.contact.name, "All contacts"),
                    as_="span",
                    class_name="clip",
                ),
                rx.icon("chevron-down", size=15, aria_hidden="true"),
                variant="soft",
                color_scheme="gray",
                size="2",
                max_width="260px",
                aria_label="Filter by contact",
            )
        ),
        rx.popover.content(
            search_box(
                ActivityState.choice_search,
                ActivityState.look_for,
                label="Search contacts",
                size="2",
                debounce_timeout=250,
                margin_bottom="8px",
            ),
            rx.el.ul(
                rx.cond(
                    ActivityState.choice_search == "",
                    rx.el.li(
                        rx.el.button(
                            "All contacts", type="button", on_click=ActivityState.choose(""), class_name="nav-item"
                        )
                    ),
                ),
                rx.foreach(ActivityState.choices, _choice),
                class_name="nav-list choice-list",
            ),
            rx.cond(
                ~as_var(ActivityState.choices).bool() & (ActivityState.choice_search != ""),
                rx.text("Nobody found.", size="2", color_scheme="gray", padding="8px 12px", role="status"),
            ),
            width="300px",
            size="1",
            aria_label="Choose a contact",
        ),
        open=ActivityState.is_choosing,
        on_open_change=ActivityState.set_choosing,
    )


def _controls() -> rx.Component:
    return rx.flex(
        rx.tabs.list(
            rx.tabs.trigger("Coming", value="coming"),
            rx.tabs.trigger("Past", value="past"),
            aria_label="Which meetings",
            box_shadow="none",
        ),
        rx.flex(
            _contact_filter(),
            rx.cond(
                ActivityState.contact.id != "",
                icon_action("x", "Show all contacts", on_click=ActivityState.choose("")),
            ),
            align="center",
            spacing="3",
        ),
        justify="between",
        align="center",
        spacing="3",
        wrap="wrap",
        width="100%",
    )


def _nothing() -> rx.Component:
    quiet = rx.match(
        rx.cond(ActivityState.contact.id != "", "contact", ActivityState.span),
        (
            "contact",
            empty_state(
                "calendar-search",
                "No meetings with this contact here",
                "Look at the other tab, or at all contacts.",
                rx.button("Show all contacts", on_click=ActivityState.choose(""), variant="soft"),
            ),
        ),
        (
            "coming",
            empty_state(
                "calendar-check",
                "Nothing ahead",
                "As soon as a meeting with a contact is in a connected calendar, it appears here.",
                link_button("See the connected calendars", CONNECTIONS),
            ),
        ),
        empty_state("calendar-check", "No past meetings", "Meetings of the last 30 days with contacts appear here."),
    )
    no_contacts = empty_state(
        "users",
        "Add your contacts first",
        "The timeline shows meetings with the people your organization works with, and there are none yet.",
        link_button("Go to contacts", CONTACTS),
    )
    no_connection = rx.cond(
        ActivityState.may_connect,
        empty_state(
            "link-2",
            "Connect a calendar first",
            "Meetings come from your calendar. Connect it once, and they appear here by themselves.",
            link_button("Connect a calendar", CONNECTIONS),
        ),
        empty_state(
            "link-2",
            "No calendar is connected yet",
            "Meetings come from your colleagues' calendars. See who has connected one.",
            link_button("See connections", CONNECTIONS),
        ),
    )
    return rx.cond(
        ~ActivityState.has_connection, no_connection, rx.cond(ActivityState.has_contacts, quiet, no_contacts)
    )


def _list() -> rx.Component:
    return rx.cond(
        ActivityState.meetings,
        rx.el.ol(rx.foreach(ActivityState.meetings, _meeting), class_name="timeline", aria_label="Meetings"),
        _nothing(),
    )


def _ready() -> rx.Component:
    return rx.tabs.root(
        rx.flex(
            _controls(),
            rx.tabs.content(_list(), value="coming"),
            rx.tabs.content(_list(), value="past"),
            pager(ActivityState),
            direction="column",
            spacing="4",
            width="100%",
        ),
        value=ActivityState.span,
        on_change=ActivityState.show_span,
        width="100%",
    )


def page() -> rx.Component:
    """Coming and past meetings by day, and a dialog with the details of one."""
    return framed(
        page_header("Activity", "Meetings with your organization's contacts, from all connected calendars."),
        by_phase(ActivityState, ready=_ready(), loading=skeleton_rows(6, "60px")),
        details_dialog(),
        current=ACTIVITY,
    )
