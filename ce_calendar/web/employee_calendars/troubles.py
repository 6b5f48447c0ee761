"""What is the matter with the account, and what came of a consent, with the cure."""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

from ce_calendar.domain.employees.calendars import AccountStatus, CentralAccount
from ce_calendar.web.counting import count_words
from ce_calendar.web.employee_calendars.reader import Reader
from ce_calendar.web.employee_calendars.rows import Trouble
from ce_calendar.web.employee_calendars.words import (
    ADDRESS_NOTICES,
    LIMIT_CODES,
    LIMITED,
    OTHERWISE,
    PUBLISH,
    SIGNED_OUT_CODES,
    TESTING,
    TESTING_OVER,
    TESTING_OVER_TEXT,
    TESTING_PERHAPS,
    TESTING_TEXT,
    TROUBLES,
)

TESTING_LIFE = timedelta(days=7)
"""How long Google lets a sign-in to an app in Testing last (PROVIDERS §1)."""
AROUND = timedelta(hours=12)


def from_address(problem: str) -> Trouble:
    """What to say by the word in the address; unknown ones say nothing, so that no address can put words here."""
    if problem not in ADDRESS_NOTICES:
        return Trouble()
    title, text = ADDRESS_NOTICES[problem]
    return Trouble(kind=problem, tone="bad", title=title, text=text)


def to_trouble(account: CentralAccount | None, reader: Reader) -> Trouble:
    """What keeps the account from being written to, or soon will; nothing if all is well."""
    if account is None:
        return Trouble()
    code = account.last_error
    if account.status is AccountStatus.NEEDS_REAUTH or code in SIGNED_OUT_CODES:
        return _signed_out(account, reader)
    if code:
        title, text, cure = _of_code(code)
        is_limit = code in LIMIT_CODES
        return Trouble(code, "wait" if is_limit else "bad", title, text, list(cure), may_check=not is_limit)
    if account.refresh_expires_at is not None:
        return _testing(account.refresh_expires_at, reader)
    return Trouble()


def _of_code(code: str) -> tuple[str, str, Sequence[str]]:
    if code in LIMIT_CODES:
        return (*LIMITED, ())
    return TROUBLES.get(code, (*OTHERWISE, ()))


def _testing(ends_at: datetime, reader: Reader) -> Trouble:
    """Google told that the sign-in will end, which it does while the app is in Testing alone."""
    text = TESTING_TEXT.format(soon=reader.soon(ends_at), moment=reader.exact(ends_at))
    return Trouble("testing", "wait", f"{TESTING}: {days_left(ends_at, reader.now)}", text, list(PUBLISH))


def days_left(ends_at: datetime, now: datetime) -> str:
    """The countdown."""
    left = ends_at - now
    if left <= timedelta():
        return "it ends any moment"
    if left < timedelta(days=1):
        return f"{count_words(max(1, math.floor(left / timedelta(hours=1))), 'hour', 'hours')} left"
    return f"{count_words(math.ceil(left / timedelta(days=1)), 'day', 'days')} of 7 left"


def _signed_out(account: CentralAccount, reader: Reader) -> Trouble:
    """Somebody has to sign in again; if Testing is the reason, that is what to cure first."""
    code = account.last_error if account.last_error in TROUBLES else "invalid_grant"
    if code == "invalid_grant":
        # Google tells an end while the app is in Testing alone.
        if account.refresh_expires_at is not None:
            return Trouble("testing_over", "bad", TESTING_OVER, TESTING_OVER_TEXT, list(PUBLISH))
        if _died_after_a_week(account, reader.now):
            return Trouble("testing_over", "bad", TESTING_PERHAPS, TESTING_OVER_TEXT, list(PUBLISH))
    title, text, cure = TROUBLES[code]
    return Trouble("signed_out", "bad", title, text, list(cure))


def _died_after_a_week(account: CentralAccount, now: datetime) -> bool:
    """Whether the sign-in may have ended about 7 days after the consent: it was good until then, and is not since."""
    a_week = account.consented_at + TESTING_LIFE
    was_good = account.checked_at or account.consented_at
    return was_good <= a_week + AROUND and a_week - AROUND <= now <= a_week + TESTING_LIFE
