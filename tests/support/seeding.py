"""Fills a database the way `ce-calendar demo` does, in a process of its own."""

import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe
from uuid import uuid4

from sqlalchemy import Engine

from ce_calendar.adapters.persistence.unit_of_work import unit_of_work_on
from ce_calendar.domain.people import Session

SCRIPT = """
from ce_calendar.bootstrap import prepare_database, services_for_commands
from ce_calendar.commands.demo_data import seed_demo
from ce_calendar.settings import get_settings
prepare_database(get_settings())
seed_demo(services_for_commands(get_settings()))
"""


def seed(environment: Mapping[str, str]) -> None:
    """Migrate and seed the database the environment names.

    In its own process, because settings are read once per process and belong to the installation under test.
    """
    subprocess.run([sys.executable, "-c", SCRIPT], check=True, env={**os.environ, **environment})


def begin_session(engine: Engine, email: str) -> str:
    """Sign somebody in without the form; gives the cookie's value."""
    token, now = token_urlsafe(32), datetime.now(UTC)
    with unit_of_work_on(engine)() as uow:
        user = uow.users.by_email(email)
        assert user is not None, email
        uow.sessions.add(
            Session(
                id=uuid4().hex,
                organization_id=user.organization_id,
                user_id=user.id,
                token_hash=sha256(token.encode()).hexdigest(),
                user_agent="Mozilla/5.0 (X11; Linux x86_64) Chrome/131.0",
                created_at=now,
                last_seen_at=now,
                expires_at=now + timedelta(hours=8),
            )
        )
    return token
