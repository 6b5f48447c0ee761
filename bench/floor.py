"""The floor: the least that anybody must do who wants these rows.

It reads the same pages, parses them with the standard library, and puts the same columns into the same table of a
migrated database with one bulk upsert. It checks nothing, converts no time, applies no privacy, recognises nobody,
plans nothing, and could not do it twice.
"""

import json
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bench.told import Begun, tell

COLUMNS = (
    *("id", "organization_id", "connection_id", "calendar_id", "provider_event_id", "identity_key", "series_id"),
    *("etag", "content_hash", "sync_direction", "sync_status", "starts_at", "ends_at", "start_date", "end_date"),
    *("is_busy", "title", "description", "location", "conference_url", "html_link", "organizer_email", "attendees"),
)
UPSERT = (
    f"INSERT INTO ce_calendar_events ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))}) "  # noqa: S608 - our own words
    f"ON CONFLICT (id) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in COLUMNS[4:])}"
)

CALENDAR_ID = "c" * 32
CALENDAR = (
    "INSERT INTO ce_connected_calendars (id, organization_id, connection_id, provider_calendar_id, name, zone, "
    "access_role, is_primary, is_selected, cursor, cursor_version) VALUES (?, ?, ?, '', '', '', '', 1, 1, '', 0)"
)


def read(google: str) -> Iterator[dict[str, Any]]:
    """The events of all pages."""
    connection = HTTPConnection(urlsplit(google).netloc)
    token = ""
    while True:
        connection.request("GET", f"/calendar/v3/calendars/bench/events?maxResults=2500&pageToken={token}")
        page = json.loads(connection.getresponse().read())
        yield from page["items"]
        token = page.get("nextPageToken", "")
        if not token:
            connection.close()
            return


def row(item: dict[str, Any], place: tuple[str, str, str]) -> tuple[Any, ...]:
    """An event's columns, as they came."""
    start, end = item["start"], item["end"]
    return (
        item["id"],
        *place,
        item["id"],
        item["iCalUID"],
        item.get("recurringEventId", ""),
        item["etag"],
        item["etag"],
        "inbound",
        "synced",
        start.get("dateTime") or start["date"],
        end.get("dateTime") or end["date"],
        start.get("date"),
        end.get("date"),
        item.get("transparency") != "transparent",
        item.get("summary", ""),
        item.get("description", ""),
        item.get("location", ""),
        item.get("hangoutLink", ""),
        item["htmlLink"],
        item["organizer"]["email"],
        json.dumps(item.get("attendees", [])),
    )


def main(google: str, count: int) -> None:
    """Write once, in a fresh database and a fresh process that has loaded nothing else."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "bench.installation", folder, google]
        prepared = subprocess.check_output(command, text=True)  # noqa: S603 - our own
        organization_id, connection_id = json.loads(prepared)
        # Opened as the product opens it.
        database = sqlite3.connect(Path(folder) / "ce.db", isolation_level=None)
        database.execute("PRAGMA foreign_keys = ON")
        database.execute("PRAGMA synchronous = NORMAL")
        database.execute("PRAGMA cache_size = -8192")
        place = (organization_id, connection_id, CALENDAR_ID)
        database.execute(CALENDAR, (CALENDAR_ID, organization_id, connection_id))
        begun = Begun()
        database.execute("BEGIN IMMEDIATE")
        database.executemany(UPSERT, [row(item, place) for item in read(google)])
        database.execute("COMMIT")
        taken = begun.taken()
        (found,) = database.execute("SELECT count(*) FROM ce_calendar_events").fetchone()
        assert found == count, found
        database.close()
        tell(**taken, events=found)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
