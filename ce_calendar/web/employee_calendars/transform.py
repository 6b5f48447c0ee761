"""From what the services tell to what the settings of employee calendars show."""

import math
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from ce_calendar.domain.employees.calendars import AccountStatus, CentralAccount
from ce_calendar.domain.employees.rules import CalendarRules
from ce_calendar.domain.meetings.connections import ClientSource
from ce_calendar.ports.employees import CalendarFilter
from ce_calendar.services.employees.central import LeavingEffects
from ce_calendar.services.employees.clients import ClientChoice
from ce_calendar.services.employees.leaving import may_be_given_up
from ce_calendar.services.employees.previewing import Preview
from ce_calendar.services.employees.progress import Overview
from ce_calendar.services.employees.rules import SwitchEffects
from ce_calendar.web.counting import count_words
from ce_calendar.web.dates import date_words, exact_words, relative_words, soon_words, time_words
from ce_calendar.web.employee_calendars.rows import (
    AccountRow,
    ClientRow,
    PreviewRow,
    ProgressRow,
    Question,
    StepRow,
    Trouble,
)
from ce_calendar.web.employee_calendars.words import (
    ADDRESS_NOTICES,
    LIMIT_CODES,
    LIMITED,
    OTHERWISE,
    PUBLISH,
    SIGNED_OUT_CODES,
    TESTING,
    TESTING_OVER,
    TESTING_OVER_TEXT,
    TESTING_PERHAPS,
    TESTING_TEXT,
    TROUBLES,
)

TESTING_LIFE = timedelta(days=7)
"""How long Google lets a sign-in to an app in Testing last (PROVIDERS §1)."""
AROUND = timedelta(hours=12)
YES, NO = "yes", "no"


class Reader:
    """Whoever looks: their zone and language, and when it is."""

    def __init__(self, zone: str, language: str, now: datetime) -> None:
        self.zone, self.language, self.now = zone, language, now

    def ago(self, moment: datetime | None) -> str:
        """How long ago; empty for never."""
        return relative_words(moment, self.now, self.language) if moment else ""

    def exact(self, moment: datetime | None) -> str:
        """The very moment; empty for none."""
        return exact_words(moment, self.zone, self.language) if moment else ""

    def soon(self, moment: datetime) -> str:
        """How soon."""
        return soon_words(moment, self.now, self.language)


# -- the account and its client ----------------------------------------------------------------------------------


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


def from_address(problem: str) -> Trouble:
    """What to say by the word in the address; unknown ones say nothing, so that no address can put words here."""
    if problem not in ADDRESS_NOTICES:
        return Trouble()
    title, text = ADDRESS_NOTICES[problem]
    return Trouble(kind=problem, tone="bad", title=title, text=text)


def to_trouble(account: CentralAccount | None, reader: Reader) -> Trouble:
    """What keeps the account from being written to, or soon will; nothing if all is well."""
    if account is None:
        return Trouble()
    code = account.last_error
    if account.status is AccountStatus.NEEDS_REAUTH or code in SIGNED_OUT_CODES:
        return _signed_out(account, reader)
    if code:
        title, text, cure = _of_code(code)
        is_limit = code in LIMIT_CODES
        return Trouble(code, "wait" if is_limit else "bad", title, text, list(cure), may_check=not is_limit)
    if account.refresh_expires_at is not None:
        return _testing(account.refresh_expires_at, reader)
    return Trouble()


def _of_code(code: str) -> tuple[str, str, Sequence[str]]:
    if code in LIMIT_CODES:
        return (*LIMITED, ())
    return TROUBLES.get(code, (*OTHERWISE, ()))


def _testing(ends_at: datetime, reader: Reader) -> Trouble:
    """Google told that the sign-in will end, which it does while the app is in Testing alone."""
    text = TESTING_TEXT.format(soon=reader.soon(ends_at), moment=reader.exact(ends_at))
    return Trouble("testing", "wait", f"{TESTING}: {days_left(ends_at, reader.now)}", text, list(PUBLISH))


def days_left(ends_at: datetime, now: datetime) -> str:
    """The countdown."""
    left = ends_at - now
    if left <= timedelta():
        return "it ends any moment"
    if left < timedelta(days=1):
        return f"{count_words(max(1, math.floor(left / timedelta(hours=1))), 'hour', 'hours')} left"
    return f"{count_words(math.ceil(left / timedelta(days=1)), 'day', 'days')} of 7 left"


def _signed_out(account: CentralAccount, reader: Reader) -> Trouble:
    """Somebody has to sign in again; if Testing is the reason, that is what to cure first."""
    code = account.last_error if account.last_error in TROUBLES else "invalid_grant"
    if code == "invalid_grant":
        # Google tells an end while the app is in Testing alone.
        if account.refresh_expires_at is not None:
            return Trouble("testing_over", "bad", TESTING_OVER, TESTING_OVER_TEXT, list(PUBLISH))
        if _died_after_a_week(account, reader.now):
            return Trouble("testing_over", "bad", TESTING_PERHAPS, TESTING_OVER_TEXT, list(PUBLISH))
    title, text, cure = TROUBLES[code]
    return Trouble("signed_out", "bad", title, text, list(cure))


def _died_after_a_week(account: CentralAccount, now: datetime) -> bool:
    """Whether the sign-in may have ended about 7 days after the consent: it was good until then, and is not since."""
    a_week = account.consented_at + TESTING_LIFE
    was_good = account.checked_at or account.consented_at
    return was_good <= a_week + AROUND and a_week - AROUND <= now <= a_week + TESTING_LIFE


# -- steps and progress ------------------------------------------------------------------------------------------


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
        parts.append(f"{count_words(overview.operations, 'change', 'changes')} for Google to take,")
        parts.append(f"which takes {_span(timedelta(seconds=overview.seconds_to_go))}.")
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


# -- questions ---------------------------------------------------------------------------------------------------


def switch_question(effects: SwitchEffects, *, enabled: bool) -> Question:
    """What switching comes to; empty if it comes to nothing, and need not be asked."""
    if enabled and effects.has_account and effects.to_make:
        many = effects.to_make
        made = count_words(many, "calendar is", "calendars are")
        mails = count_words(many, "employee gets", "employees get")
        told = [
            f"{made} made in the connected account, and filled with open tasks.",
            f"{mails} an invitation by email from Google.",
        ]
        if effects.kept:
            told.append(f"{count_words(effects.kept, 'calendar', 'calendars')} that are there are brought up to date.")
        return Question("enable", "Switch the integration on?", told, "Switch on")
    if not enabled and effects.kept:
        told = [
            f"{count_words(effects.kept, 'calendar stays', 'calendars stay')} as they are, and shared.",
            "Changes of tasks and employees no longer reach them, until you switch on again.",
            "Nothing is deleted.",
        ]
        return Question("pause", "Pause the integration?", told, "Pause")
    return Question()


def leaving_question(effects: LeavingEffects) -> Question:
    """What disconnecting does."""
    calendars = count_words(effects.calendars, "calendar", "calendars")
    if not effects.can_delete:
        told = [
            "Google no longer accepts our sign-in, so nothing can be deleted there."
            + (f" {calendars} stay in the account as they are, and shared." if effects.calendars else ""),
            "To have them deleted, sign in again first; or delete them by hand in the account.",
            "The account is forgotten here. Employees stay bound, and get new calendars under the next account.",
        ]
        return Question("give_up", "Forget this account?", told, "Forget it")
    told = []
    if effects.calendars:
        told = [
            f"{calendars} with {count_words(effects.events, 'event', 'events')} are deleted at Google.",
            f"{count_words(effects.shares, 'employee loses', 'employees lose')} the calendar they were invited to.",
        ]
    told += [
        "When that is done, our access to the account is withdrawn.",
        "Employees stay bound: they get new calendars, and new invitations, under the next account.",
    ]
    return Question("disconnect", "Disconnect this account?", told, "Disconnect")


# -- the rules ---------------------------------------------------------------------------------------------------


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
    """The form's texts as the service takes them."""
    return {**entered, "shows_departments": entered.get("shows_departments") == YES}


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
