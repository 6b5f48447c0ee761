"""Settings: what an operator can write, and what is refused in which words."""

import pytest
from pydantic import ValidationError

from ce_calendar.domain.meetings.connections import Provider
from ce_calendar.providing import redirect_paths
from ce_calendar.settings import GOOGLE_REDIRECT_PATHS, Settings, SettingsError, get_settings


def settings(**values: str) -> Settings:
    return Settings(_env_file=None, **values)  # type: ignore[arg-type]  # by alias, as from the environment


@pytest.mark.parametrize("path", GOOGLE_REDIRECT_PATHS)
def test_google_sends_people_back_to_a_known_address(path: str) -> None:
    assert redirect_paths(settings(CE_GOOGLE_REDIRECT_PATH=path))[Provider.GOOGLE] == path


def test_without_a_word_it_is_our_own() -> None:
    assert settings().google_redirect_path == "/oauth/google/callback"


@pytest.mark.parametrize("path", ["/elsewhere", "oauth/google/callback", "/api.php", "https://erp.example/api.php", ""])
def test_another_address_is_refused_in_clear_words(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValidationError):
        settings(CE_GOOGLE_REDIRECT_PATH=path)
    monkeypatch.setenv("CE_GOOGLE_REDIRECT_PATH", path)
    get_settings.cache_clear()
    try:
        with pytest.raises(SettingsError, match=r"CE_GOOGLE_REDIRECT_PATH must be one of /oauth/google/callback, "):
            get_settings()
    finally:
        monkeypatch.undo()
        get_settings.cache_clear()
