"""The colours that calendars and events may have, by the ids Google gives them."""

import re

FOREGROUND = "#1d1d1d"
_ON_CALENDARS = "#000000"
"""The foreground of an entry in a list, which is not the palette's."""

CALENDAR = {
    str(place): colour
    for place, colour in enumerate(
        (
            *("#ac725e", "#d06b64", "#f83a22", "#fa573c", "#ff7537", "#ffad46", "#42d692", "#16a765"),
            *("#7bd148", "#b3dc6c", "#fbe983", "#fad165", "#92e1c0", "#9fe1e7", "#9fc6e7", "#4986e7"),
            *("#9a9cff", "#b99aff", "#c2c2c2", "#cabdbf", "#cca6ac", "#f691b2", "#cd74e6", "#a47ae2"),
        ),
        start=1,
    )
}
EVENT = {
    str(place): colour
    for place, colour in enumerate(
        (
            *("#a4bdfc", "#7ae7bf", "#dbadff", "#ff887c", "#fbd75b", "#ffb878"),
            *("#46d6db", "#e1e1e1", "#5484ed", "#51b749", "#dc2127"),
        ),
        start=1,
    )
}
UPDATED = "2012-02-14T00:00:00.000Z"

_RGB = re.compile(r"#[0-9a-fA-F]{6}")


def is_rgb(text: object) -> bool:
    """Whether this is a colour such as "#0088aa"."""
    return isinstance(text, str) and _RGB.fullmatch(text) is not None


def shown(color_id: str) -> tuple[str, str]:
    """Return background and foreground of a calendar with a colour of the palette."""
    return CALENDAR[color_id], _ON_CALENDARS


def nearest(background: str) -> str:
    """Return the id of the calendar colour that comes closest."""
    wanted = _parts(background)

    def distance(color_id: str) -> int:
        return sum((a - b) ** 2 for a, b in zip(wanted, _parts(CALENDAR[color_id]), strict=True))

    return min(CALENDAR, key=distance)


def _parts(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[place : place + 2], 16) for place in (1, 3, 5))
