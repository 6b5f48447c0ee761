"""What an earlier system left in the demo: moved once, syncing ever after, and never back."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from sqlalchemy import text

from ce_calendar.adapters.persistence.engine import make_engine
from ce_calendar.commands.demo import DemoPorts, demo_environment
from ce_calendar.commands.demo_legacy import LEGACY_ACCOUNTS
from tests.e2e.test_demo import demo, stop, words_until
from tests.support.eventually import eventually
from tests.support.postgres import free_port


def run(environment: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from ce_calendar.cli import main; main()", *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.timeout(400)
def test_the_demos_legacy_rows_are_moved_sync_and_do_not_come_back(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    ports = DemoPorts(*(free_port() for _ in range(4)))
    numbers = (ports.application, ports.google, ports.microsoft, ports.microsoft_plain)
    with demo(folder, *numbers) as process:
        words_until(process, "Ctrl-C stops it")
        environment = demo_environment(folder, ports)
        engine = make_engine(environment["CE_DATABASE_URL"])

        def standing() -> dict[str, tuple[str, bool]]:
            query = "SELECT account_email, status, last_sync_at IS NOT NULL FROM ce_calendar_connections"
            with engine.connect() as connection:
                return {account: (status, bool(synced)) for account, status, synced in connection.execute(text(query))}

        good = {each.account for each in LEGACY_ACCOUNTS if not each.is_broken}
        broken = {each.account for each in LEGACY_ACCOUNTS if each.is_broken}
        assert standing() == dict.fromkeys(good | broken, ("pending", False))
        moved = run(environment, "vault", "backfill")
        assert (moved.returncode, moved.stdout) == (1, "demo: 2 of 3 moved, 1 could not be opened\n")
        assert all(account in moved.stderr for account in broken)
        after = {**dict.fromkeys(good, ("healthy", True)), **dict.fromkeys(broken, ("needs_reauth", False))}
        eventually(standing, after, seconds=60)
        stop(process)
    with demo(folder, *numbers) as process:
        words_until(process, "Ctrl-C stops it")
        assert standing() == after
        assert run(environment, "vault", "status").stdout.startswith("demo: 2 in the vault, 0 pending, 1 could not")
        stop(process)
    engine.dispose()
