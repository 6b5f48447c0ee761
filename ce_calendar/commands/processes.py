"""Starting, watching and stopping the programs that make up a running installation."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import httpx

from ce_calendar.settings import ROOT

STOP_SECONDS = 10


class StartFailed(Exception):
    """A program did not come up; the text says which, and what to do."""


def require_free_port(port: int, purpose: str) -> None:
    """Refuse to go on when somebody already listens.

    Raises:
        StartFailed: the port is taken.
    """
    with socket.socket() as probe:
        # The server itself may take a port whose last connections are still closing; so may we.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise StartFailed(
                f"Port {port} is needed for {purpose}, and another program is using it. "
                f"Stop that program (perhaps an earlier run of this one) and try again."
            ) from error


def reflex_command(*, host: str, port: int, reload: bool = False) -> list[str]:
    """The command line that serves pages, routes and jobs on one port."""
    reflex = str(Path(sys.executable).with_name("reflex"))
    mode = "preview" if reload else "prod"
    ports = ["--frontend-port", str(port), "--backend-port", str(port), "--single-port", "--backend-host", host]
    return [reflex, "run", "--env", mode, *ports]


def sandbox_command(*options: str) -> list[str]:
    """The command line of the sandbox; a program of its own that we only talk HTTP with."""
    return [sys.executable, "-m", "ce_calendar.sandbox", *options]


class Program:
    """A child with its own process group, so that stopping it takes its children along."""

    def __init__(self, name: str, command: Sequence[str], *, env: Mapping[str, str], log: Path) -> None:
        self.name = name
        self.log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            self._child = subprocess.Popen(  # noqa: S603 - our own command line
                list(command),
                cwd=ROOT,
                env={**os.environ, **env},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def has_ended(self) -> bool:
        """Whether it is no longer running."""
        return self._child.poll() is not None

    def wait_until(self, is_ready: Callable[[], bool], *, seconds: float) -> None:
        """Wait until it does its work.

        Raises:
            StartFailed: it ended, or did not get there in time.
        """
        deadline = time.monotonic() + seconds
        while not is_ready():
            if self.has_ended:
                raise StartFailed(f"{self.name} did not start. Its last words ({self.log}):\n{self._last_words()}")
            if time.monotonic() > deadline:
                raise StartFailed(f"{self.name} was not ready after {seconds:.0f} s. See {self.log}.")
            time.sleep(0.1)

    def stop(self) -> None:
        """Ask it to end, then make it; returns when nothing of it is left."""
        if not self.has_ended:
            self._child.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._child.wait(STOP_SECONDS)
        # Usually the whole group is gone already, as it should be.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._child.pid, signal.SIGKILL)
        self._child.wait()

    def _last_words(self, lines: int = 15) -> str:
        text = self.log.read_text(encoding="utf-8", errors="replace")
        return "\n".join(text.splitlines()[-lines:])


def answers(url: str) -> Callable[[], bool]:
    """A check whether an address answers with success."""

    def check() -> bool:
        try:
            return httpx.get(url, timeout=2, trust_env=False).is_success
        except httpx.HTTPError:
            return False

    return check
