"""The self-test's steps for employee calendars: from a task to an event in the employee's calendar, and away again."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any, Protocol
from urllib.parse import quote

import httpx

from ce_calendar.commands.selftest_parts import expect
from ce_calendar.domain.access import Actor
from ce_calendar.services.employees.task_entry import TaskEntry
from ce_calendar.services.registry import Services

CENTRAL = "selftest.central@gmail.example"
EMPLOYEE = "selftest.employee@gmail.example"
EMPLOYEES, TASKS = 3, 4


class Bench(Protocol):
    """What the steps need of the self-test around them."""

    services: Services
    google: str

    def actor(self) -> Actor: ...  # noqa: D102 - as the self-test says
    def control(self, name: str, *, at: str = "", **fields: object) -> dict[str, Any]: ...  # noqa: D102 - as the self-test says
    def log(self, since: int, *, at: str = "") -> dict[str, Any]: ...  # noqa: D102 - as the self-test says
    def through_consent(self, path: str, account: str) -> str: ...  # noqa: D102 - as the self-test says


class EmployeeSteps:
    """The steps, in order, and what they hand to each other."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._employee_ids: list[str] = []
        self._task_ids: list[str] = []

    def steps(self) -> Iterator[tuple[str, Callable[[], str]]]:
        """Titles and steps."""
        yield "the central account", self.connect
        yield "employees get their calendars", self.provide
        yield "nothing changed for employees", self.drain_without_changes
        yield "a task is moved", self.move_task
        yield "the employee cannot write", self.write_as_employee
        yield "an employee is dismissed", self.dismiss
        yield "the central account leaves", self.leave

    def connect(self) -> str:
        """Through Google's page, and seen to answer."""
        for email in (CENTRAL, EMPLOYEE):
            self._bench.control("accounts", email=email)
        led_to = self._bench.through_consent("/oauth/google/central/start", CENTRAL)
        expect(led_to.partition("?")[0], "/settings_task/google_calendar", "end of the connection")
        account = self._bench.services.central.account(self._bench.actor())
        expect(account.email if account else "", CENTRAL, "central account")
        return "1 account"

    def provide(self) -> str:
        """Calendars, shares and events, in as few requests as there can be."""
        services, actor = self._bench.services, self._bench.actor()
        services.rules.switch(actor, enabled=True)
        for number in range(EMPLOYEES):
            email = EMPLOYEE if number == 0 else f"selftest.employee{number}@gmail.example"
            saved = services.employees.add(actor, name=f"Employee {number}", email=email, is_bound=True)
            self._employee_ids.append(saved.employee.id)
        for number in range(TASKS):
            self._task_ids.append(services.tasks.add(actor, self._entry(f"Task {number}", day=number)).task.id)
        requests = self._drain()
        wanted = {"calendars.insert": EMPLOYEES, "acl.insert": EMPLOYEES, "events.insert": TASKS * EMPLOYEES}
        expect({name: requests.get(name, 0) for name in wanted}, wanted, "calendars, shares and events")
        expect(self._mails(), EMPLOYEES, "invitations")
        return f"{EMPLOYEES} calendars, {TASKS * EMPLOYEES} events, {EMPLOYEES} invitations"

    def drain_without_changes(self) -> str:
        """No request at all."""
        services, actor = self._bench.services, self._bench.actor()
        services.planning.run(actor.organization_id)
        expect(self._drain(), {}, "requests")
        return "0 requests"

    def move_task(self) -> str:
        """One request for each calendar that shows it, and nobody is mailed."""
        services, actor = self._bench.services, self._bench.actor()
        known = services.tasks.get(actor, task_id=self._task_ids[0]).view.task
        services.tasks.edit(
            actor, self._entry("Task 0", day=9, status_id=known.status_id), task_id=known.id, seen=known.changed_at
        )
        expect(self._drain().get("events.update"), EMPLOYEES, "changed events")
        expect(self._mails(), EMPLOYEES, "invitations")
        return f"{EMPLOYEES} events changed, no mail"

    def write_as_employee(self) -> str:
        """Reading is all that is shared."""
        calendar_id = self._calendar_id()
        token = str(self._bench.control("token", email=EMPLOYEE)["access_token"])
        address = f"{self._bench.google}/calendar/v3/calendars/{quote(calendar_id)}/events"
        day = {"date": date.today().isoformat()}  # noqa: DTZ011 - any day will do
        body = {"summary": "mine", "start": day, "end": day}
        refused = httpx.post(address, json=body, headers={"Authorization": f"Bearer {token}"}, trust_env=False)
        expect(refused.status_code, httpx.codes.FORBIDDEN, "answer to a write")
        seen = httpx.get(address, headers={"Authorization": f"Bearer {token}"}, trust_env=False).json()
        expect(len(seen["items"]), TASKS, "events the employee sees")
        return f"403, sees {TASKS} events"

    def dismiss(self) -> str:
        """Their calendar goes, the others stay."""
        services, actor = self._bench.services, self._bench.actor()
        services.employees.dismiss(actor, employee_id=self._employee_ids[0])
        expect(self._drain(), {"calendars.delete": 1}, "requests")
        return "1 calendar deleted"

    def leave(self) -> str:
        """All calendars are deleted, then the access is withdrawn."""
        services, actor = self._bench.services, self._bench.actor()
        services.central.disconnect(actor)
        requests = self._drain()
        expect(requests.get("calendars.delete"), EMPLOYEES - 1, "deleted calendars")
        expect(requests.get("oauth.revoke"), 1, "revocations")
        expect(services.central.account(actor), None, "central account")
        return f"{EMPLOYEES - 1} calendars deleted, 1 revocation"

    def _entry(self, title: str, *, day: int, status_id: str = "") -> TaskEntry:
        when = date.today() + timedelta(days=day + 1)  # noqa: DTZ011 - a day from now on, wherever that is
        return TaskEntry(
            title=title,
            zone="UTC",
            status_id=status_id,
            day=when.isoformat(),
            time="09:00",
            employee_ids=self._employee_ids,
        )

    def _drain(self) -> dict[str, int]:
        """Plan and carry out what is owed; the operations Google was asked for, tokens aside."""
        since = max((entry["n"] for entry in self._bench.log(0)["requests"]), default=0)
        services, home = self._bench.services, self._bench.actor().organization_id
        services.planning.run(home)
        services.draining.run(home)
        counts: dict[str, int] = self._bench.log(since)["counts"]
        return {name: count for name, count in counts.items() if name not in {"oauth.token", "batch"}}

    def _mails(self) -> int:
        answer = httpx.get(f"{self._bench.google}/_sandbox/outbox", trust_env=False)
        return len(answer.json()["mails"])

    def _calendar_id(self) -> str:
        services, actor = self._bench.services, self._bench.actor()
        card = services.employees.card(actor, employee_id=self._employee_ids[0])
        return card.line.calendar.provider_calendar_id if card.line.calendar else ""
