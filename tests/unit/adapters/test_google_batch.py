"""Batches written for Google, and its answers read part by part."""

from dataclasses import dataclass
from email import message_from_bytes

import pytest

from ce_calendar.adapters.google.batch import Answer, read, written

KIND = "multipart/mixed; boundary=b"


@dataclass
class Request:
    """As Google's library builds them."""

    method: str
    uri: str
    body: str | None = None


def part(number: int | str, answer: str) -> str:
    return f"--b\r\nContent-Type: application/http\r\nContent-ID: <response-call-{number}>\r\n\r\n{answer}\r\n"


GOOD = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n{"etag": "x"}'
GONE = "HTTP/1.1 410 Gone\r\n\r\n{}"
BODY = 'Content-Type: application/json\r\nContent-Length: 21\r\n\r\n{"summary": "\\u00dc"}'
EMPTY = "HTTP/1.1 204 No Content\r\n\r\n"


def found(*parts: str, end: str = "--b--\r\n", kind: str = KIND) -> dict[int, Answer]:
    return dict(read(kind, ("".join(parts) + end).encode()))


def test_a_batch_holds_each_call_under_its_number() -> None:
    url = "https://www.googleapis.com/calendar/v3/calendars/c/events"
    kind, body = written(
        [Request("POST", f"{url}?fields=etag", '{"summary": "\\u00dc"}'), Request("DELETE", f"{url}/aaaaa1")]
    )

    whole = message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + body)
    parts = [(each["Content-ID"], each.get_content_type(), each.get_payload()) for each in whole.walk()][1:]
    assert parts == [
        (
            "<call-0>",
            "application/http",
            f"POST /calendar/v3/calendars/c/events?fields=etag HTTP/1.1\r\nAccept: application/json\r\n{BODY}",
        ),
        (
            "<call-1>",
            "application/http",
            "DELETE /calendar/v3/calendars/c/events/aaaaa1 HTTP/1.1\r\nAccept: application/json\r\n\r\n",
        ),
    ]


def test_no_two_batches_share_a_boundary() -> None:
    assert written([])[0] != written([])[0]


def test_answers_are_read_by_the_number_of_their_call_in_whatever_order_they_come() -> None:
    assert found(part(2, EMPTY), part(0, GOOD), part(1, GONE)) == {
        0: Answer(200, b'{"etag": "x"}'),
        1: Answer(410, b"{}"),
        2: Answer(204, b""),
    }


def test_a_part_says_when_to_come_back() -> None:
    limited = "HTTP/1.1 429 Too Many Requests\r\nretry-after: 30\r\nX: y\r\n\r\n{}"

    assert found(part(0, limited), part(1, GOOD))[0] == Answer(429, b"{}", "30")


def test_bytes_that_are_not_ascii_stay_as_they_are() -> None:
    answer = 'HTTP/1.1 200 OK\r\n\r\n{"etag": "Ü"}'

    assert found(part(0, answer))[0].content == '{"etag": "Ü"}'.encode()


def test_lines_may_end_without_carriage_returns() -> None:
    raw = (part(0, GOOD) + "--b--\r\n").replace("\r\n", "\n").encode()

    assert read(KIND, raw)[0] == Answer(200, b'{"etag": "x"}')


@pytest.mark.parametrize(
    "spoiled",
    [
        part(1, ""),
        part(1, "HTTP/1.1"),
        part(1, "<html>Sorry</html>"),
        part(1, "HTTP/1.1 abc OK\r\n\r\n{}"),
        part(1, "HTTP/1.1 2000 OK\r\n\r\n{}"),
        part("x", GOOD),
        part("", GOOD),
        "--b\r\nContent-Type: application/http\r\n\r\nHTTP/1.1 200 OK\r\n\r\n{}\r\n",  # no Content-ID
        "--b\r\nContent-ID: <response-other-1>\r\n\r\nHTTP/1.1 200 OK\r\n\r\n{}\r\n",
        "--b\r\n\r\n",
        "",  # the part is missing
    ],
    ids=["empty", "half a line", "html", "a word", "no status", "letters", "blank", "unnamed", "other", "bare", "none"],
)
def test_a_part_that_is_spoiled_or_missing_costs_none_of_the_others(spoiled: str) -> None:
    assert set(found(part(0, GOOD), spoiled, part(2, GOOD))) == {0, 2}


def test_an_answer_that_is_cut_has_the_parts_before_the_cut() -> None:
    whole = part(0, GOOD) + part(1, GOOD)

    answers = found(whole[: len(part(0, GOOD)) + 40], end="")

    assert set(answers) == {0}


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("application/json", b'{"error": {}}'),
        ("text/html", b"<html>"),
        ("", b""),
        ("multipart/mixed", b"--b\r\n"),  # no boundary
        (KIND, b""),
        (KIND, b"\xff\xfe\x00"),
        ("multipart/mixed; boundary=\xfc", b"--\xc3\xbc"),
    ],
    ids=["json", "html", "nothing", "no boundary", "no parts", "rubbish", "no ascii"],
)
def test_what_is_no_answer_to_a_batch_has_no_parts(kind: str, content: bytes) -> None:
    assert read(kind, content) == {}
