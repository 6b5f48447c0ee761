"""Departments, on both databases: names, and what is owed when they change."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine

from ce_calendar.domain.access import Actor
from ce_calendar.domain.employees.people import Department
from ce_calendar.domain.errors import AccessDenied, Invalid, NotFound
from ce_calendar.ports import OpenUnitOfWork
from tests.conftest import FixedClock
from tests.support.doubles import audit_rows
from tests.unit.services.employees_scene import Crew, gather


@pytest.fixture
def crew(uow: OpenUnitOfWork, clock: FixedClock) -> Crew:
    return gather(uow, clock)


def test_a_department_is_added_named_anew_and_removed(crew: Crew, engine: Engine) -> None:
    department = crew.departments.add(crew.dispatcher, name="  Field   service ")
    crew.departments.rename(crew.dispatcher, department_id=department.id, name="Service")
    member = crew.put(department_ids=[department.id])
    assert [(each.name, count) for each, count in crew.departments.all(crew.viewer)] == [("Service", 1)]
    assert crew.departments.remove(crew.dispatcher, department_id=department.id) == 1
    assert crew.departments.all(crew.viewer) == []
    assert crew.read(member).department_ids == ()
    assert [row[0] for row in audit_rows(engine)] == ["department.add", "department.rename", "department.remove"]
    assert {topic for _, topic in crew.announcements.told} == {"employees"}


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "FIELD service", 7, None], ids=str)
def test_a_name_must_be_there_and_free(crew: Crew, name: Any) -> None:
    crew.put_department("Field service")
    other = crew.put_department("Office")
    with pytest.raises(Invalid) as refusal:
        crew.departments.add(crew.dispatcher, name=name)
    assert refusal.value.field == "name"
    with pytest.raises(Invalid):
        crew.departments.rename(crew.dispatcher, department_id=other.id, name=name)
    assert [each.name for each, _ in crew.departments.all(crew.viewer)] == ["Field service", "Office"]


def test_the_other_organization_may_use_the_same_name(crew: Crew) -> None:
    crew.put_department("Field service")
    crew.departments.add(crew.stranger, name="Field service")
    assert len(crew.departments.all(crew.stranger)) == 1


@pytest.mark.parametrize(
    ("rules", "on_rename", "on_removal"),
    [
        # owed of: member, somebody else
        ({}, [False, False], [False, False]),
        ({"shows_departments": True}, [False, False], [True, False]),
        ({"calendar_name": "{employee} ({departments})"}, [True, False], [True, False]),
        # Events of its tasks may be in anybody's calendar.
        ({"event_title": "{title} {departments}"}, [True, True], [True, True]),
    ],
    ids=str,
)
def test_plans_are_owed_where_the_department_shows(
    crew: Crew, rules: dict[str, Any], on_rename: list[bool], on_removal: list[bool]
) -> None:
    department = crew.put_department()
    member, other = crew.put(department_ids=[department.id]), crew.put(name="Otto")
    unbound = crew.put(department_ids=[department.id], is_bound=False)
    crew.set_rules(**rules)
    crew.departments.rename(crew.dispatcher, department_id=department.id, name="Other")
    assert crew.owing(member, other) == on_rename
    with crew.uow() as work:
        work.employees.plan_done([member.id, other.id, unbound.id])
    crew.departments.remove(crew.dispatcher, department_id=department.id)
    assert crew.owing(member, other) == on_removal


CHANGES: dict[str, Callable[[Crew, Actor, Department], object]] = {
    "add": lambda crew, actor, _: crew.departments.add(actor, name="X"),
    "rename": lambda crew, actor, each: crew.departments.rename(actor, department_id=each.id, name="X"),
    "remove": lambda crew, actor, each: crew.departments.remove(actor, department_id=each.id),
}


@pytest.mark.parametrize("verb", CHANGES)
def test_a_colleague_without_the_right_cannot_change_departments(crew: Crew, engine: Engine, verb: str) -> None:
    department = crew.put_department()
    actors = [*crew.outsiders, crew.viewer]
    for actor in actors:
        with pytest.raises(AccessDenied):
            CHANGES[verb](crew, actor, department)
    for actor in crew.outsiders:
        with pytest.raises(AccessDenied):
            crew.departments.all(actor)
    assert {row[1] for row in audit_rows(engine)} == {"refused"}
    assert crew.departments.all(crew.viewer) == [(department, 0)]
    assert crew.told() == ([], [])


@pytest.mark.parametrize("verb", ["rename", "remove"])
def test_a_colleague_of_another_organization_cannot_reach_a_department(crew: Crew, verb: str) -> None:
    department = crew.put_department()
    with pytest.raises(NotFound):
        CHANGES[verb](crew, crew.stranger, department)
    assert [each for each, _ in crew.departments.all(crew.viewer)] == [department]
