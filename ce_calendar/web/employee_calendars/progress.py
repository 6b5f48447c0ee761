"""The steps of setting up, and how far the calendars are."""

import math
from datetime import timedelta

from ce_calendar.domain.employees.calendars import AccountStatus, CentralAccount
from ce_calendar.domain.employees.rules import CalendarRules
from ce_calendar.ports.employees import CalendarFilter
from ce_calendar.services.employees.progress import Overview
from ce_calendar.web.counting import count_words
from ce_calendar.web.employee_calendars.reader import Reader
from ce_calendar.web.employee_calendars.rows import ClientRow, ProgressRow, StepRow


def to_steps(
    *, account: CentralAccount | None, client: ClientRow, rules: CalendarRules, is_saved: bool, overview: Overview
) -> list[StepRow]:
    """The seven steps of setting up, each ticked as soon as it is true."""
    is_connected = account is not None and account.status is not AccountStatus.LEAVING
    is_answering = account is not None and account.checked_at is not None and account.last_error != "api_not_enabled"
    wanted = sum(count for state, count in overview.calendars.items() if state in _WANTED)
    shared = overview.calendars.get(CalendarFilter.SHARED, 0)
    is_testing = account is not None and account.refresh_expires_at is not None
    texts = (
        (
            "A Google account for the calendars",
            "Create a separate Google account, or take one you have. All employees' calendars lie under it.",
            is_connected,
        ),
        (
            "A project in the Google Cloud console",
            "At console.cloud.google.com, signed in with that account or an administrator's.",
            bool(client.client_id),
        ),
        (
            "The Google Calendar API enabled",
            "In the project: APIs & Services, Library, Google Calendar API.",
            is_answering,
        ),
        (
            "OAuth credentials, and the account connected",
            "Of the type “Web application”, audience “External”, with the redirect address below. Then connect the "
            "account here."
            + (" The app is still in Testing: publish it, or sign-ins end after 7 days." if is_testing else ""),
            is_connected and bool(client.client_id) and not is_testing,
        ),
        (
            "Integration switched on, parameters set",
            "Switch it on above, and look through the parameters below.",
            rules.is_enabled and is_saved,
        ),
        (
            "Employees with a calendar",
            "On an employee's card: check the email, tick the calendar binding, and save.",
            wanted > 0,
        ),
        (
            "Calendars shared",
            "Google sends each employee an invitation by email. They have to accept it once.",
            shared > 0,
        ),
    )
    return [StepRow(number, *each) for number, each in enumerate(texts, start=1)]


_WANTED = frozenset({CalendarFilter.WAITING, CalendarFilter.MAKING, CalendarFilter.SHARED, CalendarFilter.FAILING})


def to_progress(overview: Overview, reader: Reader) -> ProgressRow:
    """How far the calendars are."""
    counts = overview.calendars
    wanted = sum(counts.get(each, 0) for each in _WANTED)
    shared = counts.get(CalendarFilter.SHARED, 0)
    failing = counts.get(CalendarFilter.FAILING, 0)
    deleting = counts.get(CalendarFilter.DELETING, 0)
    row = ProgressRow(
        percent=round(100 * shared / wanted) if wanted else 0,
        is_busy=not overview.is_quiet,
        shared=count_words(shared, "calendar is shared", "calendars are shared") if shared else "",
        failing=count_words(failing, "calendar fails", "calendars fail") if failing else "",
        making=count_words(wanted - shared - failing, "calendar is yet to come", "calendars are yet to come")
        if wanted > shared + failing
        else "",
    )
    if overview.account is not None and overview.account.status is AccountStatus.LEAVING:
        row.title = "The calendars are being deleted"
        row.text = f"{count_words(overview.operations, 'step is', 'steps are')} still to be done; then the access ends."
    elif not overview.is_enabled:
        row.title, row.text = "Switched off", "Nothing is written. What is there stays as it is."
        row.is_busy = False
    elif overview.is_quiet:
        row.title = "Everything is up to date" if wanted else "No employee wants a calendar yet"
        row.text = "" if wanted else "Tick the calendar binding on an employee's card."
    else:
        row.title = "Calendars are being brought up to date"
        row.text = _to_go(overview)
    if deleting and overview.is_enabled:
        row.text = f"{row.text} {count_words(deleting, 'calendar is', 'calendars are')} being deleted.".strip()
    row.waiting = _waiting(overview, reader)
    return row


def _to_go(overview: Overview) -> str:
    parts = []
    if overview.plans_owed:
        parts.append(f"{count_words(overview.plans_owed, 'employee', 'employees')} to be looked at.")
    if overview.operations:
        changes = count_words(overview.operations, "change is", "changes are")
        # What waits at Google's limit takes its own time, which is told apart.
        takes = "" if overview.creations_waiting else f", {_span(timedelta(seconds=overview.seconds_to_go))} to go"
        parts.append(f"{changes} still to be written at Google{takes}.")
    return " ".join(parts)


def _waiting(overview: Overview, reader: Reader) -> str:
    """What Google's limit of new calendars holds up."""
    if not overview.creations_waiting:
        return ""
    many = count_words(overview.creations_waiting, "calendar waits", "calendars wait")
    again = f" The next is tried {reader.soon(overview.creations_wait_until)}." if overview.creations_wait_until else ""
    return (
        f"{many}: Google makes about 60 new calendars, then none for some hours.{again} The last one should be there "
        f"in {_span(overview.creations_take)}. Everything else goes on meanwhile."
    )


def _span(span: timedelta) -> str:
    """About how long."""
    if span < timedelta(minutes=1):
        return "less than a minute"
    if span < timedelta(hours=1):
        return f"about {count_words(math.ceil(span / timedelta(minutes=1)), 'minute', 'minutes')}"
    return f"about {count_words(math.ceil(span / timedelta(hours=1)), 'hour', 'hours')}"
