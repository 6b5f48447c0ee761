"""Tasks with everything a screen shows of them, read for a whole page at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ce_calendar.domain.employees.people import Department, Employee
from ce_calendar.domain.employees.rules import CalendarRules
from ce_calendar.domain.employees.tasks import Task, TaskStatus
from ce_calendar.ports import UnitOfWork
from ce_calendar.services.employees.showing import Showing, showings_of


@dataclass(frozen=True, slots=True)
class TaskOptions:
    """What there is to choose from, and what counts for all tasks."""

    statuses: Sequence[TaskStatus]
    """In their order."""
    departments: Sequence[Department]
    """By name."""
    rules: CalendarRules

    @property
    def zone(self) -> str:
        """What task times are entered and shown in."""
        return self.rules.zone


@dataclass(frozen=True, slots=True)
class TaskView:
    """A task with the names it is shown by."""

    task: Task
    status: TaskStatus | None
    employees: Sequence[Employee]
    """Assigned by name, in the order of names."""
    departments: Sequence[Department]


@dataclass(frozen=True, slots=True)
class TaskPage:
    """Some of the tasks, and how many there are in all."""

    tasks: Sequence[TaskView]
    total: int
    has_any: bool
    """Whether there is any task at all, found or not."""
    options: TaskOptions


@dataclass(frozen=True, slots=True)
class TaskDetails:
    """One task, and where it shows."""

    view: TaskView
    showing: Showing
    options: TaskOptions


@dataclass(frozen=True, slots=True)
class FoundPeople:
    """Some of the employees a search found."""

    employees: Sequence[Employee]
    more: int
    """About how many more there are."""


def options_of(uow: UnitOfWork, organization_id: str) -> TaskOptions:
    """What there is to choose from."""
    return TaskOptions(
        statuses=uow.task_statuses.all(organization_id),
        departments=[department for department, _ in uow.departments.all(organization_id)],
        rules=uow.calendar_rules.get(organization_id),
    )


def views_of(uow: UnitOfWork, organization_id: str, tasks: Sequence[Task], options: TaskOptions) -> Sequence[TaskView]:
    """The names of all of them with one query."""
    wanted = {employee_id for task in tasks for employee_id in task.employee_ids}
    employees = {each.id: each for each in uow.employees.several(wanted, organization_id=organization_id)}
    return [_view(task, employees, options) for task in tasks]


def details_of(uow: UnitOfWork, organization_id: str, task: Task) -> TaskDetails:
    """One task with where it shows."""
    options = options_of(uow, organization_id)
    view = views_of(uow, organization_id, [task], options)[0]
    showing = showings_of(uow, task, employees=view.employees, status=view.status, rules=options.rules)
    return TaskDetails(view, showing, options)


def _view(task: Task, employees: Mapping[str, Employee], options: TaskOptions) -> TaskView:
    return TaskView(
        task=task,
        status=next((status for status in options.statuses if status.id == task.status_id), None),
        employees=sorted(
            (employees[each] for each in task.employee_ids if each in employees),
            key=lambda each: (each.name.casefold(), each.id),
        ),
        departments=[each for each in options.departments if each.id in task.department_ids],
    )
