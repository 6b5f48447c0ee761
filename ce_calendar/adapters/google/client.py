"""How requests get to the Calendar API: built by Google's own library, sent once, over a connection of the thread's."""

import json
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from http import HTTPStatus
from http.client import HTTPException
from importlib import resources
from typing import Any

import httplib2
from googleapiclient.discovery import build_from_document

from ce_calendar.adapters.google import batch
from ce_calendar.adapters.google.batch import Answer
from ce_calendar.adapters.google.errors import Translate, from_status
from ce_calendar.adapters.google.line import Line
from ce_calendar.domain.errors import ProviderUnavailable
from ce_calendar.domain.meetings.connections import Credential
from ce_calendar.ports import Clock

GOOGLE_API_URL = "https://www.googleapis.com/"
TIMEOUT_SECONDS = 30
"""A batch of 50 takes Google many seconds. With `CONNECT_SECONDS` before it, it must fit into the lease of whoever
writes: else the next one begins while this one may still be carried out."""
LONGEST_CALENDAR_ID = 320
MOST_PAGES = 400
"""A million events: no calendar has them, and a read is kept in memory until it is whole."""

# The library logs addresses with sync tokens and, for some refusals, whole bodies.
logging.getLogger("googleapiclient").setLevel(logging.CRITICAL)


class GoogleClient:
    """The Calendar API. Safe to share between threads: each has its own connection.

    The library neither sends nor refreshes nor retries: a 401 is ours to judge, and what is owed is counted by us.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        api_url: str = GOOGLE_API_URL,
        ca_bundle: str | None = None,
        timeout_seconds: float = TIMEOUT_SECONDS,
    ) -> None:
        self._clock = clock
        self._ca_bundle = ca_bundle
        self._timeout_seconds = timeout_seconds
        document = _document(api_url)
        self._document = json.dumps(document)
        self._batch_url = document["rootUrl"] + document["batchPath"]
        self._thread = threading.local()

    def resource(self, name: str) -> Any:  # noqa: ANN401 - the library builds its resources at run time
        """The methods of a kind of thing, such as `events`.

        Kept per thread: the library makes them anew, documentation and all, whenever it is asked for them, and
        building a request writes into the parsed document.
        """
        if not hasattr(self._thread, "resources"):
            self._thread.resources = {}
            # It demands one, and never gets to use it.
            nowhere = httplib2.Http(proxy_info=None)
            self._thread.service = build_from_document(json.loads(self._document), http=nowhere)
        if name not in self._thread.resources:
            self._thread.resources[name] = getattr(self._thread.service, name)()
        return self._thread.resources[name]

    def execute(
        self,
        request: Any,  # noqa: ANN401 - the library's requests have no type
        credential: Credential,
        translate: Translate = from_status,
    ) -> dict[str, Any]:
        """Send one request; returns the object that was answered.

        Raises:
            ProviderError: what the refusal means, or `ProviderUnavailable` for no answer.
        """
        answer = self.send(request, credential)
        if answer.status >= HTTPStatus.MULTIPLE_CHOICES:
            raise translate(answer.status, answer.content, retry_after=answer.retry_after, now=self._clock())
        return object_in(answer.content)

    def send(self, request: Any, credential: Credential) -> Answer:  # noqa: ANN401 - the library's requests have no type
        """Send one request; whatever was answered.

        Raises:
            ProviderUnavailable: nothing was.
        """
        body = None if request.body is None else request.body.encode()
        return self._exchange(request.uri, request.method, body, dict(request.headers), credential)[0]

    def send_batch(self, requests: Sequence[Any], credential: Credential) -> Sequence[Answer | None]:
        """Send many as one; the answers in their order, None where there was none.

        Raises:
            ProviderError: the batch as a whole was refused, or not answered with anything that can be read.
        """
        content_type, body = batch.written(requests)
        headers = {"content-type": content_type, "accept-encoding": "gzip, deflate", "user-agent": "(gzip)"}
        answer, kind = self._exchange(self._batch_url, "POST", body, headers, credential)
        if answer.status >= HTTPStatus.MULTIPLE_CHOICES:
            raise from_status(answer.status, answer.content, retry_after=answer.retry_after, now=self._clock())
        found = batch.read(kind, answer.content)
        if not found:
            raise ProviderUnavailable("unreadable_answer")
        return [found.get(number) for number in range(len(requests))]

    def _exchange(
        self, uri: str, method: str, body: bytes | None, headers: dict[str, str], credential: Credential
    ) -> tuple[Answer, str]:
        """The answer, and its content type."""
        headers["authorization"] = f"Bearer {credential.access_token}"
        try:
            response, content = self._line().request(uri, method=method, body=body, headers=headers)
        except (httplib2.HttpLib2Error, HTTPException, OSError) as error:
            # Time-outs, refused and dropped connections, bodies cut short.
            self.close()
            raise ProviderUnavailable("no_answer") from error
        except (ValueError, RecursionError) as error:
            self.close()
            raise ProviderUnavailable("unreadable_answer") from error
        answer = Answer(response.status, content, response.get("retry-after"))
        return answer, response.get("content-type", "")

    def pages(
        self,
        credential: Credential,
        ask: Callable[[str | None], Any],
        translate: Translate = from_status,
        *,
        most: int = MOST_PAGES,
    ) -> Iterator[dict[str, Any]]:
        """Page by hand: the library's `list_next` damages repeated parameters. Every page has a list of `items`.

        Raises:
            ProviderError: also when pages lead in a circle, or on and on.
        """
        seen: set[str] = set()
        page_token: str | None = None
        while True:
            page = _listing(self.execute(ask(page_token), credential, translate))
            yield page
            page_token = page.get("nextPageToken")
            if not page_token:
                return
            if page_token in seen:
                raise ProviderUnavailable("pages_in_circle")
            seen.add(page_token)
            if len(seen) >= most:
                raise ProviderUnavailable("too_many_pages")

    def _line(self) -> Line:
        if not hasattr(self._thread, "line"):
            self._thread.line = Line(ca_bundle=self._ca_bundle, timeout_seconds=self._timeout_seconds)
        line: Line = self._thread.line
        return line

    def close(self) -> None:
        """Close this thread's connection."""
        if hasattr(self._thread, "line"):
            self._line().close()
            del self._thread.line


def object_in(content: bytes) -> dict[str, Any]:
    """The JSON object of an answer.

    Raises:
        ProviderUnavailable: it is something else.
    """
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ProviderUnavailable("unreadable_answer") from error
    if not isinstance(found, dict):
        raise ProviderUnavailable("unreadable_answer")
    return found


def _listing(answer: dict[str, Any]) -> dict[str, Any]:
    """The answer, if it is a list with items.

    Raises:
        ProviderUnavailable: it is something else.
    """
    page_token = answer.get("nextPageToken")
    if not isinstance(answer.setdefault("items", []), list) or not isinstance(page_token, str | None):
        raise ProviderUnavailable("unreadable_answer")
    return answer


def _document(api_url: str) -> dict[str, Any]:
    """The wheel's discovery document, pointed at `api_url`.

    `client_options.api_endpoint` would move single calls only, and batches would go to the real Google.
    """
    document = resources.files("googleapiclient").joinpath("discovery_cache/documents/calendar.v3.json")
    parsed: dict[str, Any] = json.loads(document.read_text(encoding="utf-8"))
    return {**parsed, "rootUrl": api_url.rstrip("/") + "/"}
