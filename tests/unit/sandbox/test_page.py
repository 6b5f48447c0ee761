"""The little page, by its forms."""

import re

import requests

from tests.unit.sandbox.driver import ANN, Sandbox, ids, meeting


def post(sandbox: Sandbox, path: str, **form: str) -> requests.Response:
    return sandbox.http.post(f"{sandbox.url}/events/{path}", data={"account": ANN, **form})


def listed(sandbox: Sandbox) -> list[dict[str, object]]:
    items: list[dict[str, object]] = sandbox.google().events().list(calendarId="primary").execute()["items"]
    return items


def test_a_person_adds_moves_and_deletes_an_event(sandbox: Sandbox) -> None:
    sandbox.account(time_zone="Europe/Berlin")
    page = post(
        sandbox,
        "add",
        title="Tea <now>",
        start="2027-03-01T10:00",
        end="2027-03-01T11:30",
        guests="bob@riverside.example, eve@riverside.example",
        private="on",
    )
    assert "Tea &lt;now&gt;" in page.text
    assert "Mon 01 Mar 2027, 10:00 to 11:30" in page.text
    (event,) = listed(sandbox)
    assert event["visibility"] == "private"
    assert len(event["attendees"]) == 2  # type: ignore[arg-type] # JSON
    page = post(sandbox, "move", calendar=ANN, event=str(event["id"]), start="2027-05-03T09:00")
    assert "Mon 03 May 2027, 09:00 to 10:30" in page.text
    post(sandbox, "delete", calendar=ANN, event=str(event["id"]))
    assert listed(sandbox) == []


def test_an_all_day_event_ends_on_the_day_that_was_named(sandbox: Sandbox) -> None:
    sandbox.account()
    page = post(sandbox, "add", title="Trip", start="2027-03-01T10:00", end="2027-03-02T10:00", all_day="on")
    assert "Mon 01 Mar 2027 to Tue 02 Mar 2027, all day" in page.text
    (event,) = listed(sandbox)
    assert (event["start"], event["end"]) == ({"date": "2027-03-01"}, {"date": "2027-03-03"})
    page = post(sandbox, "move", calendar=ANN, event=str(event["id"]), start="2027-03-08")
    assert "Mon 08 Mar 2027 to Tue 09 Mar 2027, all day" in page.text


def test_one_instance_of_a_series_can_be_moved(sandbox: Sandbox) -> None:
    sandbox.account(events=[meeting(id="series", recurrence=["RRULE:FREQ=DAILY;COUNT=2"])])
    post(sandbox, "move", calendar=ANN, event="series_20270302T090000Z", start="2027-03-05T15:00")
    answer = sandbox.google().events().list(calendarId="primary", singleEvents=True, orderBy="startTime").execute()
    assert ids(answer) == ["series_20270301T090000Z", "series_20270302T090000Z"]
    assert answer["items"][1]["start"]["dateTime"].startswith("2027-03-05T15:00")


def test_a_mistake_is_said_on_the_page(sandbox: Sandbox) -> None:
    sandbox.account()
    page = post(sandbox, "add", title="Tea", start="2027-03-01T10:00", end="2027-03-01T09:00")
    assert page.status_code == 400
    assert 'role="alert"' in page.text


def test_a_form_of_a_foreign_page_changes_nothing(sandbox: Sandbox) -> None:
    sandbox.account()
    form = {"account": ANN, "title": "Tea", "start": "2027-03-01T10:00"}
    headers = {"Sec-Fetch-Site": "cross-site"}
    answer = sandbox.http.post(f"{sandbox.url}/events/add", data=form, headers=headers)
    assert answer.status_code == 400
    assert listed(sandbox) == []


def test_every_page_says_that_it_is_a_sandbox(sandbox: Sandbox) -> None:
    for path in ("/", "/o/oauth2/v2/auth", "/event?eid=nothing", "/event?eid=%ff"):
        assert "Sandbox - not Google" in sandbox.http.get(sandbox.url + path).text


def test_an_events_link_leads_to_the_day_it_is_on(sandbox: Sandbox) -> None:
    sandbox.account(events=[meeting("Tea")])
    link = str(listed(sandbox)[0]["htmlLink"])
    page = sandbox.http.get(link)
    assert re.search("from=2027-03-01", page.url)
    assert "Tea" in page.text


def test_the_page_hides_what_a_role_does_not_show(sandbox: Sandbox) -> None:
    sandbox.account(events=[meeting("Tea"), meeting("Doctor", day=2, visibility="private")])
    for email, role, seen in (
        ("bob@gmail.example", "freeBusyReader", ["Busy", "Busy"]),
        ("eve@gmail.example", "writerWithoutPrivateAccess", ["Tea", "Busy"]),
        ("zoe@gmail.example", "writer", ["Tea", "Doctor"]),
    ):
        sandbox.account(email, calendars=[{"id": ANN, "accessRole": role}])
        page = sandbox.http.get(f"{sandbox.url}/?account={email}&from=2027-03-01").text
        assert re.findall("<strong>(.*?)</strong>", page) == seen
        assert page.count("sandbox-move") == sum(title != "Busy" for title in seen)
