"""The module's settings without a server: what stands in the field, and what counts."""

import asyncio
from typing import Any

import pytest

from ce_calendar.domain.access import Permission
from ce_calendar.domain.errors import AccessDenied, Invalid
from ce_calendar.domain.meetings.module import ModuleValues
from ce_calendar.web.module.state import ModuleState
from tests.unit.web.conftest import Desk, opened


def field(state: ModuleState) -> tuple[str, str, bool]:
    return state.entered, state.stored, state.is_overtaken


def test_the_field_follows_what_counts_until_somebody_types(busy: Desk) -> None:
    async def scene() -> None:
        state = await opened(ModuleState)
        await state.load()
        assert field(state) == ("15", "15", False)
        busy.answers("module_settings", "get", ModuleValues(poll_minutes=20))
        await state.refresh()
        assert field(state) == ("20", "20", False)
        state.enter("45")
        await state.refresh()  # some other news
        assert field(state) == ("45", "20", False)
        busy.answers("module_settings", "get", ModuleValues(poll_minutes=10))
        await state.refresh()
        await state.refresh()
        assert field(state) == ("45", "10", True)
        state.discard()
        assert field(state) == ("10", "10", False)

    asyncio.run(scene())


def test_somebody_else_who_sets_the_same_overtakes_nobody(busy: Desk) -> None:
    async def scene() -> None:
        state = await opened(ModuleState)
        await state.load()
        state.enter("45")
        busy.answers("module_settings", "get", ModuleValues(poll_minutes=45))
        await state.refresh()
        assert field(state) == ("45", "45", False)

    asyncio.run(scene())


def test_what_was_left_unsaved_is_gone_on_coming_back(busy: Desk) -> None:
    async def scene() -> None:
        state = await opened(ModuleState)
        await state.load()
        state.enter("45")
        await state.load()
        assert field(state) == ("15", "15", False)

    asyncio.run(scene())


def test_saving_sends_the_forms_text_and_takes_what_the_service_made_of_it(busy: Desk) -> None:
    busy.answers("module_settings", "change", ModuleValues(poll_minutes=45))

    async def scene() -> None:
        state = await opened(ModuleState)
        await state.load()
        said = await state.save({"poll_minutes": " 45 ", "duration_minutes": "60"})
        assert "every 45 minutes" in str(said)
        assert field(state) == ("45", "45", False)

    asyncio.run(scene())
    assert busy.asked("module_settings.change") == [{"poll_minutes": "45"}]


def test_what_will_not_do_stays_in_the_field_with_its_reason_until_it_is_changed(busy: Desk) -> None:
    busy.answers("module_settings", "change", Invalid("Must be from 5 to 60 minutes.", field="poll_minutes"))

    async def scene() -> None:
        state = await opened(ModuleState)
        await state.load()
        assert await state.save({"poll_minutes": "90"}) is None
        assert (state.entered, state.stored, state.error) == ("90", "15", "Must be from 5 to 60 minutes.")
        state.enter("9")
        assert state.error == ""

    asyncio.run(scene())


def test_somebody_who_lost_the_right_meanwhile_is_told(busy: Desk) -> None:
    busy.answers("module_settings", "change", AccessDenied(Permission.ORG_MANAGE))

    async def scene() -> None:
        state = await opened(ModuleState)
        await state.load()
        assert "permission" in str(await state.save({"poll_minutes": "20"}))
        assert state.stored == "15"

    asyncio.run(scene())


@pytest.mark.parametrize("junk", [None, 7, ["15"], "9" * 41])
def test_junk_is_told_and_never_stored(junk: Any, busy: Desk) -> None:
    async def scene() -> None:
        state = await opened(ModuleState)
        await state.load()
        assert state.enter(junk) is not None
        assert state.entered == "15"
        await state.save(junk)
        await state.save({"poll_minutes": junk})
        assert state.stored == "15"

    asyncio.run(scene())
    assert busy.asked("module_settings.change") == []
