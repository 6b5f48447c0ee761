"""Notices: from what the server keeps, and from the words in the address, to what the reader is told."""

from collections.abc import Iterable, Sequence

from ce_calendar.domain.meetings.runs import RunOutcome
from ce_calendar.domain.notices import NoticeKind
from ce_calendar.services.notices import NoticeView
from ce_calendar.web.connections.rows import Told
from ce_calendar.web.connections.words import (
    ACCOUNT_PAGES,
    ADDRESS_NOTICES,
    BY_HAND,
    CALENDARS,
    ENDINGS,
    ON_THE_WAY,
    company_of,
)
from ce_calendar.web.counting import count_words


def from_address(problem: str, provider: str) -> Told:
    """What to say by the words in the address; unknown ones say nothing, so that no address can put words here."""
    if problem not in ADDRESS_NOTICES:
        return Told()
    company = company_of(provider)
    title, text = (words.format(company=company) for words in ADDRESS_NOTICES[problem])
    return Told(tone="bad", title=title, text=text, is_done=True)


def to_told(views: Iterable[NoticeView]) -> list[Told]:
    """All notices, oldest first."""
    return [_TOLD[view.notice.kind](view) for view in views]


def _connected(view: NoticeView) -> Told:
    """An account was linked: what its first sync brought, once it is done."""
    notice, run = view.notice, view.run
    account = str(notice.facts.get("account", ""))
    title = f"{account} is signed in again" if notice.facts.get("again") else f"{account} is connected"
    if run is None or run.outcome is RunOutcome.RUNNING:
        return Told(notice.id, "wait", title, "Its calendars are being read. What came of it appears here.")
    if run.outcome is RunOutcome.FAILED:
        return Told(
            notice.id,
            "bad",
            title,
            "The first attempt to read it did not get through; its card says why.",
            is_done=True,
        )
    report = run.report
    events = count_words(report.created + report.updated + report.unchanged, "event", "events")
    if view.coming == 0:
        text = f"{events} read. None of the meetings ahead is with one of the organization's contacts yet."
        return Told(notice.id, "good", title, text, page="contacts", is_done=True)
    meetings = count_words(view.coming, "coming meeting", "coming meetings")
    verb = "is" if view.coming == 1 else "are"
    text = f"{events} read. {meetings} with the organization's contacts {verb} on the timeline."
    return Told(notice.id, "good", title, text, page="timeline", is_done=True)


def _other_account(view: NoticeView) -> Told:
    facts = view.notice.facts
    provider = str(facts.get("provider", ""))
    return Told(
        view.notice.id,
        "bad",
        "That was another account",
        f"You signed in as {facts.get('chosen', '')}; this connection is {facts.get('account', '')}. Nothing was "
        f"changed. Sign in again with {facts.get('account', '')}, or add the other account with Connect "
        f"{CALENDARS.get(provider, 'another account')}.",
        is_done=True,
    )


def _ending(view: NoticeView) -> Told:
    """A connection that ends: on the way, or what became of our access."""
    notice = view.notice
    facts = notice.facts
    provider, result = str(facts.get("provider", "")), str(facts.get("result", ""))
    title, text = (
        words.format(account=facts.get("account", ""), company=company_of(provider))
        for words in ENDINGS.get(result, ENDINGS["revoked"])
    )
    if facts.get("owner"):
        title = f"{title} ({facts['owner']})"
    if facts.get("by"):
        text = f"{facts['by']} asked for it. {text}"
    is_own = not facts.get("owner")
    return Told(
        notice.id,
        "wait" if result in ON_THE_WAY else "good",
        title,
        text,
        outside=ACCOUNT_PAGES.get(provider, "") if result in BY_HAND and is_own else "",
        is_done=result not in ON_THE_WAY,
    )


_TOLD = {
    NoticeKind.CONNECTED: _connected,
    NoticeKind.OTHER_ACCOUNT: _other_account,
    NoticeKind.ENDING: _ending,
}


def told_once(views: Sequence[NoticeView], told: Iterable[Told]) -> list[str]:
    """Ids of what need not be told again when the page is opened anew: what came of a consent, once it is known."""
    of_consent = {view.notice.id for view in views if view.notice.kind is not NoticeKind.ENDING}
    return [each.id for each in told if each.is_done and each.id in of_consent]
