"""Contacts with several addresses, and two contacts becoming one: meetings stay, each once."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text

from ce_calendar.domain.access import Actor
from ce_calendar.domain.contacts import MOST_EMAILS, Contact
from ce_calendar.domain.errors import AccessDenied, Duplicate, Invalid, NotFound
from ce_calendar.domain.meetings.connections import ConnectedCalendar
from ce_calendar.domain.meetings.events import Attendee, CalendarEvent
from ce_calendar.ports import OpenUnitOfWork
from ce_calendar.services.audit import Audit
from ce_calendar.services.contacts import ContactBook, EmailTaken
from tests.builders import Town, make_contact, settle
from tests.builders_meetings import add_calendar, make_event, make_read, sync_into
from tests.conftest import NOON, FixedClock
from tests.support.doubles import ListedAnnouncements, ListedJobs, audit_rows

DAY = timedelta(days=1)


@dataclass
class Scene:
    """Anna, who is there twice, and everything around her."""

    book: ContactBook
    town: Town
    uow: OpenUnitOfWork
    engine: Engine
    jobs: ListedJobs
    anna: Contact
    double: Contact

    @property
    def staff(self) -> Actor:
        return self.town.actor(self.town.staff)

    def known(self, **values: Any) -> Contact:
        return _known(self.uow, self.town, **values)

    def synced(self, *events: CalendarEvent) -> ConnectedCalendar:
        """Meetings in a colleague's calendar."""
        with self.uow() as work:
            calendar = add_calendar(work, self.town.colleague)
            sync_into(work, calendar, make_read(*events))
        return calendar

    def edit(self, contact: Contact, **changes: str) -> Contact:
        values = {"name": contact.name, "email": contact.email, "company": contact.company}
        return self.book.edit(self.staff, contact_id=contact.id, **values | changes)

    def merge(self, kept: Contact, gone: Contact) -> Contact:
        return self.book.merge(self.staff, contact_id=kept.id, other_id=gone.id)

    @property
    def links(self) -> list[tuple[str, str]]:
        """Which contact meets in which event, by title of the event and name of the contact."""
        query = text(
            "SELECT e.title, c.name FROM ce_event_activities l JOIN ce_calendar_events e ON e.id = l.event_id "
            "JOIN ce_activities a ON a.id = l.activity_id JOIN ce_contacts c ON c.id = a.contact_id"
        )
        with self.engine.connect() as connection:
            return sorted((title, name) for title, name in connection.execute(query))

    @property
    def activities(self) -> int:
        with self.engine.connect() as connection:
            count: int = connection.execute(text("SELECT count(*) FROM ce_activities")).scalar_one()
        return count

    @property
    def full_reads(self) -> int:
        with self.uow(reading=True) as work:
            connections = work.connections.of_organization(self.town.organization.id)
        return sum(each.full_read_version - 1 for each in connections)


def _known(uow: OpenUnitOfWork, town: Town, **values: Any) -> Contact:
    contact = make_contact(organization_id=town.organization.id, **values)
    with uow() as work:
        work.contacts.add(contact)
    return contact


@pytest.fixture
def scene(uow: OpenUnitOfWork, clock: FixedClock, engine: Engine) -> Scene:
    town, jobs = settle(uow), ListedJobs()
    audit = Audit(open_uow=uow, clock=clock)
    return Scene(
        book=ContactBook(open_uow=uow, clock=clock, audit=audit, announcer=ListedAnnouncements(), jobs=jobs),
        town=town,
        uow=uow,
        engine=engine,
        jobs=jobs,
        anna=_known(uow, town, name="Anna Abel", email="anna@clinic.example", company=""),
        double=_known(uow, town, name="A. Abel", email="anna@home.example", company="Clinic"),
    )


# -- merging -----------------------------------------------------------------------------------------------------


def test_the_one_that_stays_has_the_addresses_of_both_and_lacks_nothing(scene: Scene) -> None:
    contact = scene.merge(scene.anna, scene.double)
    assert (contact.name, contact.company) == ("Anna Abel", "Clinic")
    assert contact.emails == ("anna@clinic.example", "anna@home.example")
    assert scene.book.page(scene.staff).contacts == [contact]
    assert scene.book.page(scene.staff, search="anna@home").contacts == [contact]
    with pytest.raises(NotFound):
        scene.book.get(scene.staff, contact_id=scene.double.id)
    assert audit_rows(scene.engine)[0] == ("contact.merge", "done", scene.anna.id)


def test_meetings_of_both_stand_under_the_one_that_stays_each_once(scene: Scene) -> None:
    both = make_event("both", guests=[scene.anna.email, scene.double.email], title="Both")
    theirs = make_event("theirs", guests=[scene.double.email], title="Theirs")
    past = make_event("past", guests=[scene.double.email], title="Past", starts_at=NOON - 20 * DAY)
    scene.synced(both, theirs, past, make_event("ours", guests=[scene.anna.email], title="Ours"))
    # The same meeting in another calendar, where only one of the addresses was invited.
    with scene.uow() as work:
        copy = make_event("copy", guests=[scene.double.email], title="Copy", ical_uid=both.ical_uid)
        sync_into(work, add_calendar(work, scene.town.staff), make_read(copy))
    assert scene.activities == 5
    scene.merge(scene.anna, scene.double)
    assert scene.links == [(title, "Anna Abel") for title in ("Both", "Copy", "Ours", "Past", "Theirs")]
    assert scene.activities == 4


def test_no_calendar_is_read_again_and_the_next_read_changes_nothing(scene: Scene) -> None:
    both, one = [scene.anna.email, scene.double.email], [scene.double.email]
    events = [make_event("a", guests=both), make_event("b", guests=one)]
    with scene.uow() as work:
        calendar = add_calendar(work, scene.town.colleague)
        sync_into(work, calendar, make_read(*events))
    scene.merge(scene.anna, scene.double)
    assert (scene.full_reads, scene.jobs.asked) == (0, [])
    before = scene.links
    with scene.uow() as work:
        sync_into(work, calendar, make_read(*events, is_full=True))
    assert scene.links == before
    assert scene.activities == 2


def test_after_a_merge_both_addresses_match_and_a_meeting_with_both_is_one(scene: Scene) -> None:
    scene.merge(scene.anna, scene.double)
    scene.synced(
        make_event(guests=[scene.double.email], title="Home"),
        make_event(guests=[scene.anna.email, scene.double.email], title="Both"),
    )
    assert scene.links == [("Both", "Anna Abel"), ("Home", "Anna Abel")]


def test_a_merged_contacts_meeting_goes_when_its_event_goes(scene: Scene) -> None:
    with scene.uow() as work:
        calendar = add_calendar(work, scene.town.colleague)
        sync_into(work, calendar, make_read(make_event("gone", guests=[scene.anna.email, scene.double.email])))
    scene.merge(scene.anna, scene.double)
    with scene.uow() as work:
        sync_into(work, calendar, make_read(removed=["gone"]))
    assert (scene.links, scene.activities) == ([], 0)


def test_a_contact_is_not_merged_with_itself_nor_beyond_what_can_be_kept(scene: Scene) -> None:
    with pytest.raises(Invalid, match="itself"):
        scene.merge(scene.anna, scene.anna)
    many = tuple(f"a{number:02}@clinic.example" for number in range(MOST_EMAILS))
    full = scene.known(name="Full", email=many[0], other_emails=many[1:])
    with pytest.raises(Invalid, match="more than 20"):
        scene.merge(scene.anna, full)
    assert scene.book.page(scene.staff).total == 3


def test_a_viewer_cannot_merge(scene: Scene) -> None:
    with pytest.raises(AccessDenied):
        scene.book.merge(scene.town.actor(scene.town.viewer), contact_id=scene.anna.id, other_id=scene.double.id)
    assert scene.book.page(scene.staff).total == 2
    assert audit_rows(scene.engine) == [("contact.merge", "refused", scene.anna.id)]


def test_another_organizations_contact_is_neither_taken_nor_given(scene: Scene) -> None:
    theirs = make_contact(organization_id=scene.town.other_organization.id)
    with scene.uow() as work:
        work.contacts.add(theirs)
    ours, staff, stranger = scene.anna, scene.staff, scene.town.actor(scene.town.stranger)
    for actor, kept, gone in ((staff, ours, theirs), (staff, theirs, ours), (stranger, theirs, ours)):
        with pytest.raises(NotFound):
            scene.book.merge(actor, contact_id=kept.id, other_id=gone.id)
    assert scene.book.get(scene.staff, contact_id=scene.anna.id) == scene.anna
    assert scene.book.get(stranger, contact_id=theirs.id) == theirs


@pytest.mark.parametrize("other_id", ["", "made-up", "\x00", "\ud800", None, 7, ["x"]])
def test_a_made_up_id_is_merged_with_nothing(scene: Scene, other_id: str) -> None:
    with pytest.raises(NotFound):
        scene.book.merge(scene.staff, contact_id=scene.anna.id, other_id=other_id)
    with pytest.raises(NotFound):
        scene.book.merge(scene.staff, contact_id=other_id, other_id=scene.anna.id)


def test_a_viewer_is_shown_no_doubles_and_nobody_those_of_others(scene: Scene) -> None:
    with pytest.raises(AccessDenied):
        scene.book.doubles(scene.town.actor(scene.town.viewer))
    twin = scene.known(name="Abel, \u00c1nna", email="twin@clinic.example", company="")
    [pair] = scene.book.doubles(scene.staff).pairs
    assert {contact.id for contact in pair} == {scene.anna.id, twin.id}
    assert scene.book.doubles(scene.town.actor(scene.town.stranger)).total == 0


# -- several addresses -------------------------------------------------------------------------------------------


def test_further_addresses_are_entered_as_a_list(scene: Scene) -> None:
    listed = " ANNA@private.example\nmail@abel.example, anna@clinic.example ;mail@abel.example\r\n"
    contact = scene.edit(scene.anna, other_emails=listed)
    assert contact.other_emails == ("anna@private.example", "mail@abel.example")
    assert scene.book.get(scene.staff, contact_id=scene.anna.id) == contact
    assert scene.edit(scene.anna, name="Anna A.").other_emails == contact.other_emails, "left out: as they were"


@pytest.mark.parametrize("listed", ["no address", "a@b.example x", "\ud800@b.example", 7, "a@b.example " * 21, "\x00"])
def test_what_is_no_list_of_addresses_is_told_at_its_field(scene: Scene, listed: str) -> None:
    with pytest.raises(Invalid) as refusal:
        scene.edit(scene.anna, other_emails=listed)
    assert refusal.value.field == "other_emails"
    assert scene.book.get(scene.staff, contact_id=scene.anna.id) == scene.anna


def test_a_new_address_has_calendars_read_again(scene: Scene) -> None:
    scene.synced()
    scene.edit(scene.anna, other_emails="anna@private.example")
    assert (scene.full_reads, scene.jobs.asked) == (1, [("sync-due", scene.town.organization.id)])


def test_another_of_ones_addresses_may_come_first_and_nothing_is_read(scene: Scene) -> None:
    carla = scene.known(name="Carla", email="carla@clinic.example", other_emails=("carla@home.example",))
    scene.synced(make_event(guests=["carla@clinic.example"], title="Work"))
    swapped = scene.edit(carla, email="carla@home.example", other_emails="carla@clinic.example")
    assert swapped.emails == ("carla@home.example", "carla@clinic.example")
    assert scene.links == [("Work", carla.name)]
    assert scene.full_reads == 0


def test_an_address_taken_off_takes_its_own_meetings_along(scene: Scene) -> None:
    carla = scene.known(name="Carla", email="carla@clinic.example", other_emails=("carla@home.example",))
    bernd = scene.known(name="Bernd", email="bernd@clinic.example")
    scene.synced(
        make_event(guests=[carla.email], title="Work"),
        make_event(guests=["carla@home.example"], title="Home"),
        make_event(guests=["carla@home.example", bernd.email], title="Home with Bernd"),
        make_event(guests=["carla@home.example", carla.email], title="Both"),
        make_event(organizer_email=carla.email, guests=["carla@home.example"], title="Hers"),
        # Long over: no full read would bring it back.
        make_event(guests=[carla.email], title="Old", starts_at=NOON - 29 * DAY),
        # In the room of her old address: a room is nobody.
        make_event(guests=[Attendee(carla.email, is_resource=True), "carla@home.example"], title="Room"),
    )
    scene.edit(carla, other_emails="")
    assert scene.links == [
        *(("Both", carla.name), ("Hers", carla.name), ("Home with Bernd", "Bernd"), ("Old", carla.name)),
        ("Work", carla.name),
    ]
    assert scene.full_reads == 1, "what is nobody's meeting any more becomes busy time"
    assert scene.book.page(scene.staff, search="carla@home").total == 0


def test_an_address_that_was_taken_off_is_free_for_somebody_else(scene: Scene) -> None:
    carla = scene.known(name="Carla", email="carla@clinic.example", other_emails=("info@clinic.example",))
    scene.edit(carla, other_emails="")
    assert scene.book.add(scene.staff, name="Reception", email="info@clinic.example").email == "info@clinic.example"


@pytest.mark.parametrize(
    ("entered", "field"),
    [
        ({"email": "ANNA@home.example"}, "email"),
        ({"email": "abel@home.example"}, "email"),
        ({"other_emails": "x@y.example\nanna@home.example"}, "other_emails"),
        ({"other_emails": "abel@home.example"}, "other_emails"),
    ],
)
def test_an_address_of_another_contact_names_that_contact(scene: Scene, entered: dict[str, str], field: str) -> None:
    other = scene.edit(scene.double, other_emails="abel@home.example")
    with pytest.raises(EmailTaken) as edited:
        scene.edit(scene.anna, **entered)
    with pytest.raises(EmailTaken) as added:
        scene.book.add(scene.staff, **{"name": "New", "email": "new@clinic.example"} | entered)
    assert edited.value.contact == added.value.contact == other
    assert edited.value.field == added.value.field == field
    assert "A. Abel" in str(edited.value)
    assert scene.book.get(scene.staff, contact_id=scene.anna.id) == scene.anna
    assert scene.book.page(scene.staff).total == 2


def test_the_database_itself_keeps_an_address_to_one_contact(scene: Scene) -> None:
    for taker in (
        make_contact(organization_id=scene.town.organization.id, other_emails=(scene.anna.email,)),
        make_contact(organization_id=scene.town.organization.id, email=scene.anna.email),
    ):
        with pytest.raises(Duplicate), scene.uow() as work:
            work.contacts.add(taker)
    elsewhere = make_contact(organization_id=scene.town.other_organization.id, other_emails=(scene.anna.email,))
    with scene.uow() as work:
        work.contacts.add(elsewhere)
