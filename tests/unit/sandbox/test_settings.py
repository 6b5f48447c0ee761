"""settings and colors: what the account chose in the web interface, and the palette."""

from typing import Any

import pytest

from tests.unit.sandbox.driver import ANN, Sandbox, refusal

NAMES = {
    *("autoAddHangouts", "dateFieldOrder", "defaultEventLength", "format24HourTime", "hideInvitations", "hideWeekends"),
    *("locale", "remindOnRespondedEventsOnly", "showDeclinedEvents", "timezone", "useKeyboardShortcuts", "weekStart"),
}


def test_every_documented_setting_is_there_and_the_zone_is_the_accounts(sandbox: Sandbox) -> None:
    sandbox.account(time_zone="Asia/Tokyo")
    settings = sandbox.google().settings()
    answer = settings.list().execute()
    assert {each["id"] for each in answer["items"]} == NAMES
    zone = settings.get(setting="timezone").execute()
    assert zone["value"] == "Asia/Tokyo"
    assert zone in answer["items"]
    assert refusal(settings.get(setting="mood")) == (404, "notFound")


def test_settings_come_in_pages_and_can_be_followed(sandbox: Sandbox) -> None:
    sandbox.account()
    settings = sandbox.google().settings()
    whole = settings.list().execute()
    first = settings.list(maxResults=11).execute()
    assert "nextSyncToken" not in first
    last = settings.list(maxResults=11, pageToken=first["nextPageToken"]).execute()
    assert first["items"] + last["items"] == whole["items"]
    sandbox.account(settings={"weekStart": "1", "timezone": "Europe/Berlin", "locale": "en"})
    changed = settings.list(syncToken=last["nextSyncToken"]).execute()
    assert {each["id"]: each["value"] for each in changed["items"]} == {"weekStart": "1", "timezone": "Europe/Berlin"}
    assert settings.list(syncToken=changed["nextSyncToken"]).execute()["items"] == []
    sandbox.control("expire-sync-tokens")
    assert refusal(settings.list(syncToken=changed["nextSyncToken"])) == (410, "fullSyncRequired")


@pytest.mark.parametrize(
    "wrong",
    [{"mood": "good"}, {"weekStart": "2"}, {"timezone": "Mars/Base"}, {"hideWeekends": True}, {"locale": ""}],
)
def test_a_setting_that_google_does_not_have_is_named(sandbox: Sandbox, wrong: dict[str, Any]) -> None:
    answer = sandbox.http.post(f"{sandbox.url}/_sandbox/accounts", json={"email": ANN, "settings": wrong})
    assert answer.status_code == 400
    assert next(iter(wrong)) in answer.json()["error"]


def test_the_palette_has_googles_shape(sandbox: Sandbox) -> None:
    sandbox.account()
    colors = sandbox.google().colors().get().execute()
    assert list(colors["calendar"]) == [str(number) for number in range(1, 25)]
    assert list(colors["event"]) == [str(number) for number in range(1, 12)]
    for colour in (*colors["calendar"].values(), *colors["event"].values()):
        assert set(colour) == {"background", "foreground"}
    assert len({colour["background"] for colour in colors["calendar"].values()}) == 24
