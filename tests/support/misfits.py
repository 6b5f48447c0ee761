"""Holds every test against Google's discovery document: what does not fit it fails the test."""

import pytest
import requests


def assert_no_misfits(google: str, request: pytest.FixtureRequest) -> None:
    """Fail if a request or an answer of the sandbox at this address did not fit, unless the test sends such things."""
    if request.node.get_closest_marker("misfits_allowed"):
        return
    with requests.Session() as http:
        http.trust_env = False
        misfits = http.get(f"{google}/_sandbox/misfits", timeout=10).json()["misfits"]
    assert misfits == [], "not as Google's discovery document has it; mark the test misfits_allowed if it is on purpose"
