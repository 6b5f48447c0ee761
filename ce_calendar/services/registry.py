"""Where screens, routes and jobs find the services of this process; bootstrap fills it once."""

from dataclasses import dataclass

from ce_calendar.services.accounts import Accounts
from ce_calendar.services.audit import Audit
from ce_calendar.services.connecting import Connecting
from ce_calendar.services.connections import ConnectionBook
from ce_calendar.services.contacts import ContactBook
from ce_calendar.services.directory import Directory
from ce_calendar.services.syncing import Syncing
from ce_calendar.services.timeline import Timeline


@dataclass(frozen=True, slots=True)
class Services:
    """Every use case, with what it needs already inside."""

    accounts: Accounts
    audit: Audit
    connecting: Connecting
    connections: ConnectionBook
    contacts: ContactBook
    directory: Directory
    syncing: Syncing
    timeline: Timeline


_current: Services | None = None


def set_services(services: Services) -> None:
    """Make these the services of the process."""
    global _current  # noqa: PLW0603 - one process, one set; handlers of Reflex have no other way to reach it
    _current = services


def get_services() -> Services:
    """The services of the process.

    Raises:
        RuntimeError: bootstrap has not run.
    """
    if _current is None:
        raise RuntimeError("No services yet: call ce_calendar.bootstrap.start() first.")
    return _current
