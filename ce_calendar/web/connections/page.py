"""The settings screen for calendar connections."""

import reflex as rx

from ce_calendar.services.connection_views import PAGE_LENGTH, Only
from ce_calendar.web.addresses import ACTIVITY, CONNECTIONS, CONTACTS
from ce_calendar.web.components.icon_action import icon_action
from ce_calendar.web.components.pager import pager
from ce_calendar.web.components.search_box import search_box
from ce_calendar.web.components.words import empty_state, page_header, skeleton_rows
from ce_calendar.web.connections.alert import credential_alert
from ce_calendar.web.connections.backfill import backfill_callouts
from ce_calendar.web.connections.calendars import calendars_dialog
from ce_calendar.web.connections.card import connection_card
from ce_calendar.web.connections.connect import connect_buttons, why_not
from ce_calendar.web.connections.disconnect import disconnect_dialog
from ce_calendar.web.connections.privacy import privacy_dialog
from ce_calendar.web.connections.rows import Told
from ce_calendar.web.connections.state import ConnectionsState
from ce_calendar.web.layout import framed
from ce_calendar.web.opening import by_phase
from ce_calendar.web.vars import as_var

MANY = 8
"""Beyond as many connections there is something to search."""


def _link(words: object, href: object, **props: object) -> rx.Component:
    """A link in a callout, in its colour."""
    return rx.link(words, href=href, size="2", underline="always", color="inherit", class_name="words", **props)


def _way_on(told: Told) -> rx.Component:
    return rx.fragment(
        rx.match(
            told.page,
            ("timeline", _link("See the timeline", ACTIVITY)),
            ("contacts", _link("Look at the contacts", CONTACTS)),
            rx.fragment(),
        ),
        rx.cond(
            told.outside != "",
            _link(told.outside, told.outside, is_external=True),
        ),
    )


def _told(told: Told) -> rx.Component:
    """What came of something the reader asked for."""
    return rx.callout.root(
        rx.callout.icon(
            rx.match(
                told.tone,
                ("wait", rx.spinner(size="2")),
                ("bad", rx.icon("triangle-alert", size=18, aria_hidden="true")),
                rx.icon("circle-check", size=18, aria_hidden="true"),
            )
        ),
        rx.box(
            rx.text(told.title, size="2", weight="bold", as_="div", class_name="words"),
            rx.text(told.text, size="2", as_="div", class_name="words"),
            _way_on(told),
            flex="1",
            min_width="0",
        ),
        icon_action(
            "x",
            "Dismiss this message",
            on_click=ConnectionsState.dismiss(told.id),
            position="absolute",
            top="14px",
            right="14px",
        ),
        color_scheme=rx.match(told.tone, ("bad", "red"), ("wait", "gray"), "green"),
        high_contrast=True,
        role=rx.cond(told.tone == "bad", "alert", "status"),
        position="relative",
        padding_right="44px",
        width="100%",
        data_testid="told",
    )


def _filter(words: object, which: Only) -> rx.Component:
    is_chosen = ConnectionsState.only == which.value
    return rx.button(
        words,
        on_click=ConnectionsState.show_only(which.value),
        variant=rx.cond(is_chosen, "soft", "outline"),
        color_scheme=rx.cond(is_chosen, "indigo", "gray"),
        custom_attrs={"aria-pressed": rx.cond(is_chosen, "true", "false")},
    )


def _toolbar() -> rx.Component:
    """To find one among many."""
    attention = rx.cond(
        ConnectionsState.attention > 0,
        rx.fragment("Needs attention (", ConnectionsState.attention, ")"),
        "Needs attention",
    )
    return rx.flex(
        search_box(
            ConnectionsState.search,
            ConnectionsState.look_for,
            label="Search people and accounts",
            size="2",
            debounce_timeout=250,
            flex="1 1 240px",
            max_width="360px",
        ),
        rx.flex(
            _filter("All", Only.ALL),
            _filter("Mine", Only.MINE),
            _filter(attention, Only.ATTENTION),
            role="group",
            aria_label="Which connections",
            spacing="2",
            wrap="wrap",
        ),
        spacing="3",
        wrap="wrap",
        align="center",
        justify="between",
        width="100%",
    )


def _none_at_all() -> rx.Component:
    return rx.cond(
        ConnectionsState.may_connect,
        empty_state(
            "calendar-plus",
            "No calendar is connected yet",
            "Connect your Google or Microsoft account, and your meetings with the organization's contacts "
            "appear on the activity timeline. Private events stay private.",
        ),
        empty_state(
            "calendar-plus",
            "No calendar is connected yet",
            "Your colleagues' connections appear here once they link a calendar. Your role can look, but not "
            "connect one.",
        ),
    )


def _none_found() -> rx.Component:
    show_all = rx.button("Show all", on_click=ConnectionsState.show_only(Only.ALL.value), variant="soft")
    return rx.match(
        ConnectionsState.only,
        (
            Only.ATTENTION.value,
            empty_state("circle-check", "Nothing needs attention", "Every connection is being read.", show_all),
        ),
        (
            Only.MINE.value,
            empty_state("calendar-plus", "None of your own", "Use the buttons above to link an account.", show_all),
        ),
        empty_state("search-x", "Nothing found", "No owner and no account has these words."),
    )


def _cards() -> rx.Component:
    is_many = ConnectionsState.everybody > MANY
    return rx.flex(
        rx.cond(ConnectionsState.may_connect, why_not()),
        # For everybody: it is their organization's meetings that the agreement covers or not.
        credential_alert(),
        backfill_callouts(),
        rx.cond(is_many, _toolbar()),
        rx.cond(
            ConnectionsState.connections,
            rx.flex(rx.foreach(ConnectionsState.connections, connection_card), direction="column", spacing="4"),
            rx.cond(ConnectionsState.everybody > 0, _none_found(), _none_at_all()),
        ),
        pager(ConnectionsState, size=PAGE_LENGTH),
        direction="column",
        spacing="4",
        width="100%",
    )


def page() -> rx.Component:
    """Heading, what came of what was asked for, whose client is used, and the cards."""
    return framed(
        page_header(
            "Calendar connections",
            # True for everybody: who may not connect reads it, too.
            "Linked personal calendars, so that meetings with your organization's contacts appear on the activity "
            "timeline.",
            rx.cond(ConnectionsState.may_connect, connect_buttons()),
        ),
        rx.cond(
            as_var(ConnectionsState.told).length() > 0,
            rx.flex(rx.foreach(ConnectionsState.told, _told), direction="column", spacing="3"),
        ),
        by_phase(ConnectionsState, ready=_cards(), loading=skeleton_rows(2, "180px")),
        disconnect_dialog(),
        calendars_dialog(),
        privacy_dialog(),
        current=CONNECTIONS,
    )
