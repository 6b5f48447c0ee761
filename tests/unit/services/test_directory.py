"""The operator's door: organizations and people."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from ce_calendar.domain.access import Permission, Role
from ce_calendar.domain.errors import Invalid, NotFound
from ce_calendar.domain.people import User
from ce_calendar.ports import OpenUnitOfWork
from ce_calendar.services.audit import Audit
from ce_calendar.services.directory import Directory
from tests.builders import make_connection, make_session, settle
from tests.conftest import NOON, FixedClock
from tests.support.doubles import PlainPasswords, audit_rows

PASSWORD = "demo-password"


@pytest.fixture
def directory(uow: OpenUnitOfWork, clock: FixedClock) -> Directory:
    return Directory(open_uow=uow, clock=clock, hasher=PlainPasswords(), audit=Audit(open_uow=uow, clock=clock))


def add_user(
    directory: Directory,
    *,
    organization_slug: str = "demo",
    email: str = "staff@demo.example",
    name: str = "Sam Staff",
    password: str = PASSWORD,
    roles: Collection[Role] = (Role.STAFF,),
    given: Collection[Permission] = (),
) -> User:
    return directory.add_user(
        organization_slug=organization_slug, email=email, name=name, password=password, roles=roles, given=given
    )


@pytest.fixture
def demo(directory: Directory) -> Directory:
    directory.add_organization(slug="demo", name="Demo Health")
    return directory


def stored(uow: OpenUnitOfWork, email: str = "staff@demo.example") -> User:
    with uow() as work:
        user = work.users.by_email(email)
    assert user is not None
    return user


def with_session(uow: OpenUnitOfWork, user: User) -> None:
    with uow() as work:
        work.sessions.add(make_session(user=user))


def sessions(uow: OpenUnitOfWork, user: User) -> int:
    with uow() as work:
        return len(work.sessions.of_user(user.id))


def test_a_person_is_added_with_roles_and_permissions_given_by_name(demo: Directory, uow: OpenUnitOfWork) -> None:
    added = add_user(
        demo, email=" Staff@Demo.Example", roles=[Role.STAFF, Role.VIEWER], given=[Permission.CALENDAR_VIEW_ALL]
    )
    assert stored(uow) == added
    assert (added.email, added.roles, added.given) == (
        "staff@demo.example",
        frozenset({Role.STAFF, Role.VIEWER}),
        frozenset({Permission.CALENDAR_VIEW_ALL}),
    )
    assert added.password_hash == "hash of demo-password"


@pytest.mark.parametrize("slug", ["", "Demo", "-demo", "demo-", "de mo", "x" * 64, "dem\u00f6", "demo\n"])
def test_a_slug_is_small_letters_digits_and_inner_hyphens(directory: Directory, slug: str) -> None:
    with pytest.raises(Invalid) as refusal:
        directory.add_organization(slug=slug, name="Demo Health")
    assert refusal.value.field == "slug"


def test_a_slug_is_taken_once(demo: Directory) -> None:
    with pytest.raises(Invalid) as refusal:
        demo.add_organization(slug="demo", name="Another")
    assert refusal.value.field == "slug"
    assert [each.name for each in demo.organizations()] == ["Demo Health"]


def test_an_email_signs_in_one_person_in_all_organizations(demo: Directory) -> None:
    demo.add_organization(slug="other", name="Other Health")
    add_user(demo)
    with pytest.raises(Invalid) as refusal:
        add_user(demo, organization_slug="other", email="STAFF@demo.example")
    assert refusal.value.field == "email"
    assert demo.users("other") == []


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("email", {"email": "not an address"}),
        ("email", {"email": "a@" + "x" * 60 + ".example" * 40}),
        ("name", {"name": "  "}),
        ("name", {"name": "x" * 201}),
        ("password", {"password": "short"}),
        ("password", {"password": "x" * 201}),
        ("password", {"password": "Staff@demo.example"}),
    ],
)
def test_what_does_not_do_is_refused_by_field(demo: Directory, field: str, values: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as refusal:
        add_user(demo, **values)
    assert refusal.value.field == field
    assert demo.users() == []


def test_nobody_is_added_to_an_unknown_organization(demo: Directory) -> None:
    with pytest.raises(NotFound):
        add_user(demo, organization_slug="unknown")


def test_setting_a_password_ends_the_sessions(demo: Directory, uow: OpenUnitOfWork) -> None:
    user = add_user(demo)
    with_session(uow, user)
    demo.set_password(email="STAFF@demo.example", password="another password")
    assert stored(uow).password_hash == "hash of another password"
    assert stored(uow).roles == {Role.STAFF}
    assert sessions(uow, user) == 0


def test_disabling_ends_the_sessions_and_keeps_its_moment(
    demo: Directory, uow: OpenUnitOfWork, clock: FixedClock
) -> None:
    user = add_user(demo)
    with_session(uow, user)
    demo.disable_user(email="staff@demo.example")
    clock.advance(timedelta(days=1))
    demo.disable_user(email="staff@demo.example")
    assert stored(uow).disabled_at == NOON
    assert sessions(uow, user) == 0


def test_an_unknown_person_is_not_found(demo: Directory) -> None:
    with pytest.raises(NotFound):
        demo.set_password(email="nobody@demo.example", password=PASSWORD)
    with pytest.raises(NotFound):
        demo.disable_user(email="nobody@demo.example")


def test_people_are_listed_by_organization(demo: Directory) -> None:
    demo.add_organization(slug="other", name="A health centre")
    add_user(demo, email="b@demo.example")
    add_user(demo, email="a@demo.example")
    add_user(demo, email="admin@other.example", organization_slug="other")
    assert [user.email for user in demo.users("demo")] == ["a@demo.example", "b@demo.example"]
    assert [user.email for user in demo.users()] == ["admin@other.example", "a@demo.example", "b@demo.example"]
    with pytest.raises(NotFound):
        demo.users("unknown")


CONTACTS = [
    ("Carla", "carla@clinic.example", "Clinic West"),
    ("Conrad", "conrad@clinic.example", ""),
    ("Carla again", "CARLA@clinic.example", ""),
]


def test_contacts_are_added_once_however_often_they_are_named(demo: Directory, uow: OpenUnitOfWork) -> None:
    assert demo.add_contacts(organization_slug="demo", contacts=CONTACTS) == 2
    assert demo.add_contacts(organization_slug="demo", contacts=CONTACTS) == 0
    [organization] = demo.organizations()
    with uow() as work:
        found, _ = work.contacts.page(organization.id, search="", offset=0, limit=10)
    assert [contact.name for contact in found] == ["Carla", "Conrad"]


def test_added_contacts_have_the_calendars_read_again(demo: Directory, uow: OpenUnitOfWork) -> None:
    connection = make_connection(user=add_user(demo))
    with uow() as work:
        work.connections.add(connection)
    demo.add_contacts(organization_slug="demo", contacts=CONTACTS)
    demo.add_contacts(organization_slug="demo", contacts=CONTACTS)
    with uow() as work:
        found = work.connections.get(connection.id)
    assert found is not None
    assert found.full_read_version == connection.full_read_version + 1


def test_one_contact_that_will_not_do_adds_none(demo: Directory, uow: OpenUnitOfWork) -> None:
    with pytest.raises(Invalid):
        demo.add_contacts(organization_slug="demo", contacts=[*CONTACTS, ("", "x@clinic.example", "")])
    [organization] = demo.organizations()
    with uow() as work:
        assert work.contacts.ids_by_email(organization.id) == {}


def test_what_the_operator_does_is_in_the_audit_trail(demo: Directory, engine: Engine) -> None:
    user = add_user(demo)
    demo.set_password(email=user.email, password="another password")
    demo.disable_user(email=user.email)
    assert audit_rows(engine) == [
        ("organization.add", "done", user.organization_id),
        ("user.add", "done", user.id),
        ("user.password", "done", user.id),
        ("user.disable", "done", user.id),
    ]


def test_the_calendars_of_somebody_who_left_are_paused_and_nobody_elses(
    directory: Directory, uow: OpenUnitOfWork
) -> None:
    town = settle(uow)
    with uow() as work:
        for user in (town.staff, town.admin):
            work.connections.add(make_connection(user=user))
    directory.disable_user(email=town.staff.email)
    with uow(reading=True) as work:
        found = work.connections.of_organization(town.organization.id)
    assert {each.user_id: each.sync_enabled for each in found} == {town.staff.id: False, town.admin.id: True}
