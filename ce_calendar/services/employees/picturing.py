"""Loads what a plan is made from: a few queries, however many employees and tasks it is about."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from ce_calendar.domain.employees.calendars import AccountStatus, CentralAccount, EmployeeCalendar, EventMapping
from ce_calendar.domain.employees.people import Employee
from ce_calendar.domain.employees.plan import Picture
from ce_calendar.domain.employees.rules import CalendarRules
from ce_calendar.domain.employees.tasks import Task
from ce_calendar.ports import UnitOfWork


class Picturing:
    """Loads pictures of one organization, in the transaction in which they are planned."""

    def __init__(
        self, uow: UnitOfWork, *, organization_id: str, rules: CalendarRules, account: CentralAccount, now: datetime
    ) -> None:
        self._uow = uow
        self._organization_id = organization_id
        self._is_leaving = account.status is AccountStatus.LEAVING
        self._rules = rules
        self._account_id = account.id
        self._now = now

    def of_employees(self, employees: Sequence[Employee]) -> Picture:
        """Of whole employees: all tasks that may show for them, all that was planned for them."""
        ids = [each.id for each in employees]
        departments = {department_id for each in employees for department_id in each.department_ids}
        tasks = self._uow.tasks.open_of(
            ids,
            departments if self._rules.shows_departments else (),
            organization_id=self._organization_id,
        )
        calendars = self._uow.employee_calendars.current_of(ids)
        mappings = self._uow.event_mappings.of_calendars([each.id for each in calendars.values()])
        return self._picture(employees, tasks, mappings, calendars)

    def of_tasks(self, task_ids: Collection[str]) -> Picture:
        """Of whole tasks: everybody they are, or were, shown for."""
        tasks = self._uow.tasks.several(task_ids, organization_id=self._organization_id)
        mappings = self._uow.event_mappings.of_tasks(task_ids)
        shown_in = self._uow.employee_calendars.several({each.calendar_id for each in mappings})
        employees = self._named({each.employee_id for each in shown_in} | _assigned(tasks))
        if self._rules.shows_departments:
            departments = {department_id for each in tasks for department_id in each.department_ids}
            members = self._uow.employees.of_departments(departments)
            employees = list({each.id: each for each in (*employees, *members)}.values())
        calendars = self._uow.employee_calendars.current_of([each.id for each in employees])
        return self._picture(employees, tasks, mappings, calendars)

    def _picture(
        self,
        employees: Sequence[Employee],
        tasks: Sequence[Task],
        mappings: Sequence[EventMapping],
        calendars: Mapping[str, EmployeeCalendar],
    ) -> Picture:
        names = {each.id: each.name for each in employees}
        names |= {each.id: each.name for each in self._named(_assigned(tasks) - names.keys())}
        departments = self._uow.departments.all(self._organization_id)
        return Picture(
            rules=self._rules,
            account_id=self._account_id,
            now=self._now,
            statuses={each.id: each for each in self._uow.task_statuses.all(self._organization_id)},
            department_names={department.id: department.name for department, _members in departments},
            employee_names=names,
            employees=employees,
            calendars=calendars,
            generations=self._uow.employee_calendars.generations_of([each.id for each in employees]),
            tasks=tasks,
            mappings=mappings,
            is_leaving=self._is_leaving,
        )

    def _named(self, employee_ids: Collection[str]) -> list[Employee]:
        if not employee_ids:
            return []
        return list(self._uow.employees.several(employee_ids, organization_id=self._organization_id))


def _assigned(tasks: Iterable[Task]) -> set[str]:
    return {employee_id for each in tasks for employee_id in each.employee_ids}
