"""Organizations, people, sessions, the trail and contacts on both databases."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from ce_calendar.domain.access import Permission, Role
from ce_calendar.domain.errors import Duplicate
from ce_calendar.domain.people import User
from ce_calendar.ports import OpenUnitOfWork
from tests.builders import Town, make_contact, make_organization, make_session, make_user, settle
from tests.conftest import NOON
from tests.support.statements import counted_statements

HOUR = timedelta(hours=1)


@pytest.fixture
def town(uow: OpenUnitOfWork) -> Town:
    return settle(uow)


def at_once(*acts: Callable[[], None]) -> list[BaseException | None]:
    """Run these in threads of their own; what each raised."""
    with ThreadPoolExecutor(len(acts)) as pool:
        return [each.exception(timeout=60) for each in [pool.submit(act) for act in acts]]


# -- organizations and people ------------------------------------------------------------------------------------


def test_organizations_come_back_as_they_were_stored(uow: OpenUnitOfWork) -> None:
    first, second = make_organization(slug="b", name="Alpha"), make_organization(slug="a", name="Beta")
    with uow() as work:
        work.organizations.add(second)
        work.organizations.add(first)
    with uow() as work:
        assert work.organizations.get(first.id) == first
        assert work.organizations.by_slug("a") == second
        assert work.organizations.all() == [first, second]
        assert (work.organizations.get("unknown"), work.organizations.by_slug("unknown")) == (None, None)


def test_a_person_comes_back_with_roles_permissions_and_locale(uow: OpenUnitOfWork, town: Town) -> None:
    user = make_user(
        organization_id=town.organization.id,
        roles=[Role.STAFF, Role.DISPATCHER],
        given=[Permission.CALENDAR_VIEW_ALL],
        disabled_at=NOON,
        zone="Europe/Berlin",
        language="de",
        is_locale_chosen=True,
    )
    with uow() as work:
        work.users.add(user)
    with uow() as work:
        assert work.users.get(user.id) == user
        assert work.users.by_email(user.email) == user
        assert user in work.users.of_organization(town.organization.id)
        assert user not in work.users.of_organization(town.other_organization.id)


def test_saving_a_person_replaces_rights_also_in_the_transaction_that_read_them(
    uow: OpenUnitOfWork, town: Town
) -> None:
    with uow() as work:
        user = work.users.get(town.staff.id, lock=True)
        assert user is not None
        changed = replace(user, name="Sandy", roles=user.roles | {Role.VIEWER}, given=frozenset({Permission.ORG_USERS}))
        work.users.save(changed)
        assert work.users.get(user.id) == changed
        work.users.save(user)
        assert work.users.by_email(user.email) == user
    with uow() as work:
        assert work.users.get(town.colleague.id) == town.colleague


def test_a_slug_and_an_email_are_taken_once(uow: OpenUnitOfWork, town: Town) -> None:
    with pytest.raises(Duplicate), uow() as work:
        work.organizations.add(make_organization(slug="demo"))
    with pytest.raises(Duplicate), uow() as work:
        work.users.add(make_user(organization_id=town.other_organization.id, email=town.staff.email))


def test_another_broken_constraint_is_no_duplicate(uow: OpenUnitOfWork, town: Town) -> None:
    with pytest.raises(Exception, match=r"(?i)foreign key") as error, uow() as work:
        work.users.add(make_user(organization_id="unknown"))
    assert error.type is not Duplicate


def test_listing_people_costs_the_same_for_one_and_for_many(uow: OpenUnitOfWork, town: Town, engine: Engine) -> None:
    with uow() as work:
        for _ in range(50):
            work.users.add(make_user(organization_id=town.organization.id))
    with counted_statements(engine) as sent, uow() as work:
        assert len(work.users.of_organization(town.organization.id)) == 54
    assert len(sent) == 3


def test_two_changes_of_one_person_at_the_same_time_both_stay(uow: OpenUnitOfWork, town: Town) -> None:
    has_read = threading.Event()

    def change(to: Callable[[User], User]) -> None:
        with uow() as work:
            user = work.users.get(town.staff.id, lock=True)
            assert user is not None
            has_read.set()
            # Long enough for the other to read the same, if it could.
            threading.Event().wait(0.3)
            work.users.save(to(user))

    def take_role() -> None:
        change(lambda user: replace(user, roles=frozenset()))

    def set_zone() -> None:
        has_read.wait(30)
        change(lambda user: replace(user, zone="Europe/Berlin"))

    assert at_once(take_role, set_zone) == [None, None]
    with uow() as work:
        user = work.users.get(town.staff.id)
    assert user is not None
    assert (user.roles, user.zone) == (frozenset(), "Europe/Berlin")


# -- sessions ----------------------------------------------------------------------------------------------------


def test_sessions_are_found_by_hash_touched_and_ended(uow: OpenUnitOfWork, town: Town) -> None:
    session = make_session(user=town.staff)
    with uow() as work:
        work.sessions.add(session)
        assert work.sessions.by_token_hash(session.token_hash) == session
        work.sessions.touch(session.id, now=NOON + HOUR)
        touched = work.sessions.by_token_hash(session.token_hash)
        assert touched == replace(session, last_seen_at=NOON + HOUR)
        work.sessions.end(session.id)
        assert work.sessions.by_token_hash(session.token_hash) is None


def test_ending_a_persons_sessions_leaves_the_named_one_and_other_peoples(uow: OpenUnitOfWork, town: Town) -> None:
    here, there, colleague = (make_session(user=user) for user in (town.staff, town.staff, town.colleague))
    with uow() as work:
        for session in (here, there, colleague):
            work.sessions.add(session)
        assert work.sessions.end_of_user(town.staff.id, except_id=here.id) == 1
        assert work.sessions.of_user(town.staff.id) == [here]
        assert work.sessions.end_of_user(town.staff.id) == 1
        assert work.sessions.of_user(town.colleague.id) == [colleague]


def test_expired_sessions_are_swept(uow: OpenUnitOfWork, town: Town) -> None:
    expired, live = make_session(user=town.staff, expires_at=NOON), make_session(user=town.staff)
    with uow() as work:
        work.sessions.add(expired)
        work.sessions.add(live)
        assert work.sessions.end_expired(now=NOON) == 1
        assert work.sessions.of_user(town.staff.id) == [live]


def test_sessions_are_listed_last_seen_first(uow: OpenUnitOfWork, town: Town) -> None:
    older, newer = make_session(user=town.staff), make_session(user=town.staff, last_seen_at=NOON + HOUR)
    with uow() as work:
        work.sessions.add(older)
        work.sessions.add(newer)
        assert work.sessions.of_user(town.staff.id) == [newer, older]


# -- the trail ---------------------------------------------------------------------------------------------------


def test_the_trail_outlives_what_it_speaks_of(uow: OpenUnitOfWork, town: Town, engine: Engine) -> None:
    with uow() as work:
        work.audit.add(
            at=NOON,
            action="contact.add",
            outcome="done",
            organization_id=town.organization.id,
            actor_user_id=town.staff.id,
            subject_id="c1",
            detail={"meetings": 3},
        )
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM organizations"))
        assert connection.execute(text("SELECT count(*) FROM users")).scalar_one() == 0
        assert connection.execute(text("SELECT count(*) FROM audit_log")).scalar_one() == 1


# -- contacts ----------------------------------------------------------------------------------------------------


def test_contacts_are_found_in_their_own_organization_alone(uow: OpenUnitOfWork, town: Town) -> None:
    home, elsewhere = town.organization.id, town.other_organization.id
    contact = make_contact(organization_id=home, email="carla@clinic.example")
    with uow() as work:
        work.contacts.add(contact)
        assert work.contacts.get(contact.id, organization_id=home) == contact
        assert work.contacts.by_emails([contact.email], organization_id=home) == {contact.email: contact}
        assert work.contacts.ids_by_email(home) == {contact.email: contact.id}
        assert work.contacts.get(contact.id, organization_id=elsewhere) is None
        assert work.contacts.by_emails([contact.email], organization_id=elsewhere) == {}
        assert work.contacts.ids_by_email(elsewhere) == {}
        work.contacts.save(replace(contact, organization_id=elsewhere, name="Stolen"))
        assert work.contacts.get(contact.id, organization_id=home) == contact


def test_a_saved_contact_is_read_anew_in_the_same_transaction(uow: OpenUnitOfWork, town: Town) -> None:
    contact = make_contact(organization_id=town.organization.id)
    changed = replace(contact, name="Charlotte", email="new@clinic.example", company="")
    with uow() as work:
        work.contacts.add(contact)
        work.contacts.save(changed)
        assert work.contacts.get(contact.id, organization_id=town.organization.id) == changed
        found, total = work.contacts.page(town.organization.id, search="charl", offset=0, limit=10)
    assert (found, total) == ([changed], 1)


def test_an_email_saved_on_a_second_contact_is_a_duplicate(uow: OpenUnitOfWork, town: Town) -> None:
    first, second = (make_contact(organization_id=town.organization.id) for _ in range(2))
    with uow() as work:
        work.contacts.add(first)
        work.contacts.add(second)
    with pytest.raises(Duplicate), uow() as work:
        work.contacts.save(replace(second, email=first.email))


def test_two_who_add_the_same_contact_at_once_make_one(uow: OpenUnitOfWork, town: Town) -> None:
    together = threading.Barrier(2)

    def add() -> None:
        together.wait(30)
        with uow() as work:
            work.contacts.add(make_contact(organization_id=town.organization.id, email="carla@clinic.example"))

    raised = at_once(add, add)
    assert sorted(type(error).__name__ for error in raised) == ["Duplicate", "NoneType"]
    with uow() as work:
        assert len(work.contacts.ids_by_email(town.organization.id)) == 1
