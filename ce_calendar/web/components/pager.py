"""Pages of a long list, cut on the server."""

from typing import ClassVar

import reflex as rx
from reflex.event import EventSpec, event

from ce_calendar.domain.errors import Refused
from ce_calendar.web.checks import a_text
from ce_calendar.web.components.refusal import show_refusal
from ce_calendar.web.opening import Page

PAGE_SIZE = 50
LONGEST_SEARCH = 100


def page_words(offset: int, shown: int, total: int, *, size: int = PAGE_SIZE) -> str:
    """Which of how many: "51-100 of 230"; empty while all fit on one page."""
    if total <= size and offset == 0:
        return ""
    if shown == 0:
        return f"0 of {total:,}"
    return f"{offset + 1:,}\N{EN DASH}{offset + shown:,} of {total:,}"


def last_offset(total: int, *, size: int = PAGE_SIZE) -> int:
    """Where the last page begins."""
    return max(0, total - 1) // size * size


def _to_top() -> EventSpec:
    """The buttons are below the list, and the next page begins above it."""
    return rx.call_script("window.scrollTo({top: 0})")


class Paged(Page, mixin=True):
    """A page whose `_fill` reads from `offset` on."""

    offset: int = 0
    total: int = 0
    page_words: str = ""

    _page_size: ClassVar[int] = PAGE_SIZE

    @event
    async def next_page(self) -> EventSpec | None:
        """Go on, if there is more."""
        if self.offset + self._page_size < self.total:
            self.offset += self._page_size
        return await self._read(touch=True) or _to_top()

    @event
    async def previous_page(self) -> EventSpec | None:
        """Go back."""
        self.offset = max(0, self.offset - self._page_size)
        return await self._read(touch=True) or _to_top()


class Searched(Paged, mixin=True):
    """A paged list that can be narrowed, by words to begin with."""

    search: str = ""

    async def _narrow(self) -> EventSpec | None:
        """Show what the list is narrowed to, from its first page on."""
        self.offset = 0
        return await self._read(touch=True)

    @event
    async def look_for(self, words: str) -> EventSpec | None:
        """Show what has these words."""
        try:
            self.search = a_text(words, longest=LONGEST_SEARCH, strip=False)
        except Refused as refusal:
            return show_refusal(refusal)
        return await self._narrow()


def pager(page: type[Paged], *, size: int = PAGE_SIZE) -> rx.Component:
    """Where one is in the list, and the ways on and back; `size` as in the page's `_page_size`."""
    return rx.cond(
        page.page_words != "",
        rx.flex(
            rx.text(page.page_words, size="2", color_scheme="gray", role="status"),
            rx.flex(
                rx.button(
                    "Previous",
                    on_click=page.previous_page,
                    disabled=page.offset == 0,
                    variant="soft",
                    color_scheme="gray",
                ),
                rx.button(
                    "Next",
                    on_click=page.next_page,
                    disabled=page.offset + size >= page.total,
                    variant="soft",
                    color_scheme="gray",
                ),
                spacing="2",
            ),
            justify="between",
            align="center",
            width="100%",
        ),
    )
