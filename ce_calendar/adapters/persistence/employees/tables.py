"""The tables of employee calendars as SQLAlchemy's Core sees them."""

from typing import Final

from sqlalchemy import Table

from ce_calendar.adapters.persistence.employees.models import EmployeeRow

_TABLES = EmployeeRow.metadata.tables

ACCOUNTS: Final[Table] = _TABLES["erp_central_accounts"]
CALENDARS: Final[Table] = _TABLES["erp_employee_calendars"]
CLIENTS: Final[Table] = _TABLES["erp_central_clients"]
DEPARTMENTS: Final[Table] = _TABLES["erp_departments"]
EMPLOYEES: Final[Table] = _TABLES["erp_employees"]
MAPPINGS: Final[Table] = _TABLES["erp_task_events"]
MEMBERS: Final[Table] = _TABLES["erp_department_members"]
OUTBOX: Final[Table] = _TABLES["outbox"]
RULES: Final[Table] = _TABLES["erp_calendar_rules"]
STATUSES: Final[Table] = _TABLES["erp_task_statuses"]
TASK_DEPARTMENTS: Final[Table] = _TABLES["erp_task_departments"]
TASK_EMPLOYEES: Final[Table] = _TABLES["erp_task_employees"]
TASKS: Final[Table] = _TABLES["erp_tasks"]
