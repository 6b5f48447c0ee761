"""Planning: keeps what we owe the central account in step with employees, tasks and rules."""

from collections.abc import Collection, Sequence

from ce_calendar.domain.employees.calendars import AccountStatus, CentralAccount
from ce_calendar.domain.employees.plan import plan_employee_calendars, plan_removal, plan_task_events
from ce_calendar.domain.employees.rules import CalendarRules
from ce_calendar.ports import Announcer, Clock, JobQueue, OpenUnitOfWork, UnitOfWork
from ce_calendar.services.employees.picturing import Picturing
from ce_calendar.services.employees.recording import Recorder
from ce_calendar.services.employees.reports import PlanReport

AT_ONCE = 100
"""Employees in one transaction: nobody who changes something waits longer than these take."""
PLAN_JOB = "erp-plan"
DRAIN_JOB = "erp-drain"
TOPICS = ("employees", "employee-calendars")
"""Of open pages that show calendars and what is owed for them."""


class Planning:
    """Decides what is owed whenever something changes; `Draining` carries it out.

    The verbs that take a unit of work are for other services: they are part of the caller's transaction, which holds
    the lock of the organization's rules from its beginning. After the commit the caller says `hurry`.
    """

    def __init__(self, *, open_uow: OpenUnitOfWork, clock: Clock, announcer: Announcer, jobs: JobQueue) -> None:
        self._open_uow = open_uow
        self._clock = clock
        self._announcer = announcer
        self._jobs = jobs

    def tasks_changed(self, uow: UnitOfWork, organization_id: str, task_ids: Collection[str]) -> PlanReport:
        """Plan the events of tasks that were added, changed or removed, at once.

        Where no calendars are kept just now, nothing happens: whoever switches them on has everything planned.

        Args:
            uow: the transaction of the change, after it was written.
            organization_id: whose tasks they are.
            task_ids: also those of tasks that are gone.
        """
        account = self._plannable(uow, organization_id, uow.calendar_rules.get(organization_id))
        if account is None or account.status is AccountStatus.LEAVING or not task_ids:
            return PlanReport()
        picture = self._picturing(uow, account).of_tasks(task_ids)
        return self._recorder(uow, account).record(plan_task_events(picture), picture)

    def employees_changed(self, uow: UnitOfWork, organization_id: str, employee_ids: Collection[str] | None) -> int:
        """Note that employees' calendars must be planned anew; a job does it after the commit.

        Args:
            uow: the transaction of the change.
            organization_id: whose employees they are.
            employee_ids: None for all, such as when rules, statuses or the central account changed.

        Returns:
            of how many.
        """
        return uow.employees.owe_plan(organization_id, employee_ids)

    def rebuild(self, uow: UnitOfWork, organization_id: str, employee_id: str) -> bool:
        """Let an employee's calendar go and another one be planned in its place.

        Returns:
            whether there was one.
        """
        calendar = uow.employee_calendars.current_of([employee_id]).get(employee_id)
        account = uow.central_accounts.of(organization_id)
        if calendar and account:
            self._recorder(uow, account).record(plan_removal(calendar))
        uow.employees.owe_plan(organization_id, [employee_id])
        return calendar is not None and account is not None

    def hurry(self, organization_id: str) -> None:
        """Ask for what is owed to be planned and carried out soon. Only after the commit."""
        self._jobs.enqueue(PLAN_JOB, organization_id)
        self._jobs.enqueue(DRAIN_JOB, organization_id)

    def owed(self) -> Sequence[str]:
        """Organizations with employees whose plan is owed, and where plans are made; for the clockwork."""
        with self._open_uow(reading=True) as uow:
            return [
                organization_id
                for organization_id in uow.employees.organizations_owing_plans()
                if self._plannable(uow, organization_id, uow.calendar_rules.get(organization_id))
            ]

    def run(self, organization_id: str) -> PlanReport:
        """Plan the calendars of all employees for whom that is owed, as a job.

        A transaction for every hundred of them, so that a kill in between leaves whole plans behind.
        """
        total = PlanReport()
        while page := self._run_page(organization_id):
            total += page
            for topic in TOPICS:
                self._announcer.announce(organization_id, topic)
            self._jobs.enqueue(DRAIN_JOB, organization_id)
        return total

    def _run_page(self, organization_id: str) -> PlanReport | None:
        """Plan some; None if there are none."""
        with self._open_uow() as uow:
            account = self._plannable(uow, organization_id, uow.calendar_rules.get(organization_id, lock=True))
            if account is None:
                return None
            employees = uow.employees.plan_owed(organization_id, limit=AT_ONCE)
            if not employees:
                return None
            picture = self._picturing(uow, account).of_employees(employees)
            report = self._recorder(uow, account).record(plan_employee_calendars(picture), picture)
            uow.employees.plan_done([each.id for each in employees])
        return report + PlanReport(employees=len(employees))

    def _plannable(self, uow: UnitOfWork, organization_id: str, rules: CalendarRules) -> CentralAccount | None:
        """The account plans are made for; None where all stays as it is."""
        account = uow.central_accounts.of(organization_id)
        # What lies under an account that leaves is deleted even while the integration is switched off.
        is_leaving = account is not None and account.status is AccountStatus.LEAVING
        return account if rules.is_enabled or is_leaving else None

    def _picturing(self, uow: UnitOfWork, account: CentralAccount) -> Picturing:
        rules = uow.calendar_rules.get(account.organization_id)
        return Picturing(uow, organization_id=account.organization_id, rules=rules, account=account, now=self._clock())

    def _recorder(self, uow: UnitOfWork, account: CentralAccount) -> Recorder:
        return Recorder(uow, organization_id=account.organization_id, account_id=account.id, now=self._clock())
