"""What stands before the whole application."""

from collections.abc import AsyncIterator, Collection
from typing import Any

import anyio
import httpx
import pytest
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Message, Receive, Scope, Send

from ce_calendar.http.security import LARGER_BODIES, LARGEST_BODY, PublicUrl

PUBLIC_URL = "https://calendar.demo.example"


class Inner:
    """The application behind: says what it was asked, and answers as it was told to."""

    def __init__(self, answer: Response | None = None) -> None:
        self.answer = answer
        self.scopes: list[Scope] = []
        self.received = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scopes.append(scope)
        if scope["type"] == "http":
            request = Request(scope, receive)
            async for chunk in request.stream():
                self.received += len(chunk)
            await (self.answer or JSONResponse({"url": str(request.url)}))(scope, receive, send)


def ask(
    app: PublicUrl,
    path: str = "/",
    *,
    at: str = PUBLIC_URL,
    method: str = "GET",
    headers: dict[str, str] | None = None,
    content: Any = None,
) -> httpx.Response:
    async def send() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=at) as client:
            return await client.request(method, path, headers=headers, content=content)

    return anyio.run(send)


def connect(app: PublicUrl, *, host: str = "calendar.demo.example", origin: str | None = PUBLIC_URL) -> list[Message]:
    """Open a websocket; returns what was sent back."""
    sent: list[Message] = []
    headers = [(b"host", host.encode())] + ([(b"origin", origin.encode())] if origin else [])
    scope = {"type": "websocket", "scheme": "ws", "path": "/_event", "query_string": b"", "headers": headers}

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    async def run() -> None:
        await app(scope, receive, send)

    anyio.run(run)
    return sent


# -- one address -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("public_url", "at"),
    [
        (PUBLIC_URL, "https://calendar.demo.example"),
        # A proxy ends TLS and speaks plain HTTP to us.
        (PUBLIC_URL, "http://calendar.demo.example"),
        (PUBLIC_URL + "/", "https://Calendar.Demo.Example:443"),
        ("https://calendar.demo.example:443", "https://calendar.demo.example"),
        ("http://localhost:3000", "http://localhost:3000"),
        ("http://localhost", "http://localhost:80"),
    ],
)
def test_the_public_address_is_served(public_url: str, at: str) -> None:
    answer = ask(PublicUrl(Inner(), public_url), "/ce/activity?page=2", at=at)
    assert answer.status_code == 200
    assert answer.json()["url"].endswith("/ce/activity?page=2")


def test_the_application_sees_the_public_scheme_and_host() -> None:
    inner = Inner()
    answer = ask(PublicUrl(inner, PUBLIC_URL), "/account", at="http://calendar.demo.example")
    assert answer.json() == {"url": f"{PUBLIC_URL}/account"}
    assert inner.scopes[0]["scheme"] == "https"
    assert inner.scopes[0]["server"] == ("calendar.demo.example", 443)
    assert Headers(scope=inner.scopes[0]).getlist("host") == ["calendar.demo.example"]


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "DELETE"])
@pytest.mark.parametrize(
    "at",
    [
        "https://evil.example",
        "http://127.0.0.1:3000",
        "https://calendar.demo.example.evil.example",
        "https://calendar.demo.example:8443",
    ],
)
def test_another_host_is_sent_to_the_public_address(at: str, method: str) -> None:
    inner = Inner()
    answer = ask(PublicUrl(inner, PUBLIC_URL), "/ce/activity?a=%2F&b", at=at, method=method)
    assert answer.status_code == 307
    assert answer.headers["location"] == f"{PUBLIC_URL}/ce/activity?a=%2F&b"
    assert inner.scopes == []


@pytest.mark.parametrize("path", ["//evil.example/", "/%0d%0aSet-Cookie:x=1", "/\\evil.example", "/@evil.example"])
def test_no_path_leads_away_from_the_public_address(path: str) -> None:
    target = httpx.URL(ask(PublicUrl(Inner(), PUBLIC_URL), path, at="http://127.0.0.1").headers["location"])
    assert (target.scheme, target.host, target.userinfo) == ("https", "calendar.demo.example", b"")


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_probes_may_ask_by_any_name(path: str) -> None:
    assert ask(PublicUrl(Inner(), PUBLIC_URL), path, at="http://10.0.0.7:3000").status_code == 200


@pytest.mark.parametrize("public_url", ["calendar.demo.example", "ftp://calendar.demo.example", "https://", ""])
def test_a_public_address_that_is_none_is_refused_at_the_start(public_url: str) -> None:
    with pytest.raises(ValueError, match="public address"):
        PublicUrl(Inner(), public_url)


# -- websockets --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("origin", [PUBLIC_URL, None, "HTTPS://Calendar.Demo.Example"])
def test_a_websocket_of_ours_passes_with_the_public_scheme(origin: str | None) -> None:
    inner = Inner()
    assert connect(PublicUrl(inner, PUBLIC_URL), origin=origin) == []
    assert inner.scopes[0]["scheme"] == "wss"


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("calendar.demo.example", "https://evil.example"),
        ("calendar.demo.example", "null"),
        ("calendar.demo.example", "http://calendar.demo.example"),
        ("evil.example", "https://evil.example"),
        ("evil.example", None),
    ],
)
def test_a_websocket_from_elsewhere_is_refused(host: str, origin: str | None) -> None:
    inner = Inner()
    assert connect(PublicUrl(inner, PUBLIC_URL), host=host, origin=origin) == [
        {"type": "websocket.close", "code": 1008}
    ]
    assert inner.scopes == []


def test_the_sockets_polling_from_elsewhere_is_refused_as_well() -> None:
    app = PublicUrl(Inner(), PUBLIC_URL)
    path = "/_event/?EIO=4&transport=polling"
    assert ask(app, path, headers={"Origin": "https://evil.example"}).status_code == 403
    assert ask(app, path, headers={"Origin": PUBLIC_URL}).status_code == 200


def test_the_lifespan_passes_untouched() -> None:
    inner = Inner()

    async def unused(*_: Message) -> Any:
        raise AssertionError("The lifespan is the application's.")

    anyio.run(PublicUrl(inner, PUBLIC_URL), {"type": "lifespan"}, unused, unused)
    assert inner.scopes == [{"type": "lifespan"}]


# -- headers -----------------------------------------------------------------------------------------------------


def test_every_answer_protects_the_page() -> None:
    headers = ask(PublicUrl(Inner(), PUBLIC_URL, ["https://accounts.google.com/o/oauth2/v2/auth"])).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["strict-transport-security"] == "max-age=31536000"
    assert headers["content-security-policy"] == (
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; "
        "frame-ancestors 'none'; base-uri 'self'; object-src 'none'; form-action 'self' https://accounts.google.com"
    )


@pytest.mark.parametrize(
    ("path", "at", "method", "content"),
    [
        ("/healthz", "http://10.0.0.7", "GET", None),
        ("/", "http://evil.example", "GET", None),
        ("/", PUBLIC_URL, "POST", b"x" * 2_000_000),
    ],
)
def test_answers_we_give_ourselves_are_protected_too(path: str, at: str, method: str, content: bytes | None) -> None:
    answer = ask(PublicUrl(Inner(), PUBLIC_URL), path, at=at, method=method, content=content)
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["cache-control"] == "no-store"


def test_plain_http_promises_no_tls() -> None:
    answer = ask(PublicUrl(Inner(), "http://localhost:3000"), at="http://localhost:3000")
    assert "strict-transport-security" not in answer.headers


def test_a_stricter_route_keeps_its_own_headers() -> None:
    strict = Response("", headers={"Referrer-Policy": "no-referrer", "Cache-Control": "private, max-age=5"})
    headers = ask(PublicUrl(Inner(strict), PUBLIC_URL)).headers
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "private, max-age=5"


@pytest.mark.parametrize(
    ("answer", "is_kept"),
    [
        (Response("", media_type="text/html"), False),
        (Response("", media_type="application/json"), False),
        (Response("", status_code=303), False),
        (Response("", media_type="text/javascript"), True),
        (Response("", media_type="text/css"), True),
        (Response("", media_type="image/svg+xml"), True),
        (Response("", media_type="font/woff2"), True),
        # Speaks of a stored file, which must not be dropped for it.
        (Response(status_code=304), True),
    ],
)
def test_only_static_files_may_be_kept_by_caches(answer: Response, is_kept: bool) -> None:  # noqa: FBT001 - a table
    headers = ask(PublicUrl(Inner(answer), PUBLIC_URL)).headers
    assert headers.get("cache-control") == (None if is_kept else "no-store")


# -- size --------------------------------------------------------------------------------------------------------


async def chunks(sizes: Collection[int]) -> AsyncIterator[bytes]:
    for size in sizes:
        yield b"x" * size


def test_a_body_up_to_the_limit_is_taken() -> None:
    inner = Inner()
    assert ask(PublicUrl(inner, PUBLIC_URL, largest_body=1000), method="POST", content=b"x" * 1000).status_code == 200
    assert inner.received == 1000


def test_a_body_that_announces_too_much_is_refused_unread() -> None:
    inner = Inner()
    assert ask(PublicUrl(inner, PUBLIC_URL, largest_body=1000), method="POST", content=b"x" * 1001).status_code == 413
    assert inner.scopes == []


def test_a_body_that_announces_nothing_is_cut_at_the_limit() -> None:
    inner = Inner()
    app = PublicUrl(inner, PUBLIC_URL, largest_body=1000)
    assert ask(app, method="POST", content=chunks([600, 600, 600])).status_code == 413
    assert inner.received == 600


def test_an_application_that_fails_fails() -> None:
    async def broken(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        ask(PublicUrl(broken, PUBLIC_URL), method="POST", content=b"x")


# -- who asks ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, None, "127.0.0.1"),
        (0, "203.0.113.7", "127.0.0.1"),  # nobody of ours wrote that
        (1, "203.0.113.7", "203.0.113.7"),
        (1, "10.9.9.9, 203.0.113.7", "203.0.113.7"),  # the first was written by whoever asked
        (2, "203.0.113.7, 10.0.0.2", "203.0.113.7"),
        (2, "203.0.113.7", "127.0.0.1"),  # past the outer proxy
        (1, None, "127.0.0.1"),
        (1, "unknown", "127.0.0.1"),
        (1, "2001:DB8::7", "2001:db8::7"),
    ],
)
def test_who_asks_is_who_our_own_proxy_saw(proxies: int, forwarded: str | None, expected: str) -> None:
    inner = Inner()
    ask(PublicUrl(inner, PUBLIC_URL, proxies=proxies), headers={"X-Forwarded-For": forwarded} if forwarded else {})
    assert inner.scopes[0]["client"][0] == expected


def test_a_file_of_contacts_may_be_larger_than_anything_else() -> None:
    app = PublicUrl(Inner(), PUBLIC_URL)
    most = LARGER_BODIES["/ce/contacts/import"]
    assert most > LARGEST_BODY
    for path, length, status in (
        ("/ce/contacts/import", most, 200),
        ("/ce/contacts/import", most + 1, 413),
        ("/ce/contacts/other", LARGEST_BODY + 1, 413),
    ):
        assert ask(app, path, method="POST", content=b"x" * length).status_code == status
