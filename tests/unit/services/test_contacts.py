"""The contact book: who may read and change it, and that calendars are read again for a new contact."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text

from ce_calendar.domain.access import Actor
from ce_calendar.domain.contacts import Contact
from ce_calendar.domain.errors import AccessDenied, Invalid, NotFound
from ce_calendar.domain.meetings.connections import Connection
from ce_calendar.ports import OpenUnitOfWork
from ce_calendar.services.audit import Audit
from ce_calendar.services.contacts import ContactBook
from tests.builders import Town, make_connection, make_contact, new_id, settle
from tests.builders_meetings import add_calendar, make_event, make_read, sync_into
from tests.conftest import NOON, FixedClock
from tests.support.doubles import ListedAnnouncements, ListedJobs, audit_rows


@pytest.fixture
def town(uow: OpenUnitOfWork) -> Town:
    return settle(uow)


@pytest.fixture
def jobs() -> ListedJobs:
    return ListedJobs()


@pytest.fixture
def announcements() -> ListedAnnouncements:
    return ListedAnnouncements()


@pytest.fixture
def book(uow: OpenUnitOfWork, clock: FixedClock, jobs: ListedJobs, announcements: ListedAnnouncements) -> ContactBook:
    return ContactBook(
        open_uow=uow, clock=clock, audit=Audit(open_uow=uow, clock=clock), announcer=announcements, jobs=jobs
    )


@pytest.fixture
def staff(town: Town) -> Actor:
    return town.actor(town.staff)


@pytest.fixture
def connection(town: Town, uow: OpenUnitOfWork) -> Connection:
    """A connection of the organization that is not due for an hour."""
    connection = make_connection(user=town.colleague, next_sync_at=NOON + timedelta(hours=1))
    with uow() as work:
        work.connections.add(connection)
    return connection


def known(uow: OpenUnitOfWork, town: Town, **values: Any) -> Contact:
    contact = make_contact(organization_id=town.organization.id, **values)
    with uow() as work:
        work.contacts.add(contact)
    return contact


def edit(book: ContactBook, actor: Actor, contact: Contact, **changes: str) -> Contact:
    values = {"name": contact.name, "email": contact.email, "company": contact.company}
    return book.edit(actor, contact_id=contact.id, **values | changes)


def reread(uow: OpenUnitOfWork, connection: Connection) -> Connection:
    with uow() as work:
        found = work.connections.get(connection.id)
    assert found is not None
    return found


# -- adding ------------------------------------------------------------------------------------------------------


def test_a_new_contact_is_kept_with_a_lower_case_email(book: ContactBook, staff: Actor) -> None:
    contact = book.add(staff, name="  Carla   Contact ", email=" Carla@Clinic.Example ", company="Clinic West")
    assert (contact.name, contact.email, contact.company) == ("Carla Contact", "carla@clinic.example", "Clinic West")
    assert book.get(staff, contact_id=contact.id) == contact


def test_a_new_contact_has_all_calendars_of_the_organization_read_again_at_once(
    book: ContactBook, town: Town, connection: Connection, uow: OpenUnitOfWork, jobs: ListedJobs
) -> None:
    foreign = make_connection(user=town.stranger)
    with uow() as work:
        work.connections.add(foreign)
    book.add(town.actor(town.staff), name="Carla", email="carla@clinic.example")
    due = reread(uow, connection)
    assert (due.full_read_version, due.next_sync_at) == (2, NOON)
    assert reread(uow, foreign) == foreign
    assert jobs.asked == [("sync-due", town.organization.id)]


def test_open_pages_hear_of_a_new_contact(
    book: ContactBook, town: Town, staff: Actor, announcements: ListedAnnouncements
) -> None:
    book.add(staff, name="Carla", email="carla@clinic.example")
    assert announcements.told == [(town.organization.id, topic) for topic in ("contacts", "timeline", "connections")]


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("name", {"name": " "}),
        ("name", {"name": "x" * 201}),
        ("name", {"name": "Car\x00la"}),
        ("name", {"name": "\ud800"}),
        ("name", {"name": 7}),
        ("email", {"email": ""}),
        ("email", {"email": "no address"}),
        ("email", {"email": "\ud800@clinic.example"}),
        ("email", {"email": None}),
        ("company", {"company": "x" * 201}),
        ("company", {"company": ["Clinic"]}),
    ],
)
def test_what_does_not_do_is_refused_and_nothing_happens(
    book: ContactBook, staff: Actor, jobs: ListedJobs, field: str, values: dict[str, str]
) -> None:
    with pytest.raises(Invalid) as refusal:
        book.add(staff, **{"name": "Carla", "email": "carla@clinic.example"} | values)
    assert refusal.value.field == field
    assert book.page(staff).total == 0
    assert jobs.asked == []


def test_an_email_is_one_contact_in_an_organization(
    book: ContactBook, staff: Actor, connection: Connection, uow: OpenUnitOfWork, jobs: ListedJobs
) -> None:
    book.add(staff, name="Carla", email="carla@clinic.example")
    with pytest.raises(Invalid) as refusal:
        book.add(staff, name="Charlotte", email="CARLA@clinic.example")
    assert refusal.value.field == "email"
    assert book.page(staff).total == 1
    assert reread(uow, connection).full_read_version == 2
    assert len(jobs.asked) == 1


def test_two_organizations_may_know_the_same_email(book: ContactBook, town: Town, staff: Actor) -> None:
    book.add(staff, name="Carla", email="carla@clinic.example")
    theirs = book.add(town.actor(town.stranger), name="Carla", email="carla@clinic.example")
    assert theirs.organization_id == town.other_organization.id
    assert book.page(staff).total == 1


# -- rights ------------------------------------------------------------------------------------------------------


def test_a_viewer_reads_and_cannot_change(book: ContactBook, town: Town, uow: OpenUnitOfWork, engine: Engine) -> None:
    contact, viewer = known(uow, town), town.actor(town.viewer)
    assert book.page(viewer).contacts == [contact]
    assert book.get(viewer, contact_id=contact.id) == contact
    with pytest.raises(AccessDenied):
        book.add(viewer, name="Carla", email="carla@clinic.example")
    with pytest.raises(AccessDenied):
        book.edit(viewer, contact_id=contact.id, name="Changed", email=contact.email, company="")
    assert book.page(viewer).contacts == [contact]
    assert audit_rows(engine) == [("contact.add", "refused", ""), ("contact.edit", "refused", contact.id)]


def test_an_admin_may_change_contacts(book: ContactBook, town: Town, uow: OpenUnitOfWork) -> None:
    contact, admin = known(uow, town), town.actor(town.admin)
    assert book.edit(admin, contact_id=contact.id, name="Changed", email=contact.email, company="").name == "Changed"


def test_somebody_without_permissions_sees_nothing(
    book: ContactBook, town: Town, uow: OpenUnitOfWork, engine: Engine
) -> None:
    contact = known(uow, town)
    nobody = Actor(
        user_id=town.staff.id,
        organization_id=town.organization.id,
        session_id="",
        email="",
        name="",
        organization_name="",
        permissions=frozenset(),
        zone="UTC",
        language="en",
    )
    with pytest.raises(AccessDenied):
        book.page(nobody)
    with pytest.raises(AccessDenied):
        book.get(nobody, contact_id=contact.id)
    assert audit_rows(engine) == [("contact.list", "refused", ""), ("contact.read", "refused", contact.id)]


def test_an_admin_of_another_organization_cannot_see_or_change_a_contact(
    book: ContactBook, town: Town, uow: OpenUnitOfWork, engine: Engine
) -> None:
    contact, stranger = known(uow, town), town.actor(town.stranger)
    assert book.page(stranger).total == 0
    assert book.page(stranger, search=contact.email).contacts == []
    with pytest.raises(NotFound) as unseen:
        book.get(stranger, contact_id=contact.id)
    with pytest.raises(NotFound) as unchanged:
        book.edit(stranger, contact_id=contact.id, name="Changed", email=contact.email, company="")
    with pytest.raises(NotFound) as unknown:
        book.get(stranger, contact_id=new_id())
    assert str(unseen.value) == str(unchanged.value) == str(unknown.value)
    assert book.get(town.actor(town.staff), contact_id=contact.id) == contact
    assert audit_rows(engine)[:2] == [("contact.read", "refused", contact.id), ("contact.edit", "refused", contact.id)]


@pytest.mark.parametrize("contact_id", ["", "made-up", "\x00", "\ud800", "x" * 1000, None, 7, {"id": "x"}, "' OR 1=1"])
def test_a_made_up_id_is_not_found(book: ContactBook, staff: Actor, contact_id: str) -> None:
    with pytest.raises(NotFound):
        book.get(staff, contact_id=contact_id)
    with pytest.raises(NotFound):
        book.edit(staff, contact_id=contact_id, name="Carla", email="carla@clinic.example", company="")


# -- editing -----------------------------------------------------------------------------------------------------


def test_another_name_reads_no_calendar_again(
    book: ContactBook, town: Town, coming_meeting: Contact, connection: Connection, engine: Engine
) -> None:
    staff = town.actor(town.staff)
    edit(book, staff, coming_meeting, name="Charlotte", email=coming_meeting.email.upper(), company="Clinic East")
    changed = book.get(staff, contact_id=coming_meeting.id)
    assert (changed.name, changed.email, changed.company) == ("Charlotte", coming_meeting.email, "Clinic East")
    assert reread(book._open_uow, connection) == connection
    assert activities(engine, coming_meeting) == 1


def test_another_name_reaches_open_pages_without_a_job(
    book: ContactBook, town: Town, coming_meeting: Contact, jobs: ListedJobs, announcements: ListedAnnouncements
) -> None:
    edit(book, town.actor(town.staff), coming_meeting, name="Charlotte")
    assert jobs.asked == []
    assert announcements.told == [(town.organization.id, "contacts"), (town.organization.id, "timeline")]


@pytest.fixture
def coming_meeting(town: Town, uow: OpenUnitOfWork) -> Contact:
    """A contact with a meeting in a colleague's calendar."""
    contact = known(uow, town)
    with uow() as work:
        calendar = add_calendar(work, town.colleague)
        sync_into(work, calendar, make_read(make_event(guests=[contact.email])))
    return contact


def activities(engine: Engine, contact: Contact) -> int:
    with engine.connect() as connection:
        query = text("SELECT count(*) FROM ce_activities WHERE contact_id = :contact_id")
        count: int = connection.execute(query, {"contact_id": contact.id}).scalar_one()
    return count


def test_another_email_drops_the_old_meetings_and_reads_calendars_again(
    book: ContactBook, town: Town, coming_meeting: Contact, connection: Connection, engine: Engine
) -> None:
    assert activities(engine, coming_meeting) == 1
    changed = edit(book, town.actor(town.staff), coming_meeting, email="new@clinic.example")
    assert changed.email == "new@clinic.example"
    assert activities(engine, coming_meeting) == 0
    assert reread(book._open_uow, connection).full_read_version == 2


def test_another_email_queues_the_sync_and_tells_open_pages(
    book: ContactBook, town: Town, coming_meeting: Contact, jobs: ListedJobs, announcements: ListedAnnouncements
) -> None:
    edit(book, town.actor(town.staff), coming_meeting, email="new@clinic.example")
    assert jobs.asked == [("sync-due", town.organization.id)]
    assert [topic for _, topic in announcements.told] == ["contacts", "timeline", "connections"]


def test_an_email_cannot_be_taken_from_another_contact(
    book: ContactBook, town: Town, coming_meeting: Contact, engine: Engine, jobs: ListedJobs
) -> None:
    staff = town.actor(town.staff)
    other = book.add(staff, name="Charlotte", email="charlotte@clinic.example")
    jobs.asked.clear()
    with pytest.raises(Invalid) as refusal:
        edit(book, staff, coming_meeting, email=other.email)
    assert refusal.value.field == "email"
    assert book.get(staff, contact_id=coming_meeting.id) == coming_meeting
    assert (activities(engine, coming_meeting), jobs.asked) == (1, [])


# -- searching ---------------------------------------------------------------------------------------------------


@pytest.fixture
def three(uow: OpenUnitOfWork, town: Town) -> None:
    known(uow, town, name="\u00c9mile Zoller", company="M\u00fcller & S\u00f6hne", email="emile@praxis.example")
    known(uow, town, name="anna Abel", company="100% Care", email="anna_a@clinic.example")
    known(uow, town, name="Bernd Braun", company="", email="bernd@clinic.example")


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("", ["anna Abel", "Bernd Braun", "\u00c9mile Zoller"]),
        ("CLINIC.example", ["anna Abel", "Bernd Braun"]),
        # Case and accents do not matter, neither in what is searched nor in what is found.
        ("emile", ["\u00c9mile Zoller"]),
        ("MULLER", ["\u00c9mile Zoller"]),
        ("m\u00dcller", ["\u00c9mile Zoller"]),
        # Every word, in any order.
        ("clinic braun", ["Bernd Braun"]),
        ("braun anna", []),
        # What LIKE would take for wildcards stands for itself.
        ("%", ["anna Abel"]),
        ("anna_a", ["anna Abel"]),
        ("a_n", []),
        ("\\", []),
        ("' OR 1=1 --", []),
    ],
)
@pytest.mark.usefixtures("three")
def test_contacts_are_found_by_any_part(book: ContactBook, staff: Actor, search: str, found: list[str]) -> None:
    page = book.page(staff, search=search)
    assert [contact.name for contact in page.contacts] == found
    assert page.total == len(found)


@pytest.mark.usefixtures("three")
def test_an_edited_contact_is_found_by_its_new_name(book: ContactBook, staff: Actor) -> None:
    [bernd] = book.page(staff, search="bernd").contacts
    book.edit(staff, contact_id=bernd.id, name="J\u00f6rg Gr\u00fcn", email=bernd.email, company="")
    assert book.page(staff, search="jorg").total == 1
    assert book.page(staff, search="braun").total == 0


@pytest.mark.usefixtures("three")
def test_pages_follow_each_other_and_know_the_total(book: ContactBook, staff: Actor) -> None:
    first, second = book.page(staff, limit=2), book.page(staff, offset=2, limit=2)
    assert [contact.name for contact in first.contacts] == ["anna Abel", "Bernd Braun"]
    assert [contact.name for contact in second.contacts] == ["\u00c9mile Zoller"]
    assert first.total == second.total == 3


@pytest.mark.parametrize(("offset", "limit", "shown"), [(-5, 50, 3), (0, 0, 1), (0, -1, 1), (10**30, 10**30, 0)])
@pytest.mark.usefixtures("three")
def test_a_page_out_of_bounds_is_brought_into_them(
    book: ContactBook, staff: Actor, offset: int, limit: int, shown: int
) -> None:
    assert len(book.page(staff, offset=offset, limit=limit).contacts) == shown


@pytest.mark.parametrize("search", ["x" * 101, "\x00", "\ud800", None, 5, ["a"]])
def test_a_search_that_is_no_line_of_text_is_refused(book: ContactBook, staff: Actor, search: str) -> None:
    with pytest.raises(Invalid):
        book.page(staff, search=search)


@pytest.mark.parametrize("number", ["1", None, 1.5])
def test_a_page_that_is_no_number_is_refused(book: ContactBook, staff: Actor, number: int) -> None:
    with pytest.raises(Invalid):
        book.page(staff, offset=number)
