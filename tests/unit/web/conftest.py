"""States without a server: services are doubles that remember what they were asked."""

from collections.abc import Iterator
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any, TypeVar, cast

import pytest
import reflex as rx
from reflex.istate.data import HeaderData, ReflexURL, SessionData, URLData

from ce_calendar.domain.access import Actor
from ce_calendar.domain.employees.calendars import AccountStatus
from ce_calendar.domain.employees.rules import CalendarRules
from ce_calendar.domain.employees.tasks import SystemRole
from ce_calendar.domain.errors import SignedOut
from ce_calendar.domain.meetings.connections import ClientSource, OAuthClient, Provider
from ce_calendar.domain.meetings.module import ModuleValues
from ce_calendar.domain.meetings.timeline import HeldBy, Meeting
from ce_calendar.ports.employees import CalendarFilter, EmployeeLine
from ce_calendar.services import registry
from ce_calendar.services.backfill import BackfillView
from ce_calendar.services.connection_views import ConnectionPage, ConnectionView
from ce_calendar.services.contacts import ContactPage
from ce_calendar.services.employees.hints import Hints
from ce_calendar.services.employees.progress import AccountView, Overview
from ce_calendar.services.employees.showing import Showing
from ce_calendar.services.employees.statuses import StatusLine
from ce_calendar.services.employees.task_views import FoundPeople, TaskDetails, TaskOptions, TaskPage, TaskView
from ce_calendar.services.employees.views import Circumstances, EmployeeCard, EmployeePage, EmployeeWeek
from ce_calendar.services.registry import Services
from ce_calendar.services.timeline import TimelinePage
from ce_calendar.web.live import live
from tests.builders import make_actor, make_connection, make_contact, make_session, make_user, new_id
from tests.builders_employees import make_calendar, make_department, make_employee, make_status, make_task
from tests.conftest import NOON

AnyState = TypeVar("AnyState", bound=rx.State)
TAB = "tab-1"
OWNER = make_user()
CONNECTION = make_connection(user=OWNER, account_email="sam@gmail.example")
CONTACT = make_contact(name="Carla Contact")
EMPLOYEE = make_employee(organization_id=OWNER.organization_id)
CALENDAR = make_calendar(employee=EMPLOYEE)
LINE = EmployeeLine(EMPLOYEE, CalendarFilter.SHARED, CALENDAR, 3, is_plan_owed=False)
DEPARTMENT = make_department(organization_id=OWNER.organization_id)
WORKING = Circumstances(is_enabled=True, account=AccountStatus.HEALTHY)
MONDAY = date(2026, 3, 9)
STATUSES = [
    make_status(organization_id=OWNER.organization_id),
    make_status(organization_id=OWNER.organization_id, name="Done", role=SystemRole.DONE, color_id="10", position=1),
]
TASK = make_task(organization_id=OWNER.organization_id, number=12, status_id=STATUSES[0].id, employee_ids=[EMPLOYEE.id])
TASK_OPTIONS = TaskOptions(STATUSES, [DEPARTMENT], CalendarRules(zone="Europe/Berlin"))
TASK_VIEW = TaskView(TASK, STATUSES[0], [EMPLOYEE], [])
MEETING = Meeting(new_id(), CONTACT, NOON, NOON, None, (HeldBy("u", "Sam"),), is_visible=True, title="Review")


def card_of(line: EmployeeLine, **values: Any) -> EmployeeCard:
    """A card; a test names what it is about."""
    fields: dict[str, Any] = {
        "departments": [DEPARTMENT],
        "same_email": [],
        "earlier": [],
        "waiting": 0,
        "history": [],
        "zone": "Europe/Berlin",
        "circumstances": WORKING,
    }
    return EmployeeCard(line=line, **{**fields, **values})


def make_overview(**values: Any) -> Overview:
    """One employee whose calendar is shared, and nothing owed."""
    fields: dict[str, Any] = {
        "is_enabled": True,
        "account": make_account_view(),
        "calendars": {CalendarFilter.SHARED: 1},
        "plans_owed": 0,
        "owed": {},
        "seconds_to_go": 0,
        "creations_waiting": 0,
        "creations_take": timedelta(),
        "creations_wait_until": None,
        "next_moment": None,
    }
    return Overview(**{**fields, **values})


def make_account_view(status: AccountStatus = AccountStatus.HEALTHY) -> AccountView:
    return AccountView("a", "calendars@demo.example", status, "", NOON, None, None, None)


class Desk:
    """The services of a test, and who holds which cookie."""

    def __init__(self) -> None:
        self.actors: dict[str, Actor] = {"good": make_actor()}
        self.touched: list[bool] = []
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.services = SimpleNamespace(
            **{
                name: SimpleNamespace()
                for name in (
                    *("accounts", "audit", "backfill", "calendars", "connecting", "connections", "notices"),
                    *("contact_import", "contacts", "directory", "module_settings", "syncing", "timeline"),
                    *("departments", "employees", "progress", "rules", "statuses", "tasks"),
                )
            }
        )
        self.services.accounts.actor_for = self.actor_for

    def actor_for(self, token: str, *, touch: bool = True) -> Actor:
        self.touched.append(touch)
        if token not in self.actors:
            raise SignedOut
        return self.actors[token]

    def answers(self, service: str, method: str, answer: object = None) -> None:
        """Let a method give this, or raise it, or ask it."""

        def asked(actor: Actor, **arguments: Any) -> object:
            self.calls.append((f"{service}.{method}", arguments))
            if isinstance(answer, Exception):
                raise answer
            return answer(actor, **arguments) if callable(answer) else answer

        setattr(getattr(self.services, service), method, asked)

    def asked(self, name: str) -> list[dict[str, Any]]:
        return [arguments for called, arguments in self.calls if called == name]


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    desk = Desk()
    monkeypatch.setattr(registry, "_current", cast(Services, desk.services))
    yield desk
    live.pages.clear()


@pytest.fixture
def busy(desk: Desk) -> Desk:
    """A desk where every page finds something to show."""
    view = ConnectionView(CONNECTION, "Sam", True, True, None, None, 3, may_withdraw=True, calendars=(2, 3))
    desk.answers("connections", "list", ConnectionPage([view], total=1, everybody=1))
    desk.answers("notices", "mine", [])
    desk.answers("connecting", "clients", {Provider.GOOGLE: OAuthClient("client", ClientSource.PLATFORM)})
    desk.answers("backfill", "view", BackfillView(pending=0, run=None, unopened=(), may_start=True, has_keys=True))
    desk.answers("contacts", "page", ContactPage([CONTACT], 1))
    desk.answers("contacts", "get", CONTACT)
    desk.answers("timeline", "page", TimelinePage([MEETING], 1))
    desk.answers("timeline", "has_any_connection", False)
    desk.answers("module_settings", "get", ModuleValues())
    desk.answers("employees", "page", EmployeePage([LINE], 1, [(DEPARTMENT, 1)], WORKING))
    desk.answers("employees", "card", card_of(LINE))
    desk.answers("employees", "week", EmployeeWeek(MONDAY, NOON.date(), "Europe/Berlin", has_calendar=True, events=[]))
    desk.answers("employees", "hints", Hints(EMPLOYEE.email, "Your calendar", "Accept the invitation"))
    desk.answers("progress", "of", make_overview())
    desk.answers("tasks", "page", TaskPage([TASK_VIEW], 1, has_any=True, options=TASK_OPTIONS))
    desk.answers("tasks", "options", TASK_OPTIONS)
    desk.answers("tasks", "get", TaskDetails(TASK_VIEW, Showing(None, []), TASK_OPTIONS))
    desk.answers("tasks", "people", FoundPeople([EMPLOYEE], 7))
    desk.answers("statuses", "all", [StatusLine(each, 0) for each in TASK_OPTIONS.statuses])
    desk.answers("accounts", "sessions", [make_session(user=OWNER)])
    return desk


def tab(*, cookie: str = "", url: str = "http://localhost/", token: str = TAB) -> rx.State:
    root = rx.State(_reflex_internal_init=True)  # type: ignore[call-arg] # as Reflex makes them
    root.rx_router_headers = HeaderData(cookie=f"ce_session={cookie}" if cookie else "")
    root.rx_router_session = SessionData(client_token=token)
    root.rx_router_url = URLData.from_url(ReflexURL(url))
    return root


async def opened(state: type[AnyState], *, cookie: str = "good", url: str = "http://localhost/") -> AnyState:
    """A tab's state of this kind, its cookie `good` unless said."""
    return await tab(cookie=cookie, url=url).get_state(state)


def shown(state: rx.State) -> dict[str, Any]:
    """What the browser may know of a state, by plain names."""
    return {name: getattr(state, name) for name in state.base_vars if name in type(state).__fields__}
