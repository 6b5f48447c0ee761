"""colors: the palette that calendars and events choose from."""

import json

from ce_calendar.sandbox.google import palette
from ce_calendar.sandbox.google.methods.task import Handler, Json, Task


def colors_get(_task: Task) -> str:
    """Answer colors.get."""
    return json.dumps(
        {
            "kind": "calendar#colors",
            "updated": palette.UPDATED,
            "calendar": _definitions(palette.CALENDAR),
            "event": _definitions(palette.EVENT),
        }
    )


def _definitions(colours: dict[str, str]) -> Json:
    return {key: {"background": colour, "foreground": palette.FOREGROUND} for key, colour in colours.items()}


HANDLERS: dict[str, Handler] = {
    "colors.get": colors_get,
}
