"""A request is sent once, whatever becomes of its connection."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from ce_calendar.adapters.google import line as google_line
from ce_calendar.adapters.google.line import Line
from tests.support.sandbox import MicrosoftSandbox

HANG_UP = b"."
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


class Server:
    """Says to each request what comes next, and hangs up politely after it or instead of it."""

    def __init__(self, listening: socket.socket, answers: list[bytes]) -> None:
        self.url = f"http://127.0.0.1:{listening.getsockname()[1]}/"
        self.heard = 0
        self.connections: list[socket.socket] = []
        self.has_hung_up = threading.Event()
        self._listening = listening
        self._answers = answers

    def serve(self) -> None:
        while True:
            try:
                peer, _ = self._listening.accept()
            except OSError:
                return
            self.connections.append(peer)
            peer.settimeout(1)
            with suppress(OSError):
                self._talk(peer)

    def _talk(self, peer: socket.socket) -> None:
        while peer.recv(65536):
            self.heard += 1
            answer = self._answers.pop(0)
            peer.sendall(answer.removesuffix(HANG_UP))
            if answer.endswith(HANG_UP):
                peer.shutdown(socket.SHUT_RDWR)
                self.has_hung_up.set()
                return

    def stop(self) -> None:
        for each in (self._listening, *self.connections):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


@contextmanager
def serving(*answers: bytes) -> Iterator[Server]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = Server(listening, list(answers))
        thread = threading.Thread(target=server.serve)
        thread.start()
        try:
            yield server
        finally:
            server.stop()
            thread.join()
            for each in server.connections:
                each.close()


@pytest.fixture
def line() -> Iterator[Line]:
    line = Line(ca_bundle=None, timeout_seconds=2)
    yield line
    line.close()


def send(line: Line, server: Server) -> int:
    answer, _ = line.request(server.url, method="POST", body=None, headers={})
    return int(answer.status)


def test_a_request_without_an_answer_is_not_sent_again(line: Line) -> None:
    with serving(HANG_UP, ANSWER) as server:
        with pytest.raises(ConnectionError):
            send(line, server)

        assert server.heard == 1


def test_a_request_without_an_answer_on_a_connection_in_use_is_not_sent_again(line: Line) -> None:
    with serving(ANSWER, HANG_UP, ANSWER) as server:
        assert send(line, server) == 200
        with pytest.raises(ConnectionError):
            send(line, server)

        assert server.heard == 2


def test_a_connection_stays_in_use(line: Line) -> None:
    with serving(ANSWER, ANSWER) as server:
        assert [send(line, server), send(line, server)] == [200, 200]

        assert len(server.connections) == 1


def test_what_the_other_side_hung_up_meanwhile_is_dialled_again(line: Line) -> None:
    with serving(ANSWER + HANG_UP, ANSWER) as server:
        assert send(line, server) == 200
        assert server.has_hung_up.wait(1)
        assert send(line, server) == 200

        assert (server.heard, len(server.connections)) == (2, 2)


def test_nobody_waits_long_to_be_connected_and_longer_to_be_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(google_line, "CONNECT_SECONDS", 0.1)
    line = Line(ca_bundle=None, timeout_seconds=2)
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        # So many wait to be accepted that the next one is not even told so.
        waiting = [socket.socket() for _ in range(3)]
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(full.getsockname())
        begun = time.monotonic()
        with pytest.raises(TimeoutError):
            line.request(f"http://127.0.0.1:{full.getsockname()[1]}/", method="GET", body=None, headers={})
        assert time.monotonic() - begun < 1
        for each in waiting:
            each.close()
    line.close()
    with serving(ANSWER) as server:
        assert send(line, server) == 200
        assert [each.sock.gettimeout() for each in line._http.connections.values()] == [2]
    line.close()


def test_an_encrypted_connection_stays_in_use_and_asks_who_is_there(microsoft_sandbox: MicrosoftSandbox) -> None:
    url = f"{microsoft_sandbox.url}/_sandbox/log"
    line = Line(ca_bundle=microsoft_sandbox.ca_bundle, timeout_seconds=5)
    used = []
    for _ in range(3):
        answer, _ = line.request(url, method="GET", body=None, headers={})
        assert answer.status == 200
        used += [each.sock for each in line._http.connections.values()]
    line.close()
    stranger = Line(ca_bundle=None, timeout_seconds=5)

    assert len(set(map(id, used))) == 1
    with pytest.raises(OSError, match="CERTIFICATE_VERIFY_FAILED"):
        stranger.request(url, method="GET", body=None, headers={})
    stranger.close()
