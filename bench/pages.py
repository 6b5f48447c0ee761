"""What a page costs the server when it opens: its state asks the services and makes its rows, as for a browser."""

import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path

import reflex as rx

from bench.installation import Installation, install, known_contacts
from bench.told import tell
from ce_calendar.services.registry import set_services
from ce_calendar.web.activity.state import ActivityState
from ce_calendar.web.connections.state import ConnectionsState
from ce_calendar.web.contacts.state import ContactsState
from ce_calendar.web.opening import Page

OPENINGS = 15


async def opening(home: Installation, page: type[Page], **wishes: object) -> float:
    """Milliseconds of one opening in a new tab, the median of some."""
    taken = []
    for _ in range(OPENINGS):
        state = await rx.State(_reflex_internal_init=True).get_state(page)  # type: ignore[call-arg] # as Reflex makes them
        for name, value in wishes.items():
            setattr(state, name, value)
        begun = time.perf_counter()
        await state._fill(home.actor)  # noqa: SLF001 - what `load` calls once it knows who asks
        taken.append((time.perf_counter() - begun) * 1000)
    return statistics.median(taken)


def main(google: str, few: str, connections: int, contacts: int) -> None:
    """Open each page over the busy calendar and many contacts, and the cards over many connections.

    Args:
        google: a static server with the busy calendar.
        few: one with a small calendar, that every one of the many connections reads.
        connections: how many cards.
        contacts: how many contacts, those of the meetings included.
    """
    with tempfile.TemporaryDirectory() as folder:
        home = install(Path(folder) / "busy", google=google)
        known = list(known_contacts())
        more = (
            (f"Somebody {number}", f"somebody{number}@elsewhere.example", "Elsewhere") for number in range(contacts)
        )
        home.add_contacts([*known, *more][:contacts])
        home.services.syncing.run(home.connect())
        set_services(home.services)
        found = {
            "timeline_coming": asyncio.run(opening(home, ActivityState)),
            "timeline_past": asyncio.run(opening(home, ActivityState, span="past")),
            "contacts_first": asyncio.run(opening(home, ContactsState)),
            "contacts_last": asyncio.run(opening(home, ContactsState, offset=(contacts - 1) // 50 * 50)),
            "contacts_search": asyncio.run(opening(home, ContactsState, search="somebody 7")),
        }
        many = install(Path(folder) / "many", google=few)
        many.add_contacts(known)
        many.connect_many(connections)
        set_services(many.services)
        tell(**found, cards=asyncio.run(opening(many, ConnectionsState)))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
