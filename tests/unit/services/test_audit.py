"""The audit trail, and refusals finding their way into it."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text

from ce_calendar.domain.access import Permission
from ce_calendar.domain.errors import AccessDenied, Invalid, NotFound
from ce_calendar.ports import OpenUnitOfWork
from ce_calendar.services.audit import Audit, recorded_refusals
from tests.builders import Town, new_id, settle
from tests.conftest import NOON, FixedClock
from tests.support.doubles import audit_rows


@pytest.fixture
def town(uow: OpenUnitOfWork) -> Town:
    return settle(uow)


@pytest.fixture
def audit(uow: OpenUnitOfWork, clock: FixedClock) -> Audit:
    return Audit(open_uow=uow, clock=clock)


def row(engine: Engine) -> Any:
    with engine.connect() as connection:
        return connection.execute(text("SELECT * FROM audit_log")).one()


def test_an_entry_says_who_did_what_to_what(audit: Audit, town: Town, engine: Engine) -> None:
    subject = new_id()
    audit.done(town.actor(town.staff), "connection.disconnect", subject, events=7)
    entry = row(engine)
    assert (entry.organization_id, entry.actor_user_id) == (town.organization.id, town.staff.id)
    assert (entry.action, entry.outcome, entry.subject_id) == ("connection.disconnect", "done", subject)
    assert "7" in str(entry.detail)


def test_an_entry_without_actor_can_belong_to_an_organization(audit: Audit, town: Town, engine: Engine) -> None:
    audit.refused(None, "session.sign-in", organization_id=town.organization.id)
    entry = row(engine)
    assert (entry.organization_id, entry.actor_user_id, entry.outcome) == (town.organization.id, None, "refused")


def test_a_missing_permission_is_recorded_and_passes_on(audit: Audit, town: Town, engine: Engine) -> None:
    actor = town.actor(town.viewer)
    with pytest.raises(AccessDenied), recorded_refusals(audit, actor, "contact.add"):
        actor.require(Permission.CALENDAR_CONNECT)
    assert audit_rows(engine) == [("contact.add", "refused", "")]
    assert "ce.calendar.connect" in str(row(engine).detail)


def test_a_foreign_id_is_recorded_and_passes_on(audit: Audit, town: Town, engine: Engine) -> None:
    with pytest.raises(NotFound), recorded_refusals(audit, town.actor(town.staff), "contact.edit", "theirs"):
        raise NotFound("contact")
    assert audit_rows(engine) == [("contact.edit", "refused", "theirs")]


def test_a_refusal_is_recorded_although_its_transaction_is_rolled_back(
    audit: Audit, town: Town, uow: OpenUnitOfWork, engine: Engine
) -> None:
    with pytest.raises(NotFound), recorded_refusals(audit, town.actor(town.staff), "contact.edit"), uow():
        raise NotFound("contact")
    assert audit_rows(engine) == [("contact.edit", "refused", "")]


def test_other_refusals_are_not_recorded(audit: Audit, town: Town, engine: Engine) -> None:
    with pytest.raises(Invalid), recorded_refusals(audit, town.actor(town.staff), "contact.add"):
        raise Invalid("Email is missing.")
    assert audit_rows(engine) == []


@pytest.mark.parametrize(
    ("subject", "kept"),
    [
        ("x" * 1000, "x" * 64),
        ("a\x00b\ud800c\nd", "abcd"),
        (None, "<NoneType>"),
        ({"id": 1}, "<dict>"),
    ],
)
def test_whatever_comes_as_an_id_can_be_recorded(
    audit: Audit, town: Town, engine: Engine, subject: str, kept: str
) -> None:
    audit.refused(town.actor(town.staff), "contact.edit", subject, missing="con\x00tact")
    assert audit_rows(engine) == [("contact.edit", "refused", kept)]


def test_an_entry_in_the_transaction_of_its_act_goes_with_it(
    audit: Audit, town: Town, engine: Engine, uow: OpenUnitOfWork
) -> None:
    def act(*, is_broken: bool) -> None:
        with uow() as unit:
            audit.done(town.actor(town.staff), "contact.add", uow=unit)
            assert not is_broken

    with pytest.raises(AssertionError):
        act(is_broken=True)
    assert audit_rows(engine) == []
    act(is_broken=False)
    assert audit_rows(engine) == [("contact.add", "done", "")]


def test_what_was_done_to_several_is_told_of_each(
    audit: Audit, uow: OpenUnitOfWork, town: Town, clock: FixedClock
) -> None:
    actor, one, other = town.actor(town.staff), new_id(), new_id()
    with uow() as work:
        audit.done_to_several(actor, "employee.bind", [one, other], uow=work, chosen=2)
        audit.done_to_several(actor, "employee.bind", [], uow=work)
    clock.advance(timedelta(hours=1))
    audit.done(actor, "employee.edit", one, fields="name")
    audit.refused(actor, "employee.edit", one)
    with uow(reading=True) as work:
        of_one = work.audit.of_subject(town.organization.id, one, limit=10)
        of_other = work.audit.of_subject(town.organization.id, other, limit=10)
        of_strangers = work.audit.of_subject(town.other_organization.id, one, limit=10)
    assert [(entry.action, entry.outcome) for entry in of_one] == [
        ("employee.edit", "refused"),
        ("employee.edit", "done"),
        ("employee.bind", "done"),
    ]
    assert (of_other[0].actor_user_id, of_other[0].at, of_other[0].detail) == (town.staff.id, NOON, {"chosen": 2})
    assert of_strangers == []
