import asyncio
from typing import Any

import pytest

from ce_calendar.domain.employees.rules import CalendarRules
from ce_calendar.web.employee_calendars.rules_state import BLANK, RulesState
from tests.unit.web.conftest import Desk, opened


@pytest.mark.parametrize("form", [None, True, 7, ["zone"], "zone", {"zone": 7}], ids=repr)
def test_what_is_no_form_of_rules_is_refused_in_words(desk: Desk, form: Any) -> None:
    async def scene() -> None:
        state = await opened(RulesState)
        assert "Please reload the page" in str(await state.save(form))
        assert state.entered == BLANK

    asyncio.run(scene())
    assert desk.asked("rules.change") == []


def test_only_what_was_touched_is_saved_so_that_others_changes_stay(desk: Desk) -> None:
    theirs = CalendarRules(zone="Europe/Berlin", pace_per_minute=100, shows_departments=True)
    desk.answers("rules", "change", theirs)

    async def scene() -> None:
        state = await opened(RulesState)
        state.entered = {**state.entered, "shows_departments": "yes"}
        await state.save({"pace_per_minute": "100", "zone": "UTC"})
        assert state.entered["zone"] == "Europe/Berlin"
        assert not state.is_unsaved

    asyncio.run(scene())
    assert desk.asked("rules.change") == [{"pace_per_minute": "100", "shows_departments": True}]
