"""The contacts screen."""

import reflex as rx

from ce_calendar.web.addresses import CONTACTS
from ce_calendar.web.components.fields import area, field, whole_error
from ce_calendar.web.components.focus import focus_back
from ce_calendar.web.components.icon_action import icon_action
from ce_calendar.web.components.pager import pager
from ce_calendar.web.components.search_box import search_box
from ce_calendar.web.components.words import empty_state, page_header, skeleton_rows
from ce_calendar.web.contacts.doubles_dialog import doubles_button, doubles_dialog
from ce_calendar.web.contacts.import_dialog import import_button, import_dialog
from ce_calendar.web.contacts.merge_dialog import merge_dialog, merge_offer
from ce_calendar.web.contacts.rows import ContactRow
from ce_calendar.web.contacts.state import ContactsState
from ce_calendar.web.layout import framed
from ce_calendar.web.opening import by_phase


def _row(row: ContactRow) -> rx.Component:
    return rx.el.li(
        rx.grid(
            rx.text(row.name, size="2", weight="medium", class_name="cell"),
            rx.box(
                rx.text(row.email, size="2", color_scheme="gray", as_="div"),
                rx.cond(row.also != "", rx.text("also ", row.also, size="1", color_scheme="gray", as_="div")),
                class_name="cell second",
            ),
            rx.text(row.company, size="2", color_scheme="gray", class_name="cell third"),
            rx.box(
                rx.cond(
                    ContactsState.may_change,
                    icon_action("pencil", f"Edit {row.name}", on_click=ContactsState.begin_edit(row.id)),
                ),
                class_name="cell last",
            ),
            class_name="contact-grid",
        ),
        data_testid="contact-row",
    )


def _list() -> rx.Component:
    return rx.card(
        rx.el.ul(rx.foreach(ContactsState.contacts, _row), class_name="row-list", aria_label="Contacts"),
        size="1",
        padding="0",
        width="100%",
    )


def _add_button() -> rx.Component:
    return rx.button(
        rx.icon("plus", size=16, aria_hidden="true"), "Add contact", on_click=ContactsState.begin_add, type="button"
    )


def _nothing() -> rx.Component:
    return rx.cond(
        ContactsState.search != "",
        empty_state("search-x", "Nobody found", "No contact has these words in name, email or company."),
        rx.cond(
            ContactsState.may_change,
            empty_state(
                "user-plus",
                "No contacts yet",
                "Add the people your organization works with. Meetings with them then appear on the timeline.",
                import_button(),
                _add_button(),
            ),
            empty_state(
                "users", "No contacts yet", "As soon as a colleague adds contacts, they and their meetings appear."
            ),
        ),
    )


def _search() -> rx.Component:
    return search_box(
        ContactsState.search,
        ContactsState.look_for,
        label="Search contacts",
        placeholder="Search name, email or company",
        width="100%",
        max_width="380px",
    )


def _dialog() -> rx.Component:
    form, errors = ContactsState.form, ContactsState.errors
    return rx.dialog.root(
        rx.dialog.content(
            rx.dialog.title(rx.cond(form.id != "", "Edit contact", "Add a contact")),
            rx.dialog.description(
                "Meetings are matched by email; calendars are read again when it is new.",
                class_name="dialog-words",
                margin_bottom="16px",
            ),
            rx.form(
                rx.flex(
                    field("Name", "name", errors.name, default_value=form.name, required=True, max_length=200),
                    field("Email", "email", errors.email, default_value=form.email, required=True, max_length=254),
                    field("Company (optional)", "company", errors.company, default_value=form.company, max_length=200),
                    area(
                        "Further addresses (optional)",
                        "other_emails",
                        errors.other_emails,
                        default_value=form.other_emails,
                        hint="Email addresses, one on each line. Meetings with them count, too.",
                        rows="2",
                        spell_check=False,
                    ),
                    whole_error(errors.whole),
                    merge_offer(),
                    rx.flex(
                        rx.button(
                            "Cancel", on_click=ContactsState.cancel, type="button", variant="soft", color_scheme="gray"
                        ),
                        rx.button("Save", type="submit"),
                        spacing="3",
                        justify="end",
                    ),
                    direction="column",
                    spacing="4",
                ),
                on_submit=ContactsState.save,
                no_validate=True,
            ),
            max_width="440px",
            on_close_auto_focus=focus_back(),
        ),
        open=ContactsState.is_editing,
        on_open_change=lambda _: ContactsState.cancel(),
    )


def _ready() -> rx.Component:
    return rx.flex(
        rx.flex(
            _search(),
            rx.cond(
                ContactsState.may_change & ((ContactsState.total > 1) | (ContactsState.search != "")), doubles_button()
            ),
            spacing="3",
            justify="between",
            align="center",
            wrap="wrap",
            width="100%",
        ),
        rx.cond(ContactsState.contacts, _list(), _nothing()),
        pager(ContactsState),
        direction="column",
        spacing="4",
        width="100%",
    )


def page() -> rx.Component:
    """Search, list, and a dialog to add or edit."""
    return framed(
        page_header(
            "Contacts",
            "The people your organization works with; meetings with them appear on the timeline.",
            rx.cond(ContactsState.may_change, rx.fragment(import_button(), _add_button())),
        ),
        by_phase(ContactsState, ready=_ready(), loading=skeleton_rows(6, "52px")),
        _dialog(),
        import_dialog(),
        merge_dialog(),
        doubles_dialog(),
        current=CONTACTS,
    )
