"""A server over TLS that says what a test wrote down for each path, and remembers what it was asked."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import trustme


@dataclass
class Said:
    """An answer."""

    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Asked:
    """A request."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    form: dict[str, str]


@dataclass
class Pretender:
    """The running server."""

    url: str
    ca_bundle: str
    answers: dict[str, Said] = field(default_factory=dict)
    """By the end of the path; all else is 404."""
    asked: list[Asked] = field(default_factory=list)

    def answer(self, path: str) -> Said:
        return next((said for end, said in self.answers.items() if path.endswith(end)), Said(b"{}", 404))


class Authority:
    """A CA for a whole test session: making one takes longer than a test."""

    def __init__(self, folder: Path) -> None:
        ca = trustme.CA()
        self.ca_bundle = str(folder / "ca.pem")
        ca.cert_pem.write_to_path(self.ca_bundle)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        ca.issue_cert("localhost").configure_cert(self.context)


@contextmanager
def pretending(authority: Authority) -> Iterator[Pretender]:
    """Run one on a free port."""

    class Handler(BaseHTTPRequestHandler):
        timeout = 5

        def do_GET(self) -> None:
            self._answer("GET", b"")

        def do_POST(self) -> None:
            self._answer("POST", self.rfile.read(int(self.headers.get("Content-Length", "0"))))

        def log_message(self, *_args: object) -> None: ...

        def _answer(self, method: str, content: bytes) -> None:
            parts = urlsplit(self.path)
            asked = Asked(method, parts.path, _plain(parts.query), dict(self.headers), _plain(content.decode()))
            pretender.asked.append(asked)
            said = pretender.answer(parts.path)
            self.send_response(said.status)
            for name, value in {"Content-Length": str(len(said.body)), **said.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(said.body)

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = False
        server.socket = authority.context.wrap_socket(server.socket, server_side=True)
        pretender = Pretender(f"https://localhost:{server.server_port}", authority.ca_bundle)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield pretender
        finally:
            server.shutdown()
            thread.join()


def _plain(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query).items()}
