"""Texts with placeholders in braces, which name calendars and events. Nothing in a placeholder is ever evaluated."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from operator import itemgetter
from typing import NamedTuple

from ce_calendar.domain.employees.rules import CalendarRules
from ce_calendar.domain.errors import Invalid

EVENT_PLACEHOLDERS = (
    "number",
    "title",
    "kind",
    "status",
    "address",
    "customer",
    "description",
    "employees",
    "departments",
)
"""Of an event's title and description; the last two are whom the task is assigned to."""
CALENDAR_PLACEHOLDERS = ("employee", "position", "departments")
"""Of a calendar's name; the departments are the employee's own."""

_TOKEN = re.compile(r"\{\{|\}\}|\{(?P<name>[^{}\n]*)\}|[{}]")
_MOST_ECHOED = 40
"""Characters of a placeholder nobody knows that are shown to whoever wrote it."""


class _Line(NamedTuple):
    """One line of a template, ready to be filled in."""

    fill: str
    """Words, and %s for each placeholder; just the words if there is none."""
    names: Callable[[Mapping[str, str]], str | tuple[str, ...]] | None
    """Picks what to fill in; None if there is nothing."""
    has_words: bool
    """Whether it stays if all placeholders are empty; so does a line that was written empty."""


class Template:
    """A text with placeholders, taken apart once and filled in often."""

    __slots__ = ("_lines", "placeholders")

    def __init__(self, text: str, known: Collection[str], *, field: str = "") -> None:
        """Take a text apart.

        Args:
            text: `{name}` is a placeholder; `{{` and `}}` are braces.
            known: placeholders it may hold.
            field: where it was entered, for the refusal.

        Raises:
            Invalid: a placeholder is unknown, or a brace has no partner.
        """
        self._lines: list[_Line] = []
        names: list[str] = []
        for line in text.splitlines():
            pieces, found = _taken_apart(line, known, field=field)
            self._lines.append(_line(pieces, found))
            names += found
        self.placeholders = frozenset(names)
        """Those that occur in it."""

    def render(self, values: Mapping[str, str]) -> str:
        """Fill it in. A line of nothing but placeholders that all turn out empty is left out.

        Args:
            values: a text for each of `placeholders`, at least.
        """
        lines = []
        for fill, names, has_words in self._lines:
            text = fill % names(values) if names else fill
            if has_words or text.strip():
                lines.append(text)
        return "\n".join(lines)


def _line(pieces: Sequence[str], names: Sequence[str]) -> _Line:
    """A line of words and placeholders by turns, beginning and ending with words."""
    if not names:
        return _Line(pieces[0], None, has_words=True)
    # Only %s stands in it, and only texts are filled in: unlike str.format, this reaches no attribute of anything.
    fill = "%s".join(piece.replace("%", "%%") for piece in pieces)
    return _Line(fill, itemgetter(*names), has_words=any(piece.strip() for piece in pieces))


def _taken_apart(line: str, known: Collection[str], *, field: str) -> tuple[list[str], list[str]]:
    """Words and placeholders of one line, by turns: there is one piece of words more than there are placeholders."""
    pieces, names, begun = [""], list[str](), 0
    for token in _TOKEN.finditer(line):
        pieces[-1] += line[begun : token.start()]
        begun = token.end()
        if token[0] in {"{{", "}}"}:
            pieces[-1] += token[0][0]
        elif token["name"] is None:
            raise Invalid(_about_brace(token[0]), field=field)
        elif token["name"] not in known:
            raise Invalid(_about_unknown(token["name"], known), field=field)
        else:
            names.append(token["name"])
            pieces.append("")
    pieces[-1] += line[begun:]
    return pieces, names


def _about_brace(brace: str) -> str:
    partner = "}" if brace == "{" else "{"
    return f"There is a “{brace}” without its “{partner}”. Write “{brace}{brace}” for the brace itself."


def _about_unknown(name: str, known: Collection[str]) -> str:
    shown = name if len(name) <= _MOST_ECHOED else f"{name[:_MOST_ECHOED]}…"
    names = ", ".join(f"{{{each}}}" for each in known)
    return f"There is no placeholder “{{{shown}}}” here. These can be used: {names}."


def calendar_name_template(rules: CalendarRules) -> Template:
    """How calendars are named.

    Raises:
        Invalid: the template cannot be taken.
    """
    return Template(rules.calendar_name, CALENDAR_PLACEHOLDERS, field="calendar_name")


def event_title_template(rules: CalendarRules) -> Template:
    """How events are titled.

    Raises:
        Invalid: the template cannot be taken.
    """
    return Template(rules.event_title, EVENT_PLACEHOLDERS, field="event_title")


def event_description_template(rules: CalendarRules) -> Template:
    """How events are described.

    Raises:
        Invalid: the template cannot be taken.
    """
    return Template(rules.event_description, EVENT_PLACEHOLDERS, field="event_description")


def check_templates(rules: CalendarRules) -> None:
    """Refuse rules with a template that could not be filled in.

    Raises:
        Invalid: says what is wrong with it; its `field` is the name of the rule.
    """
    calendar_name_template(rules)
    event_title_template(rules)
    event_description_template(rules)


def event_placeholders(rules: CalendarRules) -> frozenset[str]:
    """What the templates of events make use of.

    An employee's new name changes the events of all who share a task with them only if `employees` is among these.
    """
    return event_title_template(rules).placeholders | event_description_template(rules).placeholders
