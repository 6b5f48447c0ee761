"""Events as Graph sends them."""

from datetime import UTC, datetime
from typing import Any

NINE = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)


def utc(moment: datetime, zone_name: str = "UTC") -> dict[str, str]:
    return {"dateTime": moment.strftime("%Y-%m-%dT%H:%M:%S.0000000"), "timeZone": zone_name}


def graph_event(**others: Any) -> dict[str, Any]:
    """As Graph sends a plain event; a value of None takes the field away."""
    event = {
        "@odata.etag": 'W/"abc"',
        "id": "AAkALg1",
        "type": "singleInstance",
        "iCalUId": "abc@exchange",
        "subject": "Review",
        "start": utc(NINE),
        "end": utc(NINE.replace(hour=10)),
        "isAllDay": False,
        "sensitivity": "normal",
        "showAs": "busy",
        **others,
    }
    return {key: value for key, value in event.items() if value is not None}
