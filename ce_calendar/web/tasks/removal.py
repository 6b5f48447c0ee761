"""The question before a task is removed."""

import reflex as rx

from ce_calendar.web.components.focus import focus_back
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
            rx.flex(
                rx.alert_dialog.cancel(rx.button("Keep it", variant="soft", color_scheme="gray")),
                rx.button(
                    "Remove",
                    on_click=TaskFormState.remove,
                    color_scheme="red",
                    class_name="danger",
                    data_testid="confirm-remove-task",
                ),
                spacing="3",
                justify="end",
                wrap="wrap",
                margin_top="24px",
            ),
            max_width="480px",
            on_close_auto_focus=focus_back(),
        ),
        open=TaskFormState.is_removing,
        on_open_change=lambda _: TaskFormState.keep(),
    )
