"""What is said of an employee's calendar."""

from datetime import datetime

from ce_calendar.domain.employees.calendars import AccountStatus
from ce_calendar.ports.employees import CalendarFilter, EmployeeLine
from ce_calendar.services.employees.views import Circumstances
from ce_calendar.web.dates import soon_words
from ce_calendar.web.employees.rows import CalendarWords

STATE_WORDS = {
    CalendarFilter.NONE: "No calendar",
    CalendarFilter.WAITING: "Waiting",
    CalendarFilter.MAKING: "Being made",
    CalendarFilter.SHARED: "Shared",
    CalendarFilter.FAILING: "Failing",
    CalendarFilter.DELETING: "Being deleted",
}
"""As the filter and the badges call them."""

_GONE = "The calendar is not at Google any more: somebody deleted it there. Rebuild it."
_SHARING = "Google does not share the calendar with this email. Check whether it is the address of a Google account."
_CONTENT = "Google does not accept something in the calendar or one of its events."
_LIMIT = "Google's limit for the central account is used up for now."
_SILENT = "Google could not be reached."

PROBLEMS = {
    "calendar_gone": _GONE,
    "missing": _GONE,
    "invalidSharingRequest": _SHARING,
    "cannotInviteUsers": _SHARING,
    "invalid": _CONTENT,
    "required": _CONTENT,
    "http_400": _CONTENT,
    "forbidden": "Google does not allow the central account to do this.",
    "api_not_enabled": "The Google Calendar API is not enabled in the Google Cloud project.",
    "rate_limited": _LIMIT,
    "quota_exceeded": _LIMIT,
    "daily_limit_exceeded": _LIMIT,
    "no_answer": _SILENT,
    "unavailable": _SILENT,
}
"""By the word that is kept with a failing calendar: ours, or Google's reason."""
OTHER_PROBLEM = "Google refuses a change of this calendar ({code})."
GOES_ON = "We try again by ourselves."

NOT_WORKING = {
    AccountStatus.NEEDS_REAUTH: "The central Google account must be signed in again.",
    AccountStatus.LEAVING: "The central Google account is being disconnected.",
}
OFF = "The integration is switched off."
NO_ACCOUNT = "No central Google account is connected."
PLANNED = "Its turn comes in a moment."


def problem_words(code: str) -> str:
    """Why a calendar fails, in plain words."""
    return PROBLEMS.get(code, OTHER_PROBLEM.format(code=code or "no reason told"))


def held_up(circumstances: Circumstances) -> str:
    """What keeps all calendars from being made or changed; empty if nothing does."""
    if circumstances.account is None:
        return NO_ACCOUNT
    if not circumstances.is_enabled:
        return OFF
    return NOT_WORKING.get(circumstances.account, "")


def to_words(line: EmployeeLine, circumstances: Circumstances, *, now: datetime, language: str) -> CalendarWords:
    """How an employee's calendar stands, and why it is not further."""
    return CalendarWords(line.state.value, _why(line, circumstances, now=now, language=language))


def _why(line: EmployeeLine, circumstances: Circumstances, *, now: datetime, language: str) -> str:
    if line.state is CalendarFilter.FAILING:
        problem = line.calendar.problem if line.calendar is not None else ""
        words = problem_words(problem)
        # What somebody deleted by hand does not come back by itself.
        return words if words == _GONE else f"{words} {GOES_ON}"
    if line.state is CalendarFilter.NONE:
        return "Bound, but without an email." if _lacks_email(line) else ""
    if line.state is CalendarFilter.SHARED:
        return ""
    return held_up(circumstances) or _next(line, circumstances, now=now, language=language)


def _next(line: EmployeeLine, circumstances: Circumstances, *, now: datetime, language: str) -> str:
    if line.state is CalendarFilter.DELETING:
        return "A new one is made next." if line.employee.wants_calendar else ""
    if line.state is CalendarFilter.MAKING:
        return ""
    until = circumstances.creations_wait_until
    if until is not None and until > now:
        return f"Google allows no more new calendars for now. It goes on by itself {soon_words(until, now, language)}."
    return PLANNED


def _lacks_email(line: EmployeeLine) -> bool:
    employee = line.employee
    return employee.is_bound and not employee.email and employee.dismissed_on is None
