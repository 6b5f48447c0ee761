"""What Google's answer to a call means for whoever made it. Pure."""

import re
from datetime import datetime
from http import HTTPStatus

from ce_calendar.adapters.foreign import text_in
from ce_calendar.adapters.google.batch import Answer
from ce_calendar.adapters.google.client import object_in
from ce_calendar.adapters.google.convert import LONGEST_ETAG
from ce_calendar.adapters.google.errors import from_status, reasons_in
from ce_calendar.adapters.retry_after import retry_moment
from ce_calendar.domain.errors import (
    CreationLimited,
    Missing,
    ProviderError,
    ProviderUnavailable,
    Rejected,
    Taken,
)
from ce_calendar.ports.hosting import (
    AddShare,
    Call,
    DeleteCalendar,
    DeleteEvent,
    Done,
    FindShare,
    InsertEvent,
    Outcome,
    RemoveShare,
    UpdateEvent,
)

READING_ROLES = frozenset({"reader", "writerWithoutPrivateAccess", "writer", "owner"})
LONGEST_REASON = 60

_UNTAKABLE = frozenset(
    {
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.REQUEST_URI_TOO_LONG,
        HTTPStatus.UNPROCESSABLE_ENTITY,
    }
)
_OWN_RULE = frozenset({"cannotChangeOwnAcl", "cannotModifyAclOfCalendarOwner"})
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


def outcome_of(call: Call, answer: Answer | None, *, now: datetime) -> Outcome:
    """What became of one call.

    Args:
        call: what was asked for.
        answer: None if there was none.
        now: UTC.
    """
    if answer is None:
        return ProviderUnavailable("no_answer")
    if answer.status >= HTTPStatus.MULTIPLE_CHOICES:
        return _refused(call, answer, now)
    try:
        return _granted(call, answer)
    except ProviderUnavailable as unreadable:
        return unreadable


def _granted(call: Call, answer: Answer) -> Outcome:
    match call:
        case FindShare():
            # A rule that was taken away may still be told of, without a role that is worth anything.
            may_read = text_in(object_in(answer.content), "role") in READING_ROLES
            return Done() if may_read else Missing("missing")
        case InsertEvent() | UpdateEvent():
            return Done(etag=text_in(object_in(answer.content), "etag")[:LONGEST_ETAG])
        case _:
            return Done()


def _refused(call: Call, answer: Answer, now: datetime) -> Outcome:
    status = answer.status
    if status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
        is_wanted = isinstance(call, DeleteCalendar | DeleteEvent | RemoveShare)
        return Done() if is_wanted else Missing("missing")
    if status == HTTPStatus.CONFLICT and isinstance(call, InsertEvent):
        return Taken("taken")
    if status in _UNTAKABLE:
        return Rejected(_word(answer))
    if isinstance(call, AddShare | RemoveShare) and reasons_in(answer.content) & _OWN_RULE:
        # The central account's own address: it may read whatever is said, and no rule about it can be changed.
        return Done()
    return from_status(status, answer.content, retry_after=answer.retry_after, now=now)


def creation_refused(status: int, content: bytes, *, retry_after: str | None, now: datetime) -> ProviderError:
    """What a refusal to make a calendar means.

    Google tells its limit of new calendars by the reason of a quota, and means neither requests nor days by it.
    """
    is_quota = status in {HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS}
    if is_quota and ("quotaExceeded" in reasons_in(content) or b"usage limits exceeded" in content.lower()):
        return CreationLimited(retry_at=retry_moment(retry_after, now))
    if status in _UNTAKABLE:
        return Rejected(_word(Answer(status, content)))
    return from_status(status, content, retry_after=retry_after, now=now)


def _word(answer: Answer) -> str:
    """Google's reason, if it gives one that is a word."""
    words = sorted(reason for reason in reasons_in(answer.content) if _WORD.fullmatch(reason))
    return words[0][:LONGEST_REASON] if words else f"http_{answer.status}"
