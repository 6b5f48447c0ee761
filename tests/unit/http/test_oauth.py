"""The two doors of linking an account, by HTTP."""

import re
from collections.abc import Sequence
from html import unescape
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import anyio
import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import Engine

from ce_calendar.adapters.persistence.unit_of_work import unit_of_work_on
from ce_calendar.domain.access import Actor
from ce_calendar.domain.errors import SignedOut
from ce_calendar.http import oauth
from ce_calendar.http.oauth import oauth_router
from ce_calendar.services.consents import REDIRECT_PATHS
from tests.conftest import FixedClock
from tests.unit.services.linking import WORK, Linking, make_linking

BASE = "http://localhost:3000"
CONSENT_PAGE = "https://consent.example/auth"


class Signed:
    """`Accounts`, as far as the routes ask it."""

    def __init__(self) -> None:
        self.actors: dict[str, Actor] = {}

    def actor_for(self, token: str) -> Actor:
        if token not in self.actors:
            raise SignedOut
        return self.actors[token]


@pytest.fixture
def linking(sqlite_engine: Engine, clock: FixedClock) -> Linking:
    return make_linking(unit_of_work_on(sqlite_engine), clock)


@pytest.fixture
def site(linking: Linking, monkeypatch: pytest.MonkeyPatch) -> "Site":
    accounts = Signed()
    town = linking.town
    for name in ("staff", "viewer"):
        accounts.actors[name] = linking.actor(getattr(town, name))
    services = SimpleNamespace(accounts=accounts, connecting=linking.connecting)
    monkeypatch.setattr(oauth, "get_services", lambda: services)
    return Site(FastAPI())


class Site:
    def __init__(self, app: FastAPI, *, form_targets: Sequence[str] = (CONSENT_PAGE,)) -> None:
        app.include_router(oauth_router(public_url=BASE, form_targets=form_targets, redirect_paths=REDIRECT_PATHS))
        self._app = app

    def post(self, path: str, *, who: str = "staff", origin: str | None = BASE, **form: str) -> httpx.Response:
        headers = {"Origin": origin} if origin else {}
        return self._ask("POST", path, who, headers=headers, data=form)

    def get(self, path: str, *, who: str = "staff", **query: str) -> httpx.Response:
        return self._ask("GET", path, who, params=query)

    def _ask(self, method: str, path: str, who: str, **more: object) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app=self._app)
            cookies = {"ce_session": who} if who else {}
            async with httpx.AsyncClient(transport=transport, base_url=BASE, cookies=cookies) as client:
                return await client.request(method, path, **more)  # type: ignore[arg-type]  # httpx' many parameters

        return anyio.run(ask)


def consented(site: Site, linking: Linking) -> dict[str, str]:
    answer = site.post("/oauth/google/start")
    assert answer.status_code == 303, answer.text
    code, state = linking.world.consent(answer.headers["location"], WORK)
    return {"code": code, "state": state}


def test_start_sends_the_browser_to_google(site: Site) -> None:
    answer = site.post("/oauth/google/start")

    assert answer.status_code == 303
    asked = parse_qs(urlsplit(answer.headers["location"]).query)
    assert asked["redirect_uri"] == [f"{BASE}/oauth/google/callback"]
    assert answer.headers["cache-control"] == "no-store"


def test_the_way_back_links_and_leaves_no_code_in_the_address(site: Site, linking: Linking) -> None:
    answer = site.get("/oauth/google/callback", **consented(site, linking))

    assert (answer.status_code, answer.headers["location"]) == (303, f"{BASE}/ce/settings/calendar?connected=google")
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert len(linking.of_organization(linking.town.staff)) == 1


def test_signing_in_again_names_the_connection(site: Site, linking: Linking) -> None:
    site.get("/oauth/google/callback", **consented(site, linking))
    connection = linking.of_organization(linking.town.staff)[0]

    assert "login_hint=sam" in site.post("/oauth/google/start", connection_id=connection.id).headers["location"]
    foreign = site.post("/oauth/google/start", connection_id="not-mine")
    assert foreign.headers["location"] == f"{BASE}/ce/settings/calendar?problem=gone&provider=google"


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ({"state": "guessed", "code": "x"}, "state"),
        ({"error": "access_denied"}, "state"),  # not even a refusal counts without a state
        ({}, "state"),
    ],
)
def test_an_answer_nobody_asked_for_is_a_problem(
    site: Site, linking: Linking, query: dict[str, str], problem: str
) -> None:
    answer = site.get("/oauth/google/callback", **query)

    assert answer.headers["location"] == f"{BASE}/ce/settings/calendar?problem={problem}&provider=google"
    assert linking.world.calls == []


def test_denied_and_replayed_are_told(site: Site, linking: Linking) -> None:
    back = consented(site, linking)

    denied = site.get("/oauth/google/callback", state=back["state"], error="access_denied")
    again = site.get("/oauth/google/callback", **back)

    assert denied.headers["location"].endswith("?problem=denied&provider=google")
    assert again.headers["location"].endswith("?problem=state&provider=google")


@pytest.mark.parametrize("who", ["", "forged"])
def test_nobody_signed_in_goes_to_sign_in(site: Site, linking: Linking, who: str) -> None:
    back = consented(site, linking)

    assert site.post("/oauth/google/start", who=who).headers["location"] == f"{BASE}/login"
    assert site.get("/oauth/google/callback", who=who, **back).headers["location"] == f"{BASE}/login"
    assert linking.of_organization(linking.town.staff) == []


def test_a_viewer_is_told(site: Site) -> None:
    for answer in (site.post("/oauth/google/start", who="viewer"), site.get("/oauth/google/callback", who="viewer")):
        assert answer.headers["location"] == f"{BASE}/ce/settings/calendar?problem=forbidden&provider=google"


@pytest.mark.parametrize("origin", ["http://evil.example", "http://localhost:3001", "https://localhost:3000", "null"])
def test_a_form_of_another_page_is_refused(site: Site, origin: str) -> None:
    assert site.post("/oauth/google/start", origin=origin).status_code == 403


def test_a_client_that_sends_no_origin_may_start(site: Site) -> None:
    assert site.post("/oauth/google/start", origin=None).status_code == 303


def test_a_consent_page_the_policy_did_not_name_is_reached_over_a_page_of_ours(linking: Linking, site: Site) -> None:
    elsewhere = Site(FastAPI(), form_targets=["https://another.example"])

    answer = elsewhere.post("/oauth/google/start")

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    (url,) = set(re.findall(r'(?:url=|href=")(https://consent\.example/auth\?[^"]+)"', answer.text))
    code, state = linking.world.consent(unescape(url), WORK)
    assert site.get("/oauth/google/callback", code=code, state=state).headers["location"].endswith("connected=google")


def test_a_provider_without_a_client_is_refused_by_its_own_door(site: Site) -> None:
    answer = site.post("/oauth/microsoft/start")

    assert answer.headers["location"] == f"{BASE}/ce/settings/calendar?problem=not_configured&provider=microsoft"
