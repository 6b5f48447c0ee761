"""calendarView/delta: rounds, links that die, and what they tell."""

from urllib.parse import quote, urlencode

import pytest

from tests.unit.sandbox.microsoft.driver import (
    ANN,
    IMMUTABLE,
    UTC,
    WINDOW,
    Graph,
    Json,
    Microsoft,
    at,
    meeting,
    refused,
    weekly,
)

PAGES_OF_TWO = UTC + ", odata.maxpagesize=2"


def told(values: list[Json]) -> list[tuple[str, str]]:
    """What each entry is, by type or removal, and its start."""
    return [
        ("removed", "") if "@removed" in value else (value["type"], value["start"]["dateTime"][:10]) for value in values
    ]


def test_the_first_round_tells_all_and_then_nothing_until_something_changes(graph: Graph) -> None:
    graph.create(meeting("A", 1))
    graph.create(meeting("B", 2))
    values, link = graph.round()
    assert [value["subject"] for value in values] == ["A", "B"]
    assert graph.round(link)[0] == []
    made = graph.create(meeting("C", 3))
    changed, link = graph.round(link)
    assert [value["id"] for value in changed] == [made["id"]]
    assert graph.round(link)[0] == []


def test_pages_are_as_long_as_asked_for_and_stay_as_they_were(graph: Graph) -> None:
    for day in range(1, 6):
        graph.create(meeting(f"Day {day}", day))
    pages = graph.pages("/me/calendarView/delta?" + urlencode(WINDOW), prefer=PAGES_OF_TWO)
    first = next(pages)
    assert "$skiptoken=" in first["@odata.nextLink"]
    assert "@odata.deltaLink" not in first
    graph.delete(first["value"][0]["id"])
    rest = list(pages)
    assert [len(page["value"]) for page in (first, *rest)] == [2, 2, 1]
    assert "$deltatoken=" in rest[-1]["@odata.deltaLink"]
    # The round was of the moment it began; the deletion is told by the next one.
    assert told(graph.round(rest[-1]["@odata.deltaLink"])[0]) == [("removed", "")]


def test_a_deleted_event_is_told_without_a_type(graph: Graph) -> None:
    made = graph.create(meeting())
    _, link = graph.round()
    graph.delete(made["id"])
    values, _ = graph.round(link)
    assert values == [{"@odata.type": "#microsoft.graph.event", "id": made["id"], "@removed": {"reason": "deleted"}}]


def test_ids_of_a_round_are_of_the_kind_that_is_asked_for(graph: Graph) -> None:
    made = graph.create(meeting(), prefer=IMMUTABLE)
    values, link = graph.round(prefer=IMMUTABLE)
    assert values[0]["id"] == made["id"]
    graph.delete(made["id"])
    assert graph.round(link, prefer=IMMUTABLE)[0][0]["id"] == made["id"]


def test_occurrences_come_bare_beside_their_master_in_the_first_round(graph: Graph) -> None:
    made = graph.create(meeting("Weekly", recurrence=weekly(count=3)))
    graph.change(graph.view()[1]["id"], {"subject": "Changed"})
    master, *others = graph.round()[0]
    assert (master["type"], master["subject"], master["recurrence"]["pattern"]["type"]) == (
        "seriesMaster",
        "Weekly",
        "weekly",
    )
    assert told(others) == [("occurrence", "2027-03-01"), ("occurrence", "2027-03-15"), ("exception", "2027-03-08")]
    assert set(others[0]) == {"@odata.type", "@odata.etag", "id", "seriesMasterId", "type", "start", "end"}
    assert others[2]["subject"] == "Changed"
    assert {other["seriesMasterId"] for other in others} == {made["id"]}


def test_a_changed_series_comes_as_its_master_alone(graph: Graph) -> None:
    made = graph.create(meeting("Weekly", recurrence=weekly()))
    _, link = graph.round()
    graph.change(made["id"], {"subject": "Renamed"})
    values, _ = graph.round(link)
    assert told(values) == [("seriesMaster", "2027-03-01")]
    assert values[0]["subject"] == "Renamed"


def test_a_changed_and_a_cancelled_occurrence_are_told_with_their_master(graph: Graph) -> None:
    graph.create(meeting("Weekly", recurrence=weekly()))
    _, link = graph.round()
    occurrences = graph.view()
    graph.change(occurrences[1]["id"], {"start": at(9, 10), "end": at(9, 11)})
    graph.delete(occurrences[2]["id"])
    values, _ = graph.round(link)
    assert told(values) == [("seriesMaster", "2027-03-01"), ("exception", "2027-03-09"), ("removed", "")]
    assert values[2]["id"] == occurrences[2]["id"]


def test_the_window_does_not_slide(microsoft: Microsoft, graph: Graph) -> None:
    _, link = graph.round()
    microsoft.control("clock", advance_seconds=300 * 86_400)
    again = microsoft.graph()
    again.create(meeting("Inside", 5))
    outside = again.create(
        {
            **meeting(),
            "start": at(5, 10) | {"dateTime": "2027-05-05T10:00:00"},
            "end": at(5, 11) | {"dateTime": "2027-05-05T11:00:00"},
        }
    )
    values, _ = again.round(link)
    # As Exchange does, what never was in the window is told as gone.
    assert told(values) == [("singleInstance", "2027-03-05"), ("removed", "")]
    assert values[1]["id"] == outside["id"]


def test_an_event_moved_out_of_the_window_or_to_another_calendar_is_told_as_gone(microsoft: Microsoft) -> None:
    microsoft.account(events=[meeting("Later", 2), meeting("Elsewhere", 3)], calendars=[{"name": "Team"}])
    graph = microsoft.graph()
    (later, elsewhere), link = graph.round()
    team = graph.get("/me/calendars")["value"][1]["id"]
    beginning = f"/me/calendars/{quote(team)}/calendarView/delta?" + urlencode(WINDOW)
    _, other = graph.round(beginning)
    far = {"dateTime": "2027-06-01T10:00:00", "timeZone": "UTC"}
    graph.change(later["id"], {"start": far, "end": far})
    microsoft.control("move", email=ANN, event=elsewhere["id"], calendar=team)
    values, _ = graph.round(link)
    assert sorted(value["id"] for value in values if "@removed" in value) == sorted([later["id"], elsewhere["id"]])
    assert told(graph.round(other)[0]) == [("singleInstance", "2027-03-03")]


@pytest.mark.parametrize(
    ("ordered", "status", "code"), [({}, 410, "syncStateNotFound"), ({"status": 400}, 400, "syncStateInvalid")]
)
def test_links_can_be_made_to_die(microsoft: Microsoft, graph: Graph, ordered: Json, status: int, code: str) -> None:
    _, link = graph.round()
    microsoft.control("expire-sync-tokens", email=ANN, **ordered)
    assert refused(graph.call("GET", link)) == (status, code)
    assert graph.round(graph.round()[1])[0] == []


def test_a_link_that_never_was_ours_is_malformed(graph: Graph) -> None:
    assert refused(graph.call("GET", "/me/calendarView/delta?$deltatoken=nonsense")) == (400, "BadRequest")
    assert refused(graph.call("GET", "/me/calendarView/delta?$skiptoken=nonsense.2")) == (410, "syncStateNotFound")


def test_a_delta_needs_a_window_and_takes_no_options(graph: Graph) -> None:
    assert refused(graph.call("GET", "/me/calendarView/delta")) == (400, "ErrorInvalidParameter")
    answer = graph.call("GET", "/me/calendarView/delta?$select=id&" + urlencode(WINDOW))
    assert refused(answer) == (400, "ErrorInvalidUrlQuery")
