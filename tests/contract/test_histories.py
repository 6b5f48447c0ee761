from pathlib import Path

import pytest

from ce_calendar.adapters.google import calendar as google_calendar
from ce_calendar.adapters.microsoft import calendar as microsoft_calendar
from tests.contract.histories import run_histories
from tests.contract.sides import Google, Microsoft
from tests.support.sandbox import GoogleSandbox, MicrosoftSandbox

# On a machine that does other things as well.
pytestmark = pytest.mark.timeout(600)
EXAMPLES = 10


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(google_calendar, "EVENTS_PER_PAGE", 4)
    monkeypatch.setattr(microsoft_calendar, "EVENTS_PER_PAGE", 4)
    monkeypatch.setattr(microsoft_calendar, "MOST_SERIES", 2)


def test_whatever_happens_at_google(google_sandbox: GoogleSandbox, migrated_sqlite: Path, tmp_path: Path) -> None:
    run_histories([Google(google_sandbox)], migrated_sqlite, tmp_path, examples=EXAMPLES)


def test_whatever_happens_at_microsoft(
    microsoft_sandbox: MicrosoftSandbox, migrated_sqlite: Path, tmp_path: Path
) -> None:
    run_histories([Microsoft(microsoft_sandbox)], migrated_sqlite, tmp_path, examples=EXAMPLES)


def test_whatever_happens_at_both_to_the_same_meetings(
    google_sandbox: GoogleSandbox, microsoft_sandbox: MicrosoftSandbox, migrated_sqlite: Path, tmp_path: Path
) -> None:
    sides = [Google(google_sandbox), Microsoft(microsoft_sandbox)]
    run_histories(sides, migrated_sqlite, tmp_path, examples=EXAMPLES)
