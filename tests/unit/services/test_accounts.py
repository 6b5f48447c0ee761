"""Signing in and out, sessions, passwords, zone and language."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from ce_calendar.domain.access import Actor, Permission
from ce_calendar.domain.errors import Invalid, NotFound, SignedOut, TooManyAttempts
from ce_calendar.domain.people import User
from ce_calendar.ports import OpenUnitOfWork
from ce_calendar.services.accounts import WRONG_CREDENTIALS, Accounts
from ce_calendar.services.audit import Audit
from tests.builders import Town, settle
from tests.conftest import NOON, FixedClock
from tests.support.doubles import CountingLimiter, PlainPasswords, audit_rows

PASSWORD = "demo-password"
LIFETIME = timedelta(hours=12)
IDLE = timedelta(hours=2)


@pytest.fixture
def hasher() -> PlainPasswords:
    return PlainPasswords()


@pytest.fixture
def limiter() -> CountingLimiter:
    return CountingLimiter()


@pytest.fixture
def town(uow: OpenUnitOfWork, hasher: PlainPasswords) -> Town:
    return settle(uow, password_hash=hasher.hash(PASSWORD))


@pytest.fixture
def accounts(uow: OpenUnitOfWork, clock: FixedClock, hasher: PlainPasswords, limiter: CountingLimiter) -> Accounts:
    return Accounts(
        open_uow=uow,
        clock=clock,
        hasher=hasher,
        limiter=limiter,
        audit=Audit(open_uow=uow, clock=clock),
        session_lifetime=LIFETIME,
        idle_timeout=IDLE,
    )


def sign_in(accounts: Accounts, user: User, *, password: str = PASSWORD, remote: str = "10.0.0.1") -> str:
    return accounts.sign_in(email=user.email, password=password, remote=remote, user_agent="Firefox")


def signed_in(accounts: Accounts, user: User) -> Actor:
    return accounts.actor_for(sign_in(accounts, user))


def stored(uow: OpenUnitOfWork, user: User) -> User:
    with uow() as work:
        found = work.users.get(user.id)
    assert found is not None
    return found


def disable(uow: OpenUnitOfWork, user: User) -> None:
    with uow() as work:
        work.users.save(replace(user, disabled_at=NOON))


# -- signing in --------------------------------------------------------------------------------------------------


def test_signing_in_makes_a_session_for_the_cookie(accounts: Accounts, town: Town) -> None:
    actor = accounts.actor_for(sign_in(accounts, town.staff))
    assert (actor.user_id, actor.organization_id) == (town.staff.id, town.organization.id)
    assert (actor.email, actor.organization_name) == ("staff@demo.example", "Demo Health")
    assert actor.permissions == {
        Permission.CALENDAR_VIEW,
        Permission.CALENDAR_CONNECT,
        Permission.CALENDAR_SCHEDULE,
    }
    assert (actor.zone, actor.language) == ("UTC", "en-GB")


def test_only_a_hash_of_the_cookie_is_stored(accounts: Accounts, town: Town, engine: Engine) -> None:
    token = sign_in(accounts, town.staff)
    assert len(token) >= 43
    with engine.connect() as connection:
        row = connection.execute(text("SELECT * FROM sessions")).one()
    assert token not in repr(row)


def test_case_and_spaces_around_the_email_do_not_matter(accounts: Accounts, town: Town) -> None:
    token = accounts.sign_in(email="  Staff@DEMO.example ", password=PASSWORD, remote="", user_agent="")
    assert accounts.actor_for(token).user_id == town.staff.id


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("staff@demo.example", "wrong-password"),
        ("nobody@demo.example", PASSWORD),
        ("", ""),
        ("no address", PASSWORD),
        # What a database driver would choke on.
        ("staff\x00@demo.example", PASSWORD),
        ("\ud800@demo.example", PASSWORD),
        ("x" * 100_000, PASSWORD),
        ("staff@demo.example' OR '1'='1", PASSWORD),
    ],
)
def test_unknown_and_wrong_are_refused_in_the_same_words(
    accounts: Accounts, town: Town, email: str, password: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        accounts.sign_in(email=email, password=password, remote="", user_agent="")
    assert str(refusal.value) == WRONG_CREDENTIALS


def test_a_disabled_person_is_refused_in_the_same_words(accounts: Accounts, town: Town, uow: OpenUnitOfWork) -> None:
    disable(uow, town.staff)
    with pytest.raises(Invalid) as refusal:
        sign_in(accounts, town.staff)
    assert str(refusal.value) == WRONG_CREDENTIALS


def test_an_unknown_person_costs_a_verification_too(accounts: Accounts, town: Town, hasher: PlainPasswords) -> None:
    with pytest.raises(Invalid):
        accounts.sign_in(email="nobody@demo.example", password=PASSWORD, remote="", user_agent="")
    assert hasher.verified == [""]


def test_too_many_attempts_for_one_email_are_refused_even_with_the_right_password(
    accounts: Accounts, town: Town
) -> None:
    for number in range(5):
        with pytest.raises(Invalid):
            sign_in(accounts, town.staff, password="wrong-password", remote=f"10.0.0.{number}")
    with pytest.raises(TooManyAttempts) as refusal:
        sign_in(accounts, town.staff, remote="10.0.0.9")
    assert refusal.value.retry_after_seconds == 90
    assert sign_in(accounts, town.admin, remote="10.0.0.9")


def test_one_address_alone_cannot_keep_a_person_out(accounts: Accounts, town: Town, limiter: CountingLimiter) -> None:
    limiter.more = {"remote": 100, "email": 6}
    for _ in range(50):
        with pytest.raises((Invalid, TooManyAttempts)):
            sign_in(accounts, town.staff, password="wrong-password", remote="203.0.113.66")
    assert sign_in(accounts, town.staff, remote="10.0.0.1")


def test_attempts_to_sign_in_do_not_use_up_those_to_change_the_password(accounts: Accounts, town: Town) -> None:
    actor = accounts.actor_for(sign_in(accounts, town.staff))
    for number in range(10):
        with pytest.raises((Invalid, TooManyAttempts)):
            sign_in(accounts, town.staff, password="wrong-password", remote=f"203.0.113.{number}")
    accounts.change_password(actor, current=PASSWORD, new="another-password")


def test_too_many_attempts_from_one_address_are_refused(accounts: Accounts, town: Town) -> None:
    for number in range(5):
        with pytest.raises(Invalid):
            accounts.sign_in(email=f"guess{number}@demo.example", password=PASSWORD, remote="10.0.0.1", user_agent="")
    with pytest.raises(TooManyAttempts):
        sign_in(accounts, town.staff, remote="10.0.0.1")
    assert sign_in(accounts, town.staff, remote="10.0.0.2")


def test_writing_the_email_differently_does_not_bring_more_attempts(accounts: Accounts, town: Town) -> None:
    for number, email in enumerate(["staff@demo.example", "STAFF@demo.example", " staff@Demo.Example"] * 2):
        with pytest.raises((Invalid, TooManyAttempts)) as refusal:
            accounts.sign_in(email=email, password="wrong-password", remote=str(number), user_agent="")
    assert refusal.type is TooManyAttempts


def test_a_success_forgets_the_failures_of_the_email(accounts: Accounts, town: Town, limiter: CountingLimiter) -> None:
    with pytest.raises(Invalid):
        sign_in(accounts, town.staff, password="wrong-password")
    sign_in(accounts, town.staff)
    assert set(limiter.hits) == {"remote:10.0.0.1"}


def test_sign_ins_and_refusals_are_in_the_audit_trail(accounts: Accounts, town: Town, engine: Engine) -> None:
    with pytest.raises(Invalid):
        sign_in(accounts, town.staff, password="wrong-password")
    with pytest.raises(Invalid):
        accounts.sign_in(email="secret typed here", password="", remote="", user_agent="")
    token = sign_in(accounts, town.staff)
    accounts.sign_out(token)
    assert audit_rows(engine) == [
        ("session.sign-in", "refused", town.staff.id),
        ("session.sign-in", "refused", ""),
        ("session.sign-in", "done", town.staff.id),
        ("session.sign-out", "done", town.staff.id),
    ]
    with engine.connect() as connection:
        assert "secret" not in repr(connection.execute(text("SELECT * FROM audit_log")).all())


def test_a_long_and_odd_user_agent_is_cut(accounts: Accounts, town: Town) -> None:
    token = accounts.sign_in(
        email=town.staff.email, password=PASSWORD, remote="", user_agent="Fire\x00fox\ud800" + "x" * 500
    )
    [session] = accounts.sessions(accounts.actor_for(token))
    assert session.user_agent.startswith("Firefoxx")
    assert len(session.user_agent) == 200


# -- being signed in ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("token", ["", "made-up", "\x00", "\ud800", "x" * 100_000])
def test_a_made_up_cookie_is_nobody(accounts: Accounts, town: Town, token: str) -> None:
    with pytest.raises(SignedOut):
        accounts.actor_for(token)


def test_signing_out_ends_the_session_and_no_other(accounts: Accounts, town: Town) -> None:
    token, other = sign_in(accounts, town.staff), sign_in(accounts, town.staff)
    accounts.sign_out(token)
    accounts.sign_out(token)
    with pytest.raises(SignedOut):
        accounts.actor_for(token)
    assert accounts.actor_for(other)


def test_a_session_ends_at_the_end_of_its_life_however_busy(accounts: Accounts, town: Town, clock: FixedClock) -> None:
    token = sign_in(accounts, town.staff)
    for _ in range(11):
        clock.advance(timedelta(hours=1))
        accounts.actor_for(token)
    clock.advance(timedelta(minutes=59))
    assert accounts.actor_for(token)
    clock.advance(timedelta(minutes=1))
    with pytest.raises(SignedOut):
        accounts.actor_for(token)


def test_an_idle_session_ends(accounts: Accounts, town: Town, clock: FixedClock) -> None:
    token = sign_in(accounts, town.staff)
    clock.advance(IDLE)
    with pytest.raises(SignedOut):
        accounts.actor_for(token)


def test_a_page_that_refreshes_itself_does_not_keep_a_session_awake(
    accounts: Accounts, town: Town, clock: FixedClock
) -> None:
    token = sign_in(accounts, town.staff)
    clock.advance(IDLE / 2)
    assert accounts.actor_for(token, touch=False)
    clock.advance(IDLE / 2)
    with pytest.raises(SignedOut):
        accounts.actor_for(token, touch=False)


def test_last_seen_is_written_at_most_once_a_minute(accounts: Accounts, town: Town, clock: FixedClock) -> None:
    token = sign_in(accounts, town.staff)
    actor = accounts.actor_for(token)
    clock.advance(timedelta(seconds=59))
    accounts.actor_for(token)
    assert accounts.sessions(actor)[0].last_seen_at == NOON
    clock.advance(timedelta(seconds=1))
    accounts.actor_for(token)
    assert accounts.sessions(actor)[0].last_seen_at == NOON + timedelta(minutes=1)


def test_a_person_disabled_meanwhile_is_signed_out(accounts: Accounts, town: Town, uow: OpenUnitOfWork) -> None:
    token = sign_in(accounts, town.staff)
    disable(uow, town.staff)
    with pytest.raises(SignedOut):
        accounts.actor_for(token)


def test_a_role_taken_away_counts_at_once(accounts: Accounts, town: Town, uow: OpenUnitOfWork) -> None:
    token = sign_in(accounts, town.staff)
    with uow() as work:
        work.users.save(replace(town.staff, roles=frozenset()))
    assert accounts.actor_for(token).permissions == frozenset()


# -- sessions ----------------------------------------------------------------------------------------------------


def test_one_sees_and_ends_ones_own_sessions(accounts: Accounts, town: Town, clock: FixedClock) -> None:
    here, there = signed_in(accounts, town.staff), signed_in(accounts, town.staff)
    signed_in(accounts, town.colleague)
    assert {each.id for each in accounts.sessions(here)} == {here.session_id, there.session_id}
    accounts.end_session(here, session_id=there.session_id)
    assert [each.id for each in accounts.sessions(here)] == [here.session_id]


def test_sessions_that_are_over_are_not_listed(accounts: Accounts, town: Town, clock: FixedClock) -> None:
    signed_in(accounts, town.staff)
    clock.advance(IDLE)
    here = signed_in(accounts, town.staff)
    assert [each.id for each in accounts.sessions(here)] == [here.session_id]


def test_a_colleague_cannot_end_ones_session(accounts: Accounts, town: Town, engine: Engine) -> None:
    victim = signed_in(accounts, town.staff)
    for intruder in (town.colleague, town.admin, town.stranger):
        with pytest.raises(NotFound):
            accounts.end_session(signed_in(accounts, intruder), session_id=victim.session_id)
        assert audit_rows(engine)[-1] == ("session.end", "refused", victim.session_id)
    assert accounts.sessions(victim)


@pytest.mark.parametrize("session_id", ["", "made-up", "\x00", "\ud800", "x" * 1000, 7, None, {"id": 1}, ["a"]])
def test_a_made_up_session_id_is_refused_and_recorded(
    accounts: Accounts, town: Town, engine: Engine, session_id: str
) -> None:
    with pytest.raises(NotFound):
        accounts.end_session(signed_in(accounts, town.staff), session_id=session_id)
    assert audit_rows(engine)[-1][:2] == ("session.end", "refused")


def test_ending_the_other_sessions_leaves_this_one(accounts: Accounts, town: Town) -> None:
    here, colleague = signed_in(accounts, town.staff), signed_in(accounts, town.colleague)
    signed_in(accounts, town.staff)
    assert accounts.end_other_sessions(here) == 1
    assert [each.id for each in accounts.sessions(here)] == [here.session_id]
    assert accounts.sessions(colleague)


# -- password ----------------------------------------------------------------------------------------------------


def test_changing_the_password_ends_the_other_sessions(accounts: Accounts, town: Town) -> None:
    here = signed_in(accounts, town.staff)
    signed_in(accounts, town.staff)
    accounts.change_password(here, current=PASSWORD, new="another password")
    assert [each.id for each in accounts.sessions(here)] == [here.session_id]
    assert sign_in(accounts, town.staff, password="another password")
    with pytest.raises(Invalid):
        sign_in(accounts, town.staff)


@pytest.mark.parametrize(
    ("current", "new", "field"),
    [
        ("wrong-password", "another password", "current"),
        (None, "another password", "current"),
        (PASSWORD, "too short", "new"),
        (PASSWORD, "x" * 201, "new"),
        (PASSWORD, "Staff@Demo.Example", "new"),
        (PASSWORD, None, "new"),
    ],
)
def test_a_password_change_that_will_not_do_changes_nothing(
    accounts: Accounts, town: Town, current: str, new: str, field: str
) -> None:
    actor = signed_in(accounts, town.staff)
    with pytest.raises(Invalid) as refusal:
        accounts.change_password(actor, current=current, new=new)
    assert refusal.value.field == field
    assert sign_in(accounts, town.staff)


def test_a_stolen_session_cannot_guess_the_password_for_long(accounts: Accounts, town: Town) -> None:
    actor = signed_in(accounts, town.staff)
    for _ in range(5):
        with pytest.raises(Invalid):
            accounts.change_password(actor, current="wrong-password", new="another password")
    with pytest.raises(TooManyAttempts):
        accounts.change_password(actor, current=PASSWORD, new="another password")


# -- zone and language -------------------------------------------------------------------------------------------


def test_the_browsers_zone_is_remembered_until_one_chooses(accounts: Accounts, town: Town, uow: OpenUnitOfWork) -> None:
    actor = signed_in(accounts, town.staff)
    accounts.remember_browser(actor, zone="Asia/Calcutta", language="en-US-u-hc-h12")
    user = stored(uow, town.staff)
    assert (user.zone, user.language, user.is_locale_chosen) == ("Asia/Calcutta", "en-US", False)
    accounts.choose_locale(actor, zone="Europe/Berlin", language="de")
    accounts.remember_browser(actor, zone="Asia/Calcutta", language="en-US")
    user = stored(uow, town.staff)
    assert (user.zone, user.language, user.is_locale_chosen) == ("Europe/Berlin", "de", True)
    assert user.roles == town.staff.roles


def test_zone_and_language_reach_the_actor(accounts: Accounts, town: Town) -> None:
    token = sign_in(accounts, town.staff)
    accounts.choose_locale(accounts.actor_for(token), zone="America/New_York", language="pt-BR")
    actor = accounts.actor_for(token)
    assert (actor.zone, actor.language) == ("America/New_York", "pt-BR")


@pytest.mark.parametrize(
    ("zone", "language"),
    [
        ("Mars/Olympus", "en"),
        ("../../etc/passwd", "en"),
        ("localtime", "en"),
        ("", "en"),
        (None, "en"),
        ("UTC", "xx"),
        ("UTC", ""),
        ("UTC", "../en"),
        ("UTC", "\u00e9n"),
        ("UTC", 5),
    ],
)
def test_made_up_zones_and_languages_are_refused(
    accounts: Accounts, town: Town, uow: OpenUnitOfWork, zone: str, language: str
) -> None:
    actor = signed_in(accounts, town.staff)
    for act in (accounts.remember_browser, accounts.choose_locale):
        with pytest.raises(Invalid):
            act(actor, zone=zone, language=language)
    assert stored(uow, town.staff) == town.staff


@pytest.mark.parametrize(
    ("spoken", "kept"),
    [
        ("EN-gb", "en-GB"),
        ("zh-TW", "zh-Hant-TW"),
        # A region that has no dates of its own.
        ("en-XX", "en"),
        ("de-1996", "de"),
        ("sr-Latn-RS-u-nu-latn", "sr-Latn-RS"),
    ],
)
def test_a_browsers_language_is_brought_to_one_we_can_write_dates_in(
    accounts: Accounts, town: Town, uow: OpenUnitOfWork, spoken: str, kept: str
) -> None:
    accounts.remember_browser(signed_in(accounts, town.staff), zone="Europe/Berlin", language=spoken)
    assert stored(uow, town.staff).language == kept
