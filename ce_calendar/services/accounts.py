"""Signing in and out, one's own password, sessions, zone and language."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

import structlog

from ce_calendar.domain.access import Actor, permissions_of
from ce_calendar.domain.errors import Invalid, NotFound, SignedOut, TooManyAttempts
from ce_calendar.domain.people import Organization, Session, User
from ce_calendar.ports import AttemptLimiter, Clock, OpenUnitOfWork, PasswordHasher, UnitOfWork
from ce_calendar.services.audit import Audit, recorded_refusals
from ce_calendar.services.entered import (
    EMAIL_LENGTH,
    entered_email,
    entered_id,
    entered_language,
    entered_password,
    entered_zone,
)

SESSION_COOKIE = "ce_session"
"""Carries the token; routes set it, screens read it."""

TOKEN_BYTES = 32
USER_AGENT_LENGTH = 200
TOUCH_EVERY = timedelta(minutes=1)
"""How exact `last_seen_at` is: a write on every click would cost more than it tells."""

DEFAULT_ZONE = "UTC"
DEFAULT_LANGUAGE = "en-GB"

logger = structlog.get_logger(__name__)

WRONG_CREDENTIALS = "Email or password is wrong."


class Accounts:
    """What a person does with their own account, and how a cookie becomes an actor."""

    def __init__(
        self,
        *,
        open_uow: OpenUnitOfWork,
        clock: Clock,
        hasher: PasswordHasher,
        limiter: AttemptLimiter,
        audit: Audit,
        session_lifetime: timedelta,
        idle_timeout: timedelta,
    ) -> None:
        self._open_uow = open_uow
        self._clock = clock
        self._hasher = hasher
        self._limiter = limiter
        self._audit = audit
        self._session_lifetime = session_lifetime
        self._idle_timeout = idle_timeout

    def sign_in(self, *, email: str, password: str, remote: str, user_agent: str) -> str:
        """Begin a session and return the token for the cookie. Takes as long for people we do not know.

        Raises:
            Invalid: unknown, wrong or disabled, always in the same words.
            TooManyAttempts: for this email, or from this address.
        """
        action = "session.sign-in"
        self._count_attempt(f"remote:{remote}")
        # Before the email's own count: one address alone shall not be able to keep a person out.
        self._count_attempt(_pair_key(email, remote))
        self._count_attempt(_email_key(email))
        with self._open_uow(reading=True) as uow:
            user = uow.users.by_email(_known_form(email))
        is_right = self._hasher.verify(password, user.password_hash if user else "")
        if user is None:
            self._audit.refused(None, action, reason="unknown", remote=remote)
            raise Invalid(WRONG_CREDENTIALS)
        home, subject = user.organization_id, user.id
        if user.disabled_at or not is_right:
            reason = "disabled" if user.disabled_at else "password"
            self._audit.refused(None, action, subject, organization_id=home, reason=reason, remote=remote)
            raise Invalid(WRONG_CREDENTIALS)
        token = self._begin_session(user, user_agent, remote)
        self._limiter.clear(_pair_key(email, remote))
        self._limiter.clear(_email_key(email))
        return token

    def _begin_session(self, user: User, user_agent: str, remote: str) -> str:
        token = secrets.token_urlsafe(TOKEN_BYTES)
        now = self._clock()
        with self._open_uow() as uow:
            # Verifying took its time outside a transaction: the person may have been disabled meanwhile.
            current = uow.users.get(user.id, lock=True)
            if current is None or current.disabled_at or current.password_hash != user.password_hash:
                raise Invalid(WRONG_CREDENTIALS)
            uow.sessions.add(
                Session(
                    id=uuid4().hex,
                    organization_id=user.organization_id,
                    user_id=user.id,
                    token_hash=_hash(token),
                    user_agent="".join(filter(str.isprintable, user_agent))[:USER_AGENT_LENGTH],
                    created_at=now,
                    last_seen_at=now,
                    expires_at=now + self._session_lifetime,
                )
            )
            self._audit.done(
                None, "session.sign-in", user.id, uow=uow, organization_id=user.organization_id, remote=remote
            )
        return token

    def sign_out(self, token: str) -> None:
        """End the session of a cookie, if it is one."""
        with self._open_uow() as uow:
            session = uow.sessions.by_token_hash(_hash(token))
            if session is None:
                return
            uow.sessions.end(session.id)
            home = session.organization_id
            self._audit.done(None, "session.sign-out", session.user_id, uow=uow, organization_id=home)

    def actor_for(self, token: str, *, touch: bool = True) -> Actor:
        """Who holds this cookie. Asked on every event, so that ended sessions and changed rights count at once.

        Args:
            token: the cookie's value.
            touch: whether the person did something; a page that refreshes itself does not keep a session awake.

        Raises:
            SignedOut: no such session, it is over or was idle too long, or the person is disabled.
        """
        if not token:
            raise SignedOut
        now = self._clock()
        with self._open_uow(reading=True) as uow:
            session = uow.sessions.by_token_hash(_hash(token))
            if session is None or not self._is_live(session, now):
                raise SignedOut
            user = uow.users.get(session.user_id)
            organization = uow.organizations.get(session.organization_id)
        if user is None or user.disabled_at or organization is None:
            raise SignedOut
        if touch and now - session.last_seen_at >= TOUCH_EVERY:
            with self._open_uow() as uow:
                uow.sessions.touch(session.id, now=now)
        return _to_actor(user, organization, session)

    def _is_live(self, session: Session, now: datetime) -> bool:
        return now < session.expires_at and now < session.last_seen_at + self._idle_timeout

    def change_password(self, actor: Actor, *, current: str, new: str) -> None:
        """Set one's own password; the person's other sessions end.

        Raises:
            Invalid: the current password is wrong, or the new one does not do.
            TooManyAttempts: the current password was guessed too often.
        """
        action = "password.change"
        new = entered_password(new, email=actor.email, field="new")
        # Not the email's count: whoever is not signed in could use that up.
        self._count_attempt(_password_key(actor))
        with self._open_uow() as uow:
            before = _own_user(uow, actor)
        if not isinstance(current, str) or not self._hasher.verify(current, before.password_hash):
            self._audit.refused(actor, action, actor.user_id, reason="password")
            raise Invalid("The current password is wrong.", field="current")
        password_hash = self._hasher.hash(new)
        with self._open_uow() as uow:
            user = _own_user(uow, actor)
            if user.password_hash != before.password_hash:
                raise Invalid("The current password is wrong.", field="current")
            uow.users.save(replace(user, password_hash=password_hash))
            ended = uow.sessions.end_of_user(user.id, except_id=actor.session_id)
            self._audit.done(actor, action, actor.user_id, uow=uow, sessions_ended=ended)
        self._limiter.clear(_password_key(actor))

    def sessions(self, actor: Actor) -> Sequence[Session]:
        """The person's own live sessions, last seen first."""
        now = self._clock()
        with self._open_uow(reading=True) as uow:
            return [each for each in uow.sessions.of_user(actor.user_id) if self._is_live(each, now)]

    def end_session(self, actor: Actor, *, session_id: str) -> None:
        """Sign one of the person's own browsers out.

        Raises:
            NotFound: not one of theirs.
        """
        action = "session.end"
        with recorded_refusals(self._audit, actor, action, session_id):
            wanted = entered_id(session_id, what="session")
            with self._open_uow() as uow:
                if wanted not in {each.id for each in uow.sessions.of_user(actor.user_id)}:
                    raise NotFound("session")
                uow.sessions.end(wanted)
                self._audit.done(actor, action, wanted, uow=uow)

    def end_other_sessions(self, actor: Actor) -> int:
        """Sign all of the person's other browsers out; returns how many."""
        with self._open_uow() as uow:
            ended = uow.sessions.end_of_user(actor.user_id, except_id=actor.session_id)
            self._audit.done(actor, "session.end-others", actor.user_id, uow=uow, sessions_ended=ended)
        return ended

    def remember_browser(self, actor: Actor, *, zone: str, language: str) -> None:
        """Keep what the browser says about zone and language, unless the person chose for themselves.

        Raises:
            Invalid: no such zone or language.
        """
        zone, language = entered_zone(zone), entered_language(language)
        if (zone, language) == (actor.zone, actor.language):
            return  # as on almost every page load
        with self._open_uow() as uow:
            user = _own_user(uow, actor)
            if not user.is_locale_chosen and (user.zone, user.language) != (zone, language):
                uow.users.save(replace(user, zone=zone, language=language))

    def choose_locale(self, actor: Actor, *, zone: str, language: str) -> None:
        """Set one's zone and language; from now on the browser's word does not count.

        Raises:
            Invalid: no such zone or language.
        """
        zone, language = entered_zone(zone), entered_language(language)
        with self._open_uow() as uow:
            user = _own_user(uow, actor)
            uow.users.save(replace(user, zone=zone, language=language, is_locale_chosen=True))
            self._audit.done(actor, "locale.choose", actor.user_id, uow=uow)

    def _count_attempt(self, key: str) -> None:
        if wait := self._limiter.hit(key):
            # Not in the audit trail: whoever is not signed in could fill it without end.
            logger.warning("too many attempts to sign in", limit=key.partition(":")[0], wait_seconds=wait)
            raise TooManyAttempts(wait)


def _hash(token: str) -> str:
    # A token is random and long, so a fast hash will do; a cookie can hold anything, so any text must encode.
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _known_form(email: str) -> str:
    """The address as stored; empty, which nobody has, if it is none."""
    try:
        return entered_email(email)
    except Invalid:
        return ""


def _email_key(email: str) -> str:
    return f"email:{_known_form(email) or email.strip().lower()[:EMAIL_LENGTH]}"


def _pair_key(email: str, remote: str) -> str:
    return f"pair:{remote} {_email_key(email)}"


def _password_key(actor: Actor) -> str:
    return f"password:{actor.user_id}"


def _own_user(uow: UnitOfWork, actor: Actor) -> User:
    user = uow.users.get(actor.user_id, lock=True)
    if user is None or user.disabled_at:
        raise SignedOut
    return user


def _to_actor(user: User, organization: Organization, session: Session) -> Actor:
    return Actor(
        user_id=user.id,
        organization_id=organization.id,
        session_id=session.id,
        email=user.email,
        name=user.name,
        organization_name=organization.name,
        permissions=permissions_of(user.roles, user.given),
        zone=user.zone or DEFAULT_ZONE,
        language=user.language or DEFAULT_LANGUAGE,
    )
