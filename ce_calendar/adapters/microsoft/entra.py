"""How MSAL talks to Entra: what it sends its requests with.

MSAL takes any object with `get` and `post`. Ours ends foreign errors right there, before MSAL guesses at them, and
keeps the OpenID configuration, so that a refresh is one request although each call has an application object of its
own. It needs one, because MSAL's objects remember for 60 s that a request was refused, also after a new sign-in.
"""

import json
import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from requests import Response, Session

from ce_calendar.adapters.foreign import https_link
from ce_calendar.adapters.microsoft.graph import is_same_place
from ce_calendar.adapters.retry_after import retry_moment
from ce_calendar.domain.errors import ProviderError, ProviderForbids, ProviderUnavailable, RateLimited
from ce_calendar.ports import Clock

KEPT_FOR = timedelta(hours=24)
"""As long as MSAL itself would keep the configuration."""
LARGEST_ANSWER = 1_000_000
PIECE = 65_536

# It logs whole bodies of answers that are no JSON, and at DEBUG the forms it sends.
logging.getLogger("msal").setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True)
class Answer:
    """What MSAL reads of an answer."""

    status_code: int
    text: str
    headers: Mapping[str, str]


class Configurations:
    """OpenID configurations of an authorizer, by address. Safe to share between threads."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[Answer, datetime]] = {}

    def fresh(self, url: str) -> Answer | None:
        """One that need not be asked for again yet."""
        with self._lock:
            answer, until = self._kept.get(url, (None, self._clock()))
        return answer if until > self._clock() else None

    def stale(self, url: str) -> Answer | None:
        """One of any age, for when there is no other."""
        with self._lock:
            return self._kept[url][0] if url in self._kept else None

    def keep(self, url: str, answer: Answer) -> None:
        """Remember one."""
        with self._lock:
            self._kept[url] = answer, self._clock() + KEPT_FOR


class EntraHttp:
    """MSAL's `http_client` for one call."""

    def __init__(
        self, session: Session, *, authority: str, configurations: Configurations, clock: Clock, timeout: float
    ) -> None:
        self._session = session
        self._authority = authority
        self._configurations = configurations
        self._clock = clock
        self._timeout = timeout
        self.last_status = 0
        """Of the last answer; MSAL does not hand it on."""

    def get(self, url: str, **_options: Any) -> Answer:  # noqa: ANN401 - as MSAL calls it
        """Fetch the OpenID configuration, the only thing MSAL gets with instance discovery off.

        Raises:
            ProviderForbids: there is no such authority.
            ProviderUnavailable: no usable answer.
            RateLimited: try again later.
        """
        if found := self._configurations.fresh(url):
            return found
        try:
            answer = self._ask("GET", url)
        except ProviderError:
            # An old one serves: it hardly ever changes, and would be asked for again for every refresh meanwhile.
            if found := self._configurations.stale(url):
                return found
            raise
        if answer.status_code != HTTPStatus.OK:
            raise ProviderForbids("unknown_authority")
        if not self._leads_home(json.loads(answer.text)):
            raise ProviderUnavailable("unreadable_answer")
        self._configurations.keep(url, answer)
        return answer

    def _leads_home(self, configuration: Mapping[str, Any]) -> bool:
        """Whether it leads us to the authority alone, and people to a page of the web."""
        endpoint = configuration.get("token_endpoint")
        is_ours = isinstance(endpoint, str) and is_same_place(endpoint, self._authority)
        return is_ours and bool(https_link(configuration.get("authorization_endpoint")))

    def post(self, url: str, *, data: object = None, headers: Any = None, **_options: Any) -> Answer:  # noqa: ANN401 - as MSAL calls it
        """Ask the token endpoint.

        Raises:
            ProviderUnavailable: no usable answer, or it is not the authority's: secrets and tokens go nowhere else.
            RateLimited: try again later.
        """
        if not is_same_place(url, self._authority):
            raise ProviderUnavailable("strange_link")
        return self._ask("POST", url, data=data, headers=headers)

    def close(self) -> None:
        """Nothing: the session is its maker's to close."""

    def _ask(self, method: str, url: str, **more: Any) -> Answer:  # noqa: ANN401 - what requests takes
        try:
            with self._session.request(
                method, url, timeout=self._timeout, allow_redirects=False, stream=True, **more
            ) as response:
                self.last_status = response.status_code
                content = _content(response)
        except OSError as error:
            # All that requests raises, and certificates that are not where they should be.
            raise ProviderUnavailable("no_answer") from error
        if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            raise RateLimited(retry_at=retry_moment(response.headers.get("Retry-After"), self._clock()))
        if response.is_redirect or response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise ProviderUnavailable(f"http_{response.status_code}")
        # Without `Retry-After`: MSAL would keep the refusal and answer the next call itself.
        return Answer(response.status_code, _json_text(content), {})


def _content(response: Response) -> bytes:
    content = bytearray()
    for piece in response.iter_content(PIECE):
        content += piece
        if len(content) > LARGEST_ANSWER:
            raise ProviderUnavailable("too_large")
    return bytes(content)


def _json_text(content: bytes) -> str:
    """The content as text if it is a JSON object, which is all that MSAL reckons with."""
    try:
        text = content.decode()
        is_object = isinstance(json.loads(text), dict)
    except (ValueError, RecursionError) as error:
        raise ProviderUnavailable("unreadable_answer") from error
    if not is_object:
        raise ProviderUnavailable("unreadable_answer")
    return text
