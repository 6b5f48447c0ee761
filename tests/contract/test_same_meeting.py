"""One meeting in the calendars of both providers, read by both adapters, is one meeting."""

from datetime import timedelta
from pathlib import Path

import pytest

from ce_calendar.domain.meetings.connections import Provider
from ce_calendar.domain.meetings.events import CalendarEvent
from ce_calendar.domain.meetings.identity import identity_key
from ce_calendar.domain.window import SyncWindow
from tests.conftest import NOON
from tests.contract.histories import Placed, Side
from tests.contract.sides import Google, Microsoft
from tests.support.sandbox import GoogleSandbox, MicrosoftSandbox

DAY = timedelta(days=1)
WINDOW = SyncWindow(NOON - 30 * DAY, NOON + 60 * DAY)


@pytest.fixture(params=[Provider.GOOGLE, Provider.MICROSOFT])
def sides(
    request: pytest.FixtureRequest, google_sandbox: GoogleSandbox, microsoft_sandbox: MicrosoftSandbox, tmp_path: Path
) -> list[Side]:
    """Both, whoever made the meeting first."""
    both: list[Side] = [Google(google_sandbox), Microsoft(microsoft_sandbox)]
    for side in both:
        side.begin()
    return sorted(both, key=lambda side: side.name is not request.param)


def read(side: Side) -> list[CalendarEvent]:
    try:
        pages = list(side.provider.fetch_events(side.grant(), side.calendar_ids()[0], window=WINDOW, cursor=""))
    finally:
        side.provider.close()
    return sorted((event for page in pages for event in page.changed), key=lambda event: event.starts_at)


@pytest.mark.parametrize("hour", [None, 0, 9, 23])
@pytest.mark.parametrize(("days", "count"), [(3, 0), (3, 4), (-35, 4), (14, 8)])
def test_it_has_one_identity(sides: list[Side], days: int, hour: int | None, count: int) -> None:
    """Single and recurring, timed and of whole days, begun before the window, and across a change of the clocks."""
    placed = Placed((NOON + days * DAY).date(), hour, count)
    uid = ""
    for side in sides:
        uid = side.add(0, "Review", placed, uid=uid, with_contact=True, private=False)

    first, second = (read(side) for side in sides)

    assert len(first) == (count or 1) - (2 if days < 0 else 0)
    assert [identity_key(event) for event in first] == [identity_key(event) for event in second]
    assert len({identity_key(event) for event in first}) == len(first)
    assert [(event.starts_at, event.dates) for event in first] == [(event.starts_at, event.dates) for event in second]


@pytest.mark.parametrize("hour", [None, 9])
@pytest.mark.parametrize("moved_to", [None, 15])
def test_an_occurrence_that_one_of_them_moved_keeps_it(
    sides: list[Side], hour: int | None, moved_to: int | None
) -> None:
    uid = ""
    for side in sides:
        uid = side.add(0, "Review", Placed(NOON.date() + DAY, hour, 3), uid=uid, with_contact=True, private=False)
    before = {identity_key(event) for event in read(sides[0])}
    for side in sides:
        moved = read(side)[1]
        side.move(moved.provider_event_id, 0, Placed(NOON.date() + 30 * DAY, moved_to))
        assert {identity_key(event) for event in read(side)} == before
