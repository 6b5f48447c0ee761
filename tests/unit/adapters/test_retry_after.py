from datetime import UTC, datetime, timedelta

import pytest

from ce_calendar.adapters.retry_after import retry_moment
from tests.conftest import NOON


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, None),
        ("", None),
        ("90", NOON + timedelta(seconds=90)),
        ("0", NOON),
        ("99999999999999999999", NOON + timedelta(days=1)),  # nobody means that
        ("Tue, 10 Mar 2026 12:05:00 GMT", NOON + timedelta(minutes=5)),
        ("Tue, 10 Mar 2026 11:05:00 GMT", NOON),  # past: now
        ("Tue, 10 Mar 2099 11:05:00 GMT", NOON + timedelta(days=1)),
        ("soon", None),
        ("-5", None),
        ("١٢", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str | None, expected: datetime | None) -> None:
    assert retry_moment(header, datetime(2026, 3, 10, 12, tzinfo=UTC)) == expected
