"""The connections of an organization as one reader sees them, a page at a time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ce_calendar.domain.access import Actor, Permission
from ce_calendar.domain.errors import Invalid
from ce_calendar.domain.folding import folded
from ce_calendar.domain.meetings.connections import Connection, Status
from ce_calendar.domain.meetings.runs import SyncReport, SyncRun

PAGE_LENGTH = 20
NEEDS_ATTENTION = frozenset({Status.NEEDS_REAUTH, Status.RETRYING})
LONGEST_SEARCH = 200


class Only(StrEnum):
    """Which connections to show."""

    ALL = "all"
    MINE = "mine"
    ATTENTION = "attention"
    """Those that wait for their person, or whose last run failed."""


@dataclass(frozen=True, slots=True)
class ConnectionView:
    """A connection as one reader sees it."""

    connection: Connection
    owner_name: str
    is_own: bool
    may_change: bool
    running: SyncReport | None
    """How far the run under way is; None if none is."""
    latest: SyncRun | None
    """The newest run, also while it is under way."""
    coming: int
    """Coming meetings with contacts."""
    may_withdraw: bool = False
    """Whether the reader may take back what was granted: pause, show less, disconnect."""
    calendars: tuple[int, int] = (0, 0)
    """How many of the account's calendars are read, and of how many; told to the owner alone."""


@dataclass(frozen=True, slots=True)
class ConnectionPage:
    """Some of the connections, and how many there are."""

    views: Sequence[ConnectionView] = ()
    total: int = 0
    """Of those that were asked for."""
    everybody: int = 0
    """In the organization."""
    attention: int = 0
    """In the organization, those that need attention."""


def may_change(actor: Actor, connection: Connection) -> bool:
    """Whether the actor decides about a connection: its owner or an administrator, if allowed to link accounts."""
    is_concerned = connection.user_id == actor.user_id or actor.may(Permission.ORG_MANAGE)
    return is_concerned and actor.may(Permission.CALENDAR_CONNECT)


def may_withdraw(actor: Actor, connection: Connection) -> bool:
    """Whether the actor may take back what was granted. The owner always may, allowed to link accounts or not."""
    is_own = connection.user_id == actor.user_id and actor.may(Permission.CALENDAR_VIEW)
    return is_own or may_change(actor, connection)


def in_reading_order(linked: Iterable[Connection], names: Mapping[str, str], *, reader_id: str) -> list[Connection]:
    """One's own first, in the order they were linked; then by owner and account."""

    def place(each: Connection) -> tuple[bool, str, str, str]:
        if each.user_id == reader_id:
            return False, "", each.created_at.isoformat(), each.id
        return True, folded(names.get(each.user_id, "")), each.account_email, each.id

    return sorted(linked, key=place)


def asked_for(
    ordered: Iterable[Connection], names: Mapping[str, str], *, reader_id: str, search: str, only: Only
) -> list[Connection]:
    """Those that satisfy a search and a filter, in the same order.

    Args:
        ordered: to choose from.
        names: of the owners, by id.
        reader_id: whose own they may be.
        search: every word of it occurs in the owner's name or the account; case and accents do not matter.
        only: the filter.
    """
    words = folded(search).split()

    def fits(each: Connection) -> bool:
        if only is Only.MINE and each.user_id != reader_id:
            return False
        if only is Only.ATTENTION and each.status not in NEEDS_ATTENTION:
            return False
        text = folded(f"{names.get(each.user_id, '')}\n{each.account_email}") if words else ""
        return all(word in text for word in words)

    return [each for each in ordered if fits(each)]


def entered_filter(search: object, only: object) -> tuple[str, Only]:
    """What to look for; handlers pass on whatever came over the socket.

    Raises:
        Invalid: no text, or no such filter.
    """
    if not isinstance(search, str) or len(search) > LONGEST_SEARCH:
        raise Invalid("That cannot be searched for.", field="search")
    if not isinstance(only, str) or only not in set(Only):
        raise Invalid("There is no such filter.", field="only")
    return search, Only(only)
