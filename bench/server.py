"""A Google that only reads out what was rendered beforehand: so quick that the readers are what is measured."""

import argparse
import asyncio
from datetime import UTC, datetime
from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit

from bench.calendar import LAST_TOKEN, calendar_list, nothing_new, pages


class StaticGoogle:
    """Answers `calendarList.list` and `events.list` from memory, whatever else is asked of them."""

    def __init__(self, count: int) -> None:
        rendered = pages(count, now=datetime.now(UTC))
        self._pages = {"" if number == 0 else f"page-{number}": page for number, page in enumerate(rendered)}
        self._nothing_new = nothing_new()
        self._calendar_list = calendar_list()

    async def serve(self, port: int) -> None:
        """Until killed."""
        server = await asyncio.start_server(self._talk, "127.0.0.1", port)
        async with server:
            await server.serve_forever()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                target = head.split(b" ", 2)[1].decode("ascii")
                body = self._answer(target)
                status = HTTPStatus.OK if body is not None else HTTPStatus.NOT_FOUND
                body = body or b"{}"
                writer.write(
                    f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: application/json; charset=UTF-8\r\n"
                    f"Content-Length: {len(body)}\r\n\r\n".encode()
                )
                writer.write(body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the reader has what it wanted
        finally:
            writer.close()

    def _answer(self, target: str) -> bytes | None:
        parts = urlsplit(target)
        if parts.path.endswith("/calendarList"):
            return self._calendar_list
        if not parts.path.endswith("/events"):
            return None
        query = parse_qs(parts.query)
        if query.get("syncToken") == [LAST_TOKEN]:
            return self._nothing_new
        return self._pages.get(query.get("pageToken", [""])[0])


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--events", type=int, required=True)
    options = parser.parse_args()
    asyncio.run(StaticGoogle(options.events).serve(options.port))
