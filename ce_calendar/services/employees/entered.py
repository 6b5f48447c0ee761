"""What is entered of employees, and asked for of their list, checked."""

from collections.abc import Collection, Iterable
from datetime import date

from ce_calendar.domain.access import Actor
from ce_calendar.domain.employees.people import Employee
from ce_calendar.domain.errors import Invalid, NotFound
from ce_calendar.ports import UnitOfWork
from ce_calendar.ports.employees import CalendarFilter, EmployeeQuery
from ce_calendar.services.entered import entered_email, entered_id, entered_text

SEARCH_LENGTH = 100
DEPARTMENT_LENGTH = 100
MOST_AT_ONCE = 10_000
"""Employees whose binding can be changed in one go."""


def entered_flag(value: object, *, field: str) -> bool:
    """Yes or no.

    Raises:
        Invalid: something else.
    """
    if not isinstance(value, bool):
        raise Invalid("This can only be on or off.", field=field)
    return value


def entered_address(value: object) -> str:
    """An email address in lower case, or nothing.

    Raises:
        Invalid: not an address.
    """
    return "" if isinstance(value, str) and not value.strip() else entered_email(value)


def entered_departments(value: object, known: Collection[str]) -> tuple[str, ...]:
    """Ids of departments, each once.

    Args:
        value: what was entered.
        known: ids of the organization's departments.

    Raises:
        Invalid: no list of ids.
        NotFound: one of them is no department of the organization.
    """
    if not isinstance(value, (list, tuple)):
        raise Invalid("Departments must be chosen from the list.", field="departments")
    found = {entered_id(each, what="department") for each in value}
    if not found <= set(known):
        raise NotFound("department")
    return tuple(sorted(found))


def entered_day(value: object, *, field: str, label: str, latest: date) -> date:
    """A day that is not ahead, as a date or as the text of a form.

    Raises:
        Invalid: no day, or one to come.
    """
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value)
        except ValueError:
            raise Invalid(f"{label} must be a date.", field=field) from None
    if type(value) is not date:
        raise Invalid(f"{label} must be a date.", field=field)
    if value > latest:
        raise Invalid(f"{label} cannot lie ahead.", field=field)
    return value


def entered_query(query: EmployeeQuery) -> EmployeeQuery:
    """What to look for.

    Raises:
        Invalid: something in it cannot be looked for.
        NotFound: nothing of ours has such an id.
    """
    if query.calendar is not None and query.calendar not in set(CalendarFilter):
        raise Invalid("There is no such filter.")
    for flag in (query.is_bound, query.is_dismissed):
        if flag is not None and not isinstance(flag, bool):
            raise Invalid("There is no such filter.")
    return EmployeeQuery(
        search=entered_text(query.search, field="search", label="Search", limit=SEARCH_LENGTH),
        calendar=query.calendar,
        department_id=entered_id(query.department_id, what="department") if query.department_id else "",
        is_bound=query.is_bound,
        is_dismissed=query.is_dismissed,
    )


def chosen_employees(
    uow: UnitOfWork, actor: Actor, employee_ids: Iterable[object] | None, query: EmployeeQuery | None
) -> list[Employee]:
    """The named ones, or everybody a query finds.

    Raises:
        Invalid: nobody, or too many.
        NotFound: one of them is not an employee of the organization.
    """
    if (employee_ids is None) == (query is None):
        raise Invalid("Choose employees first.")
    home = actor.organization_id
    if query is not None:
        wanted = list(uow.employees.matching(home, entered_query(query)))
    else:
        wanted = list(dict.fromkeys(entered_id(each, what="employee") for each in employee_ids or ()))
    if not wanted:
        raise Invalid("Choose employees first.")
    if len(wanted) > MOST_AT_ONCE:
        raise Invalid(f"At most {MOST_AT_ONCE:,} employees at once. Narrow the list first.")
    found = list(uow.employees.several(wanted, organization_id=home))
    if len(found) != len(wanted):
        raise NotFound("employee")
    return found


def employee_of(uow: UnitOfWork, actor: Actor, employee_id: object) -> Employee:
    """An employee of the actor's organization.

    Raises:
        NotFound: no such employee.
    """
    wanted = entered_id(employee_id, what="employee")
    employee = uow.employees.get(wanted, organization_id=actor.organization_id)
    if employee is None:
        raise NotFound("employee")
    return employee
