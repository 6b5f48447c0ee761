"""What narrow scopes leave of an account's rights."""

from typing import Any

import pytest

from tests.unit.sandbox.driver import ANN, Sandbox, meeting, refusal, status

BOB = "bob@gmail.example"
PUBLIC: dict[str, Any] = {"type": "default"}
SCOPE = "https://www.googleapis.com/auth/calendar."


def user(email: str) -> dict[str, str]:
    return {"type": "user", "value": email}


@pytest.fixture
def ann(sandbox: Sandbox) -> Any:
    sandbox.account(time_zone="Europe/Berlin")
    return sandbox.google()


@pytest.fixture
def bob(sandbox: Sandbox) -> Any:
    sandbox.account(BOB)
    return sandbox.google(BOB)


@pytest.fixture
def team(ann: Any) -> str:
    """A calendar of Ann's."""
    return str(ann.calendars().insert(body={"summary": "Team"}).execute()["id"])


@pytest.mark.parametrize(
    ("scope", "answers"),
    [
        # of one's own calendar, one shared by name, and a public one
        ("events.readonly", [200, 200, 200]),
        ("events.owned", [200, 403, 403]),
        ("events.owned.readonly", [200, 403, 403]),
        ("events.public.readonly", [403, 403, 200]),
    ],
)
def test_a_narrow_scope_leaves_out_calendars(
    sandbox: Sandbox, ann: Any, team: str, scope: str, answers: list[int]
) -> None:
    sandbox.account(BOB)
    ann.acl().insert(calendarId=team, body={"role": "writer", "scope": user(BOB)}).execute()
    fair = ann.calendars().insert(body={"summary": "Fair"}).execute()["id"]
    ann.acl().insert(calendarId=fair, body={"role": "reader", "scope": PUBLIC}).execute()
    narrow = sandbox.google(BOB, SCOPE + scope).events()
    assert [status(narrow.list(calendarId=each)) for each in (BOB, team, fair)] == answers


def test_the_free_busy_scope_sees_only_times_even_of_ones_own(sandbox: Sandbox, ann: Any) -> None:
    ann.events().insert(calendarId="primary", body=meeting("Open")).execute()
    narrow = sandbox.google(ANN, SCOPE + "events.freebusy").events().list(calendarId="primary").execute()
    assert narrow["accessRole"] == "freeBusyReader"
    assert ["summary" in event for event in narrow["items"]] == [False]


def test_an_application_with_little_scope_has_the_calendars_it_made(sandbox: Sandbox, ann: Any, team: str) -> None:
    token = sandbox.control("token", email=ANN, client_id="little", scopes=[SCOPE + "app.created"])["access_token"]
    little = sandbox.google_with(token)
    mine = little.calendars().insert(body={"summary": "Mine"}).execute()["id"]
    little.events().insert(calendarId=mine, body=meeting()).execute()
    assert little.calendarList().get(calendarId=mine).execute()["accessRole"] == "owner"
    for call in (little.events().list(calendarId=team), little.calendars().get(calendarId="primary")):
        assert refusal(call) == (403, "insufficientPermissions")
    little.calendars().delete(calendarId=mine).execute()


def test_the_acl_scopes_are_about_calendars_that_one_owns(sandbox: Sandbox, ann: Any, bob: Any, team: str) -> None:
    ann.acl().insert(calendarId=team, body={"role": "writer", "scope": user(BOB)}).execute()
    assert len(bob.acl().list(calendarId=team).execute()["items"]) == 2
    narrow = sandbox.google(BOB, SCOPE + "acls").acl()
    assert refusal(narrow.list(calendarId=team)) == (403, "insufficientPermissions")
    assert len(narrow.list(calendarId="primary").execute()["items"]) == 1
