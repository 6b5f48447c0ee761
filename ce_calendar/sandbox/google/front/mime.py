"""The form of batches: multipart/mixed, each part a request or an answer of HTTP written out."""

import re
import secrets
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesHeaderParser, BytesParser
from http import HTTPStatus
from urllib.parse import unquote_to_bytes, urlsplit

from starlette.responses import Response

from ce_calendar.sandbox.google.errors import FrontDoorError, GoogleError

_REQUEST_LINE = re.compile(rb"([A-Z]{1,20}) ([!-~]+)(?: HTTP/[0-9](?:\.[0-9])?)?")
_HEADERS_END = re.compile(rb"\r?\n\r?\n")

Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class InnerCall:
    """One request of a batch."""

    method: str
    raw_path: bytes
    query: bytes
    host: str
    """Empty if the part's address is relative."""
    headers: Headers
    """Names in lower case."""
    body: bytes

    @property
    def path(self) -> str:
        """The path without escapes."""
        return unquote_to_bytes(self.raw_path).decode(errors="replace")


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a batch, read as far as it can be read."""

    content_id: str | None
    call: InnerCall | None
    """None if it is no request."""


def unreadable(why: str) -> GoogleError:
    """Return the refusal of a whole batch."""
    message = f"Failed to parse batch request, error: {why}"
    return FrontDoorError(GoogleError(400, "badRequest", message), "INVALID_ARGUMENT", message)


def read_parts(content_type: str, raw: bytes) -> list[Part]:
    """Return the parts of a batch.

    Args:
        content_type: the header of the whole.
        raw: the body of the whole.

    Raises:
        GoogleError: 400 for what is no multipart/mixed with a boundary, parts and an end.
    """
    if content_type.partition(";")[0].strip().lower() != "multipart/mixed":
        raise unreadable("The Content-Type must be multipart/mixed, with a boundary.")
    head = b"Content-Type: " + content_type.encode("latin-1") + b"\r\n\r\n"
    try:
        whole = BytesParser().parsebytes(head + raw)
    except RecursionError as nested:
        raise unreadable("The parts are nested too deeply.") from nested
    parts = whole.get_payload()
    # The boundary is missing, never comes, or the last one does not.
    if not isinstance(parts, list) or whole.defects:
        raise unreadable("The parts do not begin and end with the boundary.")
    return [_part(part) for part in parts if isinstance(part, Message)]


def _part(part: Message) -> Part:
    if part.get_content_type() != "application/http":
        raise unreadable("Each part must be application/http.")
    content_id = part.get("Content-ID")
    payload = part.get_payload(decode=True)
    call = _call(payload) if isinstance(payload, bytes) else None
    # Long headers arrive folded.
    return Part(None if content_id is None else re.sub(r"\s+", " ", str(content_id)), call)


def _call(raw: bytes) -> InnerCall | None:
    line, _, rest = raw.lstrip(b"\r\n").partition(b"\n")
    request = _REQUEST_LINE.fullmatch(line.rstrip(b"\r"))
    if request is None:
        return None
    # An empty line first: no headers at all.
    split = _HEADERS_END.split(b"\n" + rest, maxsplit=1)
    headers = BytesHeaderParser().parsebytes(split[0].lstrip(b"\r\n"))
    body = split[1] if len(split) > 1 else b""
    try:
        address = urlsplit(request[2].decode("ascii"))
    except ValueError:
        return None
    path = address.path if address.path.startswith("/") else "/" + address.path
    pairs = [(name.lower().encode(), _value(value)) for name, value in headers.items()]
    return InnerCall(
        method=request[1].decode(),
        raw_path=path.encode(),
        query=address.query.encode(),
        host=(address.hostname or "") if address.netloc else "",
        headers=pairs,
        body=body.rstrip(b"\r\n") if body.strip() == b"" else body,
    )


def _value(value: object) -> bytes:
    # Bytes that are not ASCII come out of the parser as surrogates, or as a Header around them.
    return re.sub(r"[\r\n]+\s*", " ", str(value)).encode("utf-8", "replace")


def written(answers: list[tuple[str | None, Response]]) -> tuple[str, bytes]:
    """Return the content type and the body of the answer to a batch."""
    boundary = "batch_" + secrets.token_urlsafe(24)
    lines: list[bytes] = []
    for content_id, response in answers:
        lines += [b"--" + boundary.encode(), b"Content-Type: application/http"]
        if content_id is not None:
            lines.append(b"Content-ID: " + _answered(content_id).encode("utf-8", "replace"))
        lines += [b"", *_written(response)]
    lines += [b"--" + boundary.encode() + b"--", b""]
    return f"multipart/mixed; boundary={boundary}", b"\r\n".join(lines)


def _written(response: Response) -> list[bytes]:
    status = response.status_code
    words = HTTPStatus(status).phrase if status in set(HTTPStatus) else "Unknown"
    headers = {name.title(): value for name, value in response.raw_headers}
    headers.setdefault(b"Content-Length", str(len(response.body)).encode())
    return [
        f"HTTP/1.1 {status} {words}".encode(),
        *(name + b": " + value for name, value in headers.items()),
        b"",
        bytes(response.body),
    ]


def _answered(content_id: str) -> str:
    return f"<response-{content_id[1:]}" if content_id.startswith("<") else f"response-{content_id}"
