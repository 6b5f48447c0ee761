"""What the sign-in page says; signing in itself is a form the browser posts."""

import reflex as rx
from reflex.event import EventSpec, event

from ce_calendar.domain.errors import Refused
from ce_calendar.web import addresses
from ce_calendar.web.frame import FrameState
from ce_calendar.web.session import current_actor

CREDENTIALS = "That email and password do not belong together. Please check both and try again."
MOST_MINUTES = 24 * 60


def problem_words(problem: str, wait: str) -> str:
    """What to tell somebody whose sign-in failed, by the codes in the address; unknown codes say nothing."""
    if problem == "credentials":
        return CREDENTIALS
    if problem == "attempts":
        minutes = int(wait) if wait.isascii() and wait.isdigit() and len(wait) <= len(str(MOST_MINUTES)) else 0
        when = f"in {minutes} minutes" if minutes > 1 else "in a minute"
        return f"That were too many attempts. Please try again {when}."
    return ""


class LoginState(rx.State):
    """The sign-in page."""

    problem: str = ""

    @event
    async def load(self) -> EventSpec | None:
        """Show what went wrong, or go on for who is signed in already."""
        query = self.router.url.query_parameters
        self.problem = problem_words(query.get("problem", ""), query.get("wait", ""))
        try:
            await current_actor(self, touch=False)
        except Refused:
            frame = await self.get_state(FrameState)
            frame.reset()
            return None
        return rx.redirect(addresses.HOME, replace=True)
