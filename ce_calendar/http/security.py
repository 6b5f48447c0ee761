"""What stands before the whole application: one public address, protective headers, a limit on what is sent to us."""

from collections.abc import Collection, Mapping
from http import HTTPStatus
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ce_calendar.domain.contact_file import LARGEST_FILE
from ce_calendar.http.contacts import IMPORT_PATH
from ce_calendar.http.origin import DEFAULT_PORTS, origin_of, without_default_port

LARGEST_BODY = 1024 * 1024
LARGER_BODIES = {IMPORT_PATH: LARGEST_FILE}
"""By path, where more than that may be sent."""
ANY_HOST = {"/healthz", "/readyz"}
"""Probes ask by address, not by name."""
WEBSOCKET_PATH = "/_event"
"""Reflex's socket; it begins, or falls back to, plain HTTP under the same path."""
POLICY_VIOLATION = 1008
STATIC_TYPES = ("text/javascript", "application/javascript", "text/css", "image/", "font/")


class PublicUrl:
    """ASGI wrapper that lets the application be reached under its public address alone.

    Behind a proxy the application cannot know its address, and would build links from a `Host` header that anybody
    can write. So the address comes from the settings, and whoever comes by another one is sent there.

    Args:
        app: the whole application, websockets included.
        public_url: scheme, host and port that people use; it has no path.
        form_targets: addresses that a form post may be redirected to, besides our own: the providers' consent pages.
            Browsers hold redirects after a post against `form-action` too.
        proxies: how many of our own proxies requests come through; each adds to `X-Forwarded-For` who asked it.
        largest_body: in bytes.
        larger_bodies: the same by path, for the few that take more.
    """

    def __init__(
        self,
        app: ASGIApp,
        public_url: str,
        form_targets: Collection[str] = (),
        *,
        proxies: int = 0,
        largest_body: int = LARGEST_BODY,
        larger_bodies: Mapping[str, int] = LARGER_BODIES,
    ) -> None:
        self._app = app
        self._base = origin_of(public_url)
        parts = urlsplit(self._base)
        self._is_https = parts.scheme == "https"
        self._netloc = parts.netloc
        self._server = (parts.hostname or "", parts.port or int(DEFAULT_PORTS[parts.scheme]))
        self._proxies = proxies
        self._largest_body = largest_body
        self._larger_bodies = dict(larger_bodies)
        self._headers = _protective_headers({origin_of(target) for target in form_targets}, is_https=self._is_https)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on as the public address would have it, or answer it."""
        if scope["type"] == "websocket":
            if self._is_ours(scope) and not self._is_from_elsewhere(scope):
                await self._app(self._at_public_url(scope), receive, send)
            else:
                await receive()
                await send({"type": "websocket.close", "code": POLICY_VIOLATION})
        elif scope["type"] == "http":
            await self._answer(scope, receive, self._protected(send))
        else:
            await self._app(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] in ANY_HOST:
            await self._app(scope, receive, send)
        elif not self._is_ours(scope):
            # 307 keeps method and body, and is not remembered when the public address changes.
            await RedirectResponse(self._base + _target(scope), status_code=307)(scope, receive, send)
        elif scope["path"].startswith(WEBSOCKET_PATH) and self._is_from_elsewhere(scope):
            await _refuse(HTTPStatus.FORBIDDEN)(scope, receive, send)
        elif _announced_length(scope) > self._most_of(scope):
            await _refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)(scope, receive, send)
        else:
            await self._within_limit(self._at_public_url(scope), receive, send)

    async def _within_limit(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Cut the connection of a body that did not announce its length and grows too long."""
        most = self._most_of(scope)
        received = 0
        has_begun = False

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            return {"type": "http.disconnect"} if received > most else message

        async def unless_cut(message: Message) -> None:
            nonlocal has_begun
            if received <= most or has_begun:
                has_begun = True
                await send(message)

        try:
            await self._app(scope, counted, unless_cut)
        except Exception:
            if received <= most or has_begun:
                raise
        if received > most and not has_begun:
            await _refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)(scope, receive, send)

    def _most_of(self, scope: Scope) -> int:
        return self._larger_bodies.get(scope["path"], self._largest_body)

    def _is_ours(self, scope: Scope) -> bool:
        return without_default_port(Headers(scope=scope).get("host", ""), self._base) == self._netloc

    def _is_from_elsewhere(self, scope: Scope) -> bool:
        """Whether a browser says that another site's page asks. Programs say nothing, and have no cookie to abuse."""
        origin = Headers(scope=scope).get("origin")
        return origin is not None and origin.lower() != self._base

    def _at_public_url(self, scope: Scope) -> Scope:
        secure = {"http": "https", "websocket": "wss"}
        plain = {"http": "http", "websocket": "ws"}
        headers = [(name, value) for name, value in scope["headers"] if name != b"host"]
        return {
            **scope,
            "scheme": (secure if self._is_https else plain)[scope["type"]],
            "server": self._server,
            "client": self._client(scope),
            "headers": [(b"host", self._netloc.encode("latin-1")), *headers],
        }

    def _client(self, scope: Scope) -> tuple[str, int] | None:
        """Who asks, as the outermost of our proxies saw them; what stands before that, anybody can write."""
        said = ",".join(Headers(scope=scope).getlist("x-forwarded-for")).split(",")
        if 0 < self._proxies <= len(said):
            try:
                return str(ip_address(said[-self._proxies].strip())), 0
            except ValueError:
                pass  # not from a proxy of ours
        peer: tuple[str, int] | None = scope.get("client")
        return peer

    def _protected(self, send: Send) -> Send:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    # A route may be stricter: the consent's callback sends no referrer at all.
                    headers.setdefault(name, value)
                if _is_private(message["status"], headers):
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        return with_headers


def _protective_headers(form_targets: Collection[str], *, is_https: bool) -> dict[str, str]:
    policy = {
        # The application asks nothing of the outside. Reflex's pages carry inline scripts and styles, and it evaluates
        # what handlers send (messages, the way to the sign-in page): without that, all of these fail in silence.
        "default-src": "'self'",
        "script-src": "'self' 'unsafe-inline' 'unsafe-eval'",
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data:",
        "frame-ancestors": "'none'",
        "base-uri": "'self'",
        "object-src": "'none'",
        "form-action": " ".join(["'self'", *sorted(form_targets)]),
    }
    headers = {
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
    }
    if is_https:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    return headers


def _is_private(status: int, headers: Headers) -> bool:
    """Whether no cache may keep the answer. A 304 speaks of a stored file and must not drop it."""
    return status != HTTPStatus.NOT_MODIFIED and not headers.get("content-type", "").startswith(STATIC_TYPES)


def _target(scope: Scope) -> str:
    """Path and query as they were sent."""
    path: bytes = scope.get("raw_path") or scope["path"].encode()
    query: bytes = scope["query_string"]
    target = (path + (b"?" + query if query else b"")).decode("latin-1")
    return target if target.startswith("/") else "/"


def _announced_length(scope: Scope) -> int:
    length = Headers(scope=scope).get("content-length", "")
    return int(length) if length.isascii() and length.isdigit() else 0


def _refuse(status: HTTPStatus) -> PlainTextResponse:
    return PlainTextResponse(f"{status.phrase}.", status_code=status)
