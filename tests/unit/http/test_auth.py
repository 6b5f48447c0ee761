"""Signing in and out over HTTP, with the real services behind the routes."""

from datetime import timedelta
from types import SimpleNamespace

import anyio
import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import Engine

from ce_calendar.adapters.persistence.unit_of_work import unit_of_work_on
from ce_calendar.domain.errors import SignedOut
from ce_calendar.http.auth import auth_router
from ce_calendar.services import registry
from ce_calendar.services.accounts import Accounts
from ce_calendar.services.audit import Audit
from tests.builders import settle
from tests.conftest import FixedClock
from tests.support.doubles import CountingLimiter, PlainPasswords

PUBLIC_URL = "https://calendar.demo.example"
RIGHT = {"email": "staff@demo.example", "password": "demo-password"}
WRONG = {"email": "staff@demo.example", "password": "wrong-password"}


@pytest.fixture
def accounts(sqlite_engine: Engine, clock: FixedClock) -> Accounts:
    open_uow, hasher = unit_of_work_on(sqlite_engine), PlainPasswords()
    settle(open_uow, password_hash=hasher.hash("demo-password"))
    return Accounts(
        open_uow=open_uow,
        clock=clock,
        hasher=hasher,
        limiter=CountingLimiter(),
        audit=Audit(open_uow=open_uow, clock=clock),
        session_lifetime=timedelta(hours=12),
        idle_timeout=timedelta(hours=2),
    )


@pytest.fixture(autouse=True)
def services(accounts: Accounts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_current", SimpleNamespace(accounts=accounts))


@pytest.fixture
def app(request: pytest.FixtureRequest) -> FastAPI:
    api = FastAPI()
    api.include_router(auth_router(getattr(request, "param", PUBLIC_URL)))
    return api


class Browser:
    """Posts forms as a browser does."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        self.cookies = httpx.Cookies()

    def post(self, path: str, *, data: dict[str, str] | None = None, origin: str | None = PUBLIC_URL) -> httpx.Response:
        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(self._app)
            async with httpx.AsyncClient(transport=transport, base_url=PUBLIC_URL, cookies=self.cookies) as client:
                answer = await client.post(path, data=data, headers={"Origin": origin} if origin else {})
            self.cookies = client.cookies
            return answer

        return anyio.run(send)


@pytest.fixture
def browser(app: FastAPI) -> Browser:
    return Browser(app)


def token_of(browser: Browser) -> str:
    token = browser.cookies.get("ce_session")
    assert token is not None
    return token


def test_signing_in_sets_a_cookie_no_script_can_read_and_goes_to_the_first_screen(
    browser: Browser, accounts: Accounts
) -> None:
    answer = browser.post("/login", data=RIGHT)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PUBLIC_URL}/")
    assert answer.headers["cache-control"] == "no-store"
    attributes = {part.strip().lower() for part in answer.headers["set-cookie"].split(";")[1:]}
    assert attributes == {"httponly", "path=/", "samesite=lax", "secure"}
    assert accounts.actor_for(token_of(browser)).email == "staff@demo.example"


@pytest.mark.parametrize("app", ["http://localhost:3000"], indirect=True)
def test_over_plain_http_the_cookie_is_not_secure_or_it_would_not_come_back(browser: Browser) -> None:
    answer = browser.post("/login", data=RIGHT, origin="http://localhost:3000")
    assert "secure" not in answer.headers["set-cookie"].lower()
    assert answer.headers["location"] == "http://localhost:3000/"


@pytest.mark.parametrize("form", [WRONG, {}, {"email": ""}, {"password": "x"}, {"email": "a\x00b", "password": "x"}])
def test_a_failed_sign_in_goes_back_and_says_so_without_a_cookie(browser: Browser, form: dict[str, str]) -> None:
    answer = browser.post("/login", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PUBLIC_URL}/login?problem=credentials")
    assert "set-cookie" not in answer.headers


def test_too_many_attempts_say_how_long_to_wait(browser: Browser) -> None:
    answers = [browser.post("/login", data=WRONG) for _ in range(6)]
    assert answers[-1].headers["location"] == f"{PUBLIC_URL}/login?problem=attempts&wait=2"


def test_signing_in_again_ends_the_session_of_this_browser(browser: Browser, accounts: Accounts) -> None:
    browser.post("/login", data=RIGHT)
    former = token_of(browser)
    browser.post("/login", data=RIGHT)
    assert accounts.actor_for(token_of(browser))
    with pytest.raises(SignedOut):
        accounts.actor_for(former)


def test_signing_out_ends_the_session_and_takes_the_cookie(browser: Browser, accounts: Accounts) -> None:
    browser.post("/login", data=RIGHT)
    token = token_of(browser)
    answer = browser.post("/logout")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PUBLIC_URL}/login")
    assert browser.cookies.get("ce_session") is None
    with pytest.raises(SignedOut):
        accounts.actor_for(token)


def test_signing_out_when_nobody_is_signed_in_is_harmless(browser: Browser) -> None:
    assert browser.post("/logout").status_code == 303


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", f"{PUBLIC_URL}.evil.example", "http://calendar.demo.example"]
)
def test_forms_of_other_sites_are_refused(browser: Browser, accounts: Accounts, origin: str) -> None:
    assert browser.post("/login", data=RIGHT, origin=origin).status_code == 403
    assert "ce_session" not in browser.cookies
    browser.post("/login", data=RIGHT)
    assert browser.post("/logout", origin=origin).status_code == 403
    assert accounts.actor_for(token_of(browser))


def test_programs_that_send_no_origin_may_sign_in(browser: Browser) -> None:
    assert browser.post("/login", data=RIGHT, origin=None).headers["location"] == f"{PUBLIC_URL}/"
