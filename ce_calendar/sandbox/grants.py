"""Who consented to what, at any provider: authorization codes, access tokens and refresh tokens.

Each provider adds its own words, prefixes and rules. Nothing here looks through all tokens: what ends together is kept
together, and what expires is forgotten from the oldest on.
"""

import secrets
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, ClassVar

from ce_calendar.sandbox.clock import Clock

ACCESS_SECONDS = 3600
CODE_SECONDS = 600
_REMEMBERED_SECONDS = 86_400
"""How long a dead code or access token is still known, so that it can be refused for what it was."""


@dataclass(slots=True)
class Code:
    """A consent on its way to the token endpoint."""

    email: str
    client_id: str
    redirect_uri: str
    scopes: list[str]
    challenge: str | None
    method: str
    nonce: str | None = None
    """For the id token."""
    offline: bool = True
    """Whether a refresh token comes with it."""
    expires: float = 0.0
    used: bool = False


@dataclass(slots=True)
class Token:
    """An access token, or a refresh token, which has an end only by a provider's rule."""

    email: str
    client_id: str
    scopes: list[str]
    expires: float | None = None
    used: float | None = None
    """When a refresh token was made or last used."""
    offline: bool = False
    """Whether an access token's grant has a refresh token."""

    def to_json(self) -> dict[str, Any]:
        """Return it for the state file; not by ``asdict``, whose deep copies would hold up requests."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(slots=True)
class Grant:
    """What one account has given one client: its tokens by their text, oldest first."""

    access: dict[str, Token] = field(default_factory=dict)
    refresh: dict[str, Token] = field(default_factory=dict)
    codes: dict[str, Code] = field(default_factory=dict)
    scopes: list[str] = field(default_factory=list)
    """All that was ever consented to, where a provider remembers it."""


class Grants:
    """All codes and tokens, by their text and by whose they are."""

    prefixes: ClassVar[tuple[str, str, str]] = ("", "", "")
    """What a provider's codes, access tokens and refresh tokens begin with."""
    lengths: ClassVar[tuple[int, int, int]] = (32, 40, 40)
    """Their random bytes."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._codes: OrderedDict[str, Code] = OrderedDict()
        self._access: OrderedDict[str, Token] = OrderedDict()
        self._refresh: dict[str, Token] = {}
        self._grants: dict[str, dict[str, Grant]] = {}

    def new_code(self, code: Code) -> str:
        """Return the text of a code that can be exchanged once, within ten minutes."""
        self._forget_old()
        text = self._text(0)
        code.expires = self._now() + CODE_SECONDS
        self._codes[text] = self._grant(code.email, code.client_id).codes[text] = code
        return text

    def new_access(self, email: str, client_id: str, scopes: list[str], *, offline: bool = False) -> str:
        """Return a fresh access token."""
        self._forget_old()
        text = self._text(1)
        self._keep_access(text, Token(email, client_id, scopes, self._now() + ACCESS_SECONDS, offline=offline))
        return text

    def new_refresh(self, email: str, client_id: str, scopes: list[str]) -> str:
        """Return a new refresh token."""
        text = self._text(2)
        self._keep_refresh(text, Token(email, client_id, scopes, used=self._now()))
        return text

    def access(self, text: str) -> Token | None:
        """Return the access token of this text if it still counts."""
        token = self._access.get(text)
        return token if token and (token.expires or 0) > self._now() else None

    def whose(self, texts: Iterable[str]) -> tuple[str | None, str | None]:
        """Return account and client of the first of these codes and tokens that is known, dead or alive."""
        for text in texts:
            found = self._access.get(text) or self._refresh.get(text) or self._codes.get(text)
            if found is not None:
                return found.email, found.client_id
        return None, None

    def revoke_account(self, email: str) -> int:
        """End every grant of an account and return how many tokens died, access tokens among them."""
        return sum(self._end(email, client_id) for client_id in list(self._grants.get(email, ())))

    def _end(self, email: str, client_id: str) -> int:
        """End one grant: codes and tokens; return how many tokens died."""
        grant = self._grants.get(email, {}).pop(client_id, None)
        if grant is None:
            return 0
        for text in grant.codes:
            self._codes.pop(text, None)
        for text in grant.access:
            self._access.pop(text, None)
        for text in grant.refresh:
            self._refresh.pop(text, None)
        return len(grant.access) + len(grant.refresh)

    def _forget_old(self) -> None:
        """Forget what died a day ago; the oldest stand first, so nothing is looked at twice."""
        limit = self._now() - _REMEMBERED_SECONDS
        while self._codes and (code := next(iter(self._codes.values()))).expires < limit:
            text, _ = self._codes.popitem(last=False)
            self._grant(code.email, code.client_id).codes.pop(text, None)
        while self._access and ((token := next(iter(self._access.values()))).expires or 0) < limit:
            text, _ = self._access.popitem(last=False)
            self._grant(token.email, token.client_id).access.pop(text, None)

    def _grant(self, email: str, client_id: str) -> Grant:
        return self._grants.setdefault(email, {}).setdefault(client_id, Grant())

    def _keep_access(self, text: str, token: Token) -> None:
        self._access[text] = self._grant(token.email, token.client_id).access[text] = token

    def _keep_refresh(self, text: str, token: Token) -> None:
        self._refresh[text] = self._grant(token.email, token.client_id).refresh[text] = token

    def _drop_refresh(self, texts: Iterable[str]) -> None:
        for text in list(texts):
            token = self._refresh.pop(text)
            self._grant(token.email, token.client_id).refresh.pop(text, None)

    def _text(self, kind: int) -> str:
        return self.prefixes[kind] + secrets.token_urlsafe(self.lengths[kind])

    def _now(self) -> float:
        return self._clock.now().timestamp()

    def to_json(self) -> dict[str, Any]:
        """Return the tokens, for the state file; codes are too short-lived to keep."""
        return {
            "access": {text: token.to_json() for text, token in self._access.items()},
            "refresh": {text: token.to_json() for text, token in self._refresh.items()},
        }

    def load(self, data: dict[str, Any]) -> None:
        """Take up what ``to_json`` returned, now or before tokens knew when they were used."""
        for text, raw in data["access"].items():
            self._keep_access(text, Token(**raw))
        for text, raw in data["refresh"].items():
            self._keep_refresh(text, Token(**{**raw, "used": raw.get("used") or self._now()}))
