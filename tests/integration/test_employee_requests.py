"""What keeping employee calendars asks of Google, by the sandbox's log."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from math import ceil

import pytest

from ce_calendar.adapters.google.oauth import CENTRAL_SCOPES
from ce_calendar.adapters.idle import LeftForLater, NobodyListens
from ce_calendar.bootstrap import build_services, engine_of
from ce_calendar.services.employees.draining import Draining
from ce_calendar.services.registry import Services
from ce_calendar.settings import Settings
from tests.support.central import CENTRAL, environment_for, hasty_draining, provision, settings_from, uow_of
from tests.support.sandbox import GoogleSandbox

EMPLOYEES = 200
TASKS = 4_000


@pytest.fixture
def settings(sqlite_url: str, google_sandbox: GoogleSandbox) -> Iterator[Settings]:
    settings = settings_from(environment_for(sqlite_url, google_sandbox.url))
    yield settings
    engine_of(settings).dispose()


@pytest.fixture
def services(settings: Settings) -> Services:
    return build_services(settings, announcer=NobodyListens(), jobs=LeftForLater())


@pytest.fixture
def draining(settings: Settings, services: Services) -> Draining:
    return hasty_draining(settings, services, jobs=LeftForLater(), slice_seconds=600)


def counted_since(google: GoogleSandbox, before: dict[str, int]) -> dict[str, int]:
    """By operation, what was asked since."""
    return {name: count - before.get(name, 0) for name, count in google.counts().items() if count != before.get(name)}


def test_a_first_import_makes_full_batches_and_a_change_makes_one_request(
    settings: Settings, services: Services, draining: Draining, google_sandbox: GoogleSandbox
) -> None:
    google_sandbox.control("accounts", email=CENTRAL)
    account, people, tasks = provision(
        settings, services, google_sandbox.grant(CENTRAL, CENTRAL_SCOPES), employees=EMPLOYEES, tasks=TASKS
    )
    home = account.organization_id
    before = google_sandbox.counts()
    services.planning.run(home)
    draining.run(home)
    # Not one of them reads.
    assert counted_since(google_sandbox, before) == {
        "calendars.insert": EMPLOYEES,
        "acl.insert": EMPLOYEES,
        "events.insert": TASKS,
        "batch": ceil((EMPLOYEES + TASKS) / 50),
    }
    mails = google_sandbox.http.get(f"{google_sandbox.url}/_sandbox/outbox").json()["mails"]
    assert sorted(mail["to"] for mail in mails) == sorted(each.email for each in people)
    assert {mail["kind"] for mail in mails} == {"sharing"}

    before = google_sandbox.counts()
    with uow_of(settings)() as uow:
        uow.calendar_rules.get(home, lock=True)
        services.planning.employees_changed(uow, home, None)
        services.planning.tasks_changed(uow, home, [each.id for each in tasks])
    services.planning.run(home)
    draining.run(home)
    assert counted_since(google_sandbox, before) == {}

    moved = replace(tasks[7], starts_at=(tasks[7].starts_at or account.consented_at) + timedelta(hours=1))
    with uow_of(settings)() as uow:
        uow.calendar_rules.get(home, lock=True)
        uow.tasks.save(moved)
        services.planning.tasks_changed(uow, home, [moved.id])
    draining.run(home)
    assert counted_since(google_sandbox, before) == {"events.update": 1}
