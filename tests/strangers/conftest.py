"""The sandbox as a process of the product's Python, met by what is installed here: nothing of ours is imported."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.strangers.meeting import Sandbox

ROOT = Path(__file__).parents[2]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--product-python", default=".venv/bin/python", help="a Python with the product's requirements")


@pytest.fixture(scope="session")
def address(request: pytest.FixtureRequest) -> Iterator[str]:
    # Not resolved: a virtual environment's Python is known by the link's own place.
    python = os.path.abspath(ROOT / request.config.getoption("--product-python"))  # noqa: PTH100 - see above
    command = [python, "-m", "ce_calendar.sandbox", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as popen:
        assert popen.stdout is not None
        told = popen.stdout.readline()
        assert "http://" in told, "the sandbox did not start"
        yield told.split()[-1].rstrip("/")
        popen.terminate()


@pytest.fixture
def sandbox(address: str) -> Iterator[Sandbox]:
    """An empty sandbox; the process is shared, its memory is not."""
    with requests.Session() as http:
        http.trust_env = False
        sandbox = Sandbox(address, http)
        sandbox.control("reset")
        yield sandbox
        misfits = http.get(f"{address}/_sandbox/misfits", timeout=10).json()["misfits"]
        assert misfits == [], "not as Google's discovery document has it"
