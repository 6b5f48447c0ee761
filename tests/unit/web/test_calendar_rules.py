import asyncio
from typing import Any

import pytest

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
