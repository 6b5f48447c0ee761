"""Many calls in one request of Google's: writing it, and reading its answer part by part. Pure.

Google's library could do both, but it sends calls again whose token was refused, and one part of an answer that is
missing or spoiled costs it all the others: for writes, what happened to each call must be known.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
_STATUS_LINE = re.compile(rb"\s*HTTP/[\d.]+ (\d{3})\b[^\n]*\n")
_NUMBER = re.compile(r"call-(\d{1,4})>?\s*\Z")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back for one call."""

    status: int
    content: bytes
    retry_after: str | None = None


def written(requests: Sequence[Any]) -> tuple[str, bytes]:
    """The content type and body of a batch.

    Args:
        requests: as Google's library builds them.
    """
    boundary = f"batch_{uuid4().hex}"
    lines: list[bytes] = []
    for number, request in enumerate(requests):
        lines += [
            f"--{boundary}".encode(),
            b"Content-Type: application/http",
            f"Content-ID: <call-{number}>".encode(),
            b"",
            *_written(request),
        ]
    lines += [f"--{boundary}--".encode(), b""]
    return f"multipart/mixed; boundary={boundary}", b"\r\n".join(lines)


def _written(request: Any) -> list[bytes]:  # noqa: ANN401 - the library's requests have no type
    address = urlsplit(request.uri)
    target = f"{address.path}?{address.query}" if address.query else address.path
    head = [f"{request.method} {target} HTTP/1.1".encode("ascii"), b"Accept: application/json"]
    if not request.body:
        return [*head, b"", b""]
    body = request.body.encode()
    return [*head, b"Content-Type: application/json", f"Content-Length: {len(body)}".encode(), b"", body]


def read(content_type: str, content: bytes) -> Mapping[int, Answer]:
    """The answers in the answer to a batch, by the number of their call.

    What is missing or unreadable is left out: of that call nothing is known.
    """
    head = b"Content-Type: " + content_type.encode("ascii", "replace") + b"\r\n\r\n"
    whole = message_from_bytes(head + content)
    found: dict[int, Answer] = {}
    for part in whole.get_payload() if whole.is_multipart() else []:
        if not isinstance(part, Message):
            continue
        number, answer = _NUMBER.search(str(part["Content-ID"])), _answer(part)
        if number and answer:
            found[int(number[1])] = answer
    return found


def _answer(part: "Message[str, str]") -> Answer | None:
    raw = part.get_payload(decode=True)
    status = _STATUS_LINE.match(raw) if isinstance(raw, bytes) else None
    if status is None:
        return None
    rest = status.string[status.end() :]
    # With an empty line at once there are no headers.
    head, *body = _END_OF_HEAD.split(b"\n" + rest, maxsplit=1)
    retry_after = message_from_bytes(head.lstrip()).get("Retry-After")
    return Answer(int(status[1]), body[0] if body else b"", None if retry_after is None else str(retry_after))
