"""HTTP connections that send a request once: Google's library would quietly send some of them again."""

import errno
import http.client
import select
from typing import Any

import httplib2

CONNECT_SECONDS = 6
"""Whoever answers at all does so at once; only the answer itself may take long."""


class _Once(http.client.HTTPConnection):
    """Of a connection: nothing is sent twice, and nothing goes into one that the other side closed meanwhile.

    When no answer comes, httplib2 takes the connection for one that went stale and sends the request again, whatever
    it was. A calendar would be made twice. So staleness is seen beforehand, and a second time refused.
    """

    _is_unanswered = False

    def connect(self) -> None:
        """Connect, sooner than an answer would have to come."""
        whole = self.timeout
        self.timeout = whole if whole is None else min(whole, CONNECT_SECONDS)
        try:
            super().connect()
        finally:
            self.timeout = whole
        self.sock.settimeout(whole)

    def request(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - whatever the base takes
        """Send a request.

        Raises:
            ConnectionAbortedError: the one before was never answered.
        """
        if self._is_unanswered:
            raise ConnectionAbortedError(errno.ECONNABORTED, "not sent a second time")
        if self.sock is not None and _has_something_to_say(self.sock):
            self.close()
        self._is_unanswered = True
        super().request(*args, **kwargs)

    def getresponse(self) -> http.client.HTTPResponse:
        """Wait for the answer."""
        answer = super().getresponse()
        self._is_unanswered = False
        return answer


class _Plain(_Once, httplib2.HTTPConnectionWithTimeout):  # type: ignore[misc]  # httplib2 is untyped
    """Over http."""


class _Encrypted(_Once, httplib2.HTTPSConnectionWithTimeout):  # type: ignore[misc]  # httplib2 is untyped
    """Over https."""


class Line:
    """A thread's connections. Redirects are not followed: the token would go along.

    After an error it must be closed; it can then be used again.
    """

    def __init__(self, *, ca_bundle: str | None, timeout_seconds: float) -> None:
        # No proxy from the environment: where tokens go is decided by our settings alone.
        self._http = httplib2.Http(timeout=timeout_seconds, ca_certs=ca_bundle, proxy_info=None)
        self._http.follow_redirects = False

    def request(
        self, uri: str, *, method: str, body: bytes | None, headers: dict[str, str]
    ) -> tuple[httplib2.Response, bytes]:
        """Send one request, once.

        Raises:
            httplib2.HttpLib2Error, http.client.HTTPException, OSError: no answer, or none that can be read.
        """
        kind = _Encrypted if uri.startswith("https:") else _Plain
        answer: tuple[httplib2.Response, bytes] = self._http.request(
            uri, method, body=body, headers=headers, connection_type=kind
        )
        return answer

    def close(self) -> None:
        """Hang up."""
        self._http.close()


def _has_something_to_say(sock: Any) -> bool:  # noqa: ANN401 - httplib2's sockets have no type
    """Whether there is something to read before anything was asked: the end, in all likelihood."""
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    return bool(poll.poll(0))
