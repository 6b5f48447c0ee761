"""`ce-calendar doctor`: check an installation and say what to do."""

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy.exc import SQLAlchemyError

from ce_calendar.bootstrap import database_state, open_legacy_keys, open_vault, organization_slugs
from ce_calendar.domain.errors import VaultError
from ce_calendar.node import node_is_usable
from ce_calendar.settings import ROOT, Settings, SettingsError, get_settings


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check says."""

    subject: str
    problem: str = ""
    """Empty if all is well."""
    is_fatal: bool = True


def run_doctor(say: Callable[[str], None] = print) -> bool:
    """Print a line per check; whether the application would run."""
    healthy = True
    for finding in _findings():
        mark = "ok  " if not finding.problem else ("FAIL" if finding.is_fatal else "note")
        say(f"{mark}  {finding.subject}" + (f": {finding.problem}" if finding.problem else ""))
        healthy = healthy and not (finding.problem and finding.is_fatal)
    say("Everything needed is there." if healthy else "Mend what says FAIL and run `ce-calendar doctor` again.")
    return healthy


def _findings() -> Iterator[Finding]:
    """All checks, each independent of the others as far as possible."""
    yield Finding("Python", "" if sys.version_info >= (3, 11) else "3.11 or newer is needed.")
    yield Finding("Node for building the screens", "" if node_is_usable() else "run `make install` again.")
    writable = os.access(ROOT, os.W_OK)
    yield Finding("Folder", "" if writable else f"{ROOT} must be writable: the screens are built there.")
    try:
        settings = get_settings()
    except SettingsError as error:
        yield Finding("Settings", str(error))
        return
    yield Finding("Settings")
    yield _vault(settings)
    yield from _legacy_keys(settings)
    yield _database(settings)
    yield _public_url(settings)
    yield _google(settings)
    if finding := _tenant(settings):
        yield finding
    yield _microsoft(settings)


def _vault(settings: Settings) -> Finding:
    try:
        open_vault(settings)
    except (SettingsError, VaultError) as error:
        return Finding("Vault keys", str(error))
    return Finding("Vault keys")


def _legacy_keys(settings: Settings) -> Iterator[Finding]:
    """Nothing to say for those who do not move over."""
    try:
        if not open_legacy_keys(settings).is_empty:
            yield Finding("Keys of the earlier system")
    except SettingsError as error:
        yield Finding("Keys of the earlier system", str(error))


def _database(settings: Settings) -> Finding:
    try:
        return Finding("Database", database_state(settings))
    except (SQLAlchemyError, OSError) as error:
        # The driver's own text may quote the address with its password.
        return Finding("Database", f"cannot be reached ({type(error).__name__}): check CE_DATABASE_URL.")


def _public_url(settings: Settings) -> Finding:
    host = urlsplit(settings.public_url).hostname
    if settings.is_https and not settings.proxies:
        return Finding(
            f"Public address {settings.public_url}",
            "is https, so a proxy stands before the application: set CE_PROXIES=1, or all people share one limit of "
            "attempts to sign in.",
            is_fatal=False,
        )
    if settings.is_https or host in {"localhost", "127.0.0.1"}:
        return Finding(f"Public address {settings.public_url}")
    return Finding(
        f"Public address {settings.public_url}",
        "is not https: passwords would travel in the open, and Google takes no such redirect address.",
        is_fatal=False,
    )


def _google(settings: Settings) -> Finding:
    has_own = settings.google_tenant_client_id and settings.google_tenant_client_secret.get_secret_value()
    if has_own or (settings.google_client_id and settings.google_client_secret.get_secret_value()):
        return Finding(f"Google client; register the redirect address {settings.public_url}/oauth/google/callback")
    return Finding(
        "Google client",
        "GOOGLE_CALENDAR_CLIENT_ID and GOOGLE_CALENDAR_CLIENT_SECRET are not set, so nobody can connect a Google "
        "calendar. The README tells how to get them.",
        is_fatal=False,
    )


def _tenant(settings: Settings) -> Finding | None:
    """What is wrong with the organization's own Google client; None if nothing is, or there is none."""
    subject = "Google client of one organization"
    if bool(settings.google_tenant_client_id) != bool(settings.google_tenant_client_secret.get_secret_value()):
        return Finding(
            subject,
            "VITE_GOOGLE_CALENDAR_CLIENT_ID and CE_GOOGLE_TENANT_CLIENT_SECRET belong together: set both or none.",
        )
    if not settings.google_tenant_client_id:
        return None
    try:
        slugs = organization_slugs(settings)
    except (SQLAlchemyError, OSError):
        return None  # told under "Database"
    if settings.tenant_organization and settings.tenant_organization not in slugs:
        return Finding(subject, "CE_TENANT_ORGANIZATION names no organization; `ce-calendar org add` adds one.")
    if not settings.tenant_organization and len(slugs) > 1:
        return Finding(
            subject,
            "there are several organizations, so nobody uses it: say whose it is with CE_TENANT_ORGANIZATION.",
            is_fatal=False,
        )
    return Finding(subject)


def _microsoft(settings: Settings) -> Finding:
    if settings.microsoft_client_id:
        return Finding(
            f"Microsoft client; register the redirect address {settings.public_url}/oauth/microsoft/callback"
        )
    return Finding(
        "Microsoft client",
        "VITE_MICROSOFT_CALENDAR_CLIENT_ID is not set, so nobody can connect Outlook. The README tells how to get it.",
        is_fatal=False,
    )
