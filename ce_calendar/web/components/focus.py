"""Where the keyboard is after a dialog: our dialogs open by state, so they have no trigger to go back to."""

import reflex as rx
from reflex.event import EventSpec

REMEMBER_FOCUS = """
document.addEventListener('focusin', (event) => {
  if (!event.target.closest('[role=dialog], [role=alertdialog]')) window.ceFocusBefore = event.target;
});
"""
"""Stands in every page's head."""


def focus_back() -> EventSpec:
    """Go to what had the focus before the dialog, or to the content if that has gone meanwhile."""
    return rx.call_script(
        "(window.ceFocusBefore?.isConnected ? window.ceFocusBefore : document.getElementById('content'))?.focus()"
    )


def focus_wrong_field() -> EventSpec:
    """Go to the first field of the open dialog that will not do: in a long form it may be out of sight."""
    # Two frames later, when what is wrong has been drawn.
    return rx.call_script(
        "requestAnimationFrame(() => requestAnimationFrame(() => "
        "document.querySelector('[role=dialog] [aria-invalid=true]')?.focus()))"
    )
