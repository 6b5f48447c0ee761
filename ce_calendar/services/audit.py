"""The audit trail: who did, or was refused, what."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager, nullcontext

import structlog

from ce_calendar.domain.access import Actor
from ce_calendar.domain.errors import AccessDenied, NotFound
from ce_calendar.ports import Clock, OpenUnitOfWork, UnitOfWork

DONE = "done"
REFUSED = "refused"

LONGEST_WORD = 64

logger = structlog.get_logger(__name__)


class Audit:
    """Writes the trail."""

    def __init__(self, *, open_uow: OpenUnitOfWork, clock: Clock) -> None:
        self._open_uow = open_uow
        self._clock = clock

    def done(
        self,
        actor: Actor | None,
        action: str,
        subject_id: str = "",
        *,
        uow: UnitOfWork | None = None,
        organization_id: str | None = None,
        **detail: str | int,
    ) -> None:
        """Record what happened.

        Args:
            actor: who did it; None for the operator, and while nobody is signed in yet.
            action: a fixed word such as `contact.add`.
            subject_id: what it was done to.
            uow: the transaction it is done in, so that neither stands without the other. Without one the entry is a
                transaction of its own, and this must not be called inside one.
            organization_id: whose trail it belongs to, if there is no actor.
            detail: ids, counts and fixed words only.
        """
        self._record(DONE, actor, action, subject_id, uow=uow, organization_id=organization_id, detail=detail)

    def done_to_several(
        self, actor: Actor, action: str, subject_ids: Collection[str], *, uow: UnitOfWork, **detail: str | int
    ) -> None:
        """Record that the same was done to each of several; arguments as of `done`."""
        facts = {key: value if isinstance(value, int) else _word(value) for key, value in detail.items()}
        uow.audit.add_several(
            [_word(each) for each in subject_ids],
            at=self._clock(),
            action=action,
            outcome=DONE,
            organization_id=actor.organization_id,
            actor_user_id=actor.user_id,
            detail=facts,
        )
        logger.info(
            "audit",
            action=action,
            outcome=DONE,
            organization_id=actor.organization_id,
            user_id=actor.user_id,
            subjects=len(subject_ids),
        )

    def refused(
        self,
        actor: Actor | None,
        action: str,
        subject_id: str = "",
        *,
        organization_id: str | None = None,
        **detail: str | int,
    ) -> None:
        """Record what was asked for and not done, in a transaction of its own; arguments as of `done`."""
        self._record(REFUSED, actor, action, subject_id, uow=None, organization_id=organization_id, detail=detail)

    def _record(
        self,
        outcome: str,
        actor: Actor | None,
        action: str,
        subject_id: object,
        *,
        uow: UnitOfWork | None,
        organization_id: str | None,
        detail: dict[str, str | int],
    ) -> None:
        organization_id = actor.organization_id if actor else organization_id
        subject = _word(subject_id)
        facts = {key: value if isinstance(value, int) else _word(value) for key, value in detail.items()}
        with nullcontext(uow) if uow else self._open_uow() as unit:
            unit.audit.add(
                at=self._clock(),
                action=action,
                outcome=outcome,
                organization_id=organization_id,
                actor_user_id=actor.user_id if actor else None,
                subject_id=subject,
                detail=facts,
            )
        logger.info(
            "audit",
            action=action,
            outcome=outcome,
            organization_id=organization_id,
            user_id=actor.user_id if actor else None,
            subject_id=subject,
        )


def _word(value: object) -> str:
    """An id or a fixed word. Ids of refused calls come from outside and can be anything."""
    text = value if isinstance(value, str) else f"<{type(value).__name__}>"
    return "".join(character for character in text if character.isprintable())[:LONGEST_WORD]


@contextmanager
def recorded_refusals(audit: Audit, actor: Actor, action: str, subject_id: str = "") -> Iterator[None]:
    """Put a missing permission or a foreign id into the trail and let it pass on.

    Stands outside the unit of work, which must be over before the entry is written.
    """
    try:
        yield
    except AccessDenied as refusal:
        audit.refused(actor, action, subject_id, permission=refusal.permission)
        raise
    except NotFound as refusal:
        audit.refused(actor, action, subject_id, missing=refusal.what)
        raise
