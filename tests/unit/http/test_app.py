"""The HTTP side as a whole."""

import anyio
import httpx

from ce_calendar.http.app import make_api

SECRET = b"my-real-password"


def test_an_answer_never_repeats_what_was_sent() -> None:
    """A password sent as a file is no text; FastAPI by itself would quote it, and where it lies."""

    async def post() -> httpx.Response:
        api = make_api(public_url="https://calendar.demo.example", check=str)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=api), base_url="https://any.example") as client:
            return await client.post("/login", files={"password": ("word.txt", SECRET, "text/plain")})

    answer = anyio.run(post)
    assert (answer.status_code, answer.text) == (422, "This form could not be read.")
