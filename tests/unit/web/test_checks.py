from typing import Any

import pytest

from ce_calendar.domain.errors import Invalid
from ce_calendar.domain.meetings.privacy import PrivacyLevel
from ce_calendar.web.checks import a_flag, a_text, a_word, an_id, an_id_or_nothing, fields


@pytest.mark.parametrize("value", [None, 7, "", " ", "a b", "../x", "x" * 65, ["a"], {"a": 1}, "a'--", True])
def test_what_is_no_id_is_refused(value: Any) -> None:
    with pytest.raises(Invalid):
        an_id(value)


def test_an_id_passes() -> None:
    assert an_id("0f" * 16) == "0f" * 16
    assert an_id_or_nothing("") == ""


@pytest.mark.parametrize("value", [None, 0, 1, "true", [], "on"])
def test_only_yes_and_no_are_flags(value: Any) -> None:
    with pytest.raises(Invalid):
        a_flag(value)


@pytest.mark.parametrize("value", [None, "", "FULL", "everything", 1, ["full"]])
def test_only_the_fixed_words_are_words(value: Any) -> None:
    with pytest.raises(Invalid):
        a_word(value, PrivacyLevel)


def test_text_is_stripped_unless_blanks_belong_to_it() -> None:
    assert a_text(" a ") == "a"
    assert a_text(" a ", strip=False) == " a "


@pytest.mark.parametrize("value", [None, 5, ["a"], "x" * 401, "\ud83d"], ids=ascii)
def test_no_text_and_endless_text_are_refused(value: Any) -> None:
    with pytest.raises(Invalid):
        a_text(value)


def test_a_form_gives_its_named_fields_and_nothing_else() -> None:
    assert fields({"name": " A ", "role": "admin"}, "name", "email") == {"name": "A", "email": ""}


@pytest.mark.parametrize("form", [None, "name=A", [("name", "A")], {"name": {"$ne": ""}}])
def test_what_is_no_form_is_refused(form: Any) -> None:
    with pytest.raises(Invalid):
        fields(form, "name")
