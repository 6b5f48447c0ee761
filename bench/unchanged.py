"""Nothing-changed syncs, the ones that a day is full of: again and again on one connection, and four side by side."""

import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench.installation import Installation, install, known_contacts
from bench.told import tell
from ce_calendar.jobs.scheduler import WORKERS


def sync_for(home: Installation, connection_id: str, seconds: float) -> int:
    """How many syncs of one connection came to their end."""
    deadline, syncs = time.perf_counter() + seconds, 0
    while time.perf_counter() < deadline:
        report = home.services.syncing.run(connection_id)
        assert report is not None
        assert (report.requests, report.created, report.updated, report.deleted) == (1, 0, 0, 0)
        syncs += 1
    return syncs


def main(google: str, seconds: float) -> None:
    """After a first sync each."""
    with tempfile.TemporaryDirectory() as folder:
        home = install(Path(folder), google=google)
        home.add_contacts(known_contacts())
        connections = [home.connect() for _ in range(WORKERS)]
        for connection_id in connections:
            assert home.services.syncing.run(connection_id) is not None
        begun = time.perf_counter()
        alone = sync_for(home, connections[0], seconds) / (time.perf_counter() - begun)
        with ThreadPoolExecutor(WORKERS) as workers:
            begun = time.perf_counter()
            counts = workers.map(lambda connection_id: sync_for(home, connection_id, seconds), connections)
            together = sum(counts) / (time.perf_counter() - begun)
        tell(alone=alone, together=together, workers=WORKERS)


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
