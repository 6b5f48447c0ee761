"""One installation and one browser for all browser tests; each test finds the demo as new."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright
from sqlalchemy import Engine, text

from ce_calendar.adapters.passwords import Argon2Passwords
from ce_calendar.adapters.persistence.engine import make_engine
from ce_calendar.adapters.persistence.unit_of_work import unit_of_work_on
from ce_calendar.adapters.system import system_clock
from ce_calendar.commands.demo_data import DEMO_CONTACTS, DEMO_PEOPLE
from ce_calendar.services.audit import Audit
from ce_calendar.services.directory import Directory
from tests.e2e.google import Google
from tests.e2e.legacy import Legacy
from tests.e2e.people import GOOGLE_ACCOUNT, MICROSOFT_ACCOUNT
from tests.e2e.team import Team
from tests.support.installation import (
    CHROMIUM_FLAGS,
    Application,
    Installation,
    chromium_path,
    control,
    environment_for,
    running_sandbox,
)
from tests.support.misfits import assert_no_misfits
from tests.support.postgres import free_port
from tests.support.seeding import begin_session, seed

expect.set_options(timeout=15_000)

EMPLOYEE_TABLES = (
    "outbox",
    "erp_task_events",
    "erp_employee_calendars",
    "erp_tasks",
    "erp_task_statuses",
    "erp_employees",
    "erp_departments",
    "erp_central_accounts",
    "erp_central_clients",
    "erp_calendar_rules",
)
"""Whatever refers to another comes before it."""


class SignedIn(Protocol):
    """Opens a browser in which somebody is signed in; nobody, without an email."""

    def __call__(self, email: str, **options: object) -> Page: ...


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    folder = tmp_path_factory.mktemp("installation")
    port = free_port()
    with running_sandbox(folder, "--demo") as providers:
        environment = environment_for(
            folder, database_url=f"sqlite:///{folder / 'ce.db'}", port=port, providers=providers
        )
        seed(environment)
        log = folder / "application.log"
        application = Application(environment, port=port, log=log)
        application.start()
        yield Installation(
            url=f"http://localhost:{port}",
            google=providers.google,
            microsoft=providers.microsoft,
            environment=environment,
            folder=folder,
            log=log,
            application=application,
        )
        application.stop()


@pytest.fixture(scope="session")
def database(installation: Installation) -> Iterator[Engine]:
    """The running installation's database, to look into from outside."""
    engine = make_engine(installation.environment["CE_DATABASE_URL"])
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def directory(database: Engine) -> Directory:
    """The operator's door to organizations and people."""
    open_uow = unit_of_work_on(database)
    audit = Audit(open_uow=open_uow, clock=system_clock)
    return Directory(open_uow=open_uow, clock=system_clock, hasher=Argon2Passwords(), audit=audit)


@pytest.fixture(autouse=True)
def _as_new(
    installation: Installation, database: Engine, directory: Directory, request: pytest.FixtureRequest
) -> Iterator[None]:
    """Undo what the test before did: the demo's people and contacts, an untouched Google, nothing connected."""
    demo_people = [person.email for person in DEMO_PEOPLE]
    with database.begin() as connection:
        for table in ("ce_calendar_connections", "ce_activities", "credential_vault", "ce_contacts", "sessions"):
            connection.execute(text(f"DELETE FROM {table}"))
        for table in ("leases", "ce_module_settings", "ce_vault_backfills"):
            connection.execute(text(f"DELETE FROM {table}"))
        for table in EMPLOYEE_TABLES:
            connection.execute(text(f"DELETE FROM {table}"))
        connection.execute(text("UPDATE users SET zone = '', language = '', is_locale_chosen = false"))
        for email in connection.execute(text("SELECT email FROM users")).scalars().all():
            if email not in demo_people:
                connection.execute(text("DELETE FROM users WHERE email = :email"), {"email": email})
    control(installation.google, "reset")
    control(installation.microsoft, "reset")
    directory.add_contacts(organization_slug="demo", contacts=DEMO_CONTACTS)
    yield
    assert_no_misfits(installation.google, request)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def trouble(installation: Installation) -> Iterator[list[str]]:
    """What browsers complained of, or asked of others than the application and the providers; no test may leave any."""
    found: list[str] = []
    yield found
    assert found == []


@pytest.fixture
def new_context(
    browser: Browser, installation: Installation, trouble: list[str]
) -> Iterator[Callable[..., BrowserContext]]:
    """Makes browsers of different people, or different windows."""
    opened: list[BrowserContext] = []
    ours = {urlsplit(url).netloc for url in (installation.url, installation.google, installation.microsoft)}

    def on_console(message: ConsoleMessage) -> None:
        # Reflex logs what a content policy keeps it from doing, and goes on without it.
        if message.type == "error" or "Content Security Policy" in message.text:
            where = message.page.url if message.page else "?"
            trouble.append(f"console on {where}: {message.text} ({message.location['url']})")

    def on_address(url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"data", "blob"} and parts.netloc not in ours:
            trouble.append(f"asked a stranger: {parts.scheme}://{parts.netloc}")

    def make(**options: object) -> BrowserContext:
        settings = {"locale": "en-GB", "timezone_id": "Europe/Berlin", "viewport": {"width": 1280, "height": 900}}
        context = browser.new_context(base_url=installation.url, **{**settings, **options})  # type: ignore[arg-type] # options are Playwright's own, passed through
        context.on("console", on_console)
        context.on("weberror", lambda error: trouble.append(f"uncaught: {error.error}"))
        context.on("request", lambda request: on_address(request.url))
        context.on("page", lambda page: page.on("websocket", lambda socket: on_address(socket.url)))
        opened.append(context)
        return context

    yield make
    for context in opened:
        context.close()


@pytest.fixture
def page(new_context: Callable[..., BrowserContext]) -> Page:
    return new_context().new_page()


@pytest.fixture
def signed_in(new_context: Callable[..., BrowserContext], database: Engine, installation: Installation) -> SignedIn:
    """Browsers that begin with a session, for tests that are not about the form."""

    def make(email: str, **options: object) -> Page:
        context = new_context(**options)
        if email:
            token = begin_session(database, email)
            context.add_cookies(
                [{"name": "ce_session", "value": token, "url": installation.url, "httpOnly": True, "sameSite": "Lax"}]
            )
        return context.new_page()

    return make


@pytest.fixture
def staff(signed_in: SignedIn) -> Page:
    """The browser of who connects a calendar."""
    return signed_in("staff@demo.example")


@pytest.fixture
def google(new_context: Callable[..., BrowserContext], installation: Installation) -> Google:
    """The little page where the account's owner works "at Google", in a browser of its own."""
    return Google(new_context().new_page(), installation.google, GOOGLE_ACCOUNT)


@pytest.fixture
def microsoft(new_context: Callable[..., BrowserContext], installation: Installation) -> Google:
    """The same at Microsoft."""
    return Google(new_context().new_page(), installation.microsoft, MICROSOFT_ACCOUNT)


@pytest.fixture
def legacy(installation: Installation, database: Engine) -> Legacy:
    """An earlier system that moves over."""
    return Legacy(installation, database)


@pytest.fixture
def screenshots() -> Path:
    """Where pictures of the screens are kept, for people to look at."""
    folder = Path(__file__).parents[2] / "var" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def team(database: Engine) -> Team:
    """The demo organization's employees, in whatever state a test wants them."""
    return Team(database)


@pytest.fixture
def dispatcher(signed_in: SignedIn) -> Page:
    """The browser of who keeps the employee calendars."""
    return signed_in("dispatcher@demo.example")


@pytest.fixture
def desk(dispatcher: Page, team: Team) -> Page:
    """The dispatcher's open list, in Berlin's zone, with two employees and a department to give tasks to."""
    team.set_rules()
    team.connect_account()
    crew = team.department("Field service")
    anna = team.employee("Anna Novak", departments=[crew])
    team.calendar(anna)
    team.employee("Boris Sidorov", is_bound=False)
    dispatcher.goto("/erp/tasks")
    expect(dispatcher.get_by_role("searchbox", name="Search tasks")).to_be_visible()
    return dispatcher
