"""The rules of employee calendars: kept, checked, planned by, and shown before they count."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from ce_calendar.domain.employees.rules import CalendarRules, OnEmailChange
from ce_calendar.domain.errors import AccessDenied
from ce_calendar.ports import OpenUnitOfWork
from ce_calendar.services.employees.rules import InvalidRules
from tests.builders_employees import make_calendar, make_status, make_task
from tests.conftest import NOON, FixedClock
from tests.support.doubles import audit_rows
from tests.unit.services.central_scene import Central, make_central


@pytest.fixture
def central(uow: OpenUnitOfWork, clock: FixedClock) -> Central:
    return make_central(uow, clock)


def stored(central: Central) -> CalendarRules:
    with central.uow(reading=True) as uow:
        return uow.calendar_rules.get(central.organization_id)


# -- changing ----------------------------------------------------------------------------------------------------


def test_whoever_never_saved_any_has_the_defaults(central: Central) -> None:
    assert central.rules.get(central.dispatcher) == CalendarRules()
    assert not central.rules.is_saved(central.dispatcher)


def test_what_a_form_sends_is_taken_field_by_field(central: Central, engine: Engine) -> None:
    central.employ(central.employee())

    changed = central.rules.change(
        central.dispatcher,
        zone="Europe/Berlin",
        calendar_name=" {employee} ({position}) ",
        event_title="{title}",
        event_description="{kind}\r\n{address}",
        duration_minutes="45",
        reminder_minutes="10, 60 10",
        shows_departments=True,
        first_import_days="0",
        on_email_change="share_anew",
        pace_per_minute=" 300 ",
        is_enabled=True,
        nonsense="x",
    )

    assert changed == stored(central)
    assert changed == CalendarRules(
        is_enabled=False,  # the switch is another verb
        zone="Europe/Berlin",
        calendar_name="{employee} ({position})",
        event_title="{title}",
        event_description="{kind}\n{address}",
        duration_minutes=45,
        reminder_minutes=(60, 10),
        shows_departments=True,
        first_import_days=0,
        on_email_change=OnEmailChange.SHARE_ANEW,
        pace_per_minute=300,
    )
    assert central.rules.is_saved(central.dispatcher)
    assert central.plans_owed() == 1
    assert ("erp-plan", central.organization_id) in central.linking.jobs.asked
    assert (central.organization_id, "employee-calendars") in central.linking.announcements.told
    assert ("erp.rules.change", "done", central.organization_id) in audit_rows(engine)


def test_rules_that_change_nothing_that_is_there_are_not_planned_by(central: Central) -> None:
    central.employ(central.employee())

    central.rules.change(central.dispatcher, pace_per_minute=100, first_import_days=7, on_email_change="share_anew")

    assert central.plans_owed() == 0
    assert central.linking.jobs.asked == []


def test_saving_what_counts_already_is_saved_once_and_plans_nothing(central: Central, engine: Engine) -> None:
    central.employ(central.employee())
    central.rules.change(central.dispatcher, zone="UTC")
    assert central.rules.is_saved(central.dispatcher)
    before = len(audit_rows(engine))

    central.rules.change(central.dispatcher, zone="UTC")

    assert central.plans_owed() == 0
    assert len(audit_rows(engine)) == before


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("zone", "Mars/Olympus", "no such time zone"),
        ("zone", None, "no such time zone"),
        ("calendar_name", "", "missing"),
        ("calendar_name", "x" * 201, "at most 200"),
        ("calendar_name", "{title}", "no placeholder"),
        ("event_title", "{title.__class__}", "no placeholder"),
        ("event_title", "{title", "without its"),
        ("event_title", "two\nlines", "cannot be shown"),
        ("event_description", "x" * 4001, "at most 4,000"),
        ("event_description", "\x00", "cannot be shown"),
        ("event_description", 7, "must be text"),
        ("duration_minutes", "4", "from 5 to 1440"),
        ("duration_minutes", "soon", "whole number"),
        ("reminder_minutes", "10 minutes", "whole number"),
        ("reminder_minutes", "1,2,3,4,5,6", "At most 5"),
        ("reminder_minutes", "50000", "from 0 to"),
        ("reminder_minutes", 7, "numbers of minutes"),
        ("shows_departments", "yes", "on or off"),
        ("first_import_days", "366", "from 0 to 365"),
        ("on_email_change", "forget", "no such choice"),
        ("on_email_change", [], "no such choice"),
        ("pace_per_minute", "600", "from 10 to 590"),
        ("pace_per_minute", True, "whole number"),
    ],
    ids=str,
)
def test_what_will_not_do_is_told_by_field(central: Central, name: str, value: object, says: str) -> None:
    with pytest.raises(InvalidRules) as refused:
        central.rules.change(central.dispatcher, **{name: value})

    assert list(refused.value.problems) == [name]
    assert says in refused.value.problems[name]
    assert not central.rules.is_saved(central.dispatcher)


def test_everything_that_will_not_do_is_told_at_once(central: Central) -> None:
    with pytest.raises(InvalidRules) as refused:
        central.rules.change(central.dispatcher, zone="", event_title="{x}", pace_per_minute="60")
    assert set(refused.value.problems) == {"zone", "event_title"}


def test_an_empty_description_is_one(central: Central) -> None:
    assert central.rules.change(central.dispatcher, event_description="").event_description == ""


# -- the switch --------------------------------------------------------------------------------------------------


def test_switching_on_plans_whatever_changed_meanwhile(central: Central, engine: Engine) -> None:
    central.employ(central.employee())

    central.rules.switch(central.dispatcher, enabled=True)

    assert stored(central).is_enabled
    assert central.plans_owed() == 1
    assert ("erp-plan", central.organization_id) in central.linking.jobs.asked
    assert ("erp.rules.switch", "done", central.organization_id) in audit_rows(engine)


def test_pausing_plans_nothing(central: Central) -> None:
    central.rules.switch(central.dispatcher, enabled=True)
    central.linking.jobs.asked.clear()

    central.rules.switch(central.dispatcher, enabled=False)

    assert not stored(central).is_enabled
    assert central.linking.jobs.asked == []


def test_only_a_plain_yes_switches_on(central: Central) -> None:
    central.rules.switch(central.dispatcher, enabled="yes")  # type: ignore[arg-type]  # as a socket may send it
    assert not stored(central).is_enabled


def test_the_effects_of_the_switch_are_told_in_numbers(central: Central) -> None:
    account = central.connect()
    has_one = central.employee()
    central.employ(has_one, central.employee(), central.employee(), central.employee(is_bound=False))
    with central.uow() as uow:
        uow.employee_calendars.save(make_calendar(employee=has_one, account_id=account.id))

    effects = central.rules.switch_effects(central.dispatcher)

    assert (effects.to_make, effects.kept, effects.has_account) == (2, 1, True)


# -- the preview -------------------------------------------------------------------------------------------------


def test_without_any_task_a_made_up_one_is_shown(central: Central) -> None:
    shown = central.previewing.preview(central.dispatcher)

    assert (shown.is_sample_task, shown.is_sample_employee) == (True, True)
    assert shown.title == "#1024 Replace the router"
    assert shown.calendar_name == "Alex Morgan"
    assert "12 Mill Lane" in shown.description
    assert shown.problems == {}


def test_rules_are_shown_on_the_next_open_task_and_whom_it_is_given_to(central: Central) -> None:
    organization_id = central.organization_id
    status = make_status(organization_id=organization_id)
    employee = central.employee(name="Emma Engineer", position="Technician")
    tasks = [
        make_task(
            organization_id=organization_id,
            number=number,
            title=title,
            status_id=status.id,
            starts_at=NOON + timedelta(days=days),
            employee_ids=[employee.id],
        )
        for number, title, days in ((1, "Long ago", -3), (2, "Tomorrow", 1), (3, "Next week", 7))
    ]
    with central.uow() as uow:
        uow.task_statuses.save(status)
        uow.employees.add(employee)
        uow.tasks.add(*tasks)

    shown = central.previewing.preview(
        central.dispatcher,
        zone="Europe/Berlin",
        event_title="{title}: {employees}",
        calendar_name="{employee}, {position}",
        duration_minutes="90",
    )

    assert shown.title == "Tomorrow: Emma Engineer"
    assert shown.calendar_name == "Emma Engineer, Technician"
    assert (shown.is_sample_task, shown.is_sample_employee) == (False, False)
    assert shown.starts_at
    assert shown.starts_at.utcoffset() == timedelta(hours=1)
    assert stored(central) == CalendarRules()


def test_what_cannot_be_taken_is_told_while_the_rest_is_shown(central: Central) -> None:
    shown = central.previewing.preview(central.dispatcher, event_title="{oops}", calendar_name="Of {employee}")

    assert set(shown.problems) == {"event_title"}
    assert shown.title.startswith("#")
    assert shown.calendar_name == "Of Alex Morgan"


# -- who may -----------------------------------------------------------------------------------------------------


VERBS = {
    "get": lambda central, actor: central.rules.get(actor),
    "is saved": lambda central, actor: central.rules.is_saved(actor),
    "change": lambda central, actor: central.rules.change(actor, zone="Europe/Berlin"),
    "effects": lambda central, actor: central.rules.switch_effects(actor),
    "switch": lambda central, actor: central.rules.switch(actor, enabled=True),
    "preview": lambda central, actor: central.previewing.preview(actor),
}


@pytest.mark.parametrize("verb", VERBS)
def test_a_colleague_without_the_permission_cannot(central: Central, engine: Engine, verb: str) -> None:
    with pytest.raises(AccessDenied):
        VERBS[verb](central, central.linking.actor(central.linking.town.staff))

    assert stored(central) == CalendarRules()
    assert any(outcome == "refused" for _, outcome, _ in audit_rows(engine))


def test_another_organization_has_rules_of_its_own(central: Central) -> None:
    stranger = central.linking.actor(central.linking.town.stranger)
    central.rules.change(stranger, zone="Europe/Berlin")
    central.rules.switch(stranger, enabled=True)

    assert stored(central) == CalendarRules()
    assert central.rules.switch_effects(stranger).to_make == 0
