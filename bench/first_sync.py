"""The product's first sync: from the first request to the end of its last transaction."""

import sys
import tempfile
from pathlib import Path

from bench.installation import install, known_contacts
from bench.told import Begun, tell


def main(google: str, count: int) -> None:
    """Sync once, in a fresh database and a fresh process."""
    with tempfile.TemporaryDirectory() as folder:
        home = install(Path(folder), google=google)
        home.add_contacts(known_contacts())
        connection_id = home.connect()
        begun = Begun()
        report = home.services.syncing.run(connection_id)
        taken = begun.taken()
        assert report is not None
        assert report.created == count, report
        tell(**taken, events=report.created, requests=report.requests)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
