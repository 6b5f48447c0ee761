"""conferenceData: making a Google Meet on request, and keeping what others made."""

import secrets
from collections.abc import Collection
from string import ascii_lowercase
from typing import NamedTuple

from ce_calendar.sandbox.google.errors import GoogleError
from ce_calendar.sandbox.google.events.times import Json

_MEET = "hangoutsMeet"
_ICON = "https://fonts.gstatic.com/s/i/productlogos/meet_2020q4/v6/web-512dp/logo_meet_2020q4_color_2x_web_512dp.png"
_LONGEST_NOTES = 2_048


class Conference(NamedTuple):
    """What an event says of its conference."""

    data: Json
    link: str | None
    """The event's hangoutLink."""


def settled(wanted: Json, current: Json | None, allowed: Collection[str] | None) -> Conference:
    """Return the conference of an event whose body holds ``wanted``.

    A createRequest is done at once, so clients never see it pending; one whose requestId was used before
    on this event leaves everything as it is.

    Args:
        wanted: the body's conferenceData.
        current: the event's so far.
        allowed: the kinds of conferences the calendar takes; None for Google's choice.

    Raises:
        GoogleError: 400 for a conference that cannot be made, or that is neither asked for nor described.
    """
    request = wanted.get("createRequest")
    if request and not wanted.get("entryPoints"):
        known = (current or {}).get("createRequest", {})
        if current is not None and known.get("requestId") == request.get("requestId"):
            return Conference(current, _link(current))
        return _new(request, allowed)
    if not wanted.get("entryPoints") or not wanted.get("conferenceSolution"):
        raise GoogleError(400, "invalid", "Either conferenceSolution and an entryPoint, or createRequest is required.")
    if len(wanted.get("notes") or "") > _LONGEST_NOTES:
        raise GoogleError(400, "invalid", "Invalid value for: conferenceData.notes")
    return Conference(wanted, _link(wanted))


def _new(request: Json, allowed: Collection[str] | None) -> Conference:
    kind = (request.get("conferenceSolutionKey") or {}).get("type") or _MEET
    if not request.get("requestId"):
        raise GoogleError(400, "required", "Missing conference request id.")
    if kind != _MEET or (allowed is not None and kind not in allowed):
        # Hangouts are no more, and what an add-on makes, the add-on writes itself.
        raise GoogleError(400, "invalid", "Invalid conference type value.")
    code = "-".join("".join(secrets.choice(ascii_lowercase) for _ in range(length)) for length in (3, 4, 3))
    link = f"https://meet.google.com/{code}"
    data = {
        "createRequest": {
            "requestId": request["requestId"],
            "conferenceSolutionKey": {"type": _MEET},
            "status": {"statusCode": "success"},
        },
        "entryPoints": [{"entryPointType": "video", "uri": link, "label": link.removeprefix("https://")}],
        "conferenceSolution": {"key": {"type": _MEET}, "name": "Google Meet", "iconUri": _ICON},
        "conferenceId": code,
    }
    return Conference(data, link)


def _link(data: Json) -> str | None:
    if (data.get("conferenceSolution") or {}).get("key", {}).get("type") != _MEET:
        return None
    videos = (entry.get("uri") for entry in data["entryPoints"] if entry.get("entryPointType") == "video")
    return next(videos, None)
