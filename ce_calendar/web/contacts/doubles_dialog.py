"""The dialog that lists contacts that may be one person."""

import reflex as rx

from ce_calendar.web.components.focus import focus_back
from ce_calendar.web.components.words import empty_state
from ce_calendar.web.contacts.doubles import DoublesState
from ce_calendar.web.contacts.merging import ContactMergeState
from ce_calendar.web.contacts.rows import ContactRow, PairRow


def _one(contact: ContactRow) -> rx.Component:
    return rx.text(
        contact.email,
        rx.cond(contact.company != "", rx.fragment(" \N{MIDDLE DOT} ", contact.company)),
        size="1",
        color_scheme="gray",
        as_="div",
        class_name="words",
    )


def _pair(pair: PairRow) -> rx.Component:
    return rx.el.li(
        rx.box(
            rx.text(pair.one.name, size="2", weight="medium", as_="div", class_name="words"),
            _one(pair.one),
            _one(pair.other),
            min_width="0",
        ),
        rx.button(
            "Merge",
            on_click=[DoublesState.close, ContactMergeState.begin_from_list(pair.one.id, pair.other.id)],
            type="button",
            variant="soft",
            flex_shrink="0",
            aria_label=f"Merge the two contacts {pair.one.name}",
        ),
        class_name="entry",
        data_testid="possible-double",
    )


def doubles_dialog() -> rx.Component:
    """Same name, no two companies: what the two have in common is said, what they are, a person decides."""
    return rx.dialog.root(
        rx.dialog.content(
            rx.dialog.title("Possible doubles"),
            rx.dialog.description(
                "The same name under two addresses, and no two companies. Merge those that are one person.",
                class_name="dialog-words",
                margin_bottom="16px",
            ),
            rx.cond(
                DoublesState.pairs,
                rx.el.ul(
                    rx.foreach(DoublesState.pairs, _pair),
                    rx.cond(DoublesState.more > 0, rx.el.li("and ", DoublesState.more, " more", class_name="entry")),
                    class_name="sample doubles",
                    tab_index=0,
                    aria_label="Contacts that may be one person",
                ),
                empty_state("user-check", "None found", "No two contacts look like the same person."),
            ),
            rx.flex(
                rx.button("Close", on_click=DoublesState.close, type="button", variant="soft", color_scheme="gray"),
                justify="end",
                margin_top="16px",
            ),
            max_width="520px",
            on_close_auto_focus=focus_back(),
        ),
        open=DoublesState.is_open,
        on_open_change=lambda _: DoublesState.close(),
    )


def doubles_button() -> rx.Component:
    """Opens it."""
    return rx.button(
        rx.icon("merge", size=16, aria_hidden="true"),
        "Find doubles",
        on_click=DoublesState.open,
        type="button",
        variant="soft",
        color_scheme="gray",
    )
