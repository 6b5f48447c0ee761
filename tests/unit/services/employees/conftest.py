"""What tests of the employee calendars share."""

import pytest
from sqlalchemy import Engine

from ce_calendar.adapters.persistence.unit_of_work import unit_of_work_on
from tests.conftest import FixedClock
from tests.support.office import Office


@pytest.fixture
def office(sqlite_engine: Engine, clock: FixedClock) -> Office:
    return Office(unit_of_work_on(sqlite_engine), clock)
