"""Reflex's configuration. Prepares Node first: Reflex looks for it as soon as it runs."""

import os
from pathlib import Path

from ce_calendar.node import put_node_on_path
from ce_calendar.settings import get_settings

ROOT = Path(__file__).resolve().parent

put_node_on_path(ROOT / "var" / "node")
os.environ.setdefault("REFLEX_USE_GRANIAN", "true")
os.environ.setdefault("REFLEX_CHECK_LATEST_VERSION", "false")
os.environ.setdefault("REFLEX_TELEMETRY_ENABLED", "false")

import reflex as rx  # noqa: E402 - reads the environment when it is imported

from ce_calendar.web.theme import theme  # noqa: E402 - imports Reflex

settings = get_settings()

config = rx.Config(
    app_name="ce_calendar",
    api_url=settings.public_url,
    deploy_url=settings.public_url,
    cors_allowed_origins=[settings.public_url],
    telemetry_enabled=False,
    show_built_with_reflex=False,
    plugins=[rx.plugins.RadixThemesPlugin(theme=theme())],
    disable_plugins=[rx.plugins.SitemapPlugin],
)
