"""The little page, by its forms, on the port for browsers."""

import requests

from tests.unit.sandbox.microsoft.driver import ANN, Graph, Microsoft, meeting, weekly


def post(microsoft: Microsoft, path: str, **form: str) -> requests.Response:
    return microsoft.http.post(f"{microsoft.plain_url}/events/{path}", data={"account": ANN, **form})


def test_a_person_adds_moves_and_deletes_an_event(microsoft: Microsoft, graph: Graph) -> None:
    page = post(
        microsoft,
        "add",
        title="Tea <now>",
        start="2027-03-01T10:00",
        end="2027-03-01T11:30",
        guests="bob@riverside.example; eve@riverside.example",
        private="on",
    )
    assert "Tea &lt;now&gt;" in page.text
    assert "Mon 01 Mar 2027, 10:00 to 11:30" in page.text
    (event,) = graph.view()
    assert event["sensitivity"] == "private"
    assert len(event["attendees"]) == 2
    page = post(microsoft, "move", event=event["id"], start="2027-03-08T09:00")
    assert "Mon 08 Mar 2027, 09:00 to 10:30" in page.text
    assert graph.view()[0]["start"]["dateTime"] == "2027-03-08T08:00:00.0000000"
    post(microsoft, "delete", event=event["id"])
    assert graph.view() == []


def test_an_all_day_event_ends_on_the_day_that_was_named(microsoft: Microsoft, graph: Graph) -> None:
    page = post(microsoft, "add", title="Trip", start="2027-03-01T10:00", end="2027-03-02T10:00", all_day="on")
    assert "Mon 01 Mar 2027 to Tue 02 Mar 2027, all day" in page.text
    (event,) = graph.view()
    assert (event["isAllDay"], event["end"]["dateTime"][:16]) == (True, "2027-03-03T00:00")
    page = post(microsoft, "move", event=event["id"], start="2027-03-08")
    assert "Mon 08 Mar 2027 to Tue 09 Mar 2027, all day" in page.text


def test_one_occurrence_of_a_series_can_be_moved_and_another_deleted(microsoft: Microsoft, graph: Graph) -> None:
    graph.create(meeting("Weekly", recurrence=weekly(count=3)))
    _, second, third = graph.view()
    post(microsoft, "move", event=second["id"], start="2027-03-09T15:00")
    post(microsoft, "delete", event=third["id"])
    assert [event["type"] for event in graph.view()] == ["occurrence", "exception"]


def test_a_mistake_is_said_on_the_page_and_a_foreign_page_changes_nothing(microsoft: Microsoft, graph: Graph) -> None:
    page = post(microsoft, "add", title="Tea", start="2027-03-01T10:00", end="2027-03-01T09:00")
    assert (page.status_code, 'role="alert"' in page.text) == (400, True)
    form = {"account": ANN, "title": "Tea", "start": "2027-03-01T10:00"}
    headers = {"Sec-Fetch-Site": "cross-site"}
    answer = microsoft.http.post(f"{microsoft.plain_url}/events/add", data=form, headers=headers)
    assert answer.status_code == 400
    assert graph.view() == []


def test_nobody_is_invited_to_a_calendar_of_a_mailbox(microsoft: Microsoft, graph: Graph) -> None:
    assert graph.view() == []
    assert "Invitations" not in microsoft.http.get(f"{microsoft.plain_url}/").text
    answer = microsoft.http.post(f"{microsoft.plain_url}/calendars/accept", data={"account": ANN, "calendar": "any"})
    assert (answer.status_code, "no such invitation" in answer.text) == (400, True)


def test_every_page_says_that_it_is_a_sandbox(microsoft: Microsoft) -> None:
    for path in ("/", "/common/oauth2/v2.0/authorize", "/event?itemid=nothing"):
        for address in (microsoft.url, microsoft.plain_url):
            assert "Sandbox - not Microsoft" in microsoft.http.get(address + path).text


def test_an_events_link_leads_to_the_day_it_is_on(microsoft: Microsoft, graph: Graph) -> None:
    link = graph.create(meeting("Tea"))["webLink"]
    assert link.startswith(microsoft.plain_url)
    page = microsoft.http.get(link)
    assert "from=2027-03-01" in page.url
    assert "Tea" in page.text
