"""The colours Google has for events, under the names its own calendar gives them."""

from collections.abc import Mapping

EVENT_COLORS: Mapping[str, str] = {
    "1": "Lavender",
    "2": "Sage",
    "3": "Grape",
    "4": "Flamingo",
    "5": "Banana",
    "6": "Tangerine",
    "7": "Peacock",
    "8": "Graphite",
    "9": "Blueberry",
    "10": "Basil",
    "11": "Tomato",
}
"""Names by `color_id`."""
