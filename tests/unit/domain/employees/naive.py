"""What should show, thought out anew and without haste: one employee and one task at a time."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ce_calendar.domain.employees.people import Employee
from ce_calendar.domain.employees.rules import CalendarRules
from ce_calendar.domain.employees.tasks import SystemRole, Task, TaskStatus


@dataclass
class Organization:
    """As its people see it."""

    rules: CalendarRules
    statuses: dict[str, TaskStatus]
    department_names: dict[str, str]
    employees: dict[str, Employee] = field(default_factory=dict)
    tasks: dict[str, Task] = field(default_factory=dict)
    is_leaving: bool = False

    def wants(self, employee: Employee) -> bool:
        is_theirs = employee.is_bound and employee.email != "" and employee.dismissed_on is None
        return is_theirs and not self.is_leaving

    def name_of(self, employee: Employee) -> str:
        departments = sorted(self.department_names[each] for each in employee.department_ids)
        return _filled(
            self.rules.calendar_name,
            {"employee": employee.name, "position": employee.position, "departments": ", ".join(departments)},
        )

    def shows(self, employee: Employee, task: Task, begins: date) -> bool:
        is_theirs = employee.id in task.employee_ids
        if self.rules.shows_departments and set(employee.department_ids) & set(task.department_ids):
            is_theirs = True
        is_open = self.statuses[task.status_id].role != SystemRole.DONE
        midnight = datetime.combine(begins, time(), ZoneInfo(self.rules.zone)).astimezone(UTC)
        if task.day is not None:
            return is_theirs and is_open and task.day >= begins
        return is_theirs and is_open and task.starts_at is not None and self._ends_at(task) > midnight

    def _ends_at(self, task: Task) -> datetime:
        assert task.starts_at
        minutes = self.rules.duration_minutes if task.duration_minutes is None else task.duration_minutes
        return task.starts_at + timedelta(minutes=minutes)

    def event_of(self, task: Task) -> dict[str, object]:
        """As Google is to hold it."""
        status = self.statuses[task.status_id]
        values = {
            "number": str(task.number),
            "title": task.title,
            "status": status.name,
            "address": task.address,
            "employees": ", ".join(sorted(self.employees[each].name for each in task.employee_ids)),
            "departments": ", ".join(sorted(self.department_names[each] for each in task.department_ids)),
        }
        lines = (_filled(line, values) for line in self.rules.event_description.split("\n"))
        span = (
            f"{task.day}/{task.day + timedelta(days=1)}"
            if task.day
            else f"{task.starts_at:%Y-%m-%dT%H:%M:%S}+00:00/{self._ends_at(task):%Y-%m-%dT%H:%M:%S}+00:00"
        )
        event = {
            "title": " ".join(_filled(self.rules.event_title, values).split()),
            "zone": self.rules.zone,
            "span": span,
            "description": "\n".join(line for line in lines if line),
            "location": task.address,
            "color_id": status.color_id,
            "reminder_minutes": list(self.rules.reminder_minutes),
        }
        return {key: value for key, value in event.items() if value}


def _filled(template: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        template = template.replace(f"{{{name}}}", value)
    return template
