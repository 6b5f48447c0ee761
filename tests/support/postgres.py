"""A PostgreSQL of the tests' own: a throw-away cluster on a free port, without durability."""

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path


def free_port() -> int:
    """A port nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _tool(name: str) -> str:
    """PostgreSQL's server programs lie outside PATH on Debian."""
    candidates = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    found = shutil.which(name) or next((str(path) for path in candidates), None)
    if found is None:
        raise RuntimeError("PostgreSQL is not installed: `apt-get install postgresql`, or run `make test`.")
    return found


@contextlib.contextmanager
def running_cluster() -> Iterator[str]:
    """Start a cluster and give its address without a database name; it is gone afterwards."""
    # initdb refuses root, so as root everything runs as Debian's `postgres`.
    user = "postgres" if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="ce-calendar-pg-"))
    if user:
        shutil.chown(folder, user)
    data, port = folder / "data", free_port()
    options = f"-c listen_addresses=127.0.0.1 -c fsync=off -c synchronous_commit=off -p {port} -k {folder}"
    try:
        _run([_tool("initdb"), "-D", str(data), "-A", "trust", "-U", "test", "-E", "UTF8", "--locale=C", "-N"], user)
        _run([_tool("pg_ctl"), "-D", str(data), "-o", options, "-l", str(folder / "log"), "-w", "start"], user)
        try:
            yield f"postgresql+psycopg://test@127.0.0.1:{port}"
        finally:
            _run([_tool("pg_ctl"), "-D", str(data), "-m", "immediate", "-w", "stop"], user)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(command: list[str], user: str | None) -> None:
    subprocess.run(command, check=True, user=user, cwd="/", stdout=subprocess.DEVNULL)
