"""The dialog that makes two contacts one."""

import reflex as rx

from ce_calendar.web.components.focus import focus_back
from ce_calendar.web.contacts.merging import ContactMergeState
from ce_calendar.web.contacts.rows import ContactRow
from ce_calendar.web.contacts.state import ContactsState


def _candidate(contact: ContactRow) -> rx.Component:
    return rx.radio_cards.item(
        rx.box(
            rx.text(contact.name, size="2", weight="medium", as_="div", class_name="words"),
            rx.text(contact.email, size="1", color_scheme="gray", as_="div", class_name="words"),
            rx.cond(
                contact.also != "",
                rx.text(contact.also, size="1", color_scheme="gray", as_="div", class_name="words"),
            ),
            rx.text(contact.company, size="1", color_scheme="gray", as_="div", class_name="words"),
            width="100%",
            text_align="left",
        ),
        value=contact.id,
    )


def merge_offer() -> rx.Component:
    """What to do about an address that another contact has."""
    form, double = ContactsState.form, ContactsState.double
    return rx.cond(
        double.id != "",
        rx.callout.root(
            rx.callout.icon(rx.icon("merge", size=16, aria_hidden="true")),
            rx.callout.text(
                rx.cond(
                    form.id != "",
                    "Is it the same person? Then the two can become one contact with all addresses and meetings.",
                    "Is it the same person? Then open the contact that is here already, and change there what is new.",
                )
            ),
            rx.cond(
                form.id != "",
                rx.button(
                    "Merge the two",
                    on_click=[ContactsState.cancel, ContactMergeState.begin(form.id, double.id)],
                    type="button",
                    size="2",
                    width="fit-content",
                ),
                rx.button(
                    f"Open {double.name}",
                    on_click=ContactsState.begin_edit(double.id),
                    type="button",
                    size="2",
                    width="fit-content",
                ),
            ),
            size="1",
            high_contrast=True,
        ),
    )


def merge_dialog() -> rx.Component:
    """Which of the two stays, and what becomes of the other."""
    one, other, stays = ContactMergeState.one, ContactMergeState.other, ContactMergeState.stays
    gone = rx.cond(stays == one.id, other.name, one.name)
    kept = rx.cond(stays == one.id, one.name, other.name)
    return rx.dialog.root(
        rx.dialog.content(
            rx.dialog.title("Merge two contacts"),
            rx.dialog.description(
                "Whose name and company shall stay?", class_name="dialog-words", margin_bottom="12px"
            ),
            rx.flex(
                rx.radio_cards.root(
                    _candidate(one),
                    _candidate(other),
                    value=stays,
                    on_value_change=ContactMergeState.choose,
                    columns="1",
                    gap="3",
                    aria_label="The contact that stays",
                ),
                rx.el.ul(
                    rx.el.li(kept, " has all addresses of both."),
                    rx.el.li("Meetings of both stand under ", kept, ", each once."),
                    rx.el.li(gone, " goes from the list. This cannot be undone."),
                    class_name="bullet-list",
                ),
                rx.flex(
                    rx.button(
                        "Cancel", on_click=ContactMergeState.close, type="button", variant="soft", color_scheme="gray"
                    ),
                    rx.button("Merge", on_click=ContactMergeState.merge, type="button", data_testid="confirm-merge"),
                    spacing="3",
                    justify="end",
                ),
                direction="column",
                spacing="2",
            ),
            max_width="480px",
            on_close_auto_focus=focus_back(),
        ),
        open=stays != "",
        on_open_change=lambda _: ContactMergeState.close(),
    )
