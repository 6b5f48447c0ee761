"""Microsoft's refusals in our words: Graph's by status and code, Entra's by OAuth's words. Messages never leave."""

import json
from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any

from ce_calendar.adapters.microsoft.scopes import CALENDARS, missing_of
from ce_calendar.adapters.retry_after import retry_moment
from ce_calendar.domain.errors import (
    AccessTokenRejected,
    NeedsReauth,
    ProviderError,
    ProviderForbids,
    ProviderUnavailable,
    RateLimited,
)

NO_MAILBOX = frozenset({"mailboxnotenabledforrestapi", "mailboxnotsupportedforrestapi", "errornonexistentmailbox"})
"""The account has no mailbox that Graph can reach, such as one without a licence or on the company's own server."""

_PERSON = frozenset({"invalid_grant", "interaction_required", "login_required", "consent_required"})
"""The grant has ended, or a policy wants to see the person."""
_OPERATOR = frozenset({"invalid_client", "unauthorized_client", "invalid_scope", "unsupported_grant_type"})
"""The client itself is set up wrongly, here or at Entra."""
_OPERATOR_CODES = {
    50011: "redirect_uri_mismatch",
    50194: "single_tenant_client",  # made for one organization, and asked for at `common`
    65005: "invalid_scope",
    700016: "unauthorized_client",  # unknown in this directory
    7000112: "unauthorized_client",  # switched off
    7000215: "invalid_client",  # wrong secret
    7000218: "invalid_client",  # no secret
    7000222: "invalid_client",  # secret out of date
    9002325: "invalid_client",  # PKCE not accepted: registered as another kind of application
}
"""AADSTS codes that people must act on at the application's registration, whichever OAuth word they come with."""
_CONSENT_CODES = frozenset({65001, 65004})


def from_token_answer(answer: Mapping[str, Any], status: int) -> ProviderError:
    """What a refusal of Entra's token endpoint means; 429 and 5xx were told before by status alone.

    Args:
        answer: as MSAL hands it on.
        status: HTTP status of the last answer.
    """
    word = answer.get("error")
    codes = answer.get("error_codes")
    known = [code for code in codes if isinstance(code, int)] if isinstance(codes, list) else []
    for code in known:
        if code in _OPERATOR_CODES:
            return ProviderForbids(_OPERATOR_CODES[code])
    if isinstance(word, str) and word in _OPERATOR:
        return ProviderForbids(word)
    if isinstance(word, str) and word in _PERSON:
        # Entra says invalid_grant for a missing consent, too; its own code tells the two apart.
        return NeedsReauth("consent_required" if _CONSENT_CODES.intersection(known) else word)
    return ProviderUnavailable(f"http_{status}")


def from_status(
    status: int, content: bytes, *, retry_after: str | None, now: datetime, scopes: frozenset[str]
) -> ProviderError:
    """What any refusal of Graph means, as far as it does not depend on the call.

    Args:
        status: HTTP status, 300 and above.
        content: the answer's body, read for its code alone.
        retry_after: the header of that name.
        now: UTC.
        scopes: granted; whether a 403 is for want of one, Graph does not say.
    """
    code = code_in(content)
    if status == HTTPStatus.UNAUTHORIZED:
        return AccessTokenRejected("access_token_rejected")
    if status == HTTPStatus.TOO_MANY_REQUESTS or (status == HTTPStatus.SERVICE_UNAVAILABLE and retry_after):
        # 503 with a Retry-After is how Exchange says that a mailbox is asked too much at once.
        return RateLimited(retry_at=retry_moment(retry_after, now))
    if code in NO_MAILBOX:
        return ProviderForbids("no_mailbox")
    if status == HTTPStatus.FORBIDDEN:
        return NeedsReauth("scope") if missing_of([CALENDARS], scopes) else ProviderForbids("forbidden")
    return ProviderUnavailable(f"http_{status}")


def code_in(content: bytes) -> str:
    """The code of an error body, in small letters, for Graph writes them this way and that; empty if unreadable."""
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        return ""
    error = body.get("error") if isinstance(body, dict) else None
    code = error.get("code") if isinstance(error, dict) else None
    return code.lower() if isinstance(code, str) else ""
