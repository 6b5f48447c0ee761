"""The OAuth client: whose it is, and the addresses to register for it."""

import reflex as rx

from ce_calendar.web.components.fields import field, whole_error
from ce_calendar.web.components.icon_action import icon_action
from ce_calendar.web.employee_calendars.client_state import ClientState
from ce_calendar.web.employee_calendars.pieces import fact, section
from ce_calendar.web.employee_calendars.rows import AddressRow
from ce_calendar.web.employee_calendars.state import EmployeeCalendarsState


def _which() -> rx.Component:
    client = EmployeeCalendarsState.client
    return rx.flex(
        rx.box(
            fact(
                "In use",
                rx.match(
                    client.source,
                    ("own", "Your organization's own client"),
                    ("tenant", "Your organization's client, set by whoever runs this installation"),
                    ("platform", "The client that all organizations of this installation share"),
                    "None",
                ),
            ),
            rx.cond(client.client_id != "", fact("Client ID", rx.el.span(client.client_id, data_testid="client-id"))),
            rx.cond(client.since != "", fact("Entered", client.since)),
            class_name="facts",
        ),
        rx.cond(
            client.is_own,
            rx.text(client.otherwise, size="1", color_scheme="gray"),
        ),
        direction="column",
        spacing="2",
    )


def _form() -> rx.Component:
    return rx.form(
        rx.flex(
            field(
                "Client ID",
                "client_id",
                rx.cond(ClientState.field == "client_id", ClientState.error, ""),
                hint="Ends with .apps.googleusercontent.com",
                auto_complete="off",
                spell_check=False,
            ),
            field(
                "Client secret",
                "client_secret",
                rx.cond(ClientState.field == "client_secret", ClientState.error, ""),
                hint="Goes into the vault; it is shown to nobody.",
                type="password",
                auto_complete="new-password",
            ),
            whole_error(rx.cond(ClientState.field == "", ClientState.error, "")),
            rx.flex(
                rx.button("Use this client", type="submit", data_testid="save-client"),
                rx.button("Cancel", on_click=ClientState.close, type="button", variant="soft", color_scheme="gray"),
                spacing="3",
            ),
            direction="column",
            spacing="4",
            max_width="520px",
        ),
        on_submit=ClientState.save,
        reset_on_submit=False,
    )


def _buttons() -> rx.Component:
    client = EmployeeCalendarsState.client
    return rx.flex(
        rx.button(
            rx.cond(client.is_own, "Replace it", "Enter your own client"),
            on_click=ClientState.open,
            variant="soft",
            data_testid="own-client",
        ),
        rx.cond(
            client.may_remove,
            rx.button(
                "Remove it",
                on_click=ClientState.remove,
                variant="soft",
                color_scheme="gray",
                data_testid="remove-client",
            ),
        ),
        spacing="3",
        wrap="wrap",
    )


def _address(row: AddressRow) -> rx.Component:
    return rx.el.li(
        rx.flex(
            rx.code(row.uri, size="2", variant="ghost", class_name="words", data_testid="redirect-uri"),
            rx.cond(row.is_in_use, rx.badge("In use", color_scheme="green", high_contrast=True)),
            rx.spacer(),
            icon_action(
                "copy",
                f"Copy {row.uri}",
                on_click=[rx.set_clipboard(row.uri), rx.toast.success("Copied.")],
                type="button",
            ),
            align="center",
            spacing="3",
            padding_y="8px",
        ),
    )


def _addresses() -> rx.Component:
    return rx.box(
        rx.heading("Authorized redirect URIs", as_="h3", size="3", margin_top="20px"),
        rx.text(
            "Register the one in use for the client, letter by letter. The others are answered, too, for clients that "
            "were registered with an earlier system.",
            size="2",
            color_scheme="gray",
            margin_top="4px",
            max_width="70ch",
        ),
        rx.el.ul(rx.foreach(EmployeeCalendarsState.addresses, _address), class_name="row-list"),
    )


def client_card() -> rx.Component:
    """Whose client is used, the form for an own one, the addresses."""
    return section(
        "OAuth client",
        "Google asks on whose behalf the account is used. With a client of your own Google Cloud project, that is your "
        "organization.",
        rx.flex(
            _which(),
            rx.cond(ClientState.is_open, _form(), _buttons()),
            direction="column",
            spacing="4",
        ),
        _addresses(),
        id="client",
    )
