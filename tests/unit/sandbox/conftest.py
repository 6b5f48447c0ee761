from collections.abc import Iterator

import pytest
import requests

from tests.support.misfits import assert_no_misfits
from tests.unit.sandbox.driver import Process, Sandbox, start
from tests.unit.sandbox.receiver import Receiver, serve


@pytest.fixture(scope="session")
def sandbox_process() -> Iterator[Process]:
    process = start()
    yield process
    process.stop()


@pytest.fixture
def sandbox(sandbox_process: Process, request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """An empty sandbox; the process is shared, its memory is not."""
    with requests.Session() as http:
        http.trust_env = False
        sandbox = Sandbox(sandbox_process.url, http)
        sandbox.control("reset")
        yield sandbox
        sandbox.close_clients()
        assert_no_misfits(sandbox.url, request)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A server that keeps the notifications it is sent."""
    receiver, end = serve()
    yield receiver
    end()
