"""From sessions to lines, and the zones and languages to choose from."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import available_timezones

from babel import Locale

from ce_calendar.domain.errors import Invalid
from ce_calendar.domain.people import Session
from ce_calendar.web.account.rows import PasswordErrors, SessionRow
from ce_calendar.web.checks import fields
from ce_calendar.web.dates import exact_words, relative_words

BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
"""In this order: each names the ones after it, too."""
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)

LANGUAGES = (
    *("ar-EG", "cs-CZ", "da-DK", "de-AT", "de-CH", "de-DE", "el-GR", "en-AU", "en-CA", "en-GB", "en-IE", "en-IN"),
    *("en-US", "es-ES", "es-MX", "et-EE", "fi-FI", "fr-BE", "fr-CA", "fr-FR", "he-IL", "hi-IN", "hr-HR", "hu-HU"),
    *("it-IT", "ja-JP", "ko-KR", "lt-LT", "lv-LV", "nb-NO", "nl-BE", "nl-NL", "pl-PL", "pt-BR", "pt-PT", "ro-RO"),
    *("ru-RU", "sk-SK", "sl-SI", "sr-RS", "sv-SE", "th-TH", "tr-TR", "uk-UA", "vi-VN", "zh-CN", "zh-TW"),
)


def zones() -> list[str]:
    """The time zones to choose from, by name of the place."""
    places = (name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "posix")))
    return [*sorted(places), "UTC"]


def languages() -> list[tuple[str, str]]:
    """Tags and the languages' own names for themselves."""
    named = ((tag, Locale.parse(tag, sep="-").get_display_name() or tag) for tag in LANGUAGES)
    return sorted(((tag, name[:1].upper() + name[1:]) for tag, name in named), key=lambda each: each[1].casefold())


def browser_words(user_agent: str) -> str:
    """A browser as a person would name it."""
    browser = next((name for mark, name in BROWSERS if mark in user_agent), "A browser")
    system = next((name for mark, name in SYSTEMS if mark in user_agent), "")
    return f"{browser} on {system}" if system else browser


def to_rows(
    sessions: Iterable[Session], *, current_id: str, zone: str, language: str, now: datetime
) -> list[SessionRow]:
    """Lines, this browser first."""
    rows = [
        SessionRow(
            id=each.id,
            browser=browser_words(each.user_agent),
            last_seen=relative_words(each.last_seen_at, now, language),
            last_seen_exact=exact_words(each.last_seen_at, zone, language),
            is_this=each.id == current_id,
        )
        for each in sessions
    ]
    return sorted(rows, key=lambda row: not row.is_this)


def to_errors(refusal: Invalid) -> PasswordErrors:
    """The message, beside the field it is about."""
    field = refusal.field if refusal.field in {"current", "new", "again"} else "whole"
    return PasswordErrors(**{field: str(refusal)})


def new_password(form: object) -> dict[str, str]:
    """The entered passwords, blanks and all.

    Raises:
        Invalid: the new one was not entered twice the same.
    """
    entered = fields(form, "current", "new", "again", strip=False)
    if entered["new"] != entered["again"]:
        raise Invalid("These two are not the same.", field="again")
    return entered
