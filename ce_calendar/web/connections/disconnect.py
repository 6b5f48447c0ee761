"""Ending a connection: what will happen, and the way to say so."""

import asyncio

import reflex as rx
from reflex.event import EventSpec, event

from ce_calendar.domain.errors import Refused
from ce_calendar.services.connections import DisconnectEffects
from ce_calendar.services.registry import get_services
from ce_calendar.web.checks import a_flag, an_id
from ce_calendar.web.components.focus import focus_back
from ce_calendar.web.components.refusal import show_refusal
from ce_calendar.web.components.ways_out import danger_button, ways_out
from ce_calendar.web.connections.rows import DisconnectQuestion
from ce_calendar.web.connections.state import ConnectionsState
from ce_calendar.web.counting import count_words
from ce_calendar.web.session import current_actor


class DisconnectState(rx.State):
    """The question before a connection ends."""

    question: DisconnectQuestion = DisconnectQuestion()
    deletes_past: bool = False

    @event
    async def ask(self, connection_id: str) -> EventSpec | None:
        """Open the confirmation, which says what would happen."""
        try:
            target = an_id(connection_id)
            actor = await current_actor(self)
            effects = await asyncio.to_thread(
                get_services().connections.disconnect_effects, actor, connection_id=target
            )
        except Refused as refusal:
            return show_refusal(refusal)
        self.deletes_past = False
        self.question = to_question(effects, reader_id=actor.user_id)
        return None

    @event
    def keep(self) -> None:
        """Close the confirmation; nothing happens."""
        self.question = DisconnectQuestion()

    @event
    def set_deletes_past(self, wanted: bool) -> EventSpec | None:  # noqa: FBT001 - a checkbox
        """Whether past meetings go, too."""
        try:
            self.deletes_past = a_flag(wanted)
        except Refused as refusal:
            return show_refusal(refusal)
        return None

    @event
    async def disconnect(self) -> EventSpec | None:
        """Disconnect the account the confirmation is about."""
        if not self.question.connection_id:
            return None  # pressed twice: the first has disconnected it
        try:
            target = an_id(self.question.connection_id)
            actor = await current_actor(self)
            await asyncio.to_thread(
                get_services().connections.disconnect, actor, connection_id=target, delete_past=self.deletes_past
            )
        except Refused as refusal:
            return show_refusal(refusal)
        finally:
            self.question = DisconnectQuestion()
        return ConnectionsState.refresh()


def to_question(effects: DisconnectEffects, *, reader_id: str) -> DisconnectQuestion:
    """What the confirmation says, with numbers."""
    connection, tally = effects.connection, effects.tally
    past = count_words(tally.past, "past meeting", "past meetings")
    return DisconnectQuestion(
        connection_id=connection.id,
        provider=connection.provider.value,
        account=connection.account_email,
        owner_name="" if connection.user_id == reader_id else effects.owner_name,
        coming=_leaving(tally.coming, "coming", tally.coming_elsewhere),
        past=f"{past} {'stays' if tally.past == 1 else 'stay'} on the timeline." if tally.past else "",
        past_deleted=_leaving(tally.past, "past", tally.past_elsewhere),
        tick=f"Also delete the {past} from the timeline" if tally.past else "",
        busy=f"{count_words(tally.busy, 'stretch', 'stretches')} of busy time {_is(tally.busy)} deleted."
        if tally.busy
        else "",
    )


def _leaving(count: int, kind: str, elsewhere: int) -> str:
    """How many meetings leave the timeline, and how many of them stay after all."""
    if count == 0:
        return f"There is no {kind} meeting to take off the timeline."
    words = count_words(count, f"{kind} meeting", f"{kind} meetings")
    if elsewhere == count:
        stay = "stays" if count == 1 else "stay"
        return f"{words} {stay} on the timeline: another connected calendar has {_it(count)}, too."
    if elsewhere:
        leave = "leaves" if count - elsewhere == 1 else "leave"
        stay = "stays" if elsewhere == 1 else "stay"
        return (
            f"{count - elsewhere:,} of {words} {leave} the timeline; {elsewhere:,} {stay}, since another connected "
            f"calendar has {_it(elsewhere)}."
        )
    return f"{words} {'leaves' if count == 1 else 'leave'} the timeline."


def _is(count: int) -> str:
    return "is" if count == 1 else "are"


def _it(count: int) -> str:
    return "it" if count == 1 else "them"


def _effect(icon: str, *words: str | rx.Component) -> rx.Component:
    return rx.el.li(
        rx.icon(icon, size=17, aria_hidden="true", flex_shrink="0", margin_top="2px", color="var(--gray-10)"),
        rx.text(*words, as_="span", size="2"),
        class_name="effect",
    )


def _access(provider: str) -> rx.Component:
    return rx.cond(
        provider == "microsoft",
        "Reading stops, and our access is deleted here. Microsoft lets only the person themself take the app off the "
        "account's list; we say where when it is done.",
        "Reading stops, and our access is withdrawn at Google. We say here when that is done.",
    )


def disconnect_dialog() -> rx.Component:
    """What happens to access, coming and past meetings; and the two ways out."""
    question, deletes_past = DisconnectState.question, DisconnectState.deletes_past
    return rx.alert_dialog.root(
        rx.alert_dialog.content(
            rx.alert_dialog.title("Disconnect this account?", margin_bottom="4px"),
            rx.alert_dialog.description(
                question.account,
                rx.cond(question.owner_name != "", rx.fragment(" of ", question.owner_name), rx.fragment()),
                class_name="dialog-words words",
            ),
            rx.el.ul(
                _effect("unplug", _access(question.provider)),
                _effect("calendar-x", question.coming),
                rx.cond(
                    question.tick != "",
                    _effect("history", rx.cond(deletes_past, question.past_deleted, question.past)),
                ),
                rx.cond(question.busy != "", _effect("clock", question.busy)),
                class_name="effects",
            ),
            rx.cond(
                question.tick != "",
                rx.el.label(
                    rx.flex(
                        rx.checkbox(
                            checked=deletes_past,
                            on_change=DisconnectState.set_deletes_past,
                            aria_label=question.tick,
                            margin_top="2px",
                        ),
                        rx.text(question.tick, size="2"),
                        spacing="2",
                        align="start",
                    ),
                ),
            ),
            ways_out(
                danger_button("Disconnect", DisconnectState.disconnect, testid="confirm-disconnect"), keep="Keep it"
            ),
            max_width="500px",
            on_close_auto_focus=focus_back(),
        ),
        open=question.connection_id != "",
        on_open_change=lambda _: DisconnectState.keep(),
    )
