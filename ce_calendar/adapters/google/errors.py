"""Google's refusals in our words. Reasons are words Google publishes; its messages never leave."""

import json
from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any, Protocol

from ce_calendar.adapters.retry_after import retry_moment
from ce_calendar.domain.errors import (
    AccessTokenRejected,
    NeedsReauth,
    ProviderError,
    ProviderForbids,
    ProviderUnavailable,
    RateLimited,
)

WAIT_REASONS = {
    "rateLimitExceeded": "rate_limited",
    "userRateLimitExceeded": "rate_limited",
    "quotaExceeded": "quota_exceeded",
    "dailyLimitExceeded": "daily_limit_exceeded",
}
FORBIDDING_REASONS = {"accessNotConfigured": "api_not_enabled", "forbidden": "forbidden"}


class Translate(Protocol):
    """What a refusal means to whoever made the call."""

    def __call__(self, status: int, content: bytes, *, retry_after: str | None, now: datetime) -> ProviderError:
        """See `from_status`, which knows what depends on no call."""


def from_status(status: int, content: bytes, *, retry_after: str | None, now: datetime) -> ProviderError:
    """What any refusal of the API means, as far as it does not depend on the call.

    Args:
        status: HTTP status, 300 and above.
        content: the answer's body, read for its reason words alone.
        retry_after: the header of that name.
        now: UTC.
    """
    if status == HTTPStatus.UNAUTHORIZED:
        return AccessTokenRejected("access_token_rejected")
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return RateLimited(retry_at=retry_moment(retry_after, now))
    if status == HTTPStatus.FORBIDDEN:
        return _forbidden(reasons_in(content), retry_after, now)
    return ProviderUnavailable(f"http_{status}")


def _forbidden(reasons: frozenset[str], retry_after: str | None, now: datetime) -> ProviderError:
    """A 403 says wait, sign in again, or call somebody: its reason tells which."""
    for reason in sorted(reasons & WAIT_REASONS.keys()):
        return RateLimited(WAIT_REASONS[reason], retry_at=retry_moment(retry_after, now))
    if reasons & {"insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"}:
        return NeedsReauth("scope")
    for reason in sorted(reasons & FORBIDDING_REASONS.keys()):
        return ProviderForbids(FORBIDDING_REASONS[reason])
    return ProviderForbids("forbidden")


def reasons_in(content: bytes) -> frozenset[str]:
    """The reason words of an error body; empty for anything unreadable."""
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        return frozenset()
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        return frozenset()
    listed = [*_dicts(error.get("errors")), *_dicts(error.get("details"))]
    return frozenset(reason for entry in listed if isinstance(reason := entry.get("reason"), str))


def _dicts(value: object) -> list[Mapping[str, Any]]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []
