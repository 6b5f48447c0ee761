"""What a person sees when a service says no."""

import reflex as rx
from reflex.event import EventSpec

from ce_calendar.domain.errors import Refused, SignedOut
from ce_calendar.web.addresses import LOGIN


def to_login() -> EventSpec:
    """Go to the sign-in page by a full load, so that the next websocket carries the new cookie."""
    return rx.call_script(f"window.location.assign('{LOGIN}')")


def show_refusal(refusal: Refused) -> EventSpec:
    """Its words in a toast; the sign-in page for who is not signed in."""
    if isinstance(refusal, SignedOut):
        return to_login()
    return rx.toast.error(str(refusal))
