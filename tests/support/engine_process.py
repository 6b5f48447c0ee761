"""The application's services and clockwork in a process of its own, without screens: one that may be killed."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import replace

from ce_calendar.adapters.idle import NobodyListens
from ce_calendar.bootstrap import build_services, work_of
from ce_calendar.jobs.scheduler import Scheduler
from ce_calendar.services.registry import Services, get_services, set_services
from ce_calendar.settings import Settings
from tests.support.central import hasty_draining

LEASE_SECONDS = 1
"""So that the next process need not wait for what the killed one held."""
STARTED = "started"


def start(environment: Mapping[str, str]) -> subprocess.Popen[str]:
    """Start one; returns when its clockwork runs. `kill` ends it."""
    # With it, the child would measure coverage and wait for a debugger as the tests do.
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("COV_", "PYTEST_"))}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.engine_process"],
        env={**clean, **environment},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert process.stdout.readline().strip() == STARTED
    return process


def kill(process: subprocess.Popen[str]) -> None:
    """As `kill -9` does: nothing in it gets to act upon this."""
    with process:
        process.kill()


def main() -> None:
    """Run until killed."""
    settings = Settings(_env_file=None)
    scheduler = Scheduler(lambda: work_of(get_services()))
    services: Services = build_services(settings, announcer=NobodyListens(), jobs=scheduler)
    draining = hasty_draining(settings, services, jobs=scheduler, lease_seconds=LEASE_SECONDS, slice_seconds=2)
    set_services(replace(services, draining=draining))
    scheduler.start()
    print(STARTED, flush=True)  # noqa: T201 - what the test waits for
    while True:
        time.sleep(1)


if __name__ == "__main__":
    main()
