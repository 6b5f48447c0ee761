"""The status book, on both databases: free names, roles that count, and calendars that follow."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine

from ce_calendar.domain.access import Actor
from ce_calendar.domain.employees.tasks import SystemRole
from ce_calendar.domain.errors import AccessDenied, Invalid, NotFound
from ce_calendar.ports import OpenUnitOfWork
from ce_calendar.services.employees.statuses import MOST_STATUSES
from tests.conftest import FixedClock
from tests.support.doubles import audit_rows
from tests.unit.services.tasks_scene import TaskScene, set_scene


@pytest.fixture
def scene(uow: OpenUnitOfWork, clock: FixedClock) -> TaskScene:
    return set_scene(uow, clock)


def names(scene: TaskScene, actor: Actor | None = None) -> list[str]:
    return [each.status.name for each in scene.statuses.all(actor or scene.manager)]


def change(scene: TaskScene, called: str, /, **values: str) -> None:
    """Of the status with this name, what is named."""
    status = next(each.status for each in scene.statuses.all(scene.manager) if each.status.name == called)
    kept = {"name": status.name, "role": status.role.value, "color_id": status.color_id}
    scene.statuses.change(scene.manager, status_id=status.id, **{**kept, **values})


def test_the_first_manager_who_looks_finds_three_and_they_are_made_once(scene: TaskScene) -> None:
    assert names(scene, scene.viewer) == []
    assert names(scene) == names(scene, scene.viewer) == ["Not completed", "In progress", "Done"]
    roles = [each.status.role for each in scene.statuses.all(scene.manager)]
    assert roles == [SystemRole.NOT_COMPLETED, SystemRole.IN_PROGRESS, SystemRole.DONE]
    assert names(scene, scene.stranger) == names(scene)
    assert len({each.status.id for who in (scene.manager, scene.stranger) for each in scene.statuses.all(who)}) == 6


def test_the_list_says_how_many_tasks_have_each(scene: TaskScene) -> None:
    statuses = scene.with_statuses()
    for status in (statuses.waiting, statuses.waiting, statuses.done):
        scene.task(statuses, status_id=status.id)
    assert [each.tasks for each in scene.statuses.all(scene.viewer)] == [2, 0, 1]


def test_a_status_is_added_at_the_end_and_concerns_no_calendar(scene: TaskScene, engine: Engine) -> None:
    added = scene.statuses.add(scene.manager, name="  On   hold ", role="not_completed", color_id="5")
    assert (added.name, added.role, added.color_id) == ("On hold", SystemRole.NOT_COMPLETED, "5")
    assert names(scene)[-1] == "On hold"
    assert (scene.planning.asked, scene.jobs.asked) == ([], [])
    assert scene.announcements.told == [(scene.home, "tasks")]
    assert audit_rows(engine) == [("erp.status.add", "done", added.id)]


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("name", {"name": " "}),
        ("name", {"name": "x" * 101}),
        ("name", {"name": "in PROGRESS"}),
        ("name", {"name": None}),
        ("role", {"role": "finished"}),
        ("role", {"role": None}),
        ("color_id", {"color_id": "12"}),
        ("color_id", {"color_id": "red"}),
        ("color_id", {"color_id": 5}),
    ],
)
def test_what_will_not_do_is_said_at_its_field(scene: TaskScene, field: str, values: dict[str, Any]) -> None:
    scene.with_statuses()
    with pytest.raises(Invalid) as refusal:
        scene.statuses.add(scene.manager, **{"name": "On hold", "role": "in_progress", "color_id": "", **values})
    assert refusal.value.field == field
    status = scene.statuses.all(scene.manager)[0].status
    kept = {"name": "Other", "role": "not_completed", "color_id": ""}
    with pytest.raises(Invalid) as refusal:
        scene.statuses.change(scene.manager, status_id=status.id, **{**kept, **values})
    assert refusal.value.field == field
    assert names(scene) == ["Not completed", "In progress", "Done"]


def test_there_is_an_end_to_how_many_there_are(scene: TaskScene) -> None:
    for number in range(MOST_STATUSES - 3):
        scene.statuses.add(scene.manager, name=f"Status {number}", role="done")
    with pytest.raises(Invalid, match="50 statuses"):
        scene.statuses.add(scene.manager, name="One more", role="done")


@pytest.mark.parametrize(
    ("values", "rules", "is_planned"),
    [
        # note 14: what it means decides whether its tasks show
        ({"role": "done"}, {}, True),
        ({"color_id": "11"}, {}, True),
        # the default description tells it
        ({"name": "Under way"}, {}, True),
        ({"name": "Under way"}, {"event_title": "{status}: {title}", "event_description": ""}, True),
        # in no template
        ({"name": "Under way"}, {"event_title": "{title}", "event_description": "{customer}"}, False),
        # braces of its own
        ({"name": "Under way"}, {"event_title": "{{status}}", "event_description": ""}, False),
        # both roles are open, yet templates of tomorrow may tell them apart
        ({"role": "not_completed"}, {}, True),
        ({}, {}, False),
    ],
    ids=["note-14-role", "colour", "name-told", "name-in-title", "name-untold", "braces", "other-open-role", "nothing"],
)
def test_calendars_are_planned_anew_when_they_show_it(
    scene: TaskScene, values: dict[str, str], rules: dict[str, str], *, is_planned: bool
) -> None:
    scene.with_statuses()
    scene.rules(**rules)
    change(scene, "In progress", **values)
    assert scene.planning.asked == ([("employees", (scene.home, None))] if is_planned else [])
    assert scene.jobs.asked == ([("erp-plan", scene.home), ("erp-drain", scene.home)] if is_planned else [])


def test_a_status_may_change_only_the_case_of_its_name(scene: TaskScene) -> None:
    scene.with_statuses()
    change(scene, "In progress", name="In Progress")
    assert names(scene)[1] == "In Progress"


def test_statuses_change_places(scene: TaskScene) -> None:
    statuses = scene.with_statuses()
    scene.statuses.move(scene.manager, status_id=statuses.done.id, is_up=True)
    assert names(scene) == ["Not completed", "Done", "In progress"]
    scene.statuses.move(scene.manager, status_id=statuses.done.id, is_up=True)
    scene.statuses.move(scene.manager, status_id=statuses.done.id, is_up=True)
    assert names(scene) == ["Done", "Not completed", "In progress"]
    scene.statuses.move(scene.manager, status_id=statuses.waiting.id, is_up=False)
    assert names(scene) == ["Done", "In progress", "Not completed"]
    assert scene.planning.asked == []


def test_a_status_that_tasks_have_stays(scene: TaskScene) -> None:
    statuses = scene.with_statuses()
    scene.task(statuses, status_id=statuses.under_way.id)
    with pytest.raises(Invalid, match="1 task has the status “In progress”"):
        scene.statuses.remove(scene.manager, status_id=statuses.under_way.id)
    scene.task(statuses, status_id=statuses.under_way.id)
    with pytest.raises(Invalid, match="2 tasks have"):
        scene.statuses.remove(scene.manager, status_id=statuses.under_way.id)


def test_the_last_of_a_role_may_go_but_an_open_and_a_done_one_stay(scene: TaskScene, engine: Engine) -> None:
    statuses = scene.with_statuses()
    scene.statuses.remove(scene.manager, status_id=statuses.waiting.id)
    assert names(scene) == ["In progress", "Done"]
    assert audit_rows(engine) == [("erp.status.remove", "done", statuses.waiting.id)]
    with pytest.raises(Invalid, match="must be open"):
        scene.statuses.remove(scene.manager, status_id=statuses.under_way.id)
    with pytest.raises(Invalid, match="must mean “done”"):
        scene.statuses.remove(scene.manager, status_id=statuses.done.id)
    with pytest.raises(Invalid, match="must be open"):
        change(scene, "In progress", role="done")
    with pytest.raises(Invalid, match="must mean “done”"):
        change(scene, "Done", role="in_progress")
    assert names(scene) == ["In progress", "Done"]


Verb = Callable[[TaskScene, Actor, str], object]
CHANGING: dict[str, Verb] = {
    "add": lambda scene, actor, _: scene.statuses.add(actor, name="New", role="done"),
    "change": lambda scene, actor, status: scene.statuses.change(
        actor, status_id=status, name="Other", role="in_progress", color_id=""
    ),
    "move": lambda scene, actor, status: scene.statuses.move(actor, status_id=status, is_up=False),
    "remove": lambda scene, actor, status: scene.statuses.remove(actor, status_id=status),
}


@pytest.mark.parametrize("verb", CHANGING)
def test_a_colleague_who_may_only_look_cannot_change(scene: TaskScene, verb: str, engine: Engine) -> None:
    status = scene.with_statuses().waiting
    for colleague in (scene.viewer, scene.outsider):
        with pytest.raises(AccessDenied):
            CHANGING[verb](scene, colleague, status.id)
    assert names(scene) == ["Not completed", "In progress", "Done"]
    assert [outcome for _, outcome, _ in audit_rows(engine)] == ["refused", "refused"]


def test_a_colleague_without_the_permission_cannot_look(scene: TaskScene) -> None:
    with pytest.raises(AccessDenied):
        scene.statuses.all(scene.outsider)


@pytest.mark.parametrize("verb", ["change", "move", "remove"])
def test_another_organizations_status_does_not_exist(scene: TaskScene, verb: str, engine: Engine) -> None:
    status = scene.with_statuses().waiting
    with pytest.raises(NotFound):
        CHANGING[verb](scene, scene.stranger, status.id)
    assert names(scene) == ["Not completed", "In progress", "Done"]
    assert [outcome for _, outcome, _ in audit_rows(engine)] == ["refused"]
