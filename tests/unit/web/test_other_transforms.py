import pytest

from ce_calendar.domain.access import Permission
from ce_calendar.domain.errors import Invalid, NotFound, SignedOut
from ce_calendar.web.account import transform as account
from ce_calendar.web.components.pager import page_words
from ce_calendar.web.components.refusal import show_refusal
from ce_calendar.web.contacts import transform as contacts
from ce_calendar.web.frame import initials
from ce_calendar.web.home import first_screen
from ce_calendar.web.login.state import problem_words
from ce_calendar.web.session import fingerprint, token_in
from tests.builders import make_actor, make_contact, make_session, make_user
from tests.conftest import NOON


def test_a_contact_becomes_a_line() -> None:
    contact = make_contact(name="Carla", email="c@clinic.example", company="Clinic")
    shown = contacts.to_rows([contact])[0]
    assert (shown.id, shown.name, shown.email, shown.company) == (contact.id, "Carla", "c@clinic.example", "Clinic")


@pytest.mark.parametrize(("field", "place"), [("email", "email"), ("name", "name"), ("", "whole"), ("zone", "whole")])
def test_a_refusal_stands_beside_its_field(field: str, place: str) -> None:
    assert getattr(contacts.to_errors(Invalid("No.", field=field)), place) == "No."


@pytest.mark.parametrize(
    ("user_agent", "expected"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36", "Chrome on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/130.0 Safari/537.36 Edg/130.0", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18 like Mac OS X) Version/18.0 Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 14.0; rv:130.0) Firefox/130.0", "Firefox on macOS"),
        ("curl/8", "A browser"),
    ],
)
def test_browsers_are_named_as_people_do(user_agent: str, expected: str) -> None:
    assert account.browser_words(user_agent) == expected


def test_this_browser_comes_first() -> None:
    user = make_user()
    others, this = make_session(user=user), make_session(user=user)
    rows = account.to_rows([others, this], current_id=this.id, zone="UTC", language="en-GB", now=NOON)
    assert [(row.id, row.is_this) for row in rows] == [(this.id, True), (others.id, False)]


def test_zones_and_languages_to_choose_from_are_real() -> None:
    assert {"Europe/Berlin", "UTC"} <= set(account.zones())
    assert ("en-GB", "English (United Kingdom)") in account.languages()


def test_the_new_password_is_entered_twice_and_keeps_its_blanks() -> None:
    assert account.new_password({"current": "a", "new": " b ", "again": " b "})["new"] == " b "
    with pytest.raises(Invalid) as refusal:
        account.new_password({"current": "a", "new": "b", "again": "b "})
    assert refusal.value.field == "again"


@pytest.mark.parametrize(
    ("offset", "shown", "total", "expected"),
    [
        (0, 50, 50, ""),
        (0, 50, 230, "1–50 of 230"),  # noqa: RUF001 - a range
        (200, 30, 230, "201–230 of 230"),  # noqa: RUF001 - a range
        # the rest was deleted meanwhile: the way back stays
        (50, 0, 50, "0 of 50"),
    ],
)
def test_the_pager_says_where_one_is(offset: int, shown: int, total: int, expected: str) -> None:
    assert page_words(offset, shown, total) == expected


@pytest.mark.parametrize(
    ("problem", "wait", "expected"),
    [
        ("credentials", "", "do not belong together"),
        ("attempts", "12", "in 12 minutes"),
        ("attempts", "1", "in a minute"),
        # what an address says is not shown
        ("attempts", "<b>9</b>", "in a minute"),
        ("attempts", "99999999", "in a minute"),
        ("attempts", "٣", "in a minute"),
    ],
)
def test_a_failed_sign_in_is_told_in_words_of_ours(problem: str, wait: str, expected: str) -> None:
    assert expected in problem_words(problem, wait)


def test_an_unknown_problem_says_nothing() -> None:
    assert problem_words("hello", "") == ""


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("ce_session=abc; theme=dark", "abc"),
        ("theme=dark; ce_session=abc", "abc"),
        ("xce_session=abc", ""),
        ("", ""),
        ("; = ;;", ""),
    ],
)
def test_the_session_is_found_among_cookies(header: str, expected: str) -> None:
    assert token_in(header) == expected


def test_a_fingerprint_does_not_hold_the_token() -> None:
    assert "abc" not in fingerprint("abc")
    assert fingerprint("abc") != fingerprint("abd")


@pytest.mark.parametrize(
    ("name", "expected"), [("Sam Staff", "SS"), ("Ana", "A"), ("Jo van der Berg", "JB"), ("", "?")]
)
def test_initials_stand_for_a_name(name: str, expected: str) -> None:
    assert initials(name) == expected


def test_people_start_where_they_may_be() -> None:
    assert first_screen(make_actor(permissions={Permission.CALENDAR_VIEW})) == "/ce/activity"
    assert first_screen(make_actor(permissions={Permission.ERP_VIEW})) == "/erp/employees"
    assert first_screen(make_actor(permissions={Permission.CALENDAR_CONNECT})) == "/account"


def test_who_is_not_signed_in_is_sent_to_sign_in_by_a_full_load() -> None:
    assert "window.location.assign" in str(show_refusal(SignedOut()))


def test_a_refusal_is_said_in_its_own_words() -> None:
    assert "This contact does not exist" in str(show_refusal(NotFound("contact")))
