"""Typed settings, from the environment and `.env`. Read by bootstrap, cli and rxconfig alone."""

from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, AliasChoices, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parents[1]
PLACEHOLDERS = frozenset({"change-me", "changeme", "secret", "placeholder", "example"})


class SettingsError(Exception):
    """The settings do not make sense; its text says which and what to do, and holds no value."""


def _origin(url: str) -> str:
    """An address of scheme, host and perhaps port, without a slash at the end."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("must be an address such as https://calendar.example.org")
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError("must be scheme, host and port alone: the application does not run under a path")
    return f"{parts.scheme}://{parts.netloc}".lower()


def _endpoint(url: str) -> str:
    """An address of a provider."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("must be an http(s) address")
    return url.rstrip("/")


def _listed(text: str) -> list[str]:
    """Keys that commas or lines separate."""
    return [key.strip() for key in text.replace(",", "\n").splitlines() if key.strip()]


GOOGLE_REDIRECT_PATHS = ("/oauth/google/callback", "/api.php?cat=google", "/settings_task/google_calendar")
"""Where Google may send people back to; the last two are for organizations that registered them long ago."""


def _google_redirect_path(path: str) -> str:
    """One of the paths that answer Google."""
    if path not in GOOGLE_REDIRECT_PATHS:
        raise ValueError(f"must be one of {', '.join(GOOGLE_REDIRECT_PATHS)}: nothing else here answers Google")
    return path


Origin = Annotated[str, AfterValidator(_origin)]
Endpoint = Annotated[str, AfterValidator(_endpoint)]
GoogleRedirectPath = Annotated[str, AfterValidator(_google_redirect_path)]


class Settings(BaseSettings):
    """Everything an operator can set; `.env.example` explains each."""

    model_config = SettingsConfigDict(
        env_file=ROOT / ".env", env_file_encoding="utf-8", extra="ignore", hide_input_in_errors=True, frozen=True
    )

    public_url: Origin = Field("http://localhost:3000", alias="CE_PUBLIC_URL")
    proxies: int = Field(0, alias="CE_PROXIES", ge=0, le=10)
    """How many reverse proxies of the operator's requests come through."""
    database_url: SecretStr = Field(SecretStr("sqlite:///var/ce_calendar.db"), alias="CE_DATABASE_URL")
    vault_keys: SecretStr = Field(SecretStr(""), alias="CE_VAULT_KEYS")
    vault_keys_file: Path | None = Field(None, alias="CE_VAULT_KEYS_FILE")
    legacy_token_keys: SecretStr = Field(SecretStr(""), alias="CE_LEGACY_TOKEN_KEYS")
    session_hours: float = Field(12, alias="CE_SESSION_HOURS", gt=0, le=24 * 31)
    session_idle_minutes: float = Field(120, alias="CE_SESSION_IDLE_MINUTES", gt=0, le=60 * 24 * 31)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", alias="CE_LOG_LEVEL")
    ca_bundle: Path | None = Field(None, alias="CE_CA_BUNDLE")

    google_api_url: Endpoint = Field("https://www.googleapis.com", alias="CE_GOOGLE_API_URL")
    google_auth_url: Endpoint = Field("https://accounts.google.com/o/oauth2/v2/auth", alias="CE_GOOGLE_AUTH_URL")
    google_token_url: Endpoint = Field("https://oauth2.googleapis.com/token", alias="CE_GOOGLE_TOKEN_URL")
    google_revoke_url: Endpoint = Field("https://oauth2.googleapis.com/revoke", alias="CE_GOOGLE_REVOKE_URL")
    google_userinfo_url: Endpoint = Field(
        "https://openidconnect.googleapis.com/v1/userinfo", alias="CE_GOOGLE_USERINFO_URL"
    )
    google_redirect_path: GoogleRedirectPath = Field(GOOGLE_REDIRECT_PATHS[0], alias="CE_GOOGLE_REDIRECT_PATH")
    google_client_id: str = Field("", alias="GOOGLE_CALENDAR_CLIENT_ID")
    google_client_secret: SecretStr = Field(SecretStr(""), alias="GOOGLE_CALENDAR_CLIENT_SECRET")
    tenant_organization: str = Field("", alias="CE_TENANT_ORGANIZATION")
    """Slug of the organization whose own clients the tenant ones are; empty for the only one there is."""
    google_tenant_client_id: str = Field("", alias="VITE_GOOGLE_CALENDAR_CLIENT_ID")
    google_tenant_client_secret: SecretStr = Field(SecretStr(""), alias="CE_GOOGLE_TENANT_CLIENT_SECRET")

    microsoft_authority: Endpoint = Field("https://login.microsoftonline.com/common", alias="CE_MICROSOFT_AUTHORITY")
    microsoft_graph_url: Endpoint = Field("https://graph.microsoft.com", alias="CE_MICROSOFT_GRAPH_URL")
    microsoft_client_id: str = Field(
        "", validation_alias=AliasChoices("VITE_MICROSOFT_CALENDAR_CLIENT_ID", "MICROSOFT_CALENDAR_CLIENT_ID")
    )
    microsoft_client_secret: SecretStr = Field(SecretStr(""), alias="MICROSOFT_CALENDAR_CLIENT_SECRET")

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    @field_validator(
        "google_client_secret",
        "google_tenant_client_secret",
        "microsoft_client_secret",
        "vault_keys",
        "legacy_token_keys",
    )
    @classmethod
    def _refuse_placeholders(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value().strip().lower() in PLACEHOLDERS:
            raise ValueError("is still the placeholder: enter the real value or leave it empty")
        return value

    @field_validator("vault_keys_file", "ca_bundle", mode="before")
    @classmethod
    def _empty_is_none(cls, value: object) -> object:
        return None if value == "" else value

    @property
    def is_https(self) -> bool:
        """Whether browsers reach the application over TLS."""
        return self.public_url.startswith("https://")

    def vault_key_list(self) -> list[str]:
        """The Fernet keys, newest first.

        Raises:
            SettingsError: none are set, or the file cannot be read.
        """
        text = self.vault_keys.get_secret_value()
        if not text and self.vault_keys_file:
            try:
                text = self.vault_keys_file.read_text(encoding="utf-8")
            except OSError as error:
                raise SettingsError(f"CE_VAULT_KEYS_FILE cannot be read: {error.strerror}.") from error
        keys = _listed(text)
        if not keys:
            raise SettingsError(
                "CE_VAULT_KEYS is not set: credentials could not be sealed. Make a key with\n"
                '  python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"\n'
                "and put it into .env (CE_VAULT_KEYS=…) or into a file named by CE_VAULT_KEYS_FILE."
            )
        return keys

    def legacy_token_key_list(self) -> list[str]:
        """The Fernet keys of an earlier system; there may be none."""
        return _listed(self.legacy_token_keys.get_secret_value())

    def absolute_database_url(self) -> str:
        """The database's address; a relative SQLite path lies under the project's folder, wherever it is started."""
        url = self.database_url.get_secret_value()
        prefix = "sqlite:///"
        if url.startswith(prefix) and not url.startswith("sqlite:////") and url != "sqlite:///:memory:":
            return f"{prefix}{ROOT / url.removeprefix(prefix)}"
        return url


@lru_cache
def get_settings() -> Settings:
    """The settings of this process, read once.

    Raises:
        SettingsError: a value is not usable.
    """
    try:
        return Settings()
    except ValidationError as error:
        lines = [
            f"{'.'.join(map(str, each['loc']))} {each['msg'].removeprefix('Value error, ')}" for each in error.errors()
        ]
        raise SettingsError("Some settings are not usable:\n  " + "\n  ".join(lines)) from None
