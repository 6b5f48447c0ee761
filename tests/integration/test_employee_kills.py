"""kill -9 while calendars are provisioned: whatever it met with, the next process leaves one of each."""

import os
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Engine

from ce_calendar.adapters.google.oauth import CENTRAL_SCOPES
from ce_calendar.adapters.idle import LeftForLater, NobodyListens
from ce_calendar.bootstrap import build_services, engine_of
from ce_calendar.domain.employees.calendars import calendar_id_of, event_id_of, marker_of
from tests.support import engine_process
from tests.support.central import CENTRAL, environment_for, provision, settings_from, uow_of
from tests.support.eventually import eventually
from tests.support.onlooker import Onlooker
from tests.support.sandbox import GoogleSandbox

KILLS = int(os.environ.get("CE_KILLS", "5"))
"""More by hand: `CE_KILLS=50`."""
EMPLOYEES = 40
TASKS = 800
STRANGER = "stranger@elsewhere.example"
WORKING_SECONDS = 4.0
"""About what all of it takes; the kills are spread over it."""


@pytest.fixture
def environment(sqlite_url: str, sqlite_engine: Engine, google_sandbox: GoogleSandbox) -> Iterator[dict[str, str]]:
    environment = environment_for(sqlite_url, google_sandbox.url)
    yield environment
    engine_of(settings_from(environment)).dispose()


def kill_at_random(start: Callable[[], Any], *, times: int) -> None:
    """Start it, and kill it somewhere on its way, again and again."""
    chance = random.Random()
    for _ in range(times):
        process = start()
        time.sleep(chance.uniform(0, 2 * WORKING_SECONDS / times))
        engine_process.kill(process)


def test_after_any_number_of_kills_there_is_one_of_each(
    environment: dict[str, str], google_sandbox: GoogleSandbox
) -> None:
    central, stranger = (Onlooker(google_sandbox, email) for email in (CENTRAL, STRANGER))
    for each in (central, stranger):
        each.own()
    foreign = [each.picture() for each in (central, stranger)]
    settings = settings_from(environment)
    services = build_services(settings, announcer=NobodyListens(), jobs=LeftForLater())
    account, people, tasks = provision(
        settings, services, google_sandbox.grant(CENTRAL, CENTRAL_SCOPES), employees=EMPLOYEES, tasks=TASKS
    )

    kill_at_random(lambda: engine_process.start(environment), times=KILLS)

    def owed() -> int:
        with uow_of(settings)(reading=True) as uow:
            return sum(uow.outbox.count(account.id).values()) + uow.employees.count_plan_owed(account.organization_id)

    last = engine_process.start(environment)
    try:
        eventually(owed, 0, seconds=90)
    finally:
        engine_process.kill(last)

    made = central.kept()
    ids = {person.id: calendar_id_of(account.id, person.id, 1) for person in people}
    assert len(made) == EMPLOYEES
    for person in people:
        [calendar] = [each for each in made if marker_of(ids[person.id]) in each["description"]]
        readers = [rule["scope"]["value"] for rule in central.ask(f"calendars/{calendar['id']}/acl")]
        assert sorted(readers) == sorted([CENTRAL, person.email])
        events = {event["id"] for event in central.ask(f"calendars/{calendar['id']}/events", maxResults=2500)}
        assert events == {event_id_of(ids[person.id], task.id) for task in tasks if person.id in task.employee_ids}
    mails = google_sandbox.http.get(f"{google_sandbox.url}/_sandbox/outbox").json()["mails"]
    assert Counter(mail["to"] for mail in mails) == Counter(person.email for person in people)
    assert [each.picture() for each in (central, stranger)] == foreign
