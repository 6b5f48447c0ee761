"""The question before a task is removed."""

import reflex as rx

from ce_calendar.web.components.focus import focus_back
from ce_calendar.web.components.ways_out import danger_button, ways_out
from ce_calendar.web.tasks.form import TaskFormState


def removal_dialog() -> rx.Component:
    """What goes with it, and the two ways out."""
    form = TaskFormState.form
    return rx.alert_dialog.root(
        rx.alert_dialog.content(
            rx.alert_dialog.title("Remove this task?", margin_bottom="4px"),
            rx.alert_dialog.description(form.number, " ", form.title, class_name="dialog-words words"),
            rx.text(
                "It leaves every calendar it shows in, and cannot be brought back. To keep it on record, give it a "
                "status that means “done” instead.",
                size="2",
                margin_top="16px",
            ),
            ways_out(danger_button("Remove", TaskFormState.remove, testid="confirm-remove-task"), keep="Keep it"),
            max_width="480px",
            on_close_auto_focus=focus_back(),
        ),
        open=TaskFormState.is_removing,
        on_open_change=lambda _: TaskFormState.keep(),
    )
