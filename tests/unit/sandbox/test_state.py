"""The state file: what it holds, how it is replaced, and that nobody waits for it."""

import asyncio
import json
import time
from pathlib import Path

import pytest

from bench.sandbox import meeting
from ce_calendar.sandbox.certificates import Authority
from ce_calendar.sandbox.google.world import World as GoogleWorld
from ce_calendar.sandbox.microsoft.world import World as MicrosoftWorld
from ce_calendar.sandbox.state import CannotStartError, StateFile

ANN, BOB = "ann@gmail.example", "bob@gmail.example"
BASE = "http://127.0.0.1:9101"
_PATIENCE = 60.0


@pytest.fixture
def google() -> GoogleWorld:
    world = GoogleWorld()
    for email in (ANN, BOB):
        world.add_account(email)
    series = meeting(1) | {"id": "series", "recurrence": ["RRULE:FREQ=DAILY;COUNT=3"], "summary": "Grüße\n\u2028 \"'"}
    world.calendars[ANN].insert(series, world.clock, BASE)
    world.calendars[ANN].change("series_20270302T000000Z", {"summary": "Other"}, world.clock)
    world.calendars[ANN].insert_many(map(meeting, range(3)), world.clock, BASE)
    return world


def file_of(path: Path, google: GoogleWorld) -> StateFile:
    return StateFile(path, google, MicrosoftWorld(), Authority())


def test_what_was_saved_is_what_is_loaded(google: GoogleWorld, tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    file_of(path, google).save()
    again = GoogleWorld()
    assert file_of(path, again).load() == {"google", "microsoft"}
    assert again.to_json() == google.to_json()
    assert path.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == ["state.json"]


def test_a_file_of_the_time_when_it_was_one_object_is_loaded(google: GoogleWorld, tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    old = {"format": 2, "google": google.to_json(), "microsoft": MicrosoftWorld().to_json()}
    path.write_text(json.dumps(old | {"authority": Authority().to_json()}))
    again = GoogleWorld()
    file_of(path, again).load()
    assert again.to_json() == google.to_json()


def test_a_file_that_was_cut_off_is_refused(google: GoogleWorld, tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    file_of(path, google).save()
    path.write_text(path.read_text()[:-100])
    with pytest.raises(CannotStartError):
        file_of(path, GoogleWorld()).load()


def test_a_write_that_fails_is_tried_again_and_leaves_the_old_file(google: GoogleWorld, tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    file = file_of(path, google)
    file.save()
    before = path.read_bytes()
    (tmp_path / "state.json.new").mkdir()
    google.add_account("carol@gmail.example")
    with pytest.raises(OSError, match=r"state\.json\.new"):
        file.save()
    assert path.read_bytes() == before
    (tmp_path / "state.json.new").rmdir()
    file.save()
    assert b"carol" in path.read_bytes()


def test_the_loop_goes_on_while_a_big_world_is_written(google: GoogleWorld, tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    google.calendars[BOB].insert_many(map(meeting, range(20_000)), google.clock, BASE)

    async def longest_wait() -> float:
        saving = asyncio.create_task(file_of(path, google).keep_saving())
        longest, deadline = 0.0, time.monotonic() + _PATIENCE
        while not path.exists() and time.monotonic() < deadline:
            begun = time.monotonic()
            await asyncio.sleep(0)
            longest = max(longest, time.monotonic() - begun)
        saving.cancel()
        return longest

    # Making the file anew from its events would take half a second and more.
    assert asyncio.run(longest_wait()) < 0.4
    again = GoogleWorld()
    file_of(path, again).load()
    assert again.calendars[BOB].to_json() == google.calendars[BOB].to_json()
