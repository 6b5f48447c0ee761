"""The sitemap: every page with its route, title and guard; the HTTP routes; the lifespan task. Nothing else."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import reflex as rx
from starlette.types import ASGIApp

from ce_calendar.bootstrap import readiness, running, settings_of_process
from ce_calendar.http.app import make_api
from ce_calendar.http.security import PublicUrl
from ce_calendar.providing import consent_pages, redirect_paths
from ce_calendar.web import addresses, home, unknown
from ce_calendar.web.account.page import page as account_page
from ce_calendar.web.account.state import AccountState
from ce_calendar.web.activity.page import page as activity_page
from ce_calendar.web.activity.state import ActivityState
from ce_calendar.web.components.focus import REMEMBER_FOCUS
from ce_calendar.web.connections.page import page as connections_page
from ce_calendar.web.connections.state import ConnectionsState
from ce_calendar.web.contacts.page import page as contacts_page
from ce_calendar.web.contacts.state import ContactsState
from ce_calendar.web.employee.page import page as employee_page
from ce_calendar.web.employee.state import EmployeeState
from ce_calendar.web.employee_calendars.page import page as employee_calendars_page
from ce_calendar.web.employee_calendars.state import EmployeeCalendarsState
from ce_calendar.web.employees.page import page as employees_page
from ce_calendar.web.employees.state import EmployeesState
from ce_calendar.web.failures import note_broken_page, say_sorry
from ce_calendar.web.frame import OneIdentity
from ce_calendar.web.live import live
from ce_calendar.web.login.page import page as login_page
from ce_calendar.web.login.state import LoginState
from ce_calendar.web.module.page import page as module_page
from ce_calendar.web.module.state import ModuleState
from ce_calendar.web.push import push_to_open_pages
from ce_calendar.web.tasks.page import page as tasks_page
from ce_calendar.web.tasks.state import TasksState
from ce_calendar.web.theme import STYLESHEETS, toaster

settings = settings_of_process()


def behind_public_url(app: ASGIApp) -> ASGIApp:
    """Everything goes through here, websocket included."""
    return PublicUrl(
        app, public_url=settings.public_url, form_targets=consent_pages(settings), proxies=settings.proxies
    )


app = rx.App(
    html_lang="en",
    backend_exception_handler=say_sorry,
    frontend_exception_handler=note_broken_page,
    stylesheets=STYLESHEETS,
    toaster=toaster(),
    # Named, or browsers ask for a /favicon.ico that is not there.
    head_components=[rx.el.link(rel="icon", href="/mark.svg", type="image/svg+xml"), rx.el.script(REMEMBER_FOCUS)],
    api_transformer=[
        make_api(
            public_url=settings.public_url,
            check=readiness(settings),
            form_targets=consent_pages(settings),
            redirect_paths=redirect_paths(settings),
        ),
        behind_public_url,
    ],
)
app.add_middleware(OneIdentity(), index=0)

# The guard of each page is its load: it asks the services, which decide.
app.add_page(home.page, route=addresses.HOME, title="ce_calendar", on_load=home.HomeState.load)
app.add_page(login_page, route=addresses.LOGIN, title="Sign in · ce_calendar", on_load=LoginState.load)
app.add_page(account_page, route=addresses.ACCOUNT, title="Account · ce_calendar", on_load=AccountState.load)
app.add_page(activity_page, route=addresses.ACTIVITY, title="Activity · ce_calendar", on_load=ActivityState.load)
app.add_page(contacts_page, route=addresses.CONTACTS, title="Contacts · ce_calendar", on_load=ContactsState.load)
app.add_page(
    connections_page,
    route=addresses.CONNECTIONS,
    title="Calendar connections · ce_calendar",
    on_load=ConnectionsState.load,
)
app.add_page(module_page, route=addresses.MODULE, title="Module settings · ce_calendar", on_load=ModuleState.load)
app.add_page(employees_page, route=addresses.EMPLOYEES, title="Employees · ce_calendar", on_load=EmployeesState.load)
app.add_page(employee_page, route=addresses.EMPLOYEE, title="Employee · ce_calendar", on_load=EmployeeState.load)
app.add_page(tasks_page, route=addresses.TASKS, title="Tasks · ce_calendar", on_load=TasksState.load)
app.add_page(
    employee_calendars_page,
    route=addresses.EMPLOYEE_CALENDARS,
    title="Google Calendar · ce_calendar",
    on_load=EmployeeCalendarsState.load,
)
app.add_page(unknown.page, route="404", title="Not found · ce_calendar", on_load=unknown.UnknownState.load)


@asynccontextmanager
async def serve() -> AsyncIterator[None]:
    """Services and jobs of this worker, while it runs."""
    with running(settings, announcer=live):
        yield


app.register_lifespan_task(serve)
app.register_lifespan_task(push_to_open_pages)
