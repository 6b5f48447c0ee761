"""The import dialog: choose or paste, look at what would happen, take it."""

import json

import reflex as rx
from reflex.event import EventSpec

from ce_calendar.domain.contact_file import LARGEST_FILE, MOST_ROWS
from ce_calendar.web.addresses import IMPORT_CONTACTS_POST
from ce_calendar.web.components.focus import focus_back
from ce_calendar.web.contacts.importing import ContactImportState
from ce_calendar.web.contacts.rows import BadRow, EntryRow
from ce_calendar.web.vars import as_var

FILE_ID = "contacts-file"
TEXT_ID = "contacts-text"
MEGABYTES = LARGEST_FILE // 1024 // 1024

# The file does not go over the websocket: that takes a megabyte at most, and the route asks who sends before it reads.
SEND = """
(async () => {{
  const body = {body};
  if (!body || !body.size) return {{ problem: {empty} }};
  if (body.size > {largest}) return {{ problem: {too_large} }};
  try {{
    const answer = await fetch({address}, {{ method: 'POST', headers: {{ 'Content-Type': 'text/csv' }}, body }});
    const said = await answer.json();
    return {{ id: said.id || '', problem: said.problem || '' }};
  }} catch {{
    return {{ problem: {unsent} }};
  }}
}})()
"""


def _send(body: str) -> EventSpec:
    script = SEND.format(
        body=body,
        largest=LARGEST_FILE,
        address=json.dumps(IMPORT_CONTACTS_POST),
        empty=json.dumps("This file is empty."),
        too_large=json.dumps(f"This file is larger than {MEGABYTES} MB. Please split it into several."),
        unsent=json.dumps("The file could not be sent. Please check the connection and try again."),
    )
    return rx.call_script(script, callback=ContactImportState.look)


def _send_file() -> EventSpec:
    # Emptied, so that the same file can be chosen again after it was mended.
    return _send(
        f"(() => {{ const input = document.getElementById('{FILE_ID}'); const file = input.files[0];"
        " const copy = file && new Blob([file]); setTimeout(() => { input.value = ''; }); return copy; })()"
    )


def _send_text() -> EventSpec:
    return _send(f"new Blob([document.getElementById('{TEXT_ID}').value])")


def _problem() -> rx.Component:
    return rx.cond(
        ContactImportState.problem != "",
        rx.callout.root(
            rx.callout.icon(rx.icon("triangle-alert", size=16, aria_hidden="true")),
            rx.callout.text(ContactImportState.problem),
            color_scheme="red",
            high_contrast=True,
            size="1",
            role="alert",
            id="import-problem",
        ),
    )


def _choose() -> rx.Component:
    return rx.flex(
        _problem(),
        rx.el.label(
            rx.center(rx.icon("file-up", size=22, aria_hidden="true"), color="var(--accent-11)"),
            rx.text("Choose a CSV file, or drop it here", as_="span", size="3", weight="medium"),
            rx.text(
                f"At most {MEGABYTES} MB and {MOST_ROWS:,} rows, from Excel, Outlook, Google Contacts and others",
                as_="span",
                size="1",
                color_scheme="gray",
            ),
            rx.el.input(
                type="file",
                id=FILE_ID,
                accept=".csv,.tsv,.txt,text/csv,text/plain,text/tab-separated-values",
                on_change=[ContactImportState.begin_reading, _send_file()],
                class_name="drop-input",
            ),
            class_name="drop-zone",
        ),
        rx.el.details(
            rx.el.summary("Or paste the rows", class_name="summary"),
            rx.text_area(
                id=TEXT_ID,
                rows="6",
                placeholder="Name, Email, Company\nMaria Lopez, maria@example.org, Riverside",
                aria_label="Rows to import",
                spell_check=False,
                margin_y="8px",
            ),
            rx.button(
                "Read these rows",
                type="button",
                variant="soft",
                on_click=[ContactImportState.begin_reading, _send_text()],
            ),
        ),
        rx.flex(_cancel(), justify="end"),
        direction="column",
        spacing="4",
    )


def _cancel() -> rx.Component:
    return rx.button("Cancel", on_click=ContactImportState.close, type="button", variant="soft", color_scheme="gray")


def _waiting(words: str) -> rx.Component:
    return rx.flex(
        rx.spinner(size="3", aria_hidden="true"),
        rx.text(words, size="2"),
        align="center",
        justify="center",
        spacing="3",
        padding_y="48px",
        role="status",
    )


def _number(number: int, one: str, many: str) -> rx.Component:
    var = as_var(number)
    # Reflex has no operation for this, nor a public way to a var's data.
    grouped: rx.Var[str] = rx.Var(f"({var!s}).toLocaleString('en')", _var_data=var._get_all_var_data()).to(str)  # noqa: SLF001
    return rx.fragment(rx.cond(number == 1, f"1 {one}", f"{grouped} {many}"))


def _count(icon: str, color: str, number: int, one: str, many: str, *more: rx.Component) -> rx.Component:
    return rx.cond(
        number != 0,
        rx.el.li(
            rx.icon(icon, size=17, aria_hidden="true", color=f"var(--{color}-11)", flex_shrink="0", margin_top="2px"),
            rx.box(rx.text(_number(number, one, many), size="2", as_="div"), *more, min_width="0"),
            class_name="count",
        ),
    )


def _counts() -> rx.Component:
    found = ContactImportState.preview
    return rx.el.ul(
        _count("user-plus", "green", found.new, "new contact", "new contacts"),
        _count(
            "pencil",
            "accent",
            found.filled,
            "contact is here already, and gets the company it lacks",
            "contacts are here already, and get the company they lack",
        ),
        _count(
            "git-compare",
            "amber",
            found.differing,
            "contact is here already under another name or company",
            "contacts are here already under another name or company",
            rx.text(
                rx.checkbox(
                    "Take name and company from the file instead of ours",
                    checked=ContactImportState.overwrite,
                    on_change=ContactImportState.set_overwrite,
                    size="2",
                ),
                as_="div",
                size="2",
                margin_top="6px",
            ),
        ),
        _count("check", "gray", found.unchanged, "contact is here already", "contacts are here already"),
        _count(
            "merge",
            "gray",
            found.doubles,
            "line repeats an earlier line's email and is merged with it",
            "lines repeat an earlier line's email and are merged with it",
            rx.text(found.double_lines, size="1", color_scheme="gray", as_="div"),
        ),
        _count("triangle-alert", "red", found.bad_total, "line cannot be taken", "lines cannot be taken"),
        class_name="count-list",
        aria_label="What the file holds",
    )


def _bad(row: BadRow) -> rx.Component:
    return rx.el.li(rx.el.span("Line ", row.line, class_name="line-number"), rx.el.span(row.reason), class_name="bad")


def _bad_list() -> rx.Component:
    found = ContactImportState.preview
    return rx.cond(
        found.bad_total != 0,
        rx.box(
            rx.heading("What cannot be taken", as_="h3", size="2", margin_bottom="6px"),
            rx.el.ul(
                rx.foreach(found.bad, _bad),
                rx.cond(
                    found.bad_total > as_var(found.bad).length(),
                    rx.el.li("and ", found.bad_total - as_var(found.bad).length(), " more"),
                ),
                class_name="bad-list",
                tab_index=0,
                aria_label="Lines that cannot be taken, with the reason",
                data_testid="bad-rows",
            ),
        ),
    )


def _fate(row: EntryRow) -> rx.Component:
    def badge(words: str, color: str) -> rx.Component:
        return rx.badge(words, color_scheme=color, high_contrast=True)

    return rx.match(
        row.fate,
        ("new", badge("New", "green")),
        ("filled", badge("Gets a company", "indigo")),
        ("differs", badge(rx.cond(ContactImportState.overwrite, "Changes", "Ours stays"), "amber")),
        badge("Here already", "gray"),
    )


def _entry(row: EntryRow) -> rx.Component:
    return rx.el.li(
        rx.box(
            rx.text(row.name, size="2", weight="medium", as_="div", class_name="words"),
            rx.text(row.email, size="1", color_scheme="gray", as_="div", class_name="words"),
            rx.cond(
                row.company != "", rx.text(row.company, size="1", color_scheme="gray", as_="div", class_name="words")
            ),
            rx.cond(
                row.ours != "",
                rx.text("Here: ", row.ours, size="1", color_scheme="gray", as_="div", class_name="words"),
            ),
            min_width="0",
        ),
        rx.box(_fate(row), flex_shrink="0"),
        class_name="entry",
    )


def _sample() -> rx.Component:
    found = ContactImportState.preview
    return rx.cond(
        found.first,
        rx.box(
            rx.heading("The first rows", as_="h3", size="2", margin_bottom="6px"),
            rx.el.ul(
                rx.foreach(found.first, _entry),
                rx.cond(found.more > 0, rx.el.li("and ", found.more, " more", class_name="entry")),
                class_name="sample",
                tab_index=0,
                aria_label="The first rows of the file",
            ),
        ),
    )


def _how_it_was_read() -> rx.Component:
    found = ContactImportState.preview
    return rx.text(
        found.columns,
        ".",
        rx.cond(found.ignored != "", f" Not used: {found.ignored}.", ""),
        f" Read as {found.encoding}; if letters look wrong, save the file as “CSV UTF-8”.",
        size="1",
        color_scheme="gray",
        class_name="words",
    )


def _take() -> rx.Component:
    found = ContactImportState.preview
    changed = rx.cond(ContactImportState.overwrite, found.overwritten, found.filled)
    return rx.cond(
        found.new > 0,
        rx.button(
            "Import ", _number(found.new, "contact", "contacts"), on_click=ContactImportState.confirm, type="button"
        ),
        rx.cond(
            changed > 0,
            rx.button(
                "Change ", _number(changed, "contact", "contacts"), on_click=ContactImportState.confirm, type="button"
            ),
            rx.text("Nothing to import.", size="2", color_scheme="gray", role="status"),
        ),
    )


def _look() -> rx.Component:
    return rx.flex(
        _counts(),
        _bad_list(),
        _sample(),
        _how_it_was_read(),
        rx.flex(
            rx.button(
                "Choose another file",
                on_click=ContactImportState.choose_again,
                type="button",
                variant="ghost",
                margin="0",
            ),
            rx.spacer(),
            _cancel(),
            _take(),
            spacing="3",
            align="center",
            wrap="wrap",
            justify="end",
            class_name="dialog-actions",
        ),
        direction="column",
        spacing="4",
    )


def import_dialog() -> rx.Component:
    """The whole of it."""
    step = ContactImportState.step
    return rx.dialog.root(
        rx.dialog.content(
            rx.dialog.title("Import contacts"),
            rx.dialog.description(
                rx.match(
                    step,
                    ("looking", "Nothing has been changed yet. This is what the file holds."),
                    ("taking", "The contacts are being taken over."),
                    "A first line names the columns: name, email, company. Others are left aside.",
                ),
                class_name="dialog-words",
                margin_bottom="16px",
            ),
            rx.match(
                step,
                ("looking", _look()),
                ("taking", _waiting("Importing")),
                # What was pasted stays while it is read, and after it was refused.
                rx.fragment(
                    rx.cond(step == "reading", _waiting("Reading the file")),
                    rx.box(_choose(), display=rx.cond(step == "reading", "none", "block")),
                ),
            ),
            max_width="560px",
            # It scrolls by itself, so that its buttons stay in sight.
            max_height="calc(100dvh - 48px)",
            on_close_auto_focus=focus_back(),
        ),
        open=step != "closed",
        on_open_change=lambda _: ContactImportState.close(),
    )


def import_button() -> rx.Component:
    """Opens it."""
    return rx.button(
        rx.icon("file-up", size=16, aria_hidden="true"),
        "Import",
        on_click=ContactImportState.open_dialog,
        type="button",
        variant="soft",
        data_testid="import-contacts",
    )
