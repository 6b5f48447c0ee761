"""The same faults at Microsoft."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.unit.sandbox.microsoft.driver import ANN, Graph, Microsoft, meeting
from tests.unit.sandbox.receiver import until

CREATE = "POST /me/events"


def test_an_event_may_be_made_although_nobody_hears_of_it(microsoft: Microsoft, graph: Graph) -> None:
    microsoft.control("faults", operation=CREATE, status=503, when="after", times=1)
    assert graph.call("POST", "/me/events", body=meeting()).status_code == 503
    assert [event["subject"] for event in graph.get("/me/events")["value"]] == ["Visit"]


def test_a_body_may_break_off_over_tls(microsoft: Microsoft, graph: Graph) -> None:
    microsoft.control("faults", operation="GET /me", body="cut", times=1)
    with pytest.raises(requests.RequestException):
        graph.call("GET", "/me")
    assert graph.get("/me")["mail"] == ANN


def test_a_fault_may_be_for_one_account_only(microsoft: Microsoft, graph: Graph) -> None:
    ben = microsoft.account("ben@outlook.example")
    microsoft.control("faults", operation="*", body="html", status=502, account=ben)
    graph.get("/me")
    refused = microsoft.graph(email=ben).call("GET", "/me")
    assert (refused.status_code, refused.headers["Content-Type"]) == (502, "text/html; charset=utf-8")


def test_a_request_that_was_held_up_until_its_token_no_longer_counts_is_refused(
    microsoft: Microsoft, graph: Graph
) -> None:
    microsoft.control("faults", operation=CREATE, latency_ms=500, times=1)
    with ThreadPoolExecutor() as background:
        late = background.submit(graph.call, "POST", "/me/events", body=meeting())
        until(lambda: microsoft.http.get(f"{microsoft.url}/_sandbox/faults").json()["faults"][0]["struck"] == 1)
        microsoft.control("revoke", email=ANN)

    assert late.result().status_code == 401


@pytest.mark.parametrize(("query", "prefer"), [("?$top=" + "9" * 5000, ""), ("", "odata.maxpagesize=" + "9" * 5000)])
def test_a_page_of_an_endless_number_is_no_failure_of_the_server(graph: Graph, query: str, prefer: str) -> None:
    assert graph.call("GET", f"/me/events{query}", prefer=prefer).status_code == 400


def test_the_token_endpoint_may_answer_with_a_web_page(microsoft: Microsoft, graph: Graph) -> None:
    grant = microsoft.control("grant", email=ANN, client_id="app")
    microsoft.control("faults", operation="oauth.token", body="html", account=ANN)
    form = {"grant_type": "refresh_token", "refresh_token": grant["refresh_token"], "client_id": "app"}
    answer = microsoft.http.post(f"{microsoft.url}/common/oauth2/v2.0/token", data=form | {"client_secret": "s"})
    assert (answer.status_code, answer.text[:15]) == (200, "<!DOCTYPE html>")
