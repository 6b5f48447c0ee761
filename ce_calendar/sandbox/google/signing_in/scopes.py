"""The scopes Google knows, their two spellings, and what a consent page says of them."""

from collections.abc import Iterable
from functools import cache

from ce_calendar.sandbox.google import discovery

PREFIX = "https://www.googleapis.com/auth/"
EMAIL = PREFIX + "userinfo.email"
PROFILE = PREFIX + "userinfo.profile"
SIGN_IN = frozenset({"openid", "email", "profile", EMAIL, PROFILE})
"""Google does not let the person take them away, and they alone do not make a testing application's grant end."""

_LONG = {"email": EMAIL, "profile": PROFILE}
_SHORT = {long: short for short, long in _LONG.items()}
_OTHER_APIS = frozenset(
    PREFIX + name
    for name in (
        *("contacts", "contacts.readonly", "contacts.other.readonly", "directory.readonly"),
        *("drive", "drive.file", "drive.readonly", "gmail.modify", "gmail.readonly", "gmail.send"),
        *("tasks", "tasks.readonly", "user.birthday.read", "user.emails.read", "user.phonenumbers.read"),
    )
)
"""What applications often ask for besides calendars; the sandbox has nothing behind it."""

_MEANINGS = {
    "openid": "Know who you are on Google",
    "email": "See your email address",
    "userinfo.email": "See your email address",
    "profile": "See your name",
    "userinfo.profile": "See your name",
    "calendar": "See, edit, share and delete all your calendars",
    "calendar.acls": "See and change who your calendars are shared with",
    "calendar.acls.readonly": "See who your calendars are shared with",
    "calendar.app.created": "Make calendars of its own and manage their events",
    "calendar.calendarlist": "See, add and remove the calendars in your list",
    "calendar.calendarlist.readonly": "See the list of your calendars",
    "calendar.calendars": "See and change the properties of your calendars, and make new ones",
    "calendar.calendars.readonly": "See the titles, descriptions and time zones of your calendars",
    "calendar.events": "View and edit events on all your calendars",
    "calendar.events.freebusy": "See when your calendars are busy",
    "calendar.events.owned": "See and change events on the calendars you own",
    "calendar.events.owned.readonly": "See the events on the calendars you own",
    "calendar.events.public.readonly": "See the events on public calendars",
    "calendar.events.readonly": "View events on all your calendars",
    "calendar.freebusy": "View your availability",
    "calendar.readonly": "See all your calendars",
    "calendar.settings.readonly": "See your calendar settings",
}


@cache
def known() -> frozenset[str]:
    """Every scope one may ask for; those of the Calendar API are read from its discovery document."""
    calendar = (method.scopes for method in discovery.load().methods.values())
    return SIGN_IN.union(_OTHER_APIS, *calendar)


def canonical(scopes: Iterable[str]) -> list[str]:
    """Return each scope once, as a token names it: ``email`` and ``profile`` by their long names."""
    return list(dict.fromkeys(_LONG.get(scope, scope) for scope in scopes))


def with_short_names(scopes: Iterable[str]) -> list[str]:
    """Return the scopes as the redirect after a consent names them: those of signing in by both names, openid last."""
    found = list(scopes)
    calendars = [scope for scope in found if scope not in SIGN_IN]
    long = [scope for scope in (EMAIL, PROFILE) if scope in found]
    return [_SHORT[scope] for scope in long] + calendars + long + [scope for scope in found if scope == "openid"]


def is_only_sign_in(scopes: Iterable[str]) -> bool:
    """Whether nothing but who the person is was asked for."""
    return SIGN_IN.issuperset(scopes)


def meaning(scope: str) -> str:
    """Return what a scope allows, in words for the person."""
    return _MEANINGS.get(scope.removeprefix(PREFIX), "Access named by the scope")
