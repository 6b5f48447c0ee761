"""events.list: which events match the query's words, properties and times of change."""

from collections.abc import Callable, Iterable

from ce_calendar.sandbox.google.errors import GoogleError
from ce_calendar.sandbox.google.events.items import written
from ce_calendar.sandbox.google.events.times import Json, parse_moment

NAMES = ("iCalUID", "privateExtendedProperty", "q", "sharedExtendedProperty", "updatedMin")
"""The parameters after which there is no sync token, and that are not allowed beside one."""

_KEYWORDS = {
    "outOfOffice": "out of office",
    "focusTime": "focus time",
    "homeOffice": "home",
    "officeLocation": "office",
}
"""What Google finds special events by, whatever their title; the sandbox knows the English words."""

Match = Callable[[Json], bool]


def matcher(params: Json, hides: Match) -> Match | None:
    """Return what tells whether a resource is asked for, or None when everything is.

    Args:
        params: the query.
        hides: whether the asker sees no more of a resource than its time; then its words are not searched either.
    """
    tests = list(_tests(params, hides))
    if not tests:
        return None
    return lambda resource: all(test(resource) for test in tests)


def needles(params: Json) -> list[bytes]:
    """Return what must stand in the text of every event that is asked for: a quick look before it is parsed."""
    wanted = [params["iCalUID"]] if "iCalUID" in params else []
    for scope in ("private", "shared"):
        wanted += [pair.partition("=")[2] for pair in params.get(scope + "ExtendedProperty", ())]
    return [written(text)[1:-1] for text in wanted]


def _tests(params: Json, hides: Match) -> Iterable[Match]:
    if "iCalUID" in params:
        yield lambda resource: resource.get("iCalUID") == params["iCalUID"]
    if "updatedMin" in params:
        since = parse_moment(params["updatedMin"])
        yield lambda resource: parse_moment(resource["updated"]) >= since
    for scope in ("private", "shared"):
        for wanted in params.get(scope + "ExtendedProperty", ()):
            yield _property_test(scope, wanted, hides)
    words = str(params.get("q", "")).casefold().split()
    if words:
        yield lambda resource: not hides(resource) and _has_words(resource, words)


def _property_test(scope: str, wanted: str, hides: Match) -> Match:
    name, equals, value = wanted.partition("=")
    if not equals or not name:
        raise GoogleError(400, "invalid", f"Invalid value for: {scope}ExtendedProperty")

    def test(resource: Json) -> bool:
        own = resource.get("extendedProperties", {}).get(scope, {})
        return bool(own.get(name) == value) and not hides(resource)

    return test


def _has_words(resource: Json, words: list[str]) -> bool:
    text = " ".join(map(str, _texts(resource))).casefold()
    return all(word in text for word in words)


def _texts(resource: Json) -> Iterable[str]:
    for name in ("summary", "description", "location"):
        yield resource.get(name, "")
    for person in (*resource.get("attendees", ()), resource.get("organizer", {})):
        yield person.get("email", "")
        yield person.get("displayName", "")
    yield _KEYWORDS.get(resource.get("eventType", ""), "")
    place = resource.get("workingLocationProperties", {})
    yield _KEYWORDS.get(place.get("type", ""), "")
    office = place.get("officeLocation") or {}
    for name in ("buildingId", "deskId", "label"):
        yield office.get(name, "")
    yield (place.get("customLocation") or {}).get("label", "")


def invitation_unanswered(resource: Json) -> bool:
    """Whether this is somebody's invitation that the calendar's owner has not answered."""
    mine = (guest for guest in resource.get("attendees", ()) if guest.get("self") and not guest.get("organizer"))
    return any(guest.get("responseStatus") == "needsAction" for guest in mine)
