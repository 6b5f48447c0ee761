"""Connecting the central account by HTTP, and every address that Google may lead back to."""

from collections.abc import Mapping
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi import FastAPI
from fastapi.responses import PlainTextResponse
from sqlalchemy import Engine

from ce_calendar.adapters.persistence.unit_of_work import unit_of_work_on
from ce_calendar.domain.meetings.connections import Provider
from ce_calendar.http import oauth
from ce_calendar.services.consents import GOOGLE_RETURN_PATHS, REDIRECT_PATHS
from ce_calendar.settings import GOOGLE_REDIRECT_PATHS
from tests.conftest import FixedClock
from tests.unit.http.test_oauth import BASE, Signed, Site
from tests.unit.services.central_scene import CENTRAL, Central, make_central
from tests.unit.services.linking import WORK

SETTINGS = f"{BASE}/settings_task/google_calendar"
PERSONAL = f"{BASE}/ce/settings/calendar"

RETURNS: Mapping[str, tuple[str, dict[str, str]]] = {
    "ours": ("/oauth/google/callback", {}),
    "api.php": ("/api.php", {"cat": "google"}),
    "screen": ("/settings_task/google_calendar", {}),
    "screen with a slash": ("/settings_task/google_calendar/", {}),
}


@pytest.fixture
def central(sqlite_engine: Engine, clock: FixedClock) -> Central:
    return make_central(unit_of_work_on(sqlite_engine), clock)


@pytest.fixture
def site(central: Central, monkeypatch: pytest.MonkeyPatch) -> Site:
    accounts = Signed()
    linking = central.linking
    accounts.actors = {
        "dispatcher": central.dispatcher,
        "admin": linking.actor(linking.town.admin),
        "staff": linking.actor(linking.town.staff),
    }
    services = SimpleNamespace(accounts=accounts, connecting=linking.connecting, central=central.book)
    monkeypatch.setattr(oauth, "get_services", lambda: services)
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    site = Site(app)

    @app.get("/{path:path}")
    def page(path: str) -> PlainTextResponse:
        """The screens, which stand behind all routes."""
        return PlainTextResponse(f"page {path}")

    return site


def consented(site: Site, central: Central, *, who: str = "dispatcher", start: str = "") -> dict[str, str]:
    answer = site.post(start or "/oauth/google/central/start", who=who)
    assert answer.status_code == 303, answer.text
    code, state = central.linking.world.consent(answer.headers["location"], CENTRAL if not start else WORK)
    return {"code": code, "state": state}


def test_start_sends_the_browser_to_google(site: Site) -> None:
    answer = site.post("/oauth/google/central/start", who="dispatcher")

    asked = parse_qs(urlsplit(answer.headers["location"]).query)
    assert asked["redirect_uri"] == [f"{BASE}/oauth/google/callback"]
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("name", RETURNS)
def test_every_known_address_connects_the_central_account(site: Site, central: Central, name: str) -> None:
    path, query = RETURNS[name]

    answer = site.get(path, who="dispatcher", **query, **consented(site, central))

    assert (answer.status_code, answer.headers["location"]) == (303, f"{SETTINGS}?connected=central")
    assert answer.headers["referrer-policy"] == "no-referrer"
    account = central.stored()
    assert account
    assert account.email == CENTRAL


@pytest.mark.parametrize("name", RETURNS)
def test_every_known_address_links_a_personal_account_too(site: Site, central: Central, name: str) -> None:
    path, query = RETURNS[name]
    back = consented(site, central, who="staff", start="/oauth/google/start")

    answer = site.get(path, who="staff", **query, **back)

    assert answer.headers["location"] == f"{PERSONAL}?connected=google"
    assert len(central.linking.of_organization(central.linking.town.staff)) == 1


@pytest.mark.parametrize("name", RETURNS)
def test_a_state_counts_once_whatever_the_address(site: Site, central: Central, name: str) -> None:
    path, query = RETURNS[name]
    back = consented(site, central)
    site.get("/oauth/google/callback", who="dispatcher", **back)
    calls = list(central.linking.world.calls)

    answer = site.get(path, who="dispatcher", **query, **back)

    assert answer.headers["location"] == f"{SETTINGS}?problem=state"
    assert central.linking.world.calls == calls


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/settings_task/google_calendar", {}),
        ("/settings_task/google_calendar/", {"problem": "denied"}),
        ("/settings_task/google_calendar", {"code": "x"}),
        ("/settings_task/google_calendar", {"error": "access_denied"}),
        ("/settings_task/google_calendar", {"state": "x"}),
        ("/settings_task/google_calendar", {"state": "", "code": "x"}),
        ("/api.php", {"state": "x", "code": "x"}),
        ("/api.php", {"cat": "task", "state": "x", "code": "x"}),
        ("/api.php", {"cat": "google"}),
    ],
    ids=["plain", "problem", "code", "error", "state", "no state", "no cat", "other cat", "only cat"],
)
def test_what_is_no_answer_of_google_goes_to_the_page(site: Site, path: str, query: dict[str, str]) -> None:
    answer = site.get(path, who="dispatcher", **query)

    assert (answer.status_code, answer.text) == (200, f"page {path.lstrip('/')}")


def test_denied_is_told_on_the_settings_screen(site: Site, central: Central) -> None:
    back = consented(site, central)

    answer = site.get("/api.php", who="dispatcher", cat="google", state=back["state"], error="access_denied")

    assert answer.headers["location"] == f"{SETTINGS}?problem=denied"
    assert central.stored() is None


def test_a_wrong_state_that_looks_central_is_told_on_the_settings_screen(site: Site, central: Central) -> None:
    answer = site.get("/oauth/google/callback", who="dispatcher", state="central.guessed", code="x")

    assert answer.headers["location"] == f"{SETTINGS}?problem=state"
    assert central.linking.world.calls == []


def test_a_foreign_state_is_refused_and_used_up(site: Site, central: Central) -> None:
    back = consented(site, central)

    assert site.get("/oauth/google/callback", who="admin", **back).headers["location"] == f"{SETTINGS}?problem=state"
    again = site.get("/oauth/google/callback", who="dispatcher", **back)
    assert again.headers["location"] == f"{SETTINGS}?problem=state"
    assert central.stored() is None


def test_marks_taken_off_or_put_on_a_state_lead_nowhere(site: Site, central: Central) -> None:
    back = consented(site, central, who="admin")
    bare = site.get(
        "/oauth/google/callback", who="admin", code=back["code"], state=back["state"].removeprefix("central.")
    )
    assert bare.headers["location"] == f"{PERSONAL}?problem=state&provider=google"

    personal = consented(site, central, who="admin", start="/oauth/google/start")
    marked = site.get(
        "/oauth/google/callback", who="admin", code=personal["code"], state="central." + personal["state"]
    )
    assert marked.headers["location"] == f"{SETTINGS}?problem=state"
    assert central.stored() is None


def test_nobody_signed_in_goes_to_sign_in(site: Site, central: Central) -> None:
    back = consented(site, central)

    assert site.post("/oauth/google/central/start", who="").headers["location"] == f"{BASE}/login"
    assert site.get("/api.php", who="", cat="google", **back).headers["location"] == f"{BASE}/login"
    assert central.stored() is None


def test_who_may_not_manage_calendars_is_told(site: Site) -> None:
    assert site.post("/oauth/google/central/start", who="staff").headers["location"] == f"{SETTINGS}?problem=forbidden"
    back = site.get("/oauth/google/callback", who="staff", state="central.x", code="x")
    assert back.headers["location"] == f"{SETTINGS}?problem=forbidden"


@pytest.mark.parametrize("origin", ["http://evil.example", "null"])
def test_a_form_of_another_page_is_refused(site: Site, origin: str) -> None:
    assert site.post("/oauth/google/central/start", who="dispatcher", origin=origin).status_code == 403


def test_the_settings_know_every_address_that_answers_google() -> None:
    assert GOOGLE_REDIRECT_PATHS == GOOGLE_RETURN_PATHS
    assert GOOGLE_REDIRECT_PATHS[0] == REDIRECT_PATHS[Provider.GOOGLE]
