"""The rules of an organization's employee calendars: kept, checked, and shown on a real task before they count."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from ce_calendar.domain.access import Actor, Permission
from ce_calendar.domain.employees.calendars import AccountStatus
from ce_calendar.domain.employees.rules import (
    DURATION_MINUTES,
    IMPORT_DAYS,
    MOST_REMINDERS,
    PACE_PER_MINUTE,
    REMINDER_MINUTES,
    CalendarRules,
    OnEmailChange,
)
from ce_calendar.domain.employees.templates import (
    calendar_name_template,
    event_description_template,
    event_title_template,
)
from ce_calendar.domain.errors import Invalid
from ce_calendar.ports import Announcer, Clock, OpenUnitOfWork
from ce_calendar.ports.employees import CalendarFilter
from ce_calendar.services.audit import Audit, recorded_refusals
from ce_calendar.services.employees.clients import TOPIC
from ce_calendar.services.employees.planning import Planning
from ce_calendar.services.entered import entered_number, entered_zone

LONGEST_NAME, LONGEST_TITLE, LONGEST_DESCRIPTION = 200, 200, 4000
TEMPLATES: Mapping[str, tuple[str, int, Callable[[CalendarRules], object]]] = {
    "calendar_name": ("The calendar's name", LONGEST_NAME, calendar_name_template),
    "event_title": ("The title", LONGEST_TITLE, event_title_template),
    "event_description": ("The description", LONGEST_DESCRIPTION, event_description_template),
}
"""By name: how a refusal begins, the most characters, and what takes it apart."""
NUMBERS = {
    "duration_minutes": ("The duration", DURATION_MINUTES, "minutes"),
    "first_import_days": ("The number", IMPORT_DAYS, "days"),
    "pace_per_minute": ("The pace", PACE_PER_MINUTE, "calls a minute"),
}
"""By name: how a refusal begins, what will do, and of what."""
PACED_ALONE = frozenset({"pace_per_minute", "first_import_days", "on_email_change"})
"""Rules that say how something is done, and change nothing that is there."""


class InvalidRules(Invalid):
    """One or more of the rules cannot be taken."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        field, message = next(iter(problems.items()))
        super().__init__(message, field=field)
        self.problems = problems
        """What is wrong, by the name of the rule."""


@dataclass(frozen=True, slots=True)
class SwitchEffects:
    """What switching the integration on, or off, comes to."""

    to_make: int
    """Employees who want a calendar and have none: each gets one, and an invitation to it."""
    kept: int
    """Calendars that are there already."""
    has_account: bool


class RuleBook:
    """What dispatchers set."""

    def __init__(
        self, *, open_uow: OpenUnitOfWork, clock: Clock, planning: Planning, audit: Audit, announcer: Announcer
    ) -> None:
        self._open_uow = open_uow
        self._clock = clock
        self._planning = planning
        self._audit = audit
        self._announcer = announcer

    def get(self, actor: Actor) -> CalendarRules:
        """The rules as they are.

        Raises:
            AccessDenied: not allowed to see employee calendars.
        """
        with recorded_refusals(self._audit, actor, "erp.rules.read"):
            actor.require(Permission.ERP_VIEW)
        with self._open_uow(reading=True) as uow:
            return uow.calendar_rules.get(actor.organization_id)

    def is_saved(self, actor: Actor) -> bool:
        """Whether somebody has ever saved any.

        Raises:
            AccessDenied: not allowed to see employee calendars.
        """
        with recorded_refusals(self._audit, actor, "erp.rules.read"):
            actor.require(Permission.ERP_VIEW)
        with self._open_uow(reading=True) as uow:
            return uow.calendar_rules.is_saved(actor.organization_id)

    def change(self, actor: Actor, **entered: object) -> CalendarRules:
        """Set what is named, and have planned anew whatever follows from it.

        Of two who change the same thing the later one counts; open pages show both what stands.

        Args:
            actor: who sets them.
            entered: rules by name, as values or as the texts of a form; the switch is not one of them.

        Raises:
            AccessDenied: not allowed to change employee calendars.
            InvalidRules: says of each rule that cannot be taken why.
        """
        action = "erp.rules.change"
        with recorded_refusals(self._audit, actor, action):
            actor.require(Permission.ERP_MANAGE)
        wanted = checked(entered)
        with self._open_uow() as uow:
            before = uow.calendar_rules.get(actor.organization_id, lock=True)
            is_first = not uow.calendar_rules.is_saved(actor.organization_id)
            after = replace(before, **wanted)  # type: ignore[arg-type]  # as `checked` made them, by name
            changed = sorted(name for name in wanted if getattr(after, name) != getattr(before, name))
            if not changed and not is_first:
                return before
            uow.calendar_rules.save(actor.organization_id, after, now=self._clock())
            is_planned = bool(set(changed) - PACED_ALONE)
            if is_planned:
                self._planning.employees_changed(uow, actor.organization_id, None)
            self._audit.done(actor, action, actor.organization_id, uow=uow, **dict.fromkeys(changed, "changed"))
        if is_planned:
            self._planning.hurry(actor.organization_id)
        self._announcer.announce(actor.organization_id, TOPIC)
        return after

    # -- the switch ----------------------------------------------------------------------------------------------

    def switch_effects(self, actor: Actor) -> SwitchEffects:
        """What switching on, or off, would come to.

        Raises:
            AccessDenied: not allowed to change employee calendars.
        """
        with recorded_refusals(self._audit, actor, "erp.rules.switch"):
            actor.require(Permission.ERP_MANAGE)
        with self._open_uow(reading=True) as uow:
            account = uow.central_accounts.of(actor.organization_id)
            counts = uow.employees.counts(actor.organization_id)
        there = (CalendarFilter.MAKING, CalendarFilter.SHARED, CalendarFilter.FAILING)
        return SwitchEffects(
            to_make=counts.get(CalendarFilter.WAITING, 0),
            kept=sum(counts.get(each, 0) for each in there),
            has_account=account is not None and account.status is not AccountStatus.LEAVING,
        )

    def switch(self, actor: Actor, *, enabled: bool) -> None:
        """Keep calendars from now on; or let everything stay as it is, until somebody switches on again.

        Raises:
            AccessDenied: not allowed to change employee calendars.
        """
        # Handlers can be called with anything: only a plain yes switches on.
        enabled = enabled is True
        with recorded_refusals(self._audit, actor, "erp.rules.switch"), self._open_uow() as uow:
            actor.require(Permission.ERP_MANAGE)
            before = uow.calendar_rules.get(actor.organization_id, lock=True)
            if before.is_enabled == enabled:
                return
            uow.calendar_rules.save(actor.organization_id, replace(before, is_enabled=enabled), now=self._clock())
            if enabled:
                # Whatever changed meanwhile was not planned.
                self._planning.employees_changed(uow, actor.organization_id, None)
            self._audit.done(actor, "erp.rules.switch", actor.organization_id, uow=uow, enabled=int(enabled))
        if enabled:
            self._planning.hurry(actor.organization_id)
        for topic in (TOPIC, "employees"):
            self._announcer.announce(actor.organization_id, topic)


def checked(entered: Mapping[str, object]) -> dict[str, object]:
    """Rules as they may be kept, by name; names that are none are left out.

    Raises:
        InvalidRules: says of each rule that cannot be taken why.
    """
    wanted: dict[str, object] = {}
    problems: dict[str, str] = {}
    for name, value in entered.items():
        check = _CHECKS.get(name)
        if check is None:
            continue
        try:
            wanted[name] = check(name, value)
        except Invalid as refusal:
            problems[name] = str(refusal)
    if problems:
        raise InvalidRules(problems)
    return wanted


def _zone(_name: str, value: object) -> str:
    try:
        return entered_zone(value)
    except Invalid as refusal:
        raise Invalid("There is no such time zone. Enter one such as Europe/Berlin.") from refusal


def _template(name: str, value: object) -> str:
    label, longest, take_apart = TEMPLATES[name]
    if not isinstance(value, str):
        raise Invalid(f"{label} must be text.")
    text = value.replace("\r\n", "\n").strip()
    is_one_line = name != "event_description"
    if is_one_line and not text:
        raise Invalid(f"{label} is missing.")
    if len(text) > longest:
        raise Invalid(f"{label} is too long: at most {longest:,} characters.")
    seen = text if is_one_line else text.replace("\n", "").replace("\t", "")
    if not seen.isprintable():
        raise Invalid(f"{label} has characters that cannot be shown.")
    take_apart(replace(CalendarRules(), **{name: text}))  # type: ignore[arg-type]  # a template is text
    return text


def _number(name: str, value: object) -> int:
    label, within, unit = NUMBERS[name]
    return entered_number(value, field=name, label=label, within=within, unit=unit)


def _reminders(name: str, value: object) -> tuple[int, ...]:
    """Minutes with commas or spaces between them, or a list; each once, the earliest reminder first."""
    words = value.replace(",", " ").replace(";", " ").split() if isinstance(value, str) else value
    if not isinstance(words, list | tuple):
        raise Invalid("Reminders must be numbers of minutes.")
    minutes = {
        entered_number(each, field=name, label="A reminder", within=REMINDER_MINUTES, unit="minutes") for each in words
    }
    if len(minutes) > MOST_REMINDERS:
        raise Invalid(f"At most {MOST_REMINDERS} reminders.")
    return tuple(sorted(minutes, reverse=True))


def _flag(_name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise Invalid("This can only be on or off.")
    return value


def _on_email_change(_name: str, value: object) -> OnEmailChange:
    if isinstance(value, str) and value in set(OnEmailChange):
        return OnEmailChange(value)
    raise Invalid("There is no such choice.")


_CHECKS: Mapping[str, Callable[[str, object], object]] = {
    "zone": _zone,
    **dict.fromkeys(TEMPLATES, _template),
    **dict.fromkeys(NUMBERS, _number),
    "reminder_minutes": _reminders,
    "shows_departments": _flag,
    "on_email_change": _on_email_change,
}
