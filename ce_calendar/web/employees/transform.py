"""From employees to lines, and from what would happen to what is asked before."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from ce_calendar.domain.employees.calendars import AccountStatus
from ce_calendar.domain.employees.people import Department
from ce_calendar.ports.employees import CalendarFilter, EmployeeLine
from ce_calendar.services.employees.progress import Overview
from ce_calendar.services.employees.views import BindingEffects, Circumstances
from ce_calendar.web.addresses import EMPLOYEES
from ce_calendar.web.counting import count_words
from ce_calendar.web.dates import date_words, exact_words, relative_words, soon_words
from ce_calendar.web.employees.rows import Banner, BindingQuestion, DepartmentRow, EmployeeRow, StateFilter
from ce_calendar.web.employees.words import STATE_WORDS, to_words

AN_HOUR = timedelta(hours=1)


def to_rows(
    lines: Iterable[EmployeeLine],
    names: Mapping[str, str],
    circumstances: Circumstances,
    *,
    zone: str,
    language: str,
    now: datetime,
) -> list[EmployeeRow]:
    """Lines in the order the service gave.

    Args:
        lines: the employees.
        names: of the departments, by id.
        circumstances: what all their calendars depend on.
        zone: the reader's.
        language: the reader's.
        now: the moment from which "ago" counts.
    """
    rows = []
    for line in lines:
        employee, calendar = line.employee, line.calendar
        words = to_words(line, circumstances, now=now, language=language)
        has_events = calendar is not None and calendar.is_current
        rows.append(
            EmployeeRow(
                id=employee.id,
                href=f"{EMPLOYEES}/{employee.id}",
                name=employee.name,
                position=employee.position,
                email=employee.email,
                departments=", ".join(sorted(names[each] for each in employee.department_ids if each in names)),
                state=words.state,
                why=words.why,
                events=count_words(line.events, "event", "events") if has_events else "",
                changed=relative_words(calendar.changed_at, now, language) if calendar is not None else "",
                changed_exact=exact_words(calendar.changed_at, zone, language) if calendar is not None else "",
                dismissed=date_words(employee.dismissed_on, language) if employee.dismissed_on else "",
            )
        )
    return rows


def to_filters(counts: Mapping[CalendarFilter, int]) -> list[StateFilter]:
    """All of them, and each state with how many are in it."""
    return [
        StateFilter("", f"All states ({sum(counts.values()):,})"),
        *(StateFilter(state.value, f"{words} ({counts.get(state, 0):,})") for state, words in STATE_WORDS.items()),
    ]


def to_departments(found: Iterable[tuple[Department, int]]) -> list[DepartmentRow]:
    """To choose from, and to keep."""
    return [
        DepartmentRow(department.id, department.name, count_words(members, "employee", "employees"))
        for department, members in found
    ]


def to_banner(overview: Overview, *, now: datetime, language: str) -> Banner:
    """What holds up everybody's calendars, in the order in which it must be cured."""
    count = overview.calendars.get(CalendarFilter.WAITING, 0)
    waits = f"{count_words(count, 'employee waits', 'employees wait')} for a calendar." if count else ""
    account = overview.account
    if account is None:
        return Banner("no_account", "No central Google account is connected", f"No calendars are made yet. {waits}")
    if account.status is AccountStatus.LEAVING:
        return Banner("leaving", "The central Google account is being disconnected", "All calendars are being deleted.")
    if not overview.is_enabled:
        text = f"Calendars stay as they are, and changes are not carried over. {waits}"
        return Banner("off", "The Google Calendar integration is switched off", text)
    if account.status is AccountStatus.NEEDS_REAUTH:
        text = f"Nothing is written to Google until then; what changes meanwhile is carried over afterwards. {waits}"
        return Banner("needs_reauth", "The central Google account must be signed in again", text)
    if overview.creations_wait_until is not None and overview.creations_waiting:
        return Banner("limit", "Google makes no more calendars for now", _limit_words(overview, now, language))
    return Banner()


def _limit_words(overview: Overview, now: datetime, language: str) -> str:
    """When calendars are made again, and when about the last of them is: Google tells neither."""
    waiting = count_words(overview.creations_waiting, "calendar waits", "calendars wait")
    until = overview.creations_wait_until or now
    last = now + overview.creations_take
    words = f"{waiting}; everything else goes on. We try again by ourselves {soon_words(until, now, language)}"
    if last > until + AN_HOUR:
        words = f"{words}; with about 60 new calendars in 6 hours, the last is made {soon_words(last, now, language)}"
    return f"{words}. Google publishes no exact limit."


def to_question(effects: BindingEffects, *, is_bound: bool) -> BindingQuestion:
    """What the confirmation of a bulk change says, with numbers."""
    chosen = count_words(effects.chosen, "employee", "employees")
    if effects.changing == 0:
        state = "bound already" if is_bound else "not bound anyway"
        return BindingQuestion(
            is_open=True,
            is_bound=is_bound,
            title="Nothing to change",
            effects=(f"{chosen} chosen: {state}.",),
            is_idle=True,
        )
    changing = count_words(effects.changing, "employee", "employees")
    title = f"Bind {changing} to Google Calendar?" if is_bound else f"Unbind {changing} from Google Calendar?"
    return BindingQuestion(
        is_open=True,
        is_bound=is_bound,
        title=title,
        effects=tuple(_binding(effects) if is_bound else _unbinding(effects)),
        button=f"Bind {changing}" if is_bound else f"Unbind {changing}",
    )


def _binding(effects: BindingEffects) -> Sequence[str]:
    said = []
    if effects.calendars:
        calendars = count_words(effects.calendars, "calendar is", "calendars are")
        said.append(f"{calendars} made under the central account.")
        invitations = count_words(effects.calendars, "invitation", "invitations, one to each employee")
        said.append(f"Google sends {invitations}.")
    if effects.without_email:
        verb = "has" if effects.without_email == 1 else "have"
        said.append(f"{effects.without_email:,} {verb} no email: a calendar is made once one is entered.")
    if effects.dismissed:
        verb = "is" if effects.dismissed == 1 else "are"
        said.append(f"{effects.dismissed:,} {verb} dismissed: a calendar is made once they are re-hired.")
    return [*said, *_unchanged(effects, "bound already")]


def _unbinding(effects: BindingEffects) -> Sequence[str]:
    calendars = count_words(effects.calendars, "calendar is", "calendars are")
    gone = f"{calendars} deleted at Google, with all events." if effects.calendars else "No calendar has to be deleted."
    return [gone, "Tasks stay here as they are.", *_unchanged(effects, "not bound anyway")]


def _unchanged(effects: BindingEffects, state: str) -> Sequence[str]:
    others = effects.chosen - effects.changing
    return [f"{others:,} of the {effects.chosen:,} chosen: {state}."] if others else []
