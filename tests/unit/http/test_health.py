"""What probes are told."""

from collections.abc import Callable

import anyio
import httpx
import pytest
from fastapi import FastAPI

from ce_calendar.http.health import health_router


def ask(path: str, check: Callable[[], str]) -> httpx.Response:
    api = FastAPI()
    api.include_router(health_router(check))

    async def send() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(api), base_url="http://localhost") as client:
            return await client.get(path)

    return anyio.run(send)


def blow_up() -> str:
    raise ConnectionError("password=hunter2")


def test_the_process_is_alive_whatever_the_database_does() -> None:
    answer = ask("/healthz", blow_up)
    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})


def test_ready_when_nothing_is_wrong() -> None:
    answer = ask("/readyz", lambda: "")
    assert (answer.status_code, answer.json()) == (200, {"status": "ready"})


def test_not_ready_says_why() -> None:
    answer = ask("/readyz", lambda: "is at revision '', this version needs '0001'")
    assert answer.status_code == 503
    assert answer.json() == {"status": "not ready", "reason": "is at revision '', this version needs '0001'"}


def test_a_database_that_cannot_be_reached_is_told_without_its_words(caplog: pytest.LogCaptureFixture) -> None:
    answer = ask("/readyz", blow_up)
    assert answer.status_code == 503
    assert "hunter2" not in answer.text
