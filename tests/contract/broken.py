"""Answers that break on their way: what every provider of the sandbox must make of them."""

from typing import Any

import pytest

from ce_calendar.domain.errors import ProviderUnavailable
from tests.contract.meeting_provider import WINDOW, ProviderWorld
from tests.support.sandbox import Half

BROKEN: dict[str, dict[str, Any]] = {
    "cut in the middle": {"body": "cut"},
    "a page of HTML that says 200": {"body": "html"},
    "a page of HTML that says 502": {"body": "html", "status": 502},
    "no answer": {"drop": True},
    "no answer though it was carried out": {"drop": True, "when": "after"},
}


class BrokenAnswers:
    """The suite; a provider's test has a fixture `half`, whose answers are made to break."""

    @pytest.mark.parametrize("trouble", BROKEN.values(), ids=BROKEN)
    def test_a_page_that_breaks_ends_the_read_and_the_next_read_has_everything(
        self, world: ProviderWorld, half: Half, trouble: dict[str, Any]
    ) -> None:
        world.add_many(7)
        credential = world.credential()
        pages = world.provider.fetch_events(credential, world.calendar_id, window=WINDOW, cursor="")
        assert not next(pages).cursor
        half.control("faults", operation="*", **trouble)

        with pytest.raises(ProviderUnavailable):
            list(pages)

        half.heal()
        assert len(world.changed(world.read())) == 7
