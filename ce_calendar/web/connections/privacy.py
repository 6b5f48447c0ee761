"""The dialog in which people choose what others see of their meetings, tried on one of their own."""

import asyncio
from collections.abc import Sequence

import reflex as rx
from reflex.event import EventSpec, event

from ce_calendar.domain.errors import Refused
from ce_calendar.domain.meetings.privacy import PrivacyLevel
from ce_calendar.domain.meetings.timeline import MeetingSample
from ce_calendar.services.connections import PrivacyPreview
from ce_calendar.services.registry import get_services
from ce_calendar.web.checks import a_word, an_id
from ce_calendar.web.components.focus import focus_back
from ce_calendar.web.components.refusal import show_refusal
from ce_calendar.web.connections.rows import Sample
from ce_calendar.web.connections.state import ConnectionsState
from ce_calendar.web.dates import date_words, time_words, zone_of
from ce_calendar.web.session import current_actor

FULL, GUESTS, BUSY = (level.value for level in PrivacyLevel)
NAMES = ((FULL, "Full details"), (GUESTS, "Time and guests"), (BUSY, "Busy time only"))
MEANINGS = (
    (FULL, "Title, place, description and guests are kept."),
    (GUESTS, "When and with whom is kept; no title, place or description."),
    (BUSY, "Nothing appears on the timeline; only which time is taken is kept."),
)
MOST_GUESTS = 3


class PrivacyState(rx.State):
    """The levels for one connection, and the meeting they are shown on."""

    connection_id: str = ""
    """The dialog is open for it; empty while it is closed."""
    account: str = ""
    owner_name: str = ""
    is_own: bool = False
    current: str = FULL
    level: str = FULL
    """Chosen in the dialog, not yet saved."""
    may_widen: bool = False
    sample: Sample = Sample()

    @event
    async def open(self, connection_id: str) -> EventSpec | None:
        """Show what each level would leave of a meeting."""
        try:
            target = an_id(connection_id)
            actor = await current_actor(self)
            preview = await asyncio.to_thread(get_services().connections.privacy_preview, actor, connection_id=target)
        except Refused as refusal:
            return show_refusal(refusal)
        connection = preview.connection
        self.connection_id = connection.id
        self.account = connection.account_email
        self.owner_name = preview.owner_name
        self.is_own = preview.is_own
        self.current = self.level = connection.privacy_level.value
        self.may_widen = preview.may_widen
        self.sample = to_sample(preview, zone=actor.zone, language=actor.language)
        return None

    @event
    def close(self) -> None:
        """Close the dialog; nothing changes."""
        self.reset()

    @event
    def choose(self, level: str) -> EventSpec | None:
        """Choose a level. Nothing is saved yet."""
        try:
            self.level = a_word(level, PrivacyLevel).value
        except Refused as refusal:
            return show_refusal(refusal)
        return None

    @event
    async def save(self) -> list[EventSpec] | EventSpec | None:
        """Keep no more than the chosen level from now on."""
        if not self.connection_id:
            return None  # pressed twice: the first has saved and closed
        try:
            target, wanted = an_id(self.connection_id), a_word(self.level, PrivacyLevel)
            actor = await current_actor(self)
            await asyncio.to_thread(get_services().connections.set_privacy, actor, connection_id=target, level=wanted)
        except Refused as refusal:
            return show_refusal(refusal)
        said = [] if wanted.value == self.current else [rx.toast.success("Saved. Stored meetings follow at once.")]
        self.reset()
        return [ConnectionsState.refresh(), *said]


def to_sample(preview: PrivacyPreview, *, zone: str, language: str) -> Sample:
    """The meeting to try the levels on; an example, marked so, for who has none ahead and for whose it is not."""
    found = preview.sample
    if found is None:
        return Sample(
            title="Quarterly review",
            when="Tomorrow, 10:00 \N{EN DASH} 11:00",
            place="Meeting room 2",
            contact="Maria Example",
            guests="Maria Example and 2 others",
        )
    return Sample(
        is_example=False,
        title=found.title,
        when=_when(found, zone, language),
        place=found.location,
        contact=", ".join(found.contacts),
        guests=_guests([guest.name or guest.email for guest in found.guests if not guest.is_resource]),
        is_title_kept=preview.connection.privacy_level is PrivacyLevel.FULL,
    )


def _when(found: MeetingSample, zone: str, language: str) -> str:
    if found.dates:
        return date_words(found.dates.start, language)
    day = date_words(found.starts_at.astimezone(zone_of(zone)).date(), language)
    return f"{day}, {time_words(found.starts_at, found.ends_at, zone, language)}"


def _guests(names: Sequence[str]) -> str:
    if len(names) <= MOST_GUESTS:
        return ", ".join(names)
    return f"{', '.join(names[:MOST_GUESTS])} and {len(names) - MOST_GUESTS} more"


# -- view ------------------------------------------------------------------------------------------------------------


def _shown(icon: str, words: object, **props: object) -> rx.Component:
    return rx.flex(
        rx.icon(icon, size=14, aria_hidden="true", flex_shrink="0", margin_top="2px"),
        rx.text(words, as_="span", size="1", class_name="words", **props),
        spacing="2",
        align="start",
    )


def _insiders() -> rx.Component:
    return rx.cond(PrivacyState.is_own, "You", PrivacyState.owner_name)


def _who(*words: object) -> rx.Component:
    return rx.text(*words, as_="div", size="1", color_scheme="gray")


def _preview(level: str) -> rx.Component:
    """What is left of the meeting, for those who may see its details and for all others."""
    sample = PrivacyState.sample
    if level == BUSY:
        return rx.box(
            _shown("clock", sample.when),
            _shown("eye-off", "Nobody sees a meeting, its owner neither: only that this time is taken."),
            class_name="preview",
        )
    title = rx.cond(sample.is_title_kept, sample.title, "Title, place and description, once read again")
    inside = (
        [_shown("users", sample.guests)]
        if level == GUESTS
        else [
            _shown("text", title, weight="medium"),
            rx.cond(sample.is_title_kept & (sample.place != ""), _shown("map-pin", sample.place)),
            _shown("users", sample.guests),
        ]
    )
    return rx.box(
        _who("Everybody in the organization sees"),
        _shown("clock", rx.fragment(sample.when, ", with ", sample.contact)),
        _who(_insiders(), ", and people who may see all meetings, also see"),
        *inside,
        class_name="preview",
    )


def _level(level: str, name: str, meaning: str, stricter_than: tuple[str, ...]) -> rx.Component:
    is_wider = rx.Var.create(list(stricter_than)).contains(PrivacyState.current)
    is_locked = is_wider & ~PrivacyState.may_widen
    return rx.el.label(
        rx.el.input(
            type="radio",
            name="privacy-level",
            value=level,
            checked=PrivacyState.level == level,
            on_change=PrivacyState.choose(level),
            disabled=is_locked,
            class_name="level-radio",
            aria_label=name,
            custom_attrs={"aria-describedby": f"about-{level}"},
        ),
        rx.box(
            rx.text(name, as_="div", size="2", weight="medium"),
            rx.text(meaning, as_="div", size="1", color_scheme="gray"),
            _preview(level),
            id=f"about-{level}",
            flex="1",
            min_width="0",
        ),
        class_name="level",
        custom_attrs={
            "data-chosen": rx.cond(PrivacyState.level == level, "yes", "no"),
            "data-locked": rx.cond(is_locked, "yes", "no"),
        },
    )


def _levels() -> rx.Component:
    """From the widest to the strictest; each is wider than those after it."""
    order = [FULL, GUESTS, BUSY]
    names, meanings = dict(NAMES), dict(MEANINGS)
    return rx.el.fieldset(
        rx.el.legend("What is kept of these meetings", class_name="visually-hidden"),
        *(_level(each, names[each], meanings[each], tuple(order[at + 1 :])) for at, each in enumerate(order)),
        class_name="levels",
    )


def _consequence() -> rx.Component:
    """What saving does."""
    level, current = PrivacyState.level, PrivacyState.current
    words = rx.cond(
        level == current,
        "This is how it is now.",
        rx.cond(
            level == BUSY,
            "All meetings of this account leave the timeline at once, and what they said is erased. What another "
            "connected calendar holds, too, stays.",
            rx.cond(
                (level == GUESTS) & (current == FULL),
                "Titles, places and descriptions are erased at once.",
                "The calendars are read again at once, to bring back what was left out.",
            ),
        ),
    )
    return rx.text(words, as_="div", size="2", role="status", margin_top="14px")


def privacy_dialog() -> rx.Component:
    """Three levels, each with what it leaves of a meeting."""
    return rx.dialog.root(
        rx.dialog.content(
            rx.dialog.title("What others see of these meetings", margin_bottom="4px"),
            rx.dialog.description(
                rx.fragment("Of ", PrivacyState.account, ". "),
                rx.cond(
                    PrivacyState.sample.is_example,
                    "Shown on an example, not on a real meeting.",
                    "Shown on your next meeting with one of the organization's contacts.",
                ),
                " Private events and those without a contact are never shown, whatever is chosen.",
                class_name="dialog-words words",
            ),
            _levels(),
            rx.cond(
                PrivacyState.may_widen,
                rx.fragment(),
                rx.text(
                    rx.cond(
                        PrivacyState.is_own,
                        "Your role lets you show less, but not more.",
                        rx.fragment("Only ", PrivacyState.owner_name, " can let others see more."),
                    ),
                    as_="div",
                    size="1",
                    color_scheme="gray",
                    margin_top="10px",
                ),
            ),
            _consequence(),
            rx.flex(
                rx.dialog.close(rx.button("Cancel", variant="soft", color_scheme="gray")),
                rx.button("Save", on_click=PrivacyState.save, disabled=PrivacyState.level == PrivacyState.current),
                spacing="3",
                justify="end",
                margin_top="16px",
            ),
            max_width="560px",
            on_close_auto_focus=focus_back(),
        ),
        open=PrivacyState.connection_id != "",
        on_open_change=lambda _: PrivacyState.close(),
    )
