import pytest

from tests.conftest import FixedClock
from tests.contract.calendar_host import CalendarHostContract
from tests.contract.hosting import HostWorld
from tests.contract.hosts import Memory
from tests.contract.troubled_host import TroubledHostContract


@pytest.fixture
def world(clock: FixedClock) -> HostWorld:
    return Memory(clock)


class TestMemoryCalendarHost(CalendarHostContract, TroubledHostContract):
    pass
