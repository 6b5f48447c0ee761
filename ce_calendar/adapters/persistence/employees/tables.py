"""The tables of employee calendars as SQLAlchemy's Core sees them."""

from typing import Final

from sqlalchemy import Table

from ce_calendar.adapters.persistence.employees.calendar_models import OutboxRow
from ce_calendar.adapters.persistence.employees.models import EmployeeRow

_PEOPLE = EmployeeRow.metadata.tables
_CALENDARS = OutboxRow.metadata.tables

ACCOUNTS: Final[Table] = _CALENDARS["erp_central_accounts"]
CALENDARS: Final[Table] = _CALENDARS["erp_employee_calendars"]
CLIENTS: Final[Table] = _CALENDARS["erp_central_clients"]
DEPARTMENTS: Final[Table] = _PEOPLE["erp_departments"]
EMPLOYEES: Final[Table] = _PEOPLE["erp_employees"]
MAPPINGS: Final[Table] = _CALENDARS["erp_task_events"]
MEMBERS: Final[Table] = _PEOPLE["erp_department_members"]
OUTBOX: Final[Table] = _CALENDARS["outbox"]
RULES: Final[Table] = _CALENDARS["erp_calendar_rules"]
STATUSES: Final[Table] = _PEOPLE["erp_task_statuses"]
TASK_DEPARTMENTS: Final[Table] = _PEOPLE["erp_task_departments"]
TASK_EMPLOYEES: Final[Table] = _PEOPLE["erp_task_employees"]
TASKS: Final[Table] = _PEOPLE["erp_tasks"]
