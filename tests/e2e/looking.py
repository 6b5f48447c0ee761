"""Judges screens as they stand: readable for everybody, not wider than the window; and keeps pictures of them."""

import os
from pathlib import Path
from typing import Any, Protocol

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.e2e.people import PHONE, WIDE

EVERY_LOOK = [(size, scheme) for size in ("desk", "phone") for scheme in ("light", "dark")]
LOOKS = pytest.mark.parametrize(
    ("size", "color_scheme"),
    EVERY_LOOK if os.environ.get("CE_LOOKS") == "all" else [("desk", "light"), ("phone", "dark")],
)
"""Each size and each scheme once: what does not fit shows by the size, what cannot be read by the scheme.

`CE_LOOKS=all` looks at all four."""
ALL_FADED_IN = """Promise.all(
    document.getAnimations()
        .filter(each => each.effect?.getTiming().iterations !== Infinity)
        .map(each => each.finished.catch(() => null))
).then(() => null)"""


class Look(Protocol):
    """Judges a screen as it stands."""

    def __call__(self, tab: Page, name: str, but: str = "") -> None: ...


class Looker:
    """Collects what is wrong with the screens of one size and colour scheme; pictures stay in var/screenshots."""

    def __init__(self, screenshots: Path, *, size: str, color_scheme: str) -> None:
        self._screenshots = screenshots
        self._suffix = f"{size}-{color_scheme}"
        self._axe = Axe()
        self._problems: list[str] = []
        self.browser: dict[str, Any] = {
            "viewport": WIDE if size == "desk" else PHONE,
            "color_scheme": color_scheme,
        }

    def look(self, tab: Page, name: str, but: str = "") -> None:
        """At rest: as somebody sees it after everything has faded in.

        Args:
            tab: to look at.
            name: of the screen and its state.
            but: a rule of axe's that is mistaken here.
        """
        tab.mouse.move(0, 0)
        tab.evaluate("window.scrollTo(0, 0)")
        tab.evaluate(ALL_FADED_IN)
        found = self._axe.run(tab, options={"resultTypes": ["violations"]}).response["violations"]
        self._problems.extend(
            f"{name}: {each['id']} ({each['impact']}) at {each['nodes'][0]['target']}: {each['nodes'][0]['html'][:120]}"
            for each in found
            if each["impact"] in {"serious", "critical"} and each["id"] != but
        )
        if tab.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            self._problems.append(f"{name}: scrolls sideways")
        # Of a page behind a dialog or a list only what is in sight: a taller window would move or close it.
        is_whole = not tab.locator("[role=dialog], [role=alertdialog], [role=listbox]").count()
        tab.screenshot(path=self._screenshots / f"{name}-{self._suffix}.png", full_page=is_whole)

    def conclude(self) -> None:
        """Fail with everything that was found."""
        assert not self._problems, "\n".join(self._problems)
