"""Whoever looks at the page, and how moments are told to them."""

from datetime import datetime

from ce_calendar.web.dates import exact_words, relative_words, soon_words


class Reader:
    """Whoever looks: their zone and language, and when it is."""

    def __init__(self, zone: str, language: str, now: datetime) -> None:
        self.zone, self.language, self.now = zone, language, now

    def ago(self, moment: datetime | None) -> str:
        """How long ago; empty for never."""
        return relative_words(moment, self.now, self.language) if moment else ""

    def exact(self, moment: datetime | None) -> str:
        """The very moment; empty for none."""
        return exact_words(moment, self.zone, self.language) if moment else ""

    def soon(self, moment: datetime) -> str:
        """How soon."""
        return soon_words(moment, self.now, self.language)
