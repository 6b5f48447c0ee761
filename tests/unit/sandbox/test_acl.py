"""acl: who may do what with a calendar, and how it is shared from one account to another."""

from typing import Any

import pytest

from tests.unit.sandbox.driver import ANN, Sandbox, meeting, refusal, status

BOB = "bob@gmail.example"
CAROL = "carol@riverside.example"
PUBLIC: dict[str, Any] = {"type": "default"}


def user(email: str) -> dict[str, str]:
    return {"type": "user", "value": email}


def mails(sandbox: Sandbox) -> list[dict[str, str]]:
    found: list[dict[str, str]] = sandbox.http.get(f"{sandbox.url}/_sandbox/outbox").json()["mails"]
    return found


def listed(google: Any) -> list[str]:
    return [entry["id"] for entry in google.calendarList().list().execute()["items"]]


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


def test_a_new_calendar_has_its_owners_rule(ann: Any, team: str) -> None:
    answer = ann.acl().list(calendarId=team).execute()
    (rule,) = answer["items"]
    assert (rule["id"], rule["role"], rule["scope"]) == (f"user:{ANN}", "owner", user(ANN))
    assert ann.acl().get(calendarId=team, ruleId=f"user:{ANN}").execute() == rule
    assert answer["nextSyncToken"]


def test_a_shared_calendar_is_on_the_others_list_once_it_is_accepted_there(
    sandbox: Sandbox, ann: Any, bob: Any, team: str
) -> None:
    ann.events().insert(calendarId=team, body=meeting("Planning")).execute()
    assert refusal(bob.events().list(calendarId=team)) == (404, "notFound")

    ann.acl().insert(calendarId=team, body={"role": "reader", "scope": user(BOB)}).execute()

    assert mails(sandbox) == [{"kind": "sharing", "to": BOB, "about": team}]
    assert listed(bob) == [BOB]
    assert bob.events().list(calendarId=team).execute()["items"][0]["summary"] == "Planning"
    entry = bob.calendarList().insert(body={"id": team}).execute()
    assert (entry["accessRole"], entry["summary"], entry["dataOwner"]) == ("reader", "Team", ANN)
    assert "selected" not in entry
    assert listed(bob) == [BOB, team]


def test_a_person_accepts_by_the_control_api_too(sandbox: Sandbox, ann: Any, bob: Any, team: str) -> None:
    ann.acl().insert(calendarId=team, body={"role": "writer", "scope": user(BOB)}).execute()
    accepted = sandbox.control("accept", email=BOB, calendar=team)
    assert accepted == {"email": BOB, "calendar": team, "accessRole": "writer"}
    assert bob.calendarList().get(calendarId=team).execute()["selected"] is True
    refused = sandbox.http.post(f"{sandbox.url}/_sandbox/accept", json={"email": BOB, "calendar": ANN})
    assert (refused.status_code, "not shared" in refused.json()["error"]) == (400, True)


def test_a_person_accepts_on_the_page_too(sandbox: Sandbox, ann: Any, bob: Any, team: str) -> None:
    ann.acl().insert(calendarId=team, body={"role": "reader", "scope": user(BOB)}).execute()
    page = sandbox.http.get(f"{sandbox.url}/?account={BOB}&from=2027-03-01").text
    assert page.count('data-testid="sandbox-accept"') == 1
    assert f"Shared by {ANN}. You may see all event details." in page
    form = {"account": BOB, "calendar": team, "from": "2027-03-01"}
    answer = sandbox.http.post(f"{sandbox.url}/calendars/accept", data=form)
    assert answer.url.endswith("from=2027-03-01")
    assert "sandbox-accept" not in answer.text
    assert listed(bob) == [BOB, team]
    refused = sandbox.http.post(f"{sandbox.url}/calendars/accept", data={"account": BOB, "calendar": ANN})
    assert (refused.status_code, 'role="alert"' in refused.text) == (400, True)


def test_a_mail_is_sent_unless_it_is_not_wanted(sandbox: Sandbox, ann: Any, team: str) -> None:
    quiet = {"calendarId": team, "sendNotifications": False}
    ann.acl().insert(body={"role": "reader", "scope": user(BOB)}, **quiet).execute()
    ann.acl().patch(ruleId=f"user:{BOB}", body={"role": "writer"}, **quiet).execute()
    ann.acl().insert(calendarId=team, body={"role": "reader", "scope": PUBLIC}).execute()
    assert mails(sandbox) == []
    ann.acl().patch(calendarId=team, ruleId=f"user:{BOB}", body={"role": "owner"}).execute()
    ann.acl().delete(calendarId=team, ruleId=f"user:{BOB}").execute()
    assert [mail["to"] for mail in mails(sandbox)] == [BOB]


def test_a_calendar_shared_with_somebody_outside_waits_for_the_account(sandbox: Sandbox, ann: Any, team: str) -> None:
    rule = ann.acl().insert(calendarId=team, body={"role": "reader", "scope": user(CAROL.upper())}).execute()
    assert rule["id"] == f"user:{CAROL}"
    sandbox.account(CAROL)
    assert sandbox.google(CAROL).calendars().get(calendarId=team).execute()["summary"] == "Team"


def test_whoever_loses_the_role_loses_the_calendar(sandbox: Sandbox, ann: Any, bob: Any, team: str) -> None:
    ann.acl().insert(calendarId=team, body={"role": "reader", "scope": user(BOB)}).execute()
    sandbox.control("accept", email=BOB, calendar=team)
    token = bob.calendarList().list().execute()["nextSyncToken"]
    ann.acl().delete(calendarId=team, ruleId=f"user:{BOB}").execute()
    (gone,) = bob.calendarList().list(syncToken=token).execute()["items"]
    assert (gone["id"], gone["deleted"]) == (team, True)
    assert listed(bob) == [BOB]
    for call in (bob.calendarList().get(calendarId=team), bob.events().list(calendarId=team)):
        assert refusal(call) == (404, "notFound")
    ann.acl().insert(calendarId=team, body={"role": "reader", "scope": user(BOB)}).execute()
    assert listed(bob) == [BOB], "a new invitation must be accepted anew"


def test_a_rule_of_the_same_scope_replaces_the_first_and_none_takes_it_away(ann: Any, team: str) -> None:
    rules = ann.acl()
    first = rules.insert(calendarId=team, body={"role": "reader", "scope": user(BOB)}).execute()
    second = rules.insert(calendarId=team, body={"role": "writer", "scope": user(BOB)}).execute()
    assert (second["id"], second["role"]) == (first["id"], "writer")
    assert second["etag"] != first["etag"]
    rules.update(calendarId=team, ruleId=first["id"], body={"role": "none", "scope": user(BOB)}).execute()
    assert refusal(rules.get(calendarId=team, ruleId=first["id"])) == (404, "notFound")
    assert refusal(rules.delete(calendarId=team, ruleId=first["id"])) == (404, "notFound")


def test_domain_and_public_rules_reach_accounts_that_nobody_named(sandbox: Sandbox, ann: Any, team: str) -> None:
    sandbox.account(CAROL)
    carol = sandbox.google(CAROL)
    ann.acl().insert(calendarId=team, body={"role": "reader", "scope": PUBLIC}).execute()
    assert carol.calendarList().insert(body={"id": team}).execute()["accessRole"] == "reader"
    domain = {"type": "domain", "value": "riverside.example"}
    assert ann.acl().insert(calendarId=team, body={"role": "writer", "scope": domain}).execute()["id"] == (
        "domain:riverside.example"
    )
    assert carol.calendarList().get(calendarId=team).execute()["accessRole"] == "writer", "the most counts"
    ann.acl().delete(calendarId=team, ruleId="domain:riverside.example").execute()
    assert listed(carol) == [CAROL, team]
    ann.acl().delete(calendarId=team, ruleId="default").execute()
    assert listed(carol) == [CAROL]


@pytest.mark.misfits_allowed
@pytest.mark.parametrize(
    ("body", "refused"),
    [
        ({"role": "reader", "scope": {"type": "planet", "value": "mars"}}, (400, "invalidScopeValue")),
        ({"role": "reader", "scope": {"type": "user"}}, (400, "invalidScopeValue")),  # nobody
        ({"role": "reader", "scope": user("bob")}, (400, "invalidScopeValue")),  # no email
        ({"role": "reader", "scope": user("bob@\x00.example")}, (400, "invalidScopeValue")),
        ({"role": "reader", "scope": user("b" * 300 + "@x.example")}, (400, "invalidScopeValue")),
        ({"role": "reader", "scope": {"type": "domain", "value": "all of them"}}, (400, "invalidScopeValue")),
        ({"role": "reader"}, (400, "required")),
        ({"scope": user(BOB)}, (400, "required")),
        ({"role": "editor", "scope": user(BOB)}, (400, "invalid")),
        ({"role": "writer", "scope": PUBLIC}, (400, "illegalAccessRoleForDefault")),
        ({"role": "reader", "scope": user(ANN)}, (403, "cannotChangeOwnAcl")),
    ],
)
def test_a_rule_that_google_would_not_take_is_refused(
    ann: Any, team: str, body: dict[str, Any], refused: tuple[int, str]
) -> None:
    assert refusal(ann.acl().insert(calendarId=team, body=body)) == refused
    assert len(ann.acl().list(calendarId=team).execute()["items"]) == 1


def test_the_owners_rule_stays(ann: Any, bob: Any, team: str) -> None:
    rules = ann.acl()
    own = {"calendarId": team, "ruleId": f"user:{ANN}"}
    assert refusal(rules.delete(**own)) == (403, "cannotChangeOwnAcl")
    assert refusal(rules.patch(body={"role": "writer"}, **own)) == (403, "cannotChangeOwnAcl")
    rules.insert(calendarId=team, body={"role": "owner", "scope": user(BOB)}).execute()
    assert refusal(bob.acl().delete(**own)) == (403, "cannotModifyAclOfCalendarOwner")
    assert refusal(bob.acl().delete(calendarId=team, ruleId=f"user:{BOB}")) == (403, "cannotChangeOwnAcl")
    rules.delete(calendarId=team, ruleId=f"user:{BOB}").execute()


def test_a_rule_is_changed_only_as_it_was_seen(ann: Any, team: str) -> None:
    rule = ann.acl().insert(calendarId=team, body={"role": "reader", "scope": user(BOB)}).execute()
    ann.acl().patch(calendarId=team, ruleId=rule["id"], body={"role": "writer"}).execute()
    for request in (
        ann.acl().patch(calendarId=team, ruleId=rule["id"], body={"role": "owner"}),
        ann.acl().delete(calendarId=team, ruleId=rule["id"]),
    ):
        request.headers["If-Match"] = rule["etag"]
        assert refusal(request) == (412, "conditionNotMet")
    moved = {"role": "reader", "scope": user(CAROL)}
    assert refusal(ann.acl().update(calendarId=team, ruleId=rule["id"], body=moved)) == (400, "invalidScopeValue")


MAY = {
    # what the account does: the least role that it takes
    "look at the calendar": "freeBusyReader",
    "list events": "freeBusyReader",
    "add an event": "writerWithoutPrivateAccess",
    "change a private event": "writer",
    "read the rules": "writer",
    "share": "owner",
    "rename the calendar": "owner",
    "delete the calendar": "data owner",
}
ORDER = ["none", "freeBusyReader", "reader", "writerWithoutPrivateAccess", "writer", "owner", "data owner"]


@pytest.mark.parametrize("role", ORDER)
def test_each_role_may_what_google_says_it_may(sandbox: Sandbox, ann: Any, bob: Any, team: str, role: str) -> None:
    private = ann.events().insert(calendarId=team, body=meeting(visibility="private")).execute()["id"]
    if role not in ("none", "data owner"):
        ann.acl().insert(calendarId=team, body={"role": role, "scope": user(BOB)}).execute()
    google = ann if role == "data owner" else bob
    calls = {
        "look at the calendar": google.calendars().get(calendarId=team),
        "list events": google.events().list(calendarId=team),
        "add an event": google.events().insert(calendarId=team, body=meeting()),
        "change a private event": google.events().patch(calendarId=team, eventId=private, body={"summary": "New"}),
        "read the rules": google.acl().list(calendarId=team),
        "share": google.acl().insert(calendarId=team, body={"role": "reader", "scope": user(CAROL)}),
        "rename the calendar": google.calendars().patch(calendarId=team, body={"summary": "New"}),
        "delete the calendar": google.calendars().delete(calendarId=team),
    }
    refused = 404 if role == "none" else 403
    expected = {what: 200 if ORDER.index(role) >= ORDER.index(least) else refused for what, least in MAY.items()}
    assert {what: status(call) for what, call in calls.items()} == expected


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        ("freeBusyReader", [None, None]),
        ("reader", [None, "Open"]),
        ("writerWithoutPrivateAccess", [None, "Open"]),
        ("writer", ["Secret", "Open"]),
    ],
)
def test_each_role_sees_what_google_shows_it(ann: Any, bob: Any, team: str, role: str, seen: list[str | None]) -> None:
    ann.events().insert(calendarId=team, body=meeting("Secret", visibility="private")).execute()
    ann.events().insert(calendarId=team, body=meeting("Open", day=2)).execute()
    ann.acl().insert(calendarId=team, body={"role": role, "scope": user(BOB)}).execute()
    answer = bob.events().list(calendarId=team).execute()
    assert answer["accessRole"] == role
    assert [event.get("summary") for event in answer["items"]] == seen
    assert refusal(bob.acl().insert(calendarId=team, body={"role": "owner", "scope": user(BOB)})) == (
        403,
        "requiredAccessLevel",
    )


def read(rules: Any, calendar_id: str, **params: Any) -> tuple[dict[str, str], str]:
    """Read all pages: roles by rule, and the sync token."""
    roles: dict[str, str] = {}
    page: dict[str, str] = {}
    while True:
        answer = rules.list(calendarId=calendar_id, **params, **page).execute()
        roles |= {rule["id"]: rule["role"] for rule in answer["items"]}
        if "nextPageToken" not in answer:
            return roles, answer["nextSyncToken"]
        assert "nextSyncToken" not in answer
        page = {"pageToken": answer["nextPageToken"]}


def test_the_rules_come_in_pages_and_can_be_followed(sandbox: Sandbox, ann: Any, team: str) -> None:
    rules = ann.acl()
    for number in range(5):
        body = {"role": "reader", "scope": user(f"guest{number}@riverside.example")}
        rules.insert(calendarId=team, body=body, sendNotifications=False).execute()
    whole, token = read(rules, team)
    assert read(rules, team, maxResults=2) == (whole, token)
    rules.delete(calendarId=team, ruleId="user:guest1@riverside.example").execute()
    rules.patch(calendarId=team, ruleId="user:guest3@riverside.example", body={"role": "writer"}).execute()
    changed, later = read(rules, team, syncToken=token, maxResults=1)
    assert changed == {"user:guest1@riverside.example": "none", "user:guest3@riverside.example": "writer"}
    assert "user:guest1@riverside.example" not in read(rules, team)[0]
    assert read(rules, team, showDeleted=True)[0]["user:guest1@riverside.example"] == "none"
    assert refusal(rules.list(calendarId=team, syncToken=later, showDeleted=False)) == (400, "badRequest")
    assert refusal(rules.list(calendarId=ANN, syncToken=later)) == (400, "invalid")
    assert refusal(rules.list(calendarId=team, syncToken="nonsense")) == (400, "invalid")
    assert refusal(rules.list(calendarId=team, pageToken="nonsense.9")) == (400, "invalid")
    sandbox.control("expire-sync-tokens", email=ANN)
    assert refusal(rules.list(calendarId=team, syncToken=later)) == (410, "fullSyncRequired")
