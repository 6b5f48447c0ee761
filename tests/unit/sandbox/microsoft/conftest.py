from collections.abc import Iterator

import pytest
import requests

from tests.unit.sandbox.driver import Process
from tests.unit.sandbox.microsoft.driver import ANN, Graph, Microsoft, clients


@pytest.fixture
def microsoft(sandbox_process: Process) -> Iterator[Microsoft]:
    """An empty Microsoft; the process is shared, its memory is not."""
    with requests.Session() as http:
        microsoft = clients(sandbox_process, http)
        microsoft.control("reset")
        yield microsoft


@pytest.fixture
def graph(microsoft: Microsoft) -> Graph:
    """Graph as Ann sees it, with an empty calendar in Berlin."""
    microsoft.account(ANN, time_zone="Europe/Berlin")
    return microsoft.graph()
