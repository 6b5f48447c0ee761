"""What each door of the world tells which channel; no network, no process."""

from dataclasses import dataclass, field

import pytest

from ce_calendar.sandbox.google.push.channels import Channel, Channels
from ce_calendar.sandbox.google.world import World
from tests.unit.sandbox.driver import ANN, meeting

BOB = "bob@gmail.example"
KINDS = ("acl", "calendarList", "events", "settings")


@dataclass
class Watched:
    """A world with Ann and Bob in it, and a channel on each of Ann's resources."""

    world: World
    woken: list[Channel] = field(default_factory=list)

    def channel(self, kind: str) -> Channel:
        return next(each for each in self.woken if each.resource == f"{kind}/{ANN}")

    def told(self) -> dict[str, list[str]]:
        """What each channel has been told, but for the sync."""
        return {kind: [message.state for message in self.channel(kind).owed[1:]] for kind in KINDS}


@pytest.fixture
def watched() -> Watched:
    found = Watched(World())
    found.world.channels = Channels(found.world.clock, found.woken.append)
    for email in (ANN, BOB):
        found.world.add_account(email)
    for kind in KINDS:
        found.world.channels.open(
            Channel(
                id=kind,
                client_id="c",
                email=ANN,
                resource=f"{kind}/{ANN}",
                resource_uri="http://127.0.0.1/",
                address="http://127.0.0.1:9/",
                token=None,
                expires=int(found.world.clock.now().timestamp()) + 600,
            )
        )
    return found


def test_each_door_tells_those_who_watch_its_resource(watched: Watched) -> None:
    world, nothing = watched.world, {kind: list[str]() for kind in KINDS}
    ann, calendar = world.accounts[ANN], world.calendars[ANN]
    assert watched.told() == nothing
    world.acl_changed(calendar)
    assert watched.told() == nothing | {"acl": ["exists"]}
    world.calendar_list_changed(ann)
    assert watched.told() == nothing | {"acl": ["exists"], "calendarList": ["exists"]}
    world.settings_changed(ann)
    world.events_changed(calendar)
    assert watched.told() == {kind: ["exists"] for kind in KINDS}


def test_changes_of_another_account_tell_nothing(watched: Watched) -> None:
    world = watched.world
    world.acl_changed(world.calendars[BOB])
    world.events_changed(world.calendars[BOB])
    world.calendar_list_changed(world.accounts[BOB])
    world.settings_changed(world.accounts[BOB])
    assert watched.told() == {kind: [] for kind in KINDS}


def test_many_changes_before_a_message_leaves_are_told_once(watched: Watched) -> None:
    for _ in range(1000):
        watched.world.events_changed(watched.world.calendars[ANN])
    assert watched.told()["events"] == ["exists"]


def test_a_calendar_that_goes_is_told_once_and_watched_no_longer(watched: Watched) -> None:
    world = watched.world
    gone = world.calendars.pop(ANN)
    for _ in range(2):
        world.events_changed(gone)
        world.acl_changed(gone)
    assert watched.told() == {"acl": ["not_exists"], "calendarList": [], "events": ["not_exists"], "settings": []}
    assert not watched.channel("events").ended
    assert [each.id for each in world.channels.all()] == ["calendarList", "settings"]


def test_an_expired_channel_is_told_nothing_and_owes_nothing(watched: Watched) -> None:
    watched.world.clock.advance(601)
    watched.world.events_changed(watched.world.calendars[ANN])
    channel = watched.channel("events")
    assert (channel.owed, channel.ended) == ([], True)
    assert watched.world.channels.all() == []


def test_the_end_of_a_grant_ends_its_channels_and_no_others(watched: Watched) -> None:
    channels = watched.world.channels
    channels.end(BOB)
    channels.end(ANN, "another client")
    assert len(channels.all()) == 4
    channels.end(ANN, "c")
    assert channels.all() == []


def test_channels_and_what_they_still_owe_survive_a_restart(watched: Watched) -> None:
    again = World()
    again.load(watched.world.to_json())
    assert [each.id for each in again.channels.all()] == ["acl", "calendarList", "events", "settings"]
    (events,) = [each for each in again.channels.all() if each.id == "events"]
    assert events == watched.channel("events")
    # A watched calendar tells of its writes again, whoever makes them.
    woken: list[Channel] = []
    again.channels._wake = woken.append
    again.calendars[ANN].insert(meeting(), again.clock, again.base_url)
    assert woken == [events]


def test_a_state_file_of_the_time_before_channels_still_loads(watched: Watched) -> None:
    older = watched.world.to_json()
    del older["channels"]
    again = World()
    again.load(older)
    assert again.channels.all() == []
