"""What people are told about what they asked for: linking that ended otherwise, and connections that end.

Kept on the server rather than in an address: it names accounts, and it must reach whoever closed the page meanwhile.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import uuid4

from ce_calendar.domain.access import Actor, Permission
from ce_calendar.domain.errors import OtherAccount
from ce_calendar.domain.meetings.connections import Connection
from ce_calendar.domain.meetings.runs import RunOutcome, SyncRun
from ce_calendar.domain.notices import Notice, NoticeKind
from ce_calendar.ports import Announcer, Clock, OpenUnitOfWork, UnitOfWork
from ce_calendar.services.audit import Audit, recorded_refusals
from ce_calendar.services.entered import entered_id

OF_A_CONSENT = timedelta(minutes=15)
"""How long what came of a consent is worth telling."""
OF_AN_ENDING = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class NoticeView:
    """A notice, and how what it is about stands now."""

    notice: Notice
    run: SyncRun | None = None
    """What came of reading since an account was linked: the first run that went well, or else the newest."""
    coming: int = 0
    """Coming meetings with contacts, of a newly linked account."""


class NoticeBoard:
    """Shows everybody their own notices."""

    def __init__(self, *, open_uow: OpenUnitOfWork, clock: Clock, audit: Audit, announcer: Announcer) -> None:
        self._open_uow = open_uow
        self._clock = clock
        self._audit = audit
        self._announcer = announcer

    def mine(self, actor: Actor) -> Sequence[NoticeView]:
        """What the actor is told in this browser, oldest first.

        Raises:
            AccessDenied: not allowed to see calendars.
        """
        with recorded_refusals(self._audit, actor, "notice.list"):
            actor.require(Permission.CALENDAR_VIEW)
        now = self._clock()
        with self._open_uow(reading=True) as uow:
            notices = uow.notices.of_user(actor.user_id, session_id=actor.session_id, now=now)
            linked = [each.connection_id for each in notices if each.kind is NoticeKind.CONNECTED]
            runs = uow.runs.since(linked, min(each.created_at for each in notices)) if linked else ()
            coming = uow.events.count_by_connection(linked, now=now) if linked else {}
        return [NoticeView(each, _first_since(each, runs), coming.get(each.connection_id, 0)) for each in notices]

    def dismiss(self, actor: Actor, *, notice_id: str) -> None:
        """Put a notice away; one that is gone already, too.

        Raises:
            AccessDenied: not allowed to see calendars.
            NotFound: no id of ours.
        """
        with recorded_refusals(self._audit, actor, "notice.dismiss", notice_id):
            actor.require(Permission.CALENDAR_VIEW)
            wanted = entered_id(notice_id, what="message")
        with self._open_uow() as uow:
            removed = uow.notices.remove(wanted, user_id=actor.user_id)
        if removed:
            # The same person may have another tab open.
            self._announcer.announce(actor.organization_id, "connections")


def _notice_of(
    kind: NoticeKind, connection: Connection, *, user_id: str, now: datetime, facts: Mapping[str, str | int]
) -> Notice:
    """A notice about a connection, with the provider and the account it is for."""
    return Notice(
        id=uuid4().hex,
        organization_id=connection.organization_id,
        user_id=user_id,
        kind=kind,
        connection_id=connection.id,
        created_at=now,
        expires_at=now + (OF_AN_ENDING if kind is NoticeKind.ENDING else OF_A_CONSENT),
        facts={"provider": connection.provider.value, "account": connection.account_email, **facts},
    )


def tell_of_consent(uow: UnitOfWork, connection: Connection, *, actor: Actor, is_again: bool, now: datetime) -> None:
    """Tell who came back that the account is linked; what its first sync brings is looked up when it is shown.

    Whatever was told about the connection before (that it ends, that it was another account) is over.
    """
    uow.notices.remove_of_connection(connection.id, *NoticeKind)
    told = _notice_of(NoticeKind.CONNECTED, connection, user_id=actor.user_id, now=now, facts={"again": int(is_again)})
    uow.notices.add(replace(told, session_id=actor.session_id))


def tell_of_other_account(uow: UnitOfWork, actor: Actor, refusal: OtherAccount, *, now: datetime) -> None:
    """Name both accounts to who came back, and to nobody else."""
    # Locked before its notices, as whoever ends or links it does: the other order could deadlock.
    connection = uow.connections.lock(refusal.connection_id, organization_id=actor.organization_id)
    if connection is None:
        return
    uow.notices.remove_of_connection(connection.id, NoticeKind.CONNECTED, NoticeKind.OTHER_ACCOUNT)
    facts = {"chosen": refusal.chosen}
    told = _notice_of(NoticeKind.OTHER_ACCOUNT, connection, user_id=actor.user_id, now=now, facts=facts)
    uow.notices.add(replace(told, session_id=actor.session_id))


def tell_of_ending(uow: UnitOfWork, connection: Connection, *, actor: Actor, owner_name: str, now: datetime) -> None:
    """Tell the owner, and whoever asked for it, that a connection is being ended; what came of it follows."""
    uow.notices.remove_of_connection(connection.id, *NoticeKind)
    for user_id in sorted({connection.user_id, actor.user_id}):
        is_owner = user_id == connection.user_id
        facts = {
            "owner": "" if is_owner else owner_name,
            "by": actor.name if is_owner and user_id != actor.user_id else "",
            "result": "",
        }
        uow.notices.add(_notice_of(NoticeKind.ENDING, connection, user_id=user_id, now=now, facts=facts))


def tell_result(uow: UnitOfWork, connection_id: str, result: str) -> bool:
    """Say how the end of a connection stands; whether that is news to anybody."""
    stale = [
        each
        for each in uow.notices.of_connection(connection_id, NoticeKind.ENDING)
        if each.facts.get("result") != result
    ]
    for each in stale:
        uow.notices.set_facts(each.id, {**each.facts, "result": result})
    return bool(stale)


def _first_since(notice: Notice, runs: Iterable[SyncRun]) -> SyncRun | None:
    """The run that tells what came of linking: the first that went well, or else the newest."""
    own = [each for each in runs if each.connection_id == notice.connection_id and each.started_at >= notice.created_at]
    return next((each for each in own if each.outcome is RunOutcome.DONE), own[-1] if own else None)
