"""The HTML of the little page: accounts, a form to add an event, and a month of events."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from ce_calendar.sandbox.google import listing
from ce_calendar.sandbox.google.calendars import Calendar
from ce_calendar.sandbox.google.items import Item
from ce_calendar.sandbox.google.times import Json, is_all_day, local
from ce_calendar.sandbox.google.world import WRITERS, Account, World
from ce_calendar.sandbox.markup import text

SHOWN = timedelta(days=31)
"""How long the list is."""
_MOST = 100
"""Events shown at once; the rest is reached by choosing a later day."""


def calendar_page(world: World, account: Account, first: date, problem: str | None) -> str:
    """Return the body of the page.

    Args:
        world: where it all stands.
        account: whose calendars are shown.
        first: the day the list begins with.
        problem: why the last form was refused, if it was.
    """
    alert = f'<p class="card" role="alert">{text(problem)}</p>' if problem else ""
    return alert + _accounts(world, account) + _add_form(world, account, first) + _list(world, account, first)


def _accounts(world: World, chosen: Account) -> str:
    links = ""
    for account in world.accounts.values():
        current = ' aria-current="page"' if account is chosen else ""
        href = "/?" + urlencode({"account": account.email})
        links += f'<a href="{text(href)}" data-testid="sandbox-account"{current}>{text(account.email)}</a>'
    return f'<nav aria-label="Accounts">{links}</nav>'


def _add_form(world: World, account: Account, first: date) -> str:
    now = world.clock.now().astimezone(ZoneInfo(account.time_zone))
    start = (now + timedelta(hours=1)).replace(minute=0)
    options = "".join(
        f'<option value="{text(entry.calendar_id)}">{text(world.calendars[entry.calendar_id].summary)}</option>'
        for entry in account.entries.values()
        if entry.access_role in WRITERS
    )
    return (
        '<form method="post" action="/events/add"><fieldset><legend>Add an event</legend>'
        + _hidden(account, first)
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
        f'<p class="soft">Times are in {text(account.time_zone)}. No mail is sent.</p>'
        '<button class="main" data-testid="sandbox-add">Add event</button></fieldset></form>'
    )


def _list(world: World, account: Account, first: date) -> str:
    zone = ZoneInfo(account.time_zone)
    begin = datetime.combine(first, time.min, zone)
    found: list[tuple[Item, Calendar]] = []
    for entry in account.entries.values():
        calendar = world.calendars[entry.calendar_id]
        between = listing.instances(calendar, begin.timestamp(), (begin + SHOWN).timestamp())
        found += [(item, calendar) for item in between]
    found.sort(key=lambda pair: pair[0].earliest)
    items = "".join(_event(account, item, calendar, first) for item, calendar in found[:_MOST])
    more = f'<p class="soft">{len(found) - _MOST} more: choose a later day.</p>' if len(found) > _MOST else ""
    last = first + SHOWN - timedelta(days=1)
    return (
        f"<h2>Events from {first:%d %b %Y} to {last:%d %b %Y}</h2>"
        '<form class="row" method="get" action="/">'
        f'<input type="hidden" name="account" value="{text(account.email)}">'
        f'<label>From <input type="date" name="from" value="{first}" data-testid="sandbox-from"></label>'
        '<button data-testid="sandbox-show">Show</button>'
        + _step(account, first - SHOWN, "Earlier")
        + _step(account, first + SHOWN, "Later")
        + f'</form><ul class="plain">{items or "<li><p>No events in these days.</p></li>"}</ul>{more}'
    )


def _event(account: Account, item: Item, calendar: Calendar, first: date) -> str:
    resource = item.resource
    zone = ZoneInfo(account.time_zone)
    title = text(resource.get("summary", "(No title)"))
    about = [text(calendar.summary), *_remarks(resource)]
    guests = ", ".join(text(guest["email"]) for guest in resource.get("attendees", []))
    return (
        f'<li class="card" data-testid="sandbox-event" data-event-id="{text(resource["id"])}">'
        f"<strong>{title}</strong><br>{_when(item, calendar, zone)}<br>"
        f"<small>{' · '.join(about)}{f'<br>Guests: {guests}' if guests else ''}</small>"
        + (_actions(account, item, calendar, first) if _may_write(account, calendar) else "")
        + "</li>"
    )


def _actions(account: Account, item: Item, calendar: Calendar, first: date) -> str:
    resource = item.resource
    title = text(resource.get("summary", "(No title)"))
    hidden = (
        _hidden(account, first)
        + f'<input type="hidden" name="calendar" value="{text(calendar.id)}">'
        + f'<input type="hidden" name="event" value="{text(resource["id"])}">'
    )
    if is_all_day(resource["start"]):
        kind, value = "date", resource["start"]["date"]
    else:
        start = datetime.fromtimestamp(item.earliest, ZoneInfo(account.time_zone))
        kind, value = "datetime-local", _minutes(start)
    return (
        f'<div class="row"><form class="row" method="post" action="/events/move">{hidden}'
        f'<input type="{kind}" name="start" value="{value}" required aria-label="New start of {title}"'
        ' data-testid="sandbox-new-start">'
        f'<button data-testid="sandbox-move" aria-label="Move {title}">Move</button></form>'
        f'<form class="row" method="post" action="/events/delete">{hidden}'
        f'<button data-testid="sandbox-delete" aria-label="Delete {title}">Delete</button></form></div>'
    )


def _remarks(resource: Json) -> Iterable[str]:
    if "recurringEventId" in resource:
        yield "part of a series"
    if resource.get("visibility") in ("private", "confidential"):
        yield str(resource["visibility"])
    if any(guest.get("self") and guest["responseStatus"] == "declined" for guest in resource.get("attendees", [])):
        yield "declined"


def _when(item: Item, calendar: Calendar, zone: ZoneInfo) -> str:
    resource = item.resource
    if is_all_day(resource["start"]):
        begin = local(resource["start"], calendar.zone)
        last = local(resource["end"], calendar.zone) - timedelta(days=1)
        days = f"{begin:%a %d %b %Y}" + (f" to {last:%a %d %b %Y}" if last > begin else "")
        return days + ", all day"
    begin, end = datetime.fromtimestamp(item.earliest, zone), datetime.fromtimestamp(item.latest, zone)
    until = f"{end:%H:%M}" if end.date() == begin.date() else f"{end:%a %d %b %H:%M}"
    return f"{begin:%a %d %b %Y, %H:%M} to {until}"


def _may_write(account: Account, calendar: Calendar) -> bool:
    return account.entries[calendar.id].access_role in WRITERS


def _hidden(account: Account, first: date) -> str:
    return (
        f'<input type="hidden" name="account" value="{text(account.email)}">'
        f'<input type="hidden" name="from" value="{first}">'
    )


def _step(account: Account, first: date, name: str) -> str:
    href = "/?" + urlencode({"account": account.email, "from": first.isoformat()})
    return f'<a class="button" href="{text(href)}">{name}</a>'


def _minutes(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M")
