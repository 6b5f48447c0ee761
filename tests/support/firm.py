"""An organization with employees and a central account, in a database."""

from typing import Any

from ce_calendar.domain.employees.calendars import CalendarState, EmployeeCalendar
from ce_calendar.domain.employees.people import Employee
from ce_calendar.ports import OpenUnitOfWork
from tests.builders import settle
from tests.builders_employees import make_account, make_calendar, make_employee


class Firm:
    """An organization with an account, and another one without."""

    def __init__(self, uow: OpenUnitOfWork) -> None:
        self.uow = uow
        self.town = settle(uow)
        self.id, self.other_id = self.town.organization.id, self.town.other_organization.id
        self.account = make_account(organization_id=self.id)
        with uow() as work:
            work.central_accounts.save(self.account)

    def employee(self, name: str = "Emma Engineer", **others: Any) -> Employee:
        """Store one, as `make_employee` makes them."""
        employee = make_employee(organization_id=self.id, name=name, **others)
        with self.uow() as work:
            work.employees.add(employee)
        return employee

    def calendar(
        self,
        employee: Employee | None = None,
        state: CalendarState = CalendarState.SHARED,
        generation: int = 1,
    ) -> EmployeeCalendar:
        """Store one, of a new employee unless one is named."""
        calendar = make_calendar(
            employee=employee or self.employee(), account_id=self.account.id, state=state, generation=generation
        )
        with self.uow() as work:
            work.employee_calendars.save(calendar)
        return calendar
