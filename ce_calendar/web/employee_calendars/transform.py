"""From what the services tell to what the settings of employee calendars show."""

from collections.abc import Mapping

from ce_calendar.domain.employees.calendars import CentralAccount
from ce_calendar.domain.employees.rules import CalendarRules
from ce_calendar.domain.meetings.connections import ClientSource
from ce_calendar.services.employees.clients import ClientChoice
from ce_calendar.services.employees.leaving import may_be_given_up
from ce_calendar.services.employees.previewing import Preview
from ce_calendar.web.dates import date_words, time_words
from ce_calendar.web.employee_calendars.reader import Reader
from ce_calendar.web.employee_calendars.rows import AccountRow, ClientRow, PreviewRow

YES, NO = "yes", "no"


def to_account(account: CentralAccount | None, reader: Reader) -> AccountRow:
    """The central account."""
    if account is None:
        return AccountRow()
    return AccountRow(
        email=account.email,
        status=account.status.value,
        since=reader.ago(account.consented_at),
        since_exact=reader.exact(account.consented_at),
        checked=reader.ago(account.checked_at),
        may_give_up=may_be_given_up(account),
    )


def to_client(choice: ClientChoice, reader: Reader) -> ClientRow:
    """Whose client is used."""
    in_use, environment = choice.in_use, choice.environment
    source = "own" if choice.own else in_use.source.value if in_use else ""
    otherwise = {
        None: "Without it, no account can be connected.",
        ClientSource.TENANT: "Without it, your organization's client in this installation's settings is used.",
        ClientSource.PLATFORM: "Without it, the client that all organizations of this installation share is used.",
    }[environment.source if environment else None]
    return ClientRow(
        source=source,
        client_id=in_use.client_id if in_use else "",
        is_own=choice.own is not None,
        since=reader.ago(choice.own.created_at) if choice.own else "",
        may_remove=choice.own is not None and not choice.is_needed,
        otherwise=otherwise,
    )


def to_entered(rules: CalendarRules) -> dict[str, str]:
    """The rules as the form's texts."""
    return {
        "zone": rules.zone,
        "calendar_name": rules.calendar_name,
        "event_title": rules.event_title,
        "event_description": rules.event_description,
        "duration_minutes": str(rules.duration_minutes),
        "reminder_minutes": ", ".join(map(str, rules.reminder_minutes)),
        "shows_departments": YES if rules.shows_departments else NO,
        "first_import_days": str(rules.first_import_days),
        "on_email_change": rules.on_email_change.value,
        "pace_per_minute": str(rules.pace_per_minute),
    }


def from_entered(entered: Mapping[str, str]) -> dict[str, object]:
    """The form's texts, or some of them, as the service takes them."""
    return {name: text == YES if name == "shows_departments" else text for name, text in entered.items()}


def to_preview(preview: Preview, *, language: str, zone: str) -> PreviewRow:
    """A calendar and an event, as the entered rules would have them."""
    when = "All day"
    if preview.starts_at and preview.ends_at:
        times = time_words(preview.starts_at, preview.ends_at, zone, language)
        when = f"{date_words(preview.starts_at.date(), language)}, {times}"
    made_up = {
        (True, True): "A made-up task and employee: there are none yet.",
        (True, False): "A made-up task: there is no open one with a date.",
        (False, True): "Your next open task, and a made-up employee.",
        (False, False): "Your next open task.",
    }
    return PreviewRow(
        calendar_name=preview.calendar_name,
        title=preview.title,
        when=when,
        location=preview.location,
        description=preview.description,
        note=made_up[preview.is_sample_task, preview.is_sample_employee],
    )
