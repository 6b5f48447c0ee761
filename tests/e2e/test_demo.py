"""The demo as people start and stop it, on ports and in a folder of the test's own."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from ce_calendar.commands.demo_data import DEMO_PASSWORD, DEMO_PEOPLE
from ce_calendar.settings import ROOT
from tests.support.postgres import free_port

SCRIPT = """
import sys
from pathlib import Path
from ce_calendar.commands.demo import DemoPorts, run_demo
run_demo(folder=Path(sys.argv[1]), ports=DemoPorts(*map(int, sys.argv[2:])))
"""


@contextmanager
def demo(folder: Path, *ports: int) -> Iterator[subprocess.Popen[str]]:
    """A running demo that has told its address."""
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(folder), *map(str, ports)],
        cwd=ROOT,
        env={**os.environ, "REFLEX_WEB_WORKDIR": str(ROOT / "var" / "test-web-demo")},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def words_until(process: subprocess.Popen[str], pattern: str) -> str:
    """What it prints up to a line that matches."""
    assert process.stdout
    said = ""
    for line in process.stdout:
        said += line
        if re.search(pattern, line):
            return said
    raise AssertionError(f"it ended and said: {said}")


def stop(process: subprocess.Popen[str]) -> str:
    """Ctrl-C, and what it says then."""
    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate(timeout=30)
    return rest


def listeners(*ports: int) -> list[int]:
    """Which of the ports somebody still answers on."""
    found = []
    for port in ports:
        try:
            httpx.get(f"http://127.0.0.1:{port}/", timeout=2)
        except httpx.ConnectError:
            continue
        found.append(port)
    return found


def programs_of(folder: Path) -> list[str]:
    """Processes whose environment or command names the folder."""
    named = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            text = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
        except OSError:
            continue
        if str(folder).encode() in text and process.name != str(os.getpid()):
            named.append(process.name)
    return named


@pytest.mark.timeout(400)
def test_the_demo_says_whom_to_sign_in_as_stops_cleanly_and_remembers(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    ports = port, google_port, _, _ = free_port(), free_port(), free_port(), free_port()
    with demo(folder, *ports) as process:
        said = words_until(process, "Ctrl-C stops it")
        assert f"http://localhost:{port}" in said
        assert DEMO_PASSWORD in said
        assert all(person.email in said for person in DEMO_PEOPLE)
        form = {"email": "staff@demo.example", "password": DEMO_PASSWORD}
        cookie = httpx.post(f"http://localhost:{port}/login", data=form).cookies["ce_session"]
        assert "comes back with the next start" in stop(process)
        assert process.returncode == 0
    assert listeners(*ports) == []
    assert programs_of(folder) == []
    assert (folder / "demo.env").stat().st_mode & 0o777 == 0o600
    with demo(folder, *ports) as process:
        words_until(process, "Ctrl-C stops it")
        start = httpx.post(f"http://localhost:{port}/oauth/google/start", cookies={"ce_session": cookie})
        assert start.headers["location"].startswith(f"http://127.0.0.1:{google_port}/"), "still signed in"
        stop(process)


def test_a_busy_port_is_told_and_nothing_is_started(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "http.server", "0", "--bind", "127.0.0.1"],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as other:
        assert other.stdout
        found = re.search(r"port (\d+)", other.stdout.readline())
        assert found
        port = int(found.group(1))
        code = (
            "import sys; from ce_calendar import cli; from ce_calendar.commands import demo; "
            f"demo.run_demo.__kwdefaults__['ports'] = demo.DemoPorts({port}); "
            "sys.argv = ['ce-calendar', 'demo']; cli.main()"
        )
        answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        other.kill()
    assert answer.returncode == 1
    assert answer.stderr.startswith(f"ce-calendar: Port {port} is needed for the application, and another program")
    assert "Traceback" not in answer.stderr
