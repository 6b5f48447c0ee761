import pytest

from ce_calendar.adapters.whole import whole_refusal
from ce_calendar.domain.errors import (
    AccessTokenRejected,
    Missing,
    NeedsReauth,
    ProviderError,
    ProviderForbids,
    ProviderUnavailable,
    RateLimited,
)
from ce_calendar.ports.hosting import Done


@pytest.mark.parametrize(
    ("outcomes", "is_whole"),
    [
        ([AccessTokenRejected()], True),
        ([AccessTokenRejected()] * 3, True),
        ([RateLimited()] * 2, True),
        ([NeedsReauth("scope")] * 2, True),
        ([ProviderForbids("api_not_enabled")] * 2, True),
        ([ProviderForbids("forbidden")] * 2, False),  # about the calendars, not the account
        ([ProviderUnavailable()] * 2, False),  # each may have been carried out
        ([Missing()] * 2, False),
        ([AccessTokenRejected(), Done()], False),  # it expired in between: the second was carried out
        ([Done(), AccessTokenRejected()], False),
        ([RateLimited(), AccessTokenRejected()], False),
        ([], False),
    ],
)
def test_a_request_was_refused_as_a_whole_if_all_was_refused_for_the_accounts_sake(
    *, outcomes: list[Done | ProviderError], is_whole: bool
) -> None:
    assert whole_refusal(outcomes) is (outcomes[0] if is_whole else None)
