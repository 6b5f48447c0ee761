"""One connection as a card."""

import reflex as rx

from ce_calendar.web.addresses import CONNECT_GOOGLE_POST, CONNECT_MICROSOFT_POST
from ce_calendar.web.components.badge import badge
from ce_calendar.web.components.native_form import hidden, native_form
from ce_calendar.web.connections.calendars import CalendarsState
from ce_calendar.web.connections.disconnect import DisconnectState
from ce_calendar.web.connections.privacy import NAMES, PrivacyState
from ce_calendar.web.connections.rows import ConnectionRow, Pulse
from ce_calendar.web.connections.state import ConnectionsState
from ce_calendar.web.theme import ACCENT
from ce_calendar.web.vars import as_var


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
    return badge(icon, word, color, data_testid="sync-badge")


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


def _small(words: object, **props: object) -> rx.Component:
    return rx.text(words, as_="div", size="1", color_scheme="gray", **props)


def _last_sync(pulse: Pulse, *, is_busy: bool) -> rx.Component:
    """Relative, and on request the very moment and what comes next: by mouse, keyboard and touch alike."""
    words = rx.text(pulse.last_sync, as_="span", size="2", data_testid="last-sync")
    exact = rx.popover.root(
        rx.popover.trigger(
            rx.el.button(
                words,
                rx.el.span("exact time", class_name="visually-hidden"),
                type="button",
                title=pulse.last_sync_exact,
                class_name="quiet-button",
            )
        ),
        rx.popover.content(
            rx.text(pulse.last_sync_exact, as_="div", size="2"),
            rx.cond(pulse.next_sync != "", _small(rx.fragment("Next: ", pulse.next_sync), margin_top="4px")),
            size="1",
            max_width="300px",
            aria_label="Last sync",
        ),
    )
    return _fact(
        "Last sync",
        rx.flex(
            rx.cond(pulse.last_sync_exact != "", exact, words),
            rx.cond(is_busy, rx.spinner(size="1")),
            align="center",
            spacing="2",
        ),
        _small(
            rx.cond(is_busy, rx.cond(pulse.progress != "", pulse.progress, "Reading the calendar"), pulse.last_run),
            role="status",
        ),
    )


def _by_level(row: ConnectionRow) -> str:
    return rx.match(row.privacy, *NAMES[1:], NAMES[0][1])


def _open_dialog(what: str, words: object, **props: object) -> rx.Component:
    """A fact that can be changed: its words are the way to the dialog."""
    return rx.el.button(
        rx.el.span(f"{what}: ", class_name="visually-hidden"),
        rx.text(words, as_="span", size="2"),
        rx.icon("chevron-right", size=14, aria_hidden="true"),
        type="button",
        class_name="quiet-button",
        **props,
    )


def _privacy(row: ConnectionRow) -> rx.Component:
    change = _open_dialog("What others see", _by_level(row), on_click=PrivacyState.open(row.id), data_testid="privacy")
    return _fact("What others see", rx.cond(row.may_withdraw, change, rx.text(_by_level(row), as_="div", size="2")))


def _calendars(row: ConnectionRow) -> rx.Component:
    return _fact(
        "Calendars read",
        _open_dialog(
            "Calendars read",
            row.calendars,
            on_click=CalendarsState.open(row.id),
            data_testid="calendars",
        ),
    )


def _sign_in_again(row: ConnectionRow) -> rx.Component:
    return native_form(
        hidden("connection_id", row.id),
        rx.button(
            rx.icon("key-round", size=15, aria_hidden="true"), "Sign in again", type="submit", color_scheme=ACCENT
        ),
        action=rx.cond(row.provider == "microsoft", CONNECT_MICROSOFT_POST, CONNECT_GOOGLE_POST),
    )


def _reason(row: ConnectionRow, pulse: Pulse) -> rx.Component:
    """Why it does not fare well, what comes of it, and the way out."""
    return rx.callout.root(
        rx.callout.icon(rx.icon("info", size=16, aria_hidden="true")),
        rx.flex(
            rx.box(
                rx.cond(row.reason != "", rx.text(row.reason, as_="div", size="2")),
                rx.cond(
                    pulse.wait != "",
                    rx.text(
                        rx.cond(row.provider == "microsoft", "Microsoft", "Google"),
                        " can be asked again ",
                        pulse.wait,
                        ".",
                        as_="div",
                        size="2",
                    ),
                    rx.cond(
                        pulse.next_sync != "",
                        rx.text("We try again by ourselves ", pulse.next_sync, ".", as_="div", size="2"),
                    ),
                ),
                flex="1 1 260px",
            ),
            rx.cond(row.may_sign_in, _sign_in_again(row)),
            align="center",
            wrap="wrap",
            spacing="3",
            flex="1",
            id=f"reason-{row.id}",
        ),
        color_scheme=rx.cond(row.is_waiting, "blue", rx.cond(row.status == "needs_reauth", "red", "amber")),
        high_contrast=True,
        size="1",
        width="100%",
    )


def _auto_sync(row: ConnectionRow) -> rx.Component:
    return rx.el.label(
        rx.flex(
            rx.switch(
                checked=row.auto_sync,
                on_change=lambda enabled: ConnectionsState.set_auto_sync(row.id, enabled),
                # Who may only take back can switch it off, and not on again.
                disabled=row.is_waiting | (~row.may_change & ~row.auto_sync),
                aria_label=rx.Var.create("Auto-sync of ") + row.account,
                data_testid="auto-sync",
            ),
            rx.text("Auto-sync", size="2"),
            align="center",
            spacing="2",
        )
    )


def _sync_now(row: ConnectionRow, pulse: Pulse, *, is_busy: bool) -> rx.Component:
    return rx.button(
        rx.icon("refresh-cw", size=15, aria_hidden="true"),
        rx.cond(is_busy, "Syncing\N{HORIZONTAL ELLIPSIS}", "Sync now"),
        on_click=ConnectionsState.sync_now(row.id),
        disabled=is_busy | row.is_waiting | (row.status == "needs_reauth") | (pulse.wait != ""),
        variant="soft",
        data_testid="sync-now",
        custom_attrs={"aria-describedby": rx.cond(row.reason != "", f"reason-{row.id}", "")},
    )


def _actions(row: ConnectionRow, pulse: Pulse, *, is_busy: bool) -> rx.Component:
    return rx.flex(
        _auto_sync(row),
        rx.flex(
            rx.cond(row.may_change, _sync_now(row, pulse, is_busy=is_busy)),
            rx.button(
                "Disconnect",
                on_click=DisconnectState.ask(row.id),
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
        justify="between",
        width="100%",
        padding_top="16px",
        border_top="1px solid var(--gray-4)",
    )


def _head(row: ConnectionRow) -> rx.Component:
    return rx.flex(
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
    )


def connection_card(row: ConnectionRow) -> rx.Component:
    """A linked account: whose, how it fares, and, for who may, what can be done."""
    pulse = as_var(ConnectionsState.pulses)[row.id]
    is_busy = pulse.is_running | as_var(ConnectionsState.syncing).contains(row.id)
    return rx.card(
        rx.flex(
            _head(row),
            rx.cond((row.reason != "") | (pulse.wait != ""), _reason(row, pulse)),
            rx.box(
                _fact("Owner", rx.text(row.owner_name, size="2", class_name="words")),
                _last_sync(pulse, is_busy=is_busy),
                _fact("On the timeline", rx.text(row.coming, size="2")),
                _privacy(row),
                rx.cond(row.calendars != "", _calendars(row)),
                class_name="facts",
            ),
            rx.cond(row.may_withdraw, _actions(row, pulse, is_busy=is_busy)),
            direction="column",
            spacing="4",
        ),
        size="3",
        width="100%",
        role="group",
        aria_label=rx.cond(row.provider == "microsoft", "Microsoft Outlook, ", "Google Calendar, ") + row.account,
        data_testid="connection-card",
        custom_attrs={"data-owner": row.owner, "data-status": row.status},
    )
