"""Taking contacts over from a file: who may, what is shown before, what is done, once."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event, text

from ce_calendar.adapters.persistence.unit_of_work import unit_of_work_on
from ce_calendar.domain.access import Actor
from ce_calendar.domain.contacts import Contact, ImportCounts
from ce_calendar.domain.errors import AccessDenied, Invalid, NotFound
from ce_calendar.ports import OpenUnitOfWork
from ce_calendar.services.audit import Audit
from ce_calendar.services.contact_import import WAITS_FOR, ContactImport, ImportResult
from tests.builders import Town, make_actor, make_connection, make_contact, make_organization, new_id, settle
from tests.conftest import NOON, FixedClock
from tests.support.doubles import ListedAnnouncements, ListedJobs, audit_rows

HEADER = "name,email,company\n"
TWO = f"{HEADER}Anna Abel,anna@clinic.example,Clinic\nBernd Braun,bernd@clinic.example,\n".encode()


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
def importing(
    uow: OpenUnitOfWork, clock: FixedClock, jobs: ListedJobs, announcements: ListedAnnouncements
) -> ContactImport:
    return ContactImport(
        open_uow=uow, clock=clock, audit=Audit(open_uow=uow, clock=clock), announcer=announcements, jobs=jobs
    )


@pytest.fixture
def staff(town: Town) -> Actor:
    return town.actor(town.staff)


def known(uow: OpenUnitOfWork, town: Town, **values: object) -> Contact:
    contact = make_contact(organization_id=town.organization.id, **values)  # type: ignore[arg-type] # one keyword per test
    with uow() as work:
        work.contacts.add(contact)
    return contact


def contacts(uow: OpenUnitOfWork, organization_id: str) -> list[tuple[str, str, str]]:
    with uow(reading=True) as work:
        found, _ = work.contacts.page(organization_id, search="", offset=0, limit=200)
    return [(each.name, each.email, each.company) for each in found]


def everything(engine: Engine) -> str:
    """All that an import could touch."""
    with engine.connect() as connection:
        return json.dumps(
            {
                table: sorted(map(repr, connection.execute(text(f"SELECT * FROM {table}"))))
                for table in ("ce_contacts", "ce_contact_emails", "ce_contact_imports", "ce_calendar_connections")
            }
        )


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """What the database was asked meanwhile; a statement with many rows counts once."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        asked.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield asked
    event.remove(engine, "before_cursor_execute", note)


def taken(importing: ContactImport, actor: Actor, content: bytes | str, *, overwrite: bool = False) -> ImportResult:
    content = content if isinstance(content, bytes) else (HEADER + content).encode()
    return importing.confirm(actor, import_id=importing.begin(actor, content), overwrite=overwrite)


# -- taking ------------------------------------------------------------------------------------------------------


def test_new_contacts_are_taken_when_the_person_says_so(
    importing: ContactImport, town: Town, uow: OpenUnitOfWork, staff: Actor, engine: Engine
) -> None:
    home = town.organization.id
    import_id = importing.begin(staff, TWO)
    assert (contacts(uow, home), audit_rows(engine)) == ([], [])
    assert importing.confirm(staff, import_id=import_id, overwrite=False) == ImportResult(2, 0, 0)
    assert contacts(uow, home) == [
        ("Anna Abel", "anna@clinic.example", "Clinic"),
        ("Bernd Braun", "bernd@clinic.example", ""),
    ]
    with uow(reading=True) as work:
        assert work.contacts.ids_by_email(home).keys() == {"anna@clinic.example", "bernd@clinic.example"}
    assert contacts(uow, town.other_organization.id) == []
    assert audit_rows(engine) == [("contact.import", "done", import_id)]


def test_calendars_of_the_organization_are_read_again_once_for_all_of_them(
    importing: ContactImport, town: Town, uow: OpenUnitOfWork, jobs: ListedJobs, announcements: ListedAnnouncements
) -> None:
    connection = make_connection(user=town.colleague, next_sync_at=NOON + timedelta(hours=1))
    foreign = make_connection(user=town.stranger, next_sync_at=NOON + timedelta(hours=1))
    with uow() as work:
        work.connections.add(connection)
        work.connections.add(foreign)
    import_id = importing.begin(town.actor(town.staff), TWO)
    assert (jobs.asked, announcements.told) == ([], [])
    importing.confirm(town.actor(town.staff), import_id=import_id, overwrite=False)
    with uow(reading=True) as work:
        due, quiet = work.connections.get(connection.id), work.connections.get(foreign.id)
    assert due is not None
    assert (due.full_read_version, due.next_sync_at) == (2, NOON)
    assert quiet == foreign
    assert jobs.asked == [("sync-due", town.organization.id)]
    topics = ("contacts", "timeline", "connections")
    assert announcements.told == [(town.organization.id, topic) for topic in topics]


def test_what_we_have_stays_but_for_an_empty_company(
    importing: ContactImport, town: Town, uow: OpenUnitOfWork, staff: Actor, jobs: ListedJobs
) -> None:
    known(uow, town, name="Anna Abel", email="anna@clinic.example", company="")
    known(uow, town, name="Bernd Braun", email="bernd@clinic.example", company="Clinic East")
    known(uow, town, name="Carla Contact", email="carla@clinic.example", company="Clinic West")
    file = (
        "Anna Abel,ANNA@clinic.example,Clinic\n"
        "Bernhard Braun,bernd@clinic.example,Clinic West\n"
        "Carla Contact,carla@clinic.example,\n"
    )
    import_id = importing.begin(staff, (HEADER + file).encode())
    assert importing.preview(staff, import_id=import_id).counts == ImportCounts(0, 1, 1, 1, 3)
    assert importing.confirm(staff, import_id=import_id, overwrite=False) == ImportResult(0, 1, 2)
    assert contacts(uow, town.organization.id) == [
        ("Anna Abel", "anna@clinic.example", "Clinic"),
        ("Bernd Braun", "bernd@clinic.example", "Clinic East"),
        ("Carla Contact", "carla@clinic.example", "Clinic West"),
    ]
    assert jobs.asked == [], "nobody new: no calendar is read again"


def test_the_file_is_right_if_the_person_says_so(
    importing: ContactImport, town: Town, uow: OpenUnitOfWork, staff: Actor
) -> None:
    bernd = known(uow, town, name="Bernd Braun", email="bernd@clinic.example", company="Clinic East")
    file = "Bernhard Braun,bernd@clinic.example,\n"
    assert taken(importing, staff, file, overwrite=True) == ImportResult(0, 1, 0)
    assert contacts(uow, town.organization.id) == [("Bernhard Braun", bernd.email, "Clinic East")]
    with uow(reading=True) as work:
        assert work.contacts.page(town.organization.id, search="bernhard", offset=0, limit=5)[1] == 1


def test_a_further_address_of_a_contact_is_known(
    importing: ContactImport, town: Town, uow: OpenUnitOfWork, staff: Actor
) -> None:
    anna = known(uow, town, name="Anna", email="anna@clinic.example", other_emails=("anna@home.example",))
    file = "Anna,anna@home.example,Clinic West\nAnna,anna@clinic.example,Other\nNew,new@clinic.example,\n"
    assert taken(importing, staff, file) == ImportResult(1, 0, 1)
    with uow(reading=True) as work:
        assert work.contacts.get(anna.id, organization_id=town.organization.id) == anna


def test_one_address_in_several_lines_is_one_contact(
    importing: ContactImport, town: Town, uow: OpenUnitOfWork, staff: Actor
) -> None:
    file = (
        "Anna Abel,anna@clinic.example,\n"
        "A. Abel, ANNA@Clinic.Example ,Clinic\n"
        "Anna,mailto:anna@clinic.example,Another\n"
        "Anna,Anna Abel <anna@clinic.example>,\n"
        # who signs up with a tag is invited under it
        "Anna,anna+news@clinic.example,\n"
    )
    import_id = importing.begin(staff, (HEADER + file).encode())
    assert importing.preview(staff, import_id=import_id).doubles == [(3, 2), (4, 2), (5, 2)]
    importing.confirm(staff, import_id=import_id, overwrite=False)
    assert contacts(uow, town.organization.id) == [
        ("Anna", "anna+news@clinic.example", ""),
        ("Anna Abel", "anna@clinic.example", "Clinic"),
    ]


def test_bad_rows_are_told_by_line_and_reason_and_the_good_ones_taken(
    importing: ContactImport, town: Town, uow: OpenUnitOfWork, staff: Actor
) -> None:
    file = (
        "Anna,anna@clinic.example,Clinic\n"
        ",nameless@clinic.example,\n"
        "No Email,,\n"
        "Bad Email,carla at clinic,\n"
        f"{'x' * 201},long@clinic.example,\n"
        "Con\x07trol,bell@clinic.example,\n"
        "A,b@clinic.example,Clinic,too,many\n"
        '"Last,last@clinic.example,\n'
    )
    import_id = importing.begin(staff, (HEADER + file).encode())
    assert [(bad.line, bad.reason) for bad in importing.preview(staff, import_id=import_id).bad] == [
        (3, "Name is missing."),
        (4, "Email is missing."),
        (5, "“carla at clinic” is not an email address."),
        (6, "Name is too long: at most 200 characters."),
        (7, "Name has characters that cannot be shown."),
        (8, "Has 5 values, but the first line names 3 columns."),
        (9, "A quotation mark is opened here and never closed, so nothing after it could be read."),
    ]
    assert importing.confirm(staff, import_id=import_id, overwrite=False) == ImportResult(1, 0, 0)
    assert contacts(uow, town.organization.id) == [("Anna", "anna@clinic.example", "Clinic")]


def test_formulas_of_spreadsheets_are_only_text(
    importing: ContactImport, town: Town, uow: OpenUnitOfWork, staff: Actor
) -> None:
    taken(importing, staff, "=cmd|' /C calc'!A0,anna@clinic.example,@SUM(1)\n")
    assert contacts(uow, town.organization.id) == [("=cmd|' /C calc'!A0", "anna@clinic.example", "@SUM(1)")]


def test_what_changed_since_the_preview_is_done_as_it_is_now(
    importing: ContactImport, town: Town, uow: OpenUnitOfWork, staff: Actor
) -> None:
    import_id = importing.begin(staff, TWO)
    assert importing.preview(staff, import_id=import_id).counts.new == 2
    known(uow, town, name="Anna", email="anna@clinic.example", company="Ours")
    assert importing.confirm(staff, import_id=import_id, overwrite=False) == ImportResult(1, 0, 1)
    assert ("Anna", "anna@clinic.example", "Ours") in contacts(uow, town.organization.id)


def test_a_file_is_taken_once(importing: ContactImport, staff: Actor, engine: Engine) -> None:
    import_id = importing.begin(staff, TWO)
    importing.confirm(staff, import_id=import_id, overwrite=True)
    before = everything(engine)
    for call in (
        importing.preview,
        lambda actor, import_id: importing.confirm(actor, import_id=import_id, overwrite=True),
    ):
        with pytest.raises(NotFound):
            call(staff, import_id=import_id)
    assert everything(engine) == before


def test_the_same_file_again_changes_nothing(importing: ContactImport, staff: Actor, jobs: ListedJobs) -> None:
    taken(importing, staff, TWO)
    assert taken(importing, staff, TWO, overwrite=True) == ImportResult(0, 0, 2)
    assert len(jobs.asked) == 1


def test_a_file_that_is_none_is_refused_and_nothing_kept(
    importing: ContactImport, staff: Actor, engine: Engine
) -> None:
    before = everything(engine)
    with pytest.raises(Invalid, match="Excel workbook") as refusal:
        importing.begin(staff, b"PK\x03\x04...")
    assert refusal.value.field == "file"
    assert everything(engine) == before


# -- waiting -----------------------------------------------------------------------------------------------------


def test_a_file_waits_an_hour_and_is_forgotten(
    importing: ContactImport, staff: Actor, clock: FixedClock, uow: OpenUnitOfWork
) -> None:
    import_id = importing.begin(staff, TWO)
    clock.advance(WAITS_FOR)
    with pytest.raises(NotFound):
        importing.confirm(staff, import_id=import_id, overwrite=False)
    with uow() as work:
        assert work.contact_imports.forget_expired(now=clock()) == 1


def test_a_person_has_one_file_waiting(importing: ContactImport, town: Town, staff: Actor) -> None:
    colleague = town.actor(town.colleague)
    theirs, first, second = importing.begin(colleague, TWO), importing.begin(staff, TWO), importing.begin(staff, TWO)
    with pytest.raises(NotFound):
        importing.preview(staff, import_id=first)
    assert importing.preview(staff, import_id=second).counts.new == 2
    assert importing.preview(colleague, import_id=theirs).counts.new == 2


def test_a_cancelled_file_is_forgotten_at_once(importing: ContactImport, staff: Actor, engine: Engine) -> None:
    before = everything(engine)
    import_id = importing.begin(staff, TWO)
    importing.cancel(staff, import_id=import_id)
    importing.cancel(staff, import_id=import_id)
    assert everything(engine) == before


# -- rights ------------------------------------------------------------------------------------------------------


def test_a_viewer_cannot_import(importing: ContactImport, town: Town, engine: Engine) -> None:
    viewer = town.actor(town.viewer)
    import_id = importing.begin(town.actor(town.staff), TWO)
    before = everything(engine)
    for call in (
        lambda: importing.allow(viewer),
        lambda: importing.begin(viewer, TWO),
        lambda: importing.preview(viewer, import_id=import_id),
        lambda: importing.confirm(viewer, import_id=import_id, overwrite=True),
        lambda: importing.cancel(viewer, import_id=import_id),
    ):
        with pytest.raises(AccessDenied):
            call()
    assert everything(engine) == before
    assert [row[:2] for row in audit_rows(engine)] == [("contact.import", "refused")] * 5


@pytest.mark.parametrize("who", ["colleague", "admin", "stranger"])
def test_nobody_else_sees_takes_or_cancels_a_file(
    importing: ContactImport, town: Town, engine: Engine, who: str
) -> None:
    other = town.actor(getattr(town, who))
    import_id = importing.begin(town.actor(town.staff), TWO)
    before = everything(engine)
    with pytest.raises(NotFound) as unseen:
        importing.preview(other, import_id=import_id)
    with pytest.raises(NotFound) as untaken:
        importing.confirm(other, import_id=import_id, overwrite=True)
    with pytest.raises(NotFound) as unknown:
        importing.preview(other, import_id=new_id())
    importing.cancel(other, import_id=import_id)
    assert str(unseen.value) == str(untaken.value) == str(unknown.value)
    assert everything(engine) == before
    assert audit_rows(engine)[0] == ("contact.import", "refused", import_id)


def test_another_organizations_contacts_are_neither_seen_nor_changed(
    importing: ContactImport, town: Town, uow: OpenUnitOfWork, staff: Actor
) -> None:
    theirs = make_contact(
        organization_id=town.other_organization.id, name="Their Anna", email="anna@clinic.example", company=""
    )
    with uow() as work:
        work.contacts.add(theirs)
    import_id = importing.begin(staff, TWO)
    assert [each.known for each in importing.preview(staff, import_id=import_id).first] == [None, None]
    assert importing.confirm(staff, import_id=import_id, overwrite=True) == ImportResult(2, 0, 0)
    assert contacts(uow, town.other_organization.id) == [("Their Anna", "anna@clinic.example", "")]


@pytest.mark.parametrize("import_id", ["", "made-up", "\x00", "\ud800", None, 7, {"id": "x"}])
def test_a_made_up_id_is_not_found(importing: ContactImport, staff: Actor, import_id: str) -> None:
    with pytest.raises(NotFound):
        importing.preview(staff, import_id=import_id)
    with pytest.raises(NotFound):
        importing.confirm(staff, import_id=import_id, overwrite=False)
    with pytest.raises(NotFound):
        importing.cancel(staff, import_id=import_id)


# -- size, and anything at all -----------------------------------------------------------------------------------


def test_ten_thousand_rows_take_as_many_statements_as_two(
    importing: ContactImport, town: Town, staff: Actor, engine: Engine, uow: OpenUnitOfWork
) -> None:
    with statements(engine) as few:
        taken(importing, staff, TWO)
    rows = "".join(f"Person {number},person{number}@clinic.example,Clinic {number % 50}\n" for number in range(10_000))
    # Half of them known, and changed.
    known_rows = rows.replace(",Clinic 7\n", ",\n")
    taken(importing, staff, known_rows)
    with statements(engine) as many:
        assert taken(importing, staff, rows, overwrite=True) == ImportResult(0, 200, 9_800)
    assert len(many) <= len(few) + 1
    with uow(reading=True) as work, statements(engine) as asked:
        _, total = work.contacts.page(town.organization.id, search="clinic", offset=5_000, limit=50)
    assert (total, len(asked)) == (10_002, 4)


LINES = st.lists(
    st.sampled_from(
        ["name", "email", "company", "a@b.example", "A <c@d.example>", '"', ",", ";", "\r\n", "\n", "é", "\0"]
    )
    | st.text(max_size=8),
    max_size=40,
).map("".join)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=300) | LINES.map(lambda each: f"{HEADER}{each}".encode("utf-8", "replace")))
def test_any_file_is_taken_whole_or_refused(sqlite_engine: Engine, clock: FixedClock, content: bytes) -> None:
    uow = unit_of_work_on(sqlite_engine)
    with uow(reading=True) as work:
        known_staff = work.users.by_email("staff@demo.example")
    staff = known_staff or settle(uow).staff
    actor = make_actor(staff, organization=make_organization(organization_id=staff.organization_id))
    organization_id = staff.organization_id
    importing = ContactImport(
        open_uow=uow,
        clock=clock,
        audit=Audit(open_uow=uow, clock=clock),
        announcer=ListedAnnouncements(),
        jobs=ListedJobs(),
    )
    before = contacts(uow, organization_id)
    try:
        import_id = importing.begin(actor, content)
    except Invalid:
        assert contacts(uow, organization_id) == before
        return
    counts = importing.preview(actor, import_id=import_id).counts
    result = importing.confirm(actor, import_id=import_id, overwrite=False)
    assert (result.added, result.changed) == (counts.new, counts.filled)
    assert len(contacts(uow, organization_id)) == len(before) + counts.new
