"""One connection as a card."""

import reflex as rx

from ce_calendar.web.addresses import CONNECT_GOOGLE_POST
from ce_calendar.web.components.native_form import hidden, native_form
from ce_calendar.web.connections.rows import ConnectionRow
from ce_calendar.web.connections.state import ConnectionsState
from ce_calendar.web.vars import as_var

PRIVACY_LEVELS = (
    ("full", "Full details"),
    ("time_and_attendees", "Time and guests"),
    ("busy_only", "Busy time only"),
)
PRIVACY_MEANINGS = (
    ("full", "With title, place and description"),
    ("time_and_attendees", "No title, place or description"),
    ("busy_only", "Nothing appears on the timeline"),
)


def provider_mark(provider: str) -> rx.Component:
    """Our own simple sign for a provider; the name beside it says the same."""
    return rx.image(
        src=rx.cond(provider == "microsoft", "/providers/microsoft.svg", "/providers/google.svg"),
        width="40px",
        height="40px",
        alt="",
        flex_shrink="0",
    )


def _badge(icon: str, word: str, color: str) -> rx.Component:
    return rx.badge(
        rx.icon(icon, size=13, aria_hidden="true"),
        word,
        color_scheme=color,
        high_contrast=True,
        size="2",
        radius="full",
        data_testid="sync-badge",
    )


def sync_badge(status: str) -> rx.Component:
    """How the connection stands: a word, an icon and a colour."""
    return rx.match(
        status,
        ("syncing", _badge("circle-check", "Syncing", "green")),
        ("paused", _badge("circle-pause", "Paused", "gray")),
        ("needs_reauth", _badge("key-round", "Sign in again", "red")),
        _badge("rotate-cw", "Retrying", "amber"),
    )


def _fact(label: str, *content: rx.Component) -> rx.Component:
    return rx.box(
        rx.text(label, as_="div", size="1", color_scheme="gray", margin_bottom="2px"),
        *content,
        min_width="0",
    )


def _last_sync(row: ConnectionRow, *, is_busy: bool) -> rx.Component:
    return _fact(
        "Last sync",
        rx.flex(
            rx.text(row.last_sync, as_="span", size="2", title=row.last_sync_exact, data_testid="last-sync"),
            rx.cond(is_busy, rx.spinner(size="1")),
            align="center",
            spacing="2",
        ),
        rx.text(
            rx.cond(is_busy, rx.cond(row.progress != "", row.progress, "Reading the calendar"), row.last_run),
            as_="div",
            size="1",
            color_scheme="gray",
            role="status",
        ),
    )


def _auto_sync(row: ConnectionRow) -> rx.Component:
    return rx.el.label(
        rx.flex(
            rx.switch(
                checked=row.auto_sync,
                on_change=lambda enabled: ConnectionsState.set_auto_sync(row.id, enabled),
                aria_label="Auto-sync",
                data_testid="auto-sync",
            ),
            rx.text("Auto-sync", size="2"),
            align="center",
            spacing="2",
        )
    )


def _privacy(row: ConnectionRow) -> rx.Component:
    chosen = rx.select.root(
        rx.select.trigger(aria_label="What we keep of these meetings", width="100%", max_width="240px"),
        rx.select.content(*(rx.select.item(words, value=level) for level, words in PRIVACY_LEVELS)),
        value=row.privacy,
        on_change=lambda level: ConnectionsState.set_privacy(row.id, level),
        size="2",
    )
    return _fact(
        "What we keep",
        rx.cond(row.may_change, chosen, rx.text(_by_level(row, PRIVACY_LEVELS), as_="div", size="2")),
        rx.text(_by_level(row, PRIVACY_MEANINGS), as_="div", size="1", color_scheme="gray", margin_top="4px"),
    )


def _by_level(row: ConnectionRow, words: tuple[tuple[str, str], ...]) -> str:
    return rx.match(row.privacy, *words[1:], words[0][1])


def _sign_in_again(row: ConnectionRow) -> rx.Component:
    return native_form(
        hidden("connection_id", row.id),
        rx.button(rx.icon("key-round", size=15, aria_hidden="true"), "Sign in again", type="submit"),
        action=CONNECT_GOOGLE_POST,
    )


def _actions(row: ConnectionRow, *, is_busy: bool) -> rx.Component:
    return rx.flex(
        _auto_sync(row),
        rx.spacer(),
        rx.flex(
            rx.cond((row.status == "needs_reauth") & (row.owner == "self"), _sign_in_again(row)),
            rx.button(
                rx.icon("refresh-cw", size=15, aria_hidden="true"),
                rx.cond(is_busy, "Syncing\N{HORIZONTAL ELLIPSIS}", "Sync now"),
                on_click=ConnectionsState.sync_now(row.id),
                disabled=is_busy | (row.status == "needs_reauth"),
                variant="soft",
                data_testid="sync-now",
            ),
            rx.button(
                "Disconnect",
                on_click=ConnectionsState.ask_disconnect(row.id),
                variant="soft",
                color_scheme="gray",
                data_testid="disconnect",
            ),
            spacing="3",
            wrap="wrap",
        ),
        spacing="3",
        wrap="wrap",
        align="center",
        width="100%",
        padding_top="16px",
        border_top="1px solid var(--gray-4)",
    )


def connection_card(row: ConnectionRow) -> rx.Component:
    """A linked account: whose, how it fares, and, for who may, what can be done."""
    is_busy = row.is_running | as_var(ConnectionsState.syncing).contains(row.id)
    return rx.card(
        rx.flex(
            rx.flex(
                provider_mark(row.provider),
                rx.box(
                    rx.heading(
                        rx.cond(row.provider == "microsoft", "Microsoft Outlook", "Google Calendar"),
                        as_="h2",
                        size="3",
                        data_testid="provider-name",
                    ),
                    rx.text(
                        row.account,
                        size="2",
                        color_scheme="gray",
                        style={"overflow_wrap": "anywhere"},
                        data_testid="account",
                    ),
                    flex="1 1 0",
                    min_width="200px",  # on a phone the badge goes below rather than break the address
                ),
                sync_badge(row.status),
                spacing="3",
                align="center",
                wrap="wrap",
                width="100%",
            ),
            rx.cond(
                row.reason != "",
                rx.callout.root(
                    rx.callout.icon(rx.icon("info", size=16, aria_hidden="true")),
                    rx.callout.text(row.reason),
                    color_scheme=rx.cond(row.status == "needs_reauth", "red", "amber"),
                    high_contrast=True,
                    size="1",
                    width="100%",
                ),
            ),
            rx.grid(
                _fact("Owner", rx.text(row.owner_name, size="2")),
                _last_sync(row, is_busy=is_busy),
                _fact("On the timeline", rx.text(row.coming, size="2")),
                _privacy(row),
                columns=rx.breakpoints(initial="2", md="4"),
                spacing="4",
                width="100%",
            ),
            rx.cond(row.may_change, _actions(row, is_busy=is_busy)),
            direction="column",
            spacing="4",
        ),
        size="3",
        width="100%",
        data_testid="connection-card",
        custom_attrs={"data-owner": row.owner, "data-status": row.status},
    )
