"""Sends what channels owe: in the background, in order for each channel, and never in anybody's way."""

import asyncio
from collections import defaultdict
from datetime import UTC, datetime
from email.utils import format_datetime

import httpx

from ce_calendar.sandbox.clock import Clock
from ce_calendar.sandbox.google.push.channels import Channel, Message

PAUSE = 0.05
"""Seconds between two messages of a channel; what changes meanwhile is one message."""
PATIENCE = 3.0
"""Seconds a receiver may take to answer."""
RETRIES = (0.1, 0.4, 1.6)
"""Seconds before each further try."""

HERE = ("127.0.0.1", "localhost", "::1")
"""The only hosts a message is ever sent to."""

_AT_ONCE = 20
"""Messages on their way to one receiver at a time, so that a slow one holds up none but its own."""
_DELIVERED = frozenset({200, 201, 202, 204})
"""What Google takes as a success. 102 is no answer yet, so it is waited through."""
_AGAIN = frozenset({None, 500, 502, 503, 504})
"""None: the receiver was not reached, or did not answer in time."""
_READ = 65_536
"""Bytes of an answer that are read, so that its connection can be used again."""
_AGENT = "APIs-Google; (+https://developers.google.com/webmasters/APIs-Google.html)"


class Deliveries:
    """One task for each channel that owes something; a channel without news costs nothing."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._busy: dict[int, asyncio.Task[None]] = {}
        """By the channel's identity."""
        self._slots: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(_AT_ONCE))
        """By host and port of the receiver."""
        self._client: httpx.AsyncClient | None = None

    def wake(self, channel: Channel) -> None:
        """See to it that what a channel owes gets sent."""
        if id(channel) not in self._busy:
            self._busy[id(channel)] = asyncio.get_running_loop().create_task(self._send_owed(channel))

    async def _send_owed(self, channel: Channel) -> None:
        try:
            while channel.owed:
                await self._send(channel, channel.owed.pop(0))
                await asyncio.sleep(PAUSE)
        finally:
            del self._busy[id(channel)]

    async def _send(self, channel: Channel, message: Message) -> None:
        receiver = httpx.URL(channel.address)
        if receiver.host not in HERE:
            # Nobody can open such a channel; it came with a state that was written by hand.
            channel.failed += 1
            return
        slots = self._slots[receiver.netloc.decode()]
        for pause in (*RETRIES, None):
            if channel.ended or channel.expires <= self._clock.now().timestamp():
                return
            async with slots:
                status = await self._attempt(channel, message)
            channel.last_status = status
            if status in _DELIVERED:
                channel.sent += 1
                return
            if pause is None or status not in _AGAIN:
                channel.failed += 1
                return
            await asyncio.sleep(pause)

    async def _attempt(self, channel: Channel, message: Message) -> int | None:
        if self._client is None:
            self._client = httpx.AsyncClient(
                verify=False,  # noqa: S501 - receivers on this machine bear certificates nobody vouches for
                trust_env=False,
                timeout=PATIENCE,
                limits=httpx.Limits(max_connections=None, max_keepalive_connections=_AT_ONCE),
            )
        headers = _headers(channel, message)
        try:
            # The whole of it, too: a receiver may drip its answer for ever.
            async with (
                asyncio.timeout(PATIENCE),
                self._client.stream("POST", channel.address, headers=headers) as answer,
            ):
                read = 0
                async for chunk in answer.aiter_raw():
                    read += len(chunk)
                    if read > _READ:
                        break
                return answer.status_code
        except (httpx.HTTPError, TimeoutError):
            return None


def _headers(channel: Channel, message: Message) -> list[tuple[bytes, bytes]]:
    texts = {
        "User-Agent": _AGENT,
        "X-Goog-Channel-ID": channel.id,
        "X-Goog-Channel-Expiration": format_datetime(datetime.fromtimestamp(channel.expires, UTC), usegmt=True),
        "X-Goog-Resource-State": message.state,
        "X-Goog-Message-Number": str(message.number),
        "X-Goog-Resource-ID": channel.resource_id,
        "X-Goog-Resource-URI": channel.resource_uri,
    }
    if channel.token is not None:
        texts["X-Goog-Channel-Token"] = channel.token.strip()
    return [(name.encode(), text.encode()) for name, text in texts.items()]
