"""When the calls of one request were all refused because of who asked, rather than for what they asked."""

from collections.abc import Sequence

from ce_calendar.domain.errors import AccessTokenRejected, NeedsReauth, ProviderError, ProviderForbids, RateLimited
from ce_calendar.ports.hosting import Outcome


def whole_refusal(outcomes: Sequence[Outcome]) -> ProviderError | None:
    """What to say of the request as a whole, if each of its calls was refused for the same reason of the account's."""
    first = outcomes[0] if outcomes else None
    if not isinstance(first, ProviderError) or not _is_of_account(first):
        return None
    is_same = all(isinstance(each, type(first)) and each.code == first.code for each in outcomes)
    return first if is_same else None


def _is_of_account(error: ProviderError) -> bool:
    is_disabled = isinstance(error, ProviderForbids) and error.code == "api_not_enabled"
    return is_disabled or isinstance(error, AccessTokenRejected | NeedsReauth | RateLimited)
