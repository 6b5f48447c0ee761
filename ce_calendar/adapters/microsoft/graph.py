"""GET requests to Microsoft Graph."""

import json
import logging
import ssl
import threading
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import httpx

from ce_calendar.adapters.microsoft.errors import from_status
from ce_calendar.domain.errors import ProviderError, ProviderUnavailable
from ce_calendar.domain.meetings.connections import Credential
from ce_calendar.ports import Clock

GRAPH_URL = "https://graph.microsoft.com"
VERSION = "/v1.0"
TIMEOUT_SECONDS = 30
LONGEST_ANSWER_SECONDS = 90
"""Of a whole answer: time-outs count from piece to piece, and a trickle must not outlast the run's lease."""
PORTS = {"http": 80, "https": 443}
LARGEST_ANSWER = 64_000_000
"""Bytes of one page."""

Translate = Callable[..., ProviderError]

# It logs every address, and Graph's hold calendars' ids and delta tokens.
logging.getLogger("httpx").setLevel(logging.WARNING)


class Graph:
    """Safe to share between threads: each has its own connection."""

    def __init__(self, *, clock: Clock, url: str, ca_bundle: str | None, timeout_seconds: float) -> None:
        self._clock = clock
        self._root = url.rstrip("/") + VERSION
        self._ca_bundle = ca_bundle
        self._trusted: ssl.SSLContext | None = None
        self._timeout_seconds = timeout_seconds
        self._thread = threading.local()

    def address(self, path: str, **query: str) -> str:
        """The address of something in Graph.

        Args:
            path: from the version on; ids in it quoted by `segment`.
            query: parameters, such as `$select`.
        """
        return self._root + path + ("?" + urlencode(query, safe="$,:") if query else "")

    def is_ours(self, link: str) -> bool:
        """Whether a link leads to our Graph, so that a token may go there; and can be asked for and kept at all."""
        is_address = link.isascii() and link.isprintable()
        return is_address and is_same_place(link, self._root) and link.startswith(self._root + "/")

    def get(self, credential: Credential, address: str, *, prefer: str = "", translate: Translate = from_status) -> Any:  # noqa: ANN401 - JSON
        """Fetch one JSON object.

        Args:
            credential: whose token to send.
            address: one of ours.
            prefer: the header of that name.
            translate: what a refusal means, where it depends on the call.

        Raises:
            ProviderError: refused, no answer, or none that is an object.
        """
        headers = {"Authorization": f"Bearer {credential.access_token}"}
        if prefer:
            headers["Prefer"] = prefer
        try:
            with self._client().stream("GET", address, headers=headers) as response:
                content = self._content(response)
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError) as error:
            # Time-outs, refused and dropped connections, bodies cut short or packed wrongly, certificates not found.
            self.close()
            raise ProviderUnavailable("no_answer") from error
        if not response.is_success:
            raise translate(
                response.status_code,
                content,
                retry_after=response.headers.get("Retry-After"),
                now=self._clock(),
                scopes=credential.scopes,
            )
        return _json_object(content)

    def close(self) -> None:
        """Close this thread's connection."""
        if hasattr(self._thread, "client"):
            self._thread.client.close()
            del self._thread.client

    def _content(self, response: httpx.Response) -> bytes:
        content = bytearray()
        until = time.monotonic() + LONGEST_ANSWER_SECONDS
        for piece in response.iter_bytes():
            content += piece
            if len(content) > LARGEST_ANSWER:
                raise ProviderUnavailable("too_large")
            if time.monotonic() > until:
                raise ProviderUnavailable("too_slow")
        return bytes(content)

    def _client(self) -> httpx.Client:
        if not hasattr(self._thread, "client"):
            # Nothing from the environment: where tokens go is decided by our settings alone.
            self._thread.client = httpx.Client(
                verify=self._trust(),
                trust_env=False,
                follow_redirects=False,
                timeout=self._timeout_seconds,
                headers={"Accept": "application/json"},
            )
        client: httpx.Client = self._thread.client
        return client

    def _trust(self) -> ssl.SSLContext:
        """What our certificates make trustworthy: read once for all threads, for it takes longer than a request."""
        if self._trusted is None:
            if self._ca_bundle:
                self._trusted = ssl.create_default_context(cafile=self._ca_bundle)
            else:
                self._trusted = httpx.create_ssl_context(trust_env=False)
        return self._trusted


def segment(name: str) -> str:
    """An id as part of a path."""
    return quote(name, safe="")


def is_same_place(link: str, root: str) -> bool:
    """Whether a link leads to the very host of a root: by the same scheme, to the same port, and in nobody's name."""
    try:
        return _place(link) == _place(root) and "@" not in urlsplit(link).netloc
    except ValueError:
        return False


def _place(link: str) -> tuple[str, str, int | None]:
    parts = urlsplit(link)
    return parts.scheme, parts.hostname or "", parts.port or PORTS.get(parts.scheme)


def _json_object(content: bytes) -> dict[str, Any]:
    try:
        body = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ProviderUnavailable("unreadable_answer") from error
    if not isinstance(body, dict):
        raise ProviderUnavailable("unreadable_answer")
    return body
