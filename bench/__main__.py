"""`make bench`: measures everything in one run on one machine, and prints a table.

What is compared takes turns, each time in a fresh process, so that whatever else the machine does meets all alike.
"""

import argparse
import os
import platform
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from bench.employee_lines import EMPLOYEES, TASKS, planner, product
from bench.report import Line, Told, measure, times, verdict
from ce_calendar.commands.processes import Program, answers
from tests.support.installation import chromium_path
from tests.support.postgres import free_port

FEW = 40
"""Events of each of the many connections behind the cards."""
AIMED_AT = 20_000
"""The aims are about a calendar of so many events; of fewer, what is done once per sync would be most."""
MOST_FLOORS = 3.0
LEAST_SPEED = 2.0

SANDBOX_EVENTS, SANDBOX_ACCOUNTS, EACH = 100_000, 10_000, 100
"""What the aims for the sandbox are about: one big calendar, and many accounts with so many events each."""
LEAST_REQUESTS = 1000
"""A second, on one core."""
MOST_PAGE, MOST_WAIT = 60, 500
"""Milliseconds: for 2,500 events, and for any request while the state is saved."""
MOST_LOADING = 10
"""Seconds."""
MOST_MEMORY = 2048
"""Megabytes."""
SMALL_REQUESTS = {
    "get": "events.get",
    "insert": "events.insert, two guests",
    "patch": "events.patch",
    "listed": "calendarList.get",
    "batch": "events.get, in batches of 50",
    "unchanged": "events.list with a sync token, nothing changed",
}

GCAL_WAYS = {
    "listed": "gcal-sync 8.0, pages listed into memory",
    "synced": "gcal-sync 8.0, its own sync into memory",
}


@dataclass(frozen=True)
class Options:
    """How much to measure."""

    events: int
    runs: int
    seconds: float
    connections: int
    contacts: int
    gcal: Path | None
    """A Python with gcal-sync; without one it is not compared with."""
    browser: bool
    sandbox_events: int
    """In the sandbox's big calendar."""
    sandbox_accounts: int
    """Of the sandbox's big world."""
    sandbox_only: bool
    employees: int
    """Of the organization whose calendars are planned."""
    tasks: int
    employees_only: bool

    @property
    def is_part(self) -> bool:
        """Whether only a part is measured, on its own."""
        return self.sandbox_only or self.employees_only


@contextmanager
def static_google(count: int) -> Iterator[str]:
    """The address of a Google that has a calendar of so many events."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "bench.server", "--port", str(port), "--events", str(count)]
        server = Program("The static server", command, env={}, log=Path(folder) / "server.log")
        try:
            server.wait_until(answers(f"http://127.0.0.1:{port}/users/me/calendarList"), seconds=60)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.stop()


def first_syncs(options: Options, google: str) -> list[Line]:
    """The product, the floor and gcal-sync, by turns."""
    found: dict[str, list[Told]] = {"product": [], "floor": [], "listed": [], "synced": []}
    for _ in range(options.runs):
        found["product"].append(measure("first_sync", google, options.events))
        found["floor"].append(measure("floor", google, options.events))
        for way in GCAL_WAYS if options.gcal else ():
            found[way].append(measure("gcal", way, google, options.events, python=str(options.gcal)))
    ours, floor = found["product"], found["floor"]
    is_aimed_at = options.events >= AIMED_AT
    by_floor, by_floor_cpu = _ratio(ours, floor)
    told = f"the product takes {by_floor:.2f} times as long (CPU {by_floor_cpu:.2f})"
    if is_aimed_at:
        told += f"; aim: at most {MOST_FLOORS:g}: {verdict(by_floor <= MOST_FLOORS)}"
    lines = [
        Line(f"first sync of {options.events:,} events into SQLite", times(ours)),
        Line("floor: same JSON parsed, one bulk upsert", times(floor), told),
    ]
    for way, what in GCAL_WAYS.items() if options.gcal else ():
        slower, slower_cpu = _ratio(found[way], ours)
        told = f"takes {slower:.2f} times as long as the product (CPU {slower_cpu:.2f})"
        if is_aimed_at:
            told += f"; aim: at least {LEAST_SPEED:g}: {verdict(slower >= LEAST_SPEED)}"
        lines.append(Line(what, times(found[way]), told))
    return lines


def unchanged_syncs(options: Options, google: str) -> list[Line]:
    """How many syncs a second that find nothing new."""
    ours = measure("unchanged", google, options.seconds)
    lines = [
        Line("nothing-changed syncs, one after the other", f"{ours['alone']:.0f}/s"),
        Line(f"the same, {ours['workers']:.0f} at a time", f"{ours['together']:.0f}/s"),
    ]
    if options.gcal:
        theirs = measure("gcal", "unchanged", google, options.seconds, python=str(options.gcal))
        speed = f"{theirs['syncs'] / theirs['seconds']:.0f}/s"
        lines.append(Line("gcal-sync 8.0, in memory, one connection kept open", speed, "keeps nothing on disk"))
    return lines


def pages(options: Options, google: str, few: str) -> list[Line]:
    """What opening a page takes."""
    told = measure("pages", google, few, options.connections, options.contacts)
    events, contacts = f"{options.events:,} events", f"{options.contacts:,} contacts"
    lines = [
        Line(f"cards page of {options.connections} connections, on the server", f"{told['cards']:.0f} ms"),
        Line(f"timeline page over {events}: coming", f"{told['timeline_coming']:.0f} ms"),
        Line(f"timeline page over {events}: past", f"{told['timeline_past']:.0f} ms"),
        Line(f"contacts page of {contacts}: first", f"{told['contacts_first']:.0f} ms"),
        Line(f"contacts page of {contacts}: last", f"{told['contacts_last']:.0f} ms"),
        Line(f"contacts page of {contacts}: searched", f"{told['contacts_search']:.0f} ms"),
    ]
    if options.browser:
        seen = measure("browser", few, options.connections)
        lines.insert(
            1, Line(f"the same in Chromium, until card {seen['shown']:.0f} stands there", f"{seen['cards']:.0f} ms")
        )
    return lines


def sandbox(options: Options) -> list[Line]:
    """What the sandbox's Google manages."""
    events, accounts = options.sandbox_events, options.sandbox_accounts
    sized = ("--seconds", options.seconds, "--events", events)
    plain = measure("sandbox", "requests", *sized)
    checked = measure("sandbox", "requests", *sized, "--validation")
    saved = measure("sandbox", "saving", "--events", events)
    world = measure("sandbox", "world", "--accounts", accounts, "--events", EACH)
    is_busy, is_big = events >= SANDBOX_EVENTS, accounts >= SANDBOX_ACCOUNTS

    def compared(aim: str, *, met: bool, stands: bool, validated: str = "") -> str:
        aimed = [f"aim: {aim}: {verdict(met)}"] if stands else []
        return "; ".join([*([f"with validation {validated}"] if validated else []), *aimed])

    lines = [
        Line(
            f"sandbox: {what}",
            f"{plain[name]:,.0f}/s",
            compared(
                f"at least {LEAST_REQUESTS:,}",
                met=plain[name] >= LEAST_REQUESTS,
                stands=is_busy,
                validated=f"{checked[name]:,.0f}/s",
            ),
        )
        for name, what in SMALL_REQUESTS.items()
    ]
    page, size = plain["page"], plain["page_bytes"] / 2**20
    within = plain["loading"] <= MOST_LOADING
    slow = saved["wait"]
    memory = world["megabytes"]
    return [
        *lines,
        Line(
            f"sandbox: a page of {plain['page_events']:,.0f} events ({size:.1f} MB)",
            f"{page:.0f} ms",
            compared(
                f"at most {MOST_PAGE} ms", met=page <= MOST_PAGE, stands=is_busy, validated=f"{checked['page']:.0f} ms"
            ),
        ),
        Line(
            f"sandbox: {events:,} events through the control API",
            f"{plain['loading']:.1f} s",
            compared(f"at most {MOST_LOADING} s", met=within, stands=is_busy, validated=f"{checked['loading']:.1f} s"),
        ),
        Line(
            f"sandbox: longest answer while {events:,} events are saved",
            f"{slow:.0f} ms",
            compared(f"at most {MOST_WAIT} ms", met=slow <= MOST_WAIT, stands=is_busy),
        ),
        Line("sandbox: start with these", f"{saved['start']:.1f} s"),
        Line(
            f"sandbox: {accounts:,} accounts with {EACH} events each, made one by one",
            f"{memory:,.0f} MB, {world['seconds']:.0f} s",
            compared(f"at most {MOST_MEMORY:,} MB", met=memory <= MOST_MEMORY, stands=is_big),
        ),
    ]


def _ratio(one: Sequence[Told], other: Sequence[Told]) -> tuple[float, float]:
    """How many times longer the one takes than the other, by the clock and by CPU."""
    by_clock, by_cpu = (
        statistics.median(each[unit] for each in one) / statistics.median(each[unit] for each in other)
        for unit in ("seconds", "cpu")
    )
    return by_clock, by_cpu


def main() -> None:
    """Measure and report."""
    options = _options()
    print(
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, Python {platform.python_version()}, {os.cpu_count()} cores", end=", "
    )
    # The sandbox is measured once.
    medians = "" if options.sandbox_only else f", medians of {options.runs} runs"
    print(f"load {os.getloadavg()[0]:.1f} at the start{medians}\n", flush=True)
    print("| what | measured | in comparison |\n| --- | --- | --- |", flush=True)
    if not options.is_part:
        with static_google(options.events) as google, static_google(FEW) as few:
            for part in (first_syncs(options, google), unchanged_syncs(options, google), pages(options, google, few)):
                _show(part)
    if not options.sandbox_only:
        _show(planner(employees=options.employees, tasks=options.tasks, runs=options.runs))
        _show(product(employees=options.employees, tasks=options.tasks, browser=options.browser))
    if not options.employees_only:
        _show(sandbox(options))
    print(f"\nload {os.getloadavg()[0]:.1f} at the end")


def _show(part: Sequence[Line]) -> None:
    for line in part:
        print(f"| {line.what} | {line.found} | {line.compared} |", flush=True)


def _options() -> Options:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3, help="of nothing-changed syncs, and of each request")
    parser.add_argument("--connections", type=int, default=200)
    parser.add_argument("--contacts", type=int, default=10_000)
    parser.add_argument("--gcal", type=Path, help="a Python that has gcal-sync")
    parser.add_argument("--no-browser", dest="browser", action="store_false", help="do not load the cards in Chromium")
    parser.add_argument("--sandbox-events", type=int, default=SANDBOX_EVENTS, help="in the sandbox's big calendar")
    parser.add_argument("--sandbox-accounts", type=int, default=SANDBOX_ACCOUNTS, help="of the sandbox's big world")
    parser.add_argument("--sandbox-only", action="store_true", help="measure nothing but the sandbox")
    parser.add_argument("--employees", type=int, default=EMPLOYEES, help="whose calendars are planned")
    parser.add_argument("--tasks", type=int, default=TASKS, help="of these employees")
    parser.add_argument("--employees-only", action="store_true", help="measure nothing but employee calendars")
    options = Options(**vars(parser.parse_args()))
    if options.browser and not options.sandbox_only and not _has_chromium():
        print("There is no Chromium here, so nothing is loaded in a browser.", file=sys.stderr)
        options = replace(options, browser=False)
    return options


def _has_chromium() -> bool:
    try:
        return bool(chromium_path())
    except RuntimeError:
        return False


if __name__ == "__main__":
    main()
