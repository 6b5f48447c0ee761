"""How an answer writes events: ids of the kind that was asked for, times in the zone that was asked for."""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

from ce_calendar.sandbox.microsoft import ids, zones
from ce_calendar.sandbox.microsoft.calendars import Calendar
from ce_calendar.sandbox.microsoft.errors import GraphError
from ce_calendar.sandbox.microsoft.events import NEVER
from ce_calendar.sandbox.microsoft.items import EXCEPTION, OCCURRENCE, Item

Json = dict[str, Any]

_PREFERENCE = re.compile(r'([\w.-]+)\s*=\s*(?:"([^"]*)"|([^\s,;]+))')
_TAG = re.compile(r"<(style|script)\b.*?</\1>|<[^>]*>", re.DOTALL | re.IGNORECASE)
_EXCHANGE_UID = "040000008200E00074C5B7101A82E008"
_PREVIEW = 255


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a request's Prefer headers ask for."""

    immutable_ids: bool = False
    zone: str | None = None
    """As it was named, Windows or IANA; None leaves times in the zone each event was made in."""
    page_size: int | None = None
    text_bodies: bool = False

    @classmethod
    def read(cls, headers: list[str]) -> "Wishes":
        """Read the values of all Prefer headers.

        Raises:
            GraphError: 400 for a zone that does not exist.
        """
        found = {name.lower(): quoted or bare for name, quoted, bare in _PREFERENCE.findall(", ".join(headers))}
        zone = found.get("outlook.timezone")
        if zone is not None and zones.iana(zone) is None:
            message = f"A valid TimeZone value must be specified. '{zone[:60]}' is not supported."
            raise GraphError(400, "TimeZoneNotSupportedException", message)
        size = found.get("odata.maxpagesize", found.get("maxpagesize", ""))
        return cls(
            immutable_ids=found.get("idtype", "").lower() == "immutableid",
            zone=zone,
            page_size=int(size[:9]) or None if size.isdecimal() else None,
            text_bodies=found.get("outlook.body-content-type", "").lower() == "text",
        )

    def applied(self) -> dict[str, str]:
        """Return the header that says what was honoured."""
        said = []
        if self.immutable_ids:
            said.append('IdType="ImmutableId"')
        if self.zone is not None:
            said.append(f'outlook.timezone="{self.zone}"')
        if self.page_size is not None:
            said.append(f"odata.maxpagesize={self.page_size}")
        if self.text_bodies:
            said.append('outlook.body-content-type="text"')
        return {"Preference-Applied": ", ".join(said)} if said else {}


@dataclass(frozen=True, slots=True)
class Shape:
    """Writes the events of one answer."""

    wishes: Wishes
    plain_url: str
    """Where the browser's part of the sandbox is."""

    def event_id(self, calendar: Calendar, key: str, stamp: str) -> str:
        """Return an id of the kind that was asked for."""
        immutable = self.wishes.immutable_ids
        return ids.event_id(calendar.owner, calendar.key, key, stamp, immutable=immutable)

    def event(self, calendar: Calendar, item: Item) -> Json:
        """Return an event with all its fields."""
        body = item.body
        content = body["body"]
        text = _plain(content)
        organizer = str(body["organizer"]["emailAddress"].get("address", "")).lower()
        mine = organizer == calendar.owner
        found = {name: value for name, value in body.items() if not name.startswith("_")}
        found |= {
            **self.bare(calendar, item),
            "changeKey": change_key(calendar, item),
            "iCalUId": _uid(item),
            "bodyPreview": text[:_PREVIEW],
            "body": {"contentType": "text", "content": text} if self.wishes.text_bodies else content,
            "isOrganizer": mine,
            "responseStatus": _response(body, calendar.owner, organizer=mine),
            "seriesMasterId": self.event_id(calendar, item.key, "") if item.stamp else None,
            "webLink": f"{self.plain_url}/event?itemid={self.event_id(calendar, item.key, item.stamp)}",
        }
        del found["@odata.type"]
        if item.kind in (OCCURRENCE, EXCEPTION) and item.original is not None:
            found["originalStart"] = item.original.strftime("%Y-%m-%dT%H:%M:%SZ")
        return found

    def bare(self, calendar: Calendar, item: Item) -> Json:
        """Return the little that a delta tells of an occurrence: the rest stands at its master."""
        found: Json = {
            "@odata.type": "#microsoft.graph.event",
            "@odata.etag": etag(calendar, item),
            "id": self.event_id(calendar, item.key, item.stamp),
            "type": item.kind,
            "start": self._moment(item.body, "start"),
            "end": self._moment(item.body, "end"),
        }
        if item.stamp:
            found["seriesMasterId"] = self.event_id(calendar, item.key, "")
        return found

    def tombstone(self, calendar: Calendar, key: str, stamp: str) -> Json:
        """Return what a delta tells of something that is gone: neither type nor times."""
        return {
            "@odata.type": "#microsoft.graph.event",
            "id": self.event_id(calendar, key, stamp),
            "@removed": {"reason": "deleted"},
        }

    def _moment(self, body: Mapping[str, Any], name: str) -> Json:
        moment = datetime.fromisoformat(body[name])
        written = body["originalStartTimeZone"]
        if self.wishes.zone is not None:
            written = self.wishes.zone
            # An all-day event is a matter of days: it is from midnight to midnight wherever one asks.
            if not body["isAllDay"]:
                asked = ZoneInfo(zones.iana(written) or "UTC")
                moment = moment.replace(tzinfo=ZoneInfo(body["_zone"])).astimezone(asked)
        return {"dateTime": moment.strftime("%Y-%m-%dT%H:%M:%S") + ".0000000", "timeZone": written}


def calendar_shape(calendar: Calendar, owner_name: str) -> Json:
    """Return a calendar with all its fields."""
    return {
        "id": ids.calendar_id(calendar.owner, calendar.key),
        "name": calendar.name,
        "color": "auto",
        "hexColor": "",
        "isDefaultCalendar": calendar.is_default,
        "changeKey": _packed(f"{calendar.key}:{calendar.name}"),
        "canShare": calendar.can_edit,
        "canViewPrivateItems": True,
        "canEdit": calendar.can_edit,
        "allowedOnlineMeetingProviders": ["teamsForBusiness"],
        "defaultOnlineMeetingProvider": "teamsForBusiness",
        "isTallyingResponses": calendar.is_default,
        "isRemovable": not calendar.is_default,
        "owner": {"name": owner_name, "address": calendar.owner},
    }


def change_key(calendar: Calendar, item: Item) -> str:
    """Return the text that changes with every change of an event."""
    return _packed(f"{calendar.key}:{item.version}")


def etag(calendar: Calendar, item: Item) -> str:
    """Return an event's etag."""
    return f'W/"{change_key(calendar, item)}"'


def _packed(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _response(body: Json, owner: str, *, organizer: bool) -> Json:
    if organizer:
        return {"response": "organizer", "time": NEVER}
    if "responseStatus" in body:
        return {"response": "none", "time": NEVER, **body["responseStatus"]}
    own = (guest["status"] for guest in body["attendees"] if guest["emailAddress"]["address"].lower() == owner)
    status: Json = next(own, {"response": "notResponded", "time": NEVER})
    return status


def _uid(item: Item) -> str:
    """Return the iCalUId; occurrences of what Exchange made carry their day in it, others share their master's."""
    uid = str(item.body["iCalUId"])
    if item.original is None or not uid.startswith(_EXCHANGE_UID):
        return uid
    day = datetime.strptime(item.stamp, "%Y%m%d").replace(tzinfo=UTC)
    head = len(_EXCHANGE_UID)
    return f"{uid[:head]}{day.year:04X}{day.month:02X}{day.day:02X}{uid[head + 8 :]}"


def _plain(content: Json) -> str:
    text = str(content.get("content") or "")
    return unescape(_TAG.sub("", text)).strip() if content.get("contentType") == "html" else text
