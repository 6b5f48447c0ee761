"""Whether a form was sent from a page of ours."""

import pytest
from fastapi import Request

from ce_calendar.http.origin import is_foreign


def sent_from(origin: str) -> Request:
    return Request({"type": "http", "headers": [(b"origin", origin.encode())]})


@pytest.mark.parametrize(
    ("public_url", "origin"),
    [
        ("https://calendar.example", "https://calendar.example"),
        ("https://calendar.example:443", "https://calendar.example"),
        ("http://calendar.example:80", "http://calendar.example"),
        ("http://Calendar.example:3000/", "http://calendar.example:3000"),
    ],
)
def test_a_browser_leaves_out_the_port_that_goes_without_saying(public_url: str, origin: str) -> None:
    assert not is_foreign(sent_from(origin), public_url)


@pytest.mark.parametrize("origin", ["https://calendar.example:444", "http://calendar.example", "null", ""])
def test_another_port_or_scheme_is_another_page(origin: str) -> None:
    assert is_foreign(sent_from(origin), "https://calendar.example:443")
