"""Templates of calendars and events."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ce_calendar.domain.employees.rules import CalendarRules
from ce_calendar.domain.employees.templates import Template, check_templates, event_placeholders
from ce_calendar.domain.errors import Invalid

KNOWN = ("title", "address", "customer")
VALUES = {"title": "Router", "address": "1 Main St", "customer": ""}


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        # A placeholder among words, and one beside another.
        ("Work: {title}", "Work: Router"),
        ("{title}{address}", "Router1 Main St"),
        # Words alone; per cent signs mean nothing.
        ("50% done, %s", "50% done, %s"),
        ("100% {title} %(x)s", "100% Router %(x)s"),
        # Doubled braces are braces.
        ("{{title}}", "{title}"),
        ("{{{title}}}", "{Router}"),
        ("{{}}", "{}"),
        # A line whose placeholders are all empty is left out; one with words of its own, or written empty, stays.
        ("{title}\n{customer}\n{address}", "Router\n1 Main St"),
        ("{title}\n{customer} {customer}\n{address}", "Router\n1 Main St"),
        ("{title}\nFor: {customer}\n{address}", "Router\nFor: \n1 Main St"),
        ("{title}\n\n{address}", "Router\n\n1 Main St"),
        # Nothing at all.
        ("", ""),
    ],
)
def test_placeholders_are_filled_in(text: str, filled: str) -> None:
    assert Template(text, KNOWN).render(VALUES) == filled


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        # Nobody knows it, or writes it like this.
        ("{phone}", "There is no placeholder “{phone}” here. These can be used: {title}, {address}, {customer}."),
        ("{Title}", "There is no placeholder “{Title}” here."),
        ("{ title }", "There is no placeholder “{ title }” here."),
        ("{}", "There is no placeholder “{}” here."),
        # What str.format would follow into our objects.
        ("{title.__class__}", "There is no placeholder “{title.__class__}” here."),
        ("{title[0]}", "There is no placeholder “{title[0]}” here."),
        ("{title!r:>100}", "There is no placeholder “{title!r:>100}” here."),
        # A very long one is not repeated in full.
        ("{" + "x" * 500 + "}", "There is no placeholder “{" + "x" * 40 + "…}” here."),
        # Braces without partners, also across lines.
        ("{title", "There is a “{” without its “}”. Write “{{” for the brace itself."),
        ("title}", "There is a “}” without its “{”. Write “}}” for the brace itself."),
        ("{{title}", "There is a “}” without its “{”."),
        ("{title}}", "There is a “}” without its “{”."),
        ("{ti\ntle}", "There is a “{” without its “}”."),
    ],
)
def test_what_cannot_be_filled_in_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(Invalid) as refusal:
        Template(f"Before {text}", KNOWN, field="event_title")
    assert str(refusal.value).startswith(reason)
    assert refusal.value.field == "event_title"


@pytest.mark.parametrize("field", ["calendar_name", "event_title", "event_description"])
def test_rules_with_a_wrong_template_are_refused_at_that_template(field: str) -> None:
    wrong: dict[str, Any] = {field: "{nonsense}"}
    check_templates(CalendarRules())
    with pytest.raises(Invalid) as refusal:
        check_templates(CalendarRules(**wrong))
    assert refusal.value.field == field


def test_a_calendar_is_not_named_by_a_task() -> None:
    with pytest.raises(Invalid, match=r"These can be used: \{employee\}, \{position\}, \{departments\}"):
        check_templates(CalendarRules(calendar_name="{title}"))


def test_it_can_be_asked_what_events_depend_on() -> None:
    rules = CalendarRules(event_title="{number}", event_description="With {employees}\n{{departments}}")
    assert event_placeholders(rules) == {"number", "employees"}


@given(st.text(alphabet="{}%s a\n(title)", max_size=30))
def test_whatever_is_written_is_filled_in_or_refused(text: str) -> None:
    try:
        template = Template(text, KNOWN)
    except Invalid:
        return
    filled = template.render(dict.fromkeys(KNOWN, "X"))
    assert filled.count("%") == text.count("%"), "per cent signs are words like any other"


@given(st.text(max_size=50))
def test_what_is_filled_in_is_never_looked_at_again(value: str) -> None:
    assert Template("<{title}>", KNOWN).render({"title": value}) == f"<{value}>"
