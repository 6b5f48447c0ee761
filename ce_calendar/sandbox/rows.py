"""The HTML of the little page: accounts, a form to add an event, and a month of events."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from ce_calendar.sandbox.markup import text

SHOWN = timedelta(days=31)
"""How long the list is."""
_MOST = 100
"""Events shown at once; the rest is reached by choosing a later day."""


@dataclass(frozen=True, slots=True)
class Row:
    """An event, made for the page."""

    event_id: str
    calendar_id: str
    calendar_name: str
    title: str
    all_day: bool
    starts: datetime
    """In the account's zone; for an all-day event its first midnight."""
    ends: datetime
    remarks: Sequence[str]
    guests: Sequence[str]
    may_write: bool


@dataclass(frozen=True, slots=True)
class Invitation:
    """A calendar that somebody shares, made for the page."""

    calendar_id: str
    name: str
    owner: str
    level: str
    """What it lets one do, in words that go on after "You may"."""


@dataclass(frozen=True, slots=True)
class PageContent:
    """What there is to show."""

    emails: Sequence[str]
    email: str
    """Whose calendars are shown."""
    zone_name: str
    now: datetime
    """In the account's zone."""
    calendars: Sequence[tuple[str, str]]
    """Id and name of those that events can be added to."""
    invitations: Sequence[Invitation]
    first: date
    """The day the list begins with."""
    rows: Sequence[Row]
    mail_remark: str
    """Whether adding an event sends mail."""


def calendar_page(content: PageContent, problem: str | None) -> str:
    """Return the body of the page, with the reason why the last form was refused, if it was."""
    alert = f'<p class="card" role="alert">{text(problem)}</p>' if problem else ""
    return alert + _accounts(content) + _invitations(content) + _add_form(content) + _list(content)


def _accounts(content: PageContent) -> str:
    links = ""
    for email in content.emails:
        current = ' aria-current="page"' if email == content.email else ""
        href = "/?" + urlencode({"account": email})
        links += f'<a href="{text(href)}" data-testid="sandbox-account"{current}>{text(email)}</a>'
    return f'<nav aria-label="Accounts">{links}</nav>'


def _invitations(content: PageContent) -> str:
    if not content.invitations:
        return ""
    items = "".join(
        f'<li class="card" data-testid="sandbox-invitation"><strong>{text(each.name)}</strong><br>'
        f"<small>Shared by {text(each.owner)}. You may {text(each.level)}.</small>"
        f'<form class="row" method="post" action="/calendars/accept">{_hidden(content)}'
        f'<input type="hidden" name="calendar" value="{text(each.calendar_id)}">'
        f'<button data-testid="sandbox-accept" aria-label="Accept {text(each.name)}">Accept</button></form></li>'
        for each in content.invitations
    )
    return f'<section><h2>Invitations</h2><ul class="plain">{items}</ul></section>'


def _add_form(content: PageContent) -> str:
    start = (content.now + timedelta(hours=1)).replace(minute=0)
    options = "".join(
        f'<option value="{text(calendar_id)}">{text(name)}</option>' for calendar_id, name in content.calendars
    )
    return (
        '<form method="post" action="/events/add"><fieldset><legend>Add an event</legend>'
        + _hidden(content)
        + '<div class="fields">'
        '<label>Title<input name="title" required data-testid="sandbox-title"></label>'
        f'<label>Calendar<select name="calendar" data-testid="sandbox-calendar">{options}</select></label>'
        '<label>Start<input type="datetime-local" name="start" required data-testid="sandbox-start"'
        f' value="{_minutes(start)}"></label>'
        '<label>End<input type="datetime-local" name="end" data-testid="sandbox-end"'
        f' value="{_minutes(start + timedelta(hours=1))}"></label>'
        '<label>Guests\' email addresses<input name="guests" inputmode="email" autocomplete="off"'
        ' data-testid="sandbox-guests"></label></div>'
        '<label class="choice"><input type="checkbox" name="all_day" data-testid="sandbox-all-day">'
        "<span>All day <small>(only the days of start and end count)</small></span></label>"
        '<label class="choice"><input type="checkbox" name="private" data-testid="sandbox-private">'
        "<span>Private</span></label>"
        f'<p class="soft">Times are in {text(content.zone_name)}. {text(content.mail_remark)}</p>'
        '<button class="main" data-testid="sandbox-add">Add event</button></fieldset></form>'
    )


def _list(content: PageContent) -> str:
    first, found = content.first, content.rows
    items = "".join(_event(content, row) for row in found[:_MOST])
    more = f'<p class="soft">{len(found) - _MOST} more: choose a later day.</p>' if len(found) > _MOST else ""
    last = first + SHOWN - timedelta(days=1)
    return (
        f"<h2>Events from {first:%d %b %Y} to {last:%d %b %Y}</h2>"
        '<form class="row" method="get" action="/">'
        f'<input type="hidden" name="account" value="{text(content.email)}">'
        f'<label>From <input type="date" name="from" value="{first}" data-testid="sandbox-from"></label>'
        '<button data-testid="sandbox-show">Show</button>'
        + _step(content, first - SHOWN, "Earlier")
        + _step(content, first + SHOWN, "Later")
        + f'</form><ul class="plain">{items or "<li><p>No events in these days.</p></li>"}</ul>{more}'
    )


def _event(content: PageContent, row: Row) -> str:
    about = " · ".join(text(remark) for remark in (row.calendar_name, *row.remarks))
    guests = ", ".join(text(guest) for guest in row.guests)
    return (
        f'<li class="card" data-testid="sandbox-event" data-event-id="{text(row.event_id)}">'
        f"<strong>{text(row.title)}</strong><br>{_when(row)}<br>"
        f"<small>{about}{f'<br>Guests: {guests}' if guests else ''}</small>"
        + (_actions(content, row) if row.may_write else "")
        + "</li>"
    )


def _actions(content: PageContent, row: Row) -> str:
    title = text(row.title)
    hidden = (
        _hidden(content)
        + f'<input type="hidden" name="calendar" value="{text(row.calendar_id)}">'
        + f'<input type="hidden" name="event" value="{text(row.event_id)}">'
    )
    kind, value = ("date", f"{row.starts:%Y-%m-%d}") if row.all_day else ("datetime-local", _minutes(row.starts))
    return (
        f'<div class="row"><form class="row" method="post" action="/events/move">{hidden}'
        f'<input type="{kind}" name="start" value="{value}" required aria-label="New start of {title}"'
        ' data-testid="sandbox-new-start">'
        f'<button data-testid="sandbox-move" aria-label="Move {title}">Move</button></form>'
        f'<form class="row" method="post" action="/events/delete">{hidden}'
        f'<button data-testid="sandbox-delete" aria-label="Delete {title}">Delete</button></form></div>'
    )


def _when(row: Row) -> str:
    begin, end = row.starts, row.ends
    if row.all_day:
        last = end - timedelta(days=1)
        return f"{begin:%a %d %b %Y}" + (f" to {last:%a %d %b %Y}" if last > begin else "") + ", all day"
    until = f"{end:%H:%M}" if end.date() == begin.date() else f"{end:%a %d %b %H:%M}"
    return f"{begin:%a %d %b %Y, %H:%M} to {until}"


def _hidden(content: PageContent) -> str:
    return (
        f'<input type="hidden" name="account" value="{text(content.email)}">'
        f'<input type="hidden" name="from" value="{content.first}">'
    )


def _step(content: PageContent, first: date, name: str) -> str:
    href = "/?" + urlencode({"account": content.email, "from": first.isoformat()})
    return f'<a class="button" href="{text(href)}">{name}</a>'


def _minutes(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M")
