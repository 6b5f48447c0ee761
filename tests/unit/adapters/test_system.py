"""The manners of the process."""

import gc
from collections.abc import Iterator

import pytest

from ce_calendar.adapters.system import calm_collector


@pytest.fixture
def _as_it_was() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)


@pytest.mark.usefixtures("_as_it_was")
def test_the_collector_looks_less_often_and_still_finds_circles() -> None:
    calm_collector()
    assert gc.isenabled()
    assert gc.get_threshold()[0] == 10_000
