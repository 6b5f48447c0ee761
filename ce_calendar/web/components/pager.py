"""Pages of a long list, cut on the server."""

import reflex as rx
from reflex.event import EventSpec, event

from ce_calendar.web.opening import Page

PAGE_SIZE = 50


def page_words(offset: int, shown: int, total: int) -> str:
    """Which of how many: "51-100 of 230"; empty while all fit on one page."""
    if total <= PAGE_SIZE and offset == 0:
        return ""
    if shown == 0:
        return f"0 of {total}"
    return f"{offset + 1}\N{EN DASH}{offset + shown} of {total}"


class Paged(Page, mixin=True):
    """A page whose `_fill` reads from `offset` on."""

    offset: int = 0
    total: int = 0
    page_words: str = ""

    @event
    async def next_page(self) -> EventSpec | None:
        """Go on, if there is more."""
        if self.offset + PAGE_SIZE < self.total:
            self.offset += PAGE_SIZE
        return await self._read(touch=True)

    @event
    async def previous_page(self) -> EventSpec | None:
        """Go back."""
        self.offset = max(0, self.offset - PAGE_SIZE)
        return await self._read(touch=True)


def pager(page: type[Paged]) -> rx.Component:
    """Where one is in the list, and the ways on and back."""
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
                    disabled=page.offset + PAGE_SIZE >= page.total,
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
