"""What Google's answers to calls mean."""

import json
from datetime import timedelta

import pytest

from ce_calendar.adapters.google.batch import Answer
from ce_calendar.adapters.google.outcomes import creation_refused, outcome_of
from ce_calendar.domain.employees.event import TaskEvent
from ce_calendar.domain.errors import (
    AccessTokenRejected,
    CreationLimited,
    Missing,
    NeedsReauth,
    ProviderError,
    ProviderForbids,
    ProviderUnavailable,
    RateLimited,
    Rejected,
    Taken,
)
from ce_calendar.ports.hosting import (
    AddShare,
    CalendarFacts,
    Call,
    DeleteCalendar,
    DeleteEvent,
    Done,
    FindShare,
    InsertEvent,
    RemoveShare,
    UpdateCalendar,
    UpdateEvent,
)
from tests.conftest import NOON

EVENT = TaskEvent("t", "", "", "UTC", "", ())
CALENDAR = "c@group.calendar.google.com"
PATCH = UpdateCalendar(CALENDAR, CalendarFacts("n", "UTC", "d"))
DROP = DeleteCalendar(CALENDAR)
SHARE, FIND, UNSHARE = (kind(CALENDAR, "bob@x.example") for kind in (AddShare, FindShare, RemoveShare))
INSERT, UPDATE = (kind(CALENDAR, "aaaaa1", EVENT) for kind in (InsertEvent, UpdateEvent))
DELETE = DeleteEvent(CALENDAR, "aaaaa1")
ALL: list[Call] = [PATCH, DROP, SHARE, FIND, UNSHARE, INSERT, UPDATE, DELETE]
NAMES = [type(call).__name__ for call in ALL]


def refusal(status: int, reason: str = "", message: str = "", retry_after: str | None = None) -> Answer:
    body = {"error": {"errors": [{"reason": reason, "message": message}], "code": status, "message": message}}
    return Answer(status, json.dumps(body).encode(), retry_after)


def said(call: Call, answer: Answer | None) -> tuple[type, str]:
    outcome = outcome_of(call, answer, now=NOON)
    return type(outcome), outcome.code if isinstance(outcome, ProviderError) else outcome.etag


@pytest.mark.parametrize("call", ALL, ids=NAMES)
@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (None, (ProviderUnavailable, "no_answer")),
        (refusal(401, "authError"), (AccessTokenRejected, "access_token_rejected")),
        (refusal(400, "invalid"), (Rejected, "invalid")),
        (refusal(400, "two words"), (Rejected, "http_400")),  # not a word of Google's
        (refusal(400, "x" * 500), (Rejected, "x" * 60)),
        (Answer(400, b"<html>"), (Rejected, "http_400")),
        (refusal(413, "uploadTooLarge"), (Rejected, "uploadTooLarge")),
        (refusal(403, "rateLimitExceeded"), (RateLimited, "rate_limited")),
        (refusal(403, "quotaExceeded"), (RateLimited, "quota_exceeded")),  # for any call but making a calendar
        (refusal(403, "dailyLimitExceeded"), (RateLimited, "daily_limit_exceeded")),
        (refusal(403, "insufficientPermissions"), (NeedsReauth, "scope")),
        (refusal(403, "accessNotConfigured"), (ProviderForbids, "api_not_enabled")),
        (refusal(403, "requiredAccessLevel"), (ProviderForbids, "forbidden")),
        (refusal(403, "forbidden"), (ProviderForbids, "forbidden")),
        (refusal(429), (RateLimited, "rate_limited")),
        (refusal(412, "conditionNotMet"), (ProviderUnavailable, "http_412")),
        (refusal(302), (ProviderUnavailable, "http_302")),
        (refusal(500, "backendError"), (ProviderUnavailable, "http_500")),
        (Answer(503, b""), (ProviderUnavailable, "http_503")),
    ],
    ids=lambda value: f"{value.status}" if isinstance(value, Answer) else "",
)
def test_a_refusal_means_the_same_for_every_call(call: Call, answer: Answer | None, expected: tuple[type, str]) -> None:
    assert said(call, answer) == expected


@pytest.mark.parametrize("status", [404, 410])
def test_what_is_not_there_is_missing_unless_it_was_to_go(status: int) -> None:
    gone = [type(outcome_of(call, refusal(status, "notFound"), now=NOON)) for call in ALL]

    assert gone == [Missing, Done, Missing, Missing, Done, Missing, Missing, Done]


def test_only_an_insert_can_meet_an_id_that_is_taken() -> None:
    met = [type(outcome_of(call, refusal(409, "duplicate"), now=NOON)) for call in ALL]

    assert met == [*[ProviderUnavailable] * 5, Taken, *[ProviderUnavailable] * 2]


@pytest.mark.parametrize("reason", ["cannotChangeOwnAcl", "cannotModifyAclOfCalendarOwner"])
def test_the_owners_own_rule_cannot_be_changed_and_need_not_be(reason: str) -> None:
    assert said(SHARE, refusal(403, reason)) == said(UNSHARE, refusal(403, reason)) == (Done, "")
    assert said(DROP, refusal(403, reason)) == (ProviderForbids, "forbidden")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"role": "reader"}', Done),
        (b'{"role": "owner"}', Done),
        (b'{"role": "freeBusyReader"}', Missing),
        (b'{"role": "none"}', Missing),  # as Google may tell of a rule that was taken away
        (b'{"role": 7}', Missing),
        (b"{}", Missing),
        (b"[]", ProviderUnavailable),
        (b"", ProviderUnavailable),
    ],
)
def test_a_share_is_found_if_it_lets_somebody_read(body: bytes, expected: type) -> None:
    assert type(outcome_of(FIND, Answer(200, body), now=NOON)) is expected


@pytest.mark.parametrize("call", [INSERT, UPDATE], ids=["insert", "update"])
@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"etag": "\\"1\\""}', (Done, '"1"')),
        (b'{"etag": 1}', (Done, "")),
        (b"{}", (Done, "")),
        (b'{"etag": "' + b"e" * 400 + b'"}', (Done, "e" * 200)),
        (b'{"etag', (ProviderUnavailable, "unreadable_answer")),  # it was cut: what it says of itself may be wrong
        (b"[" * 100_000, (ProviderUnavailable, "unreadable_answer")),
        (b"\xff", (ProviderUnavailable, "unreadable_answer")),
    ],
    ids=["etag", "number", "none", "long", "cut", "deep", "rubbish"],
)
def test_an_etag_is_kept_as_far_as_it_can_be(call: Call, body: bytes, expected: tuple[type, str]) -> None:
    assert said(call, Answer(200, body)) == expected


@pytest.mark.parametrize("call", [PATCH, DROP, SHARE, UNSHARE, DELETE], ids=lambda call: type(call).__name__)
def test_of_other_calls_the_status_is_enough(call: Call) -> None:
    assert said(call, Answer(200, b"whatever")) == said(call, Answer(204, b"")) == (Done, "")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (refusal(403, "quotaExceeded", "Calendar usage limits exceeded."), CreationLimited),
        (refusal(403, "quotaExceeded"), CreationLimited),
        (refusal(403, "rateLimitExceeded", "Calendar usage limits exceeded."), CreationLimited),
        (refusal(403, "", "Calendar Usage Limits Exceeded"), CreationLimited),
        (refusal(429, "quotaExceeded"), CreationLimited),
        (refusal(403, "rateLimitExceeded", "Rate Limit Exceeded"), RateLimited),
        (refusal(403, "userRateLimitExceeded", "User Rate Limit Exceeded"), RateLimited),
        (refusal(403, "dailyLimitExceeded"), RateLimited),
        (refusal(429), RateLimited),
        (refusal(403, "accessNotConfigured"), ProviderForbids),
        (refusal(403, "insufficientPermissions"), NeedsReauth),
        (refusal(400, "invalid"), Rejected),
        (refusal(401), AccessTokenRejected),
        (refusal(500, "quotaExceeded"), ProviderUnavailable),  # a 5xx says nothing about limits
    ],
)
def test_the_limit_of_new_calendars_is_told_from_other_limits(answer: Answer, expected: type) -> None:
    refused = creation_refused(answer.status, answer.content, retry_after="90", now=NOON)

    assert type(refused) is expected
    if isinstance(refused, CreationLimited | RateLimited):
        assert refused.retry_at == NOON + timedelta(seconds=90)
