"""Several people, or syncs, at the same contacts at once: nobody fails for it, nothing is doubled or lost."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from sqlalchemy import Engine, text

from ce_calendar.domain.contacts import Contact
from ce_calendar.domain.errors import NotFound
from ce_calendar.ports import OpenUnitOfWork
from ce_calendar.services.audit import Audit
from ce_calendar.services.contact_import import ContactImport, ImportResult
from ce_calendar.services.contacts import ContactBook, EmailTaken
from tests.builders import Town, make_contact, settle
from tests.builders_meetings import add_calendar, make_event, make_read, sync_into
from tests.conftest import FixedClock
from tests.support.doubles import ListedAnnouncements, ListedJobs

PATIENCE = 30


@dataclass
class Scene:
    uow: OpenUnitOfWork
    engine: Engine
    town: Town
    book: ContactBook
    importing: ContactImport

    def file(self, *names: str) -> bytes:
        return "".join(["name,email\n", *(f"{name},{name}@clinic.example\n" for name in names)]).encode()

    def known(self, name: str) -> Contact:
        contact = make_contact(
            organization_id=self.town.organization.id, name=name, email=f"{name}@clinic.example", company=""
        )
        with self.uow() as work:
            work.contacts.add(contact)
        return contact

    def names(self) -> list[str]:
        with self.uow(reading=True) as work:
            found, _ = work.contacts.page(self.town.organization.id, search="", offset=0, limit=200)
        return [contact.name for contact in found]

    def count(self, query: str) -> int:
        with self.engine.connect() as connection:
            found: int = connection.execute(text(query)).scalar_one()
        return found


@pytest.fixture
def scene(uow: OpenUnitOfWork, engine: Engine, clock: FixedClock) -> Scene:
    parts = {
        "open_uow": uow,
        "clock": clock,
        "audit": Audit(open_uow=uow, clock=clock),
        "announcer": ListedAnnouncements(),
        "jobs": ListedJobs(),
    }
    return Scene(uow, engine, settle(uow), ContactBook(**parts), ContactImport(**parts))  # type: ignore[arg-type] # one dict for both


def at_once(*calls: Callable[[], object]) -> list[object]:
    """Start all at the same moment; returns what each gave or raised."""
    outcomes: list[object] = [None] * len(calls)
    begin = threading.Barrier(len(calls))

    def run(place: int, call: Callable[[], object]) -> None:
        begin.wait(PATIENCE)
        try:
            outcomes[place] = call()
        except Exception as problem:  # noqa: BLE001 - it is the outcome
            outcomes[place] = problem

    threads = [threading.Thread(target=run, args=(place, call)) for place, call in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive()
    return outcomes


def test_two_people_import_the_same_contacts(scene: Scene) -> None:
    actors = [scene.town.actor(scene.town.staff), scene.town.actor(scene.town.colleague)]
    files = [scene.file("anna", "bernd", "carla"), scene.file("dora", "carla", "bernd")]
    ids = [scene.importing.begin(actor, file) for actor, file in zip(actors, files, strict=True)]
    outcomes = at_once(
        lambda: scene.importing.confirm(actors[0], import_id=ids[0], overwrite=False),
        lambda: scene.importing.confirm(actors[1], import_id=ids[1], overwrite=False),
    )
    assert sorted(result.added for result in outcomes if isinstance(result, ImportResult)) == [1, 3]
    assert scene.names() == ["anna", "bernd", "carla", "dora"]


def test_one_file_is_confirmed_twice(scene: Scene) -> None:
    staff = scene.town.actor(scene.town.staff)
    import_id = scene.importing.begin(staff, scene.file("anna", "bernd"))

    def confirm() -> ImportResult:
        return scene.importing.confirm(staff, import_id=import_id, overwrite=False)

    outcomes = sorted(at_once(confirm, confirm), key=lambda each: isinstance(each, Exception))
    assert outcomes[0] == ImportResult(2, 0, 0)
    assert isinstance(outcomes[1], NotFound)
    assert scene.names() == ["anna", "bernd"]


def test_a_contact_is_added_while_a_file_brings_them(scene: Scene) -> None:
    staff = scene.town.actor(scene.town.staff)
    import_id = scene.importing.begin(staff, scene.file("anna", "bernd"))
    result, added = at_once(
        lambda: scene.importing.confirm(staff, import_id=import_id, overwrite=False),
        lambda: scene.book.add(staff, name="anna", email="anna@clinic.example"),
    )
    assert isinstance(result, ImportResult)
    assert isinstance(added, EmailTaken) == (result.added == 2)
    assert scene.names() == ["anna", "bernd"]


def test_two_people_merge_the_same_two_the_other_way_round(scene: Scene) -> None:
    one, other = scene.known("one"), scene.known("other")
    staff, colleague = scene.town.actor(scene.town.staff), scene.town.actor(scene.town.colleague)
    outcomes = at_once(
        lambda: scene.book.merge(staff, contact_id=one.id, other_id=other.id),
        lambda: scene.book.merge(colleague, contact_id=other.id, other_id=one.id),
    )
    assert sorted(type(each).__name__ for each in outcomes) == ["Contact", "NotFound"]
    assert len(scene.names()) == 1
    assert scene.count("SELECT count(*) FROM ce_contact_emails") == 2


@pytest.mark.parametrize("is_known_before", [True, False])
def test_calendars_are_synced_while_two_contacts_become_one(scene: Scene, *, is_known_before: bool) -> None:
    one, other = scene.known("one"), scene.known("other")
    meetings = [make_event(f"e{n}", guests=[one.email, other.email], ical_uid=f"m{n}") for n in range(20)]
    meetings += [make_event(f"f{n}", guests=[other.email], ical_uid=f"o{n}") for n in range(20)]
    read = make_read(*meetings, is_full=True)
    with scene.uow() as work:
        calendars = [add_calendar(work, user) for user in (scene.town.staff, scene.town.colleague)]
        if is_known_before:
            sync_into(work, calendars[0], read)

    def sync(place: int) -> None:
        with scene.uow() as work:
            # Before the contacts are read, as a sync does.
            work.connections.lock(calendars[place].connection_id)
            sync_into(work, calendars[place], read)

    staff = scene.town.actor(scene.town.staff)
    outcomes = at_once(
        lambda: sync(0),
        lambda: scene.book.merge(staff, contact_id=one.id, other_id=other.id),
        lambda: sync(1),
    )
    assert [each for each in outcomes if isinstance(each, Exception)] == []
    assert scene.count("SELECT count(*) FROM ce_activities") == 40
    assert scene.count("SELECT count(DISTINCT contact_id) FROM ce_activities") == 1
    assert scene.count("SELECT count(*) FROM ce_event_activities") == 80
