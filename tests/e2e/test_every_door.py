"""Every handler and every route, found by itself, called by those who may not: nothing changes, nothing is told."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page
from sqlalchemy import Engine, text

from ce_calendar.commands.demo_data import DEMO_CONTACTS, ORGANIZATIONS
from tests.e2e.legacy import Legacy
from tests.e2e.people import GOOGLE_ACCOUNT, connect_google, sign_in
from tests.e2e.team import Team
from tests.support.doors import Doors, find_doors
from tests.support.installation import Installation
from tests.support.rawsocket import RawSocket, raw_socket
from tests.support.seeding import begin_session

ORGANIZATION_DATA = (
    "organizations",
    "users",
    "sessions",
    "ce_contacts",
    "ce_contact_emails",
    "ce_contact_imports",
    "ce_calendar_connections",
    "ce_connected_calendars",
    "ce_calendar_events",
    "ce_activities",
    "ce_event_activities",
    "ce_notices",
    "ce_module_settings",
    "credential_vault",
    "oauth_flows",
    "sync_runs",
    "ce_vault_backfills",
    "erp_employees",
    "erp_departments",
    "erp_employee_calendars",
    "erp_tasks",
    "erp_task_employees",
    "erp_task_departments",
    "erp_task_statuses",
    "erp_central_accounts",
    "erp_central_clients",
    "erp_calendar_rules",
    "erp_department_members",
    "erp_task_events",
    "outbox",
)

STRANGER, VIEWER, FOREIGNER = "", "viewer@demo.example", "admin@other.example"
ERP_VIEWER = "erp-viewer@demo.example"
"""May see employee calendars, and change nothing."""
TASK_TITLE = "Replace the hidden router"


@dataclass(frozen=True)
class Target:
    """The organization under attack: ids that an attacker may have learned, and words that must not come out."""

    organization_id: str
    ids: Mapping[str, str]
    private_words: tuple[str, ...]
    """Titles and places of staff's meetings: nobody's but theirs."""
    words: tuple[str, ...]
    """What every member of the organization may read, and nobody else."""
    erp_words: tuple[str, ...]
    """What stands on the screens of employees and tasks."""


@pytest.fixture(scope="module")
def doors(installation: Installation) -> Doors:
    return find_doors(installation.environment)


@pytest.fixture
def target(page: Page, database: Engine, legacy: Legacy, team: Team) -> Target:
    """Staff of the demo organization with a connected calendar, quiet, so that every change is the attacker's.

    And its employees, whose calendars nobody works on, since the integration is switched off.
    """
    team.connect_account()
    team.in_every_state()
    team.set_rules(is_enabled=False)
    team.task(TASK_TITLE)
    team.viewer()
    sign_in(page, "staff@demo.example")
    connect_google(page)
    _wait_for_meetings(database)
    page.context.clear_cookies()
    page.goto("about:blank")
    legacy.bring(legacy.broken("admin.demo@gmail.example", user="admin@demo.example"))
    with database.begin() as connection:
        connection.execute(text("UPDATE ce_calendar_connections SET next_sync_at = '2090-01-01 00:00:00'"))
        titles = connection.execute(text("SELECT DISTINCT title FROM ce_calendar_events WHERE title != ''")).scalars()
        places = connection.execute(text("SELECT DISTINCT location FROM ce_calendar_events WHERE location != ''"))
        companies = {company for _, _, company in DEMO_CONTACTS}
        private = tuple({*titles, *places.scalars()} - companies)

        def one(query: str) -> str:
            return str(connection.execute(text(query)).scalar_one())

        ids = {
            "connection": one("SELECT id FROM ce_calendar_connections WHERE status != 'pending'"),
            "contact": one("SELECT contact_id FROM ce_activities LIMIT 1"),
            "activity": one("SELECT id FROM ce_activities LIMIT 1"),
            "session": one("SELECT id FROM sessions LIMIT 1"),
            "user": one("SELECT id FROM users WHERE email = 'staff@demo.example'"),
            "employee": one("SELECT id FROM erp_employees WHERE name = 'Anna Shared'"),
            "department": one("SELECT id FROM erp_departments"),
            "task": one("SELECT id FROM erp_tasks"),
            "status": one("SELECT id FROM erp_task_statuses WHERE role = 'done'"),
        }
        organization_id = one("SELECT id FROM organizations WHERE slug = 'demo'")
    names = tuple(name for name, _, _ in DEMO_CONTACTS) + tuple(email for _, email, _ in DEMO_CONTACTS)
    erp_words = ("Anna Shared", "boris@team.example", "Field service", "calendars@demo.example", TASK_TITLE)
    words = (*names, ORGANIZATIONS["demo"], GOOGLE_ACCOUNT, *private, *erp_words)
    return Target(organization_id, ids, private, words, erp_words)


def _wait_for_meetings(database: Engine) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with database.connect() as connection:
            done = connection.execute(text("SELECT count(*) FROM sync_runs WHERE outcome = 'done'")).scalar_one()
        if done:
            return
        time.sleep(0.1)
    raise AssertionError("the first sync did not end")


def _snapshot(database: Engine, target: Target, *, but_user: str) -> dict[str, list[Any]]:
    """Every row of the organization, but for what somebody may change of their own account."""
    rows: dict[str, list[Any]] = {}
    with database.connect() as connection:
        for table in ORGANIZATION_DATA:
            column = "id" if table == "organizations" else "organization_id"
            query = f"SELECT * FROM {table} WHERE {column} = :id"
            if table in {"users", "sessions", "oauth_flows"}:
                user = "id" if table == "users" else "user_id"
                query += f" AND {user} NOT IN (SELECT id FROM users WHERE email = :but_user)"
            found = connection.execute(text(query), {"id": target.organization_id, "but_user": but_user})
            rows[table] = sorted(map(repr, found))
    return rows


def _refusals(database: Engine, caller: str) -> int:
    query = (
        "SELECT count(*) FROM audit_log JOIN users ON users.id = actor_user_id "
        "WHERE outcome = 'refused' AND email = :email"
    )
    with database.connect() as connection:
        return int(connection.execute(text(query), {"email": caller}).scalar_one())


def _cookie(database: Engine, email: str) -> str:
    """Sign in without a browser; nobody gets no cookie."""
    return begin_session(database, email) if email else ""


def _payloads(parameters: list[str], target: Target) -> Iterator[dict[str, Any]]:
    """Arguments an attacker would try: the ids in every place, also where they do not belong, and junk."""
    form = {
        "name": "Intruder",
        "email": "intruder@evil.example",
        "company": "Evil",
        "current": "not the password",
        "new": "a-new-password-1",
        "repeat": "a-new-password-1",
        "connection_id": target.ids["connection"],
        "contact_id": target.ids["contact"],
        "poll_minutes": "60",
        "id": target.ids["contact"],
        "on": "2026-01-01",
        "position": "Intruder",
        "department": "Intruders",
        "renamed": "Intruders",
        "title": "Intruder",
        "zone": "UTC",
        "calendar_name": "Intruder",
        "client_id": "intruder.apps",
        "client_secret": "intruder",
        "role": "done",
        "status_id": target.ids["status"],
    }
    fitting = {
        name: next((value for kind, value in target.ids.items() if kind in name), form if "form" in name else "x")
        for name in parameters
    }
    yield fitting
    if not parameters:
        return
    for value in (*target.ids.values(), form, True, 0, -1, None, "", ["x"], {"a": 1}):
        yield fitting | {parameters[-1]: value}
        yield dict.fromkeys(parameters, value)


def _knock_everywhere(socket: RawSocket, doors: Doors, target: Target) -> None:
    """Call every handler with everything; twice, since some look at what an earlier call left behind."""
    # On an employee's card the second time: there the address says whom it is about.
    for path in ("/ce/settings/calendar", f"/erp/employees/{target.ids['employee']}"):
        for name, parameters in doors.handlers.items():
            for payload in _payloads(parameters, target):
                socket.send(name, payload, path=path)
        socket.drain(quiet_seconds=1.5, at_most=60)


def _call_routes(installation: Installation, doors: Doors, target: Target, cookie: str) -> str:
    """Call every route; gives everything that came back."""
    told: list[str] = []
    fields = {
        "connection_id": target.ids["connection"],
        "email": "staff@demo.example",
        "password": "not the password",
        "state": "guessed",
        "code": "guessed",
    }
    with httpx.Client(base_url=installation.url, cookies={"ce_session": cookie} if cookie else {}) as client:
        # Signing out comes last: it ends the caller's own session.
        for method, path in sorted(doors.routes, key=lambda route: route[1] == "/logout"):
            address = path.replace("{path:path}", "v1/erp/employees")
            is_form = method in {"POST", "PUT", "PATCH"}
            answer = client.request(
                method, address, data=fields if is_form else None, params=None if is_form else fields
            )
            assert answer.status_code < 500, (method, path, answer.status_code)
            told.append(answer.text + repr(answer.headers))
    return "\n".join(told)


@pytest.mark.parametrize(
    "caller",
    [STRANGER, VIEWER, FOREIGNER, ERP_VIEWER],
    ids=["stranger", "viewer", "foreign-admin", "viewer-of-employees"],
)
def test_no_door_lets_through_who_may_not(
    caller: str, installation: Installation, database: Engine, doors: Doors, target: Target
) -> None:
    assert len(doors.handlers) > 40
    assert ("POST", "/oauth/google/start") in doors.routes
    cookie = _cookie(database, caller)
    before, refused = _snapshot(database, target, but_user=caller), _refusals(database, caller)
    with raw_socket(installation.url, cookie=cookie) as socket:
        _knock_everywhere(socket, doors, target)
        told = "\n".join(socket.frames) + _call_routes(installation, doors, target, cookie)
    assert _snapshot(database, target, but_user=caller) == before
    assert caller == STRANGER or _refusals(database, caller) > refused + 10, "the audit trail holds what was tried"
    forbidden = {
        VIEWER: (*target.private_words, *target.erp_words),
        ERP_VIEWER: target.private_words,
    }.get(caller, target.words)
    assert [word for word in forbidden if word in told] == []


def test_the_same_calls_do_tell_the_person_themself(
    installation: Installation, database: Engine, doors: Doors, target: Target
) -> None:
    """Proves that the test above could fail: the loads alone bring the organization's words to its staff."""
    loads = [name for name in doors.handlers if name.endswith(".load")]
    with raw_socket(installation.url, cookie=_cookie(database, "staff@demo.example")) as socket:
        for name in loads:
            socket.send(name, {}, path="/ce/settings/calendar")
        told = "\n".join(socket.drain(quiet_seconds=1.5, at_most=30))
    assert GOOGLE_ACCOUNT in told
    assert any(word in told for word in target.private_words)
    assert not any(word in told for word in target.erp_words)


def test_the_same_calls_do_tell_who_may_see_employees(
    installation: Installation, database: Engine, doors: Doors, target: Target
) -> None:
    loads = [name for name in doors.handlers if name.endswith(".load")]
    with raw_socket(installation.url, cookie=_cookie(database, ERP_VIEWER)) as socket:
        for name in loads:
            socket.send(name, {}, path=f"/erp/employees/{target.ids['employee']}")
        told = "\n".join(socket.drain(quiet_seconds=1.5, at_most=30))
    assert [word for word in target.erp_words if word not in told] == []
