"""What happens when a handler or a page breaks: the log hears what, the person hears that."""

import logging

import reflex as rx
from reflex.event import EventSpec

logger = logging.getLogger(__name__)


def say_sorry(exception: Exception) -> EventSpec:
    """Log where it broke, and tell the person without the exception's own words."""
    logger.error("An event handler failed: %s", type(exception).__name__, exc_info=exception)
    return rx.toast.error("Something went wrong on our side, and nothing was changed. Please try again in a moment.")


def note_broken_page(exception: Exception) -> None:  # noqa: ARG001 - see below
    """Log that a page broke in somebody's browser.

    Only that: the text is the browser's, so that it may hold what stood on the page, and anybody can send any.
    """
    logger.error("A page broke in a browser")
