"""The employees, departments and tasks a demo starts with: a week of field work around the present day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from ce_calendar.domain.access import Actor, permissions_of
from ce_calendar.ports.employees import EmployeeQuery
from ce_calendar.services.employees.task_entry import TaskEntry
from ce_calendar.services.registry import Services

DISPATCHER = "dispatcher@demo.example"
ZONE = "America/Chicago"
"""Of the sandbox's demo accounts, too."""
DEPARTMENTS = ("Equipment service", "Home visits", "Transport")


@dataclass(frozen=True, slots=True)
class DemoEmployee:
    """Somebody who does tasks."""

    name: str
    email: str
    position: str
    departments: tuple[str, ...]
    is_bound: bool = False


@dataclass(frozen=True, slots=True)
class DemoTask:
    """A piece of work, by days from today; without an hour it takes the whole day."""

    day: int
    hour: int | None
    minutes: int | None
    title: str
    kind: str
    customer: str
    address: str
    who: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    status: str = "Not completed"


_EQUIPMENT, _VISITS, _TRANSPORT = DEPARTMENTS
_LENA, _MARCUS, _HANA, _TOMAS = "Lena Fischer", "Marcus Hill", "Hana Weiss", "Tomás Vega"
_GRACE, _IVAN, _NOOR, _PETER = "Grace Okafor", "Ivan Petrov", "Noor Rahman", "Peter Lang"

EMPLOYEES = (
    DemoEmployee(_LENA, "lena.fischer@gmail.example", "Equipment technician", (_EQUIPMENT,), is_bound=True),
    DemoEmployee(_MARCUS, "marcus.hill@gmail.example", "Equipment technician", (_EQUIPMENT,), is_bound=True),
    DemoEmployee(_HANA, "hana.weiss@gmail.example", "Visiting nurse", (_VISITS,), is_bound=True),
    DemoEmployee(_TOMAS, "tomas.vega@gmail.example", "Driver", (_TRANSPORT,)),
    DemoEmployee(_GRACE, "grace.okafor@lakeside.example", "Visiting nurse", (_VISITS,)),
    DemoEmployee(_IVAN, "ivan.petrov@lakeside.example", "Driver and technician", (_TRANSPORT, _EQUIPMENT)),
    DemoEmployee(_NOOR, "", "Trainee", (_EQUIPMENT,)),
    DemoEmployee(_PETER, "peter.lang@lakeside.example", "Team lead, home visits", (_VISITS,)),
)

_INSTALL, _REPAIR, _VISIT, _DELIVERY = "Installation", "Repair", "Home visit", "Delivery"

TASKS: Sequence[DemoTask] = (
    DemoTask(
        -3,
        9,
        60,
        "Oxygen concentrator, yearly check",
        _REPAIR,
        "R. Whitfield",
        "12 Elm Street",
        (_LENA,),
        status="Done",
    ),
    DemoTask(-2, 13, 90, "Set up hospital bed", _INSTALL, "A. Moreno", "8 Mill Lane", (_MARCUS,), status="Done"),
    DemoTask(-1, 10, 45, "Wound care", _VISIT, "J. Sato", "31 Lakeview Road", (_HANA,)),
    DemoTask(-1, None, None, "Stocktaking of spare parts", "Internal", "", "Depot, Harbor Street 2", (), (_EQUIPMENT,)),
    DemoTask(0, 8, 60, "Replace nebulizer", _REPAIR, "K. Brandt", "4 Orchard Close", (_LENA,), status="In progress"),
    DemoTask(0, 10, 90, "Install stair lift", _INSTALL, "D. Adeyemi", "77 Hill Road", (_LENA, _MARCUS)),
    DemoTask(0, 14, 30, "Blood pressure round", _VISIT, "Harbor Court residents", "Harbor Court", (_HANA,)),
    DemoTask(0, 15, 120, "Deliver two wheelchairs", _DELIVERY, "Green Valley School", "1 School Lane", (_TOMAS,)),
    DemoTask(1, 9, 45, "Insulin training", _VISIT, "M. Rossi", "19 Bridge Street", (_HANA, _GRACE)),
    DemoTask(1, 11, None, "Wheelchair brake repair", _REPAIR, "S. Novak", "5 Garden Row", (_MARCUS,)),
    DemoTask(1, 13, 60, "Return of a rented bed", _DELIVERY, "E. Lindqvist", "60 Park Avenue", (_IVAN,)),
    DemoTask(1, None, None, "Vehicle inspection", "Internal", "", "Garage Miller", (), (_TRANSPORT,)),
    DemoTask(2, 8, 120, "Install ceiling hoist", _INSTALL, "F. Dubois", "23 Station Road", (_LENA,)),
    DemoTask(2, 10, 45, "Home safety assessment", _VISIT, "T. Kowalski", "9 River Walk", (_GRACE,)),
    DemoTask(2, 16, 30, "Team meeting, home visits", "Internal", "", "Office, room 2", (), (_VISITS,)),
    DemoTask(3, 9, 60, "Oxygen delivery", _DELIVERY, "R. Whitfield", "12 Elm Street", (_TOMAS, _IVAN)),
    DemoTask(3, 13, 60, "Check of the door alarm", _REPAIR, "Harbor Court residents", "Harbor Court", (_MARCUS,)),
    DemoTask(4, 9, 45, "Wound care, follow-up", _VISIT, "J. Sato", "31 Lakeview Road", (_HANA,)),
    DemoTask(4, 14, 90, "Adjust standing frame", _REPAIR, "N. Haddad", "2 Chapel Hill", (_LENA,)),
    DemoTask(6, None, None, "Flu vaccination day", _VISIT, "", "Community hall", (), (_VISITS,)),
    DemoTask(7, 10, 60, "Yearly check of the hoist", _REPAIR, "G. Evans", "14 Church Street", (_LENA,)),
    DemoTask(8, 9, 180, "Training: new infusion pumps", "Internal", "", "Office, room 1", (_HANA, _GRACE, _PETER)),
    DemoTask(9, None, None, "Move the depot's shelves", "Internal", "", "Depot, Harbor Street 2", (), (_EQUIPMENT,)),
)


def seed_employees(services: Services, now: datetime) -> None:
    """Make departments, employees and tasks, the first time only: what people changed stays as they left it.

    Args:
        services: of an installation with the demo's people.
        now: UTC; the tasks lie around its day.
    """
    actor = _dispatcher(services)
    if services.employees.page(actor, query=EmployeeQuery()).total or services.departments.all(actor):
        return
    services.rules.change(actor, zone=ZONE)
    departments = {name: services.departments.add(actor, name=name).id for name in DEPARTMENTS}
    employees = {
        each.name: services.employees.add(
            actor,
            name=each.name,
            email=each.email,
            position=each.position,
            department_ids=[departments[name] for name in each.departments],
            is_bound=each.is_bound,
        ).employee.id
        for each in EMPLOYEES
    }
    statuses = {line.status.name: line.status.id for line in services.statuses.all(actor)}
    today = now.astimezone(ZoneInfo(ZONE)).date()
    for task in TASKS:
        entry = TaskEntry(
            title=task.title,
            zone=ZONE,
            status_id=statuses[task.status],
            kind=task.kind,
            day=(today + timedelta(days=task.day)).isoformat(),
            time="" if task.hour is None else f"{task.hour:02}:00",
            duration="" if task.minutes is None else str(task.minutes),
            address=task.address,
            customer=task.customer,
            employee_ids=[employees[name] for name in task.who],
            department_ids=[departments[name] for name in task.departments],
        )
        services.tasks.add(actor, entry)


def _dispatcher(services: Services) -> Actor:
    """The demo's dispatcher, on whose behalf all this is entered."""
    user = next(each for each in services.directory.users() if each.email == DISPATCHER)
    return Actor(
        user_id=user.id,
        organization_id=user.organization_id,
        session_id="",
        email=user.email,
        name=user.name,
        organization_name="",
        permissions=permissions_of(user.roles, user.given),
        zone=ZONE,
        language="en",
    )
