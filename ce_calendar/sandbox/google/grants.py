"""Who consented to what: authorization codes, access tokens and refresh tokens."""

import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from ce_calendar.sandbox.clock import Clock
from ce_calendar.sandbox.google.errors import OAuthError
from ce_calendar.sandbox.pkce import proves

ACCESS_SECONDS = 3600
CODE_SECONDS = 600


@dataclass(slots=True)
class Code:
    """A consent on its way to the token endpoint."""

    email: str
    client_id: str
    redirect_uri: str
    scopes: list[str]
    offline: bool
    """Whether a refresh token comes with it."""
    challenge: str | None
    method: str
    expires: float
    used: bool = False


@dataclass(slots=True)
class Token:
    """An access token, or a refresh token (which has no end)."""

    email: str
    client_id: str
    scopes: list[str]
    expires: float | None = None


class Grants:
    """All codes and tokens, by their text."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._codes: dict[str, Code] = {}
        self._access: dict[str, Token] = {}
        self._refresh: dict[str, Token] = {}

    def has_refresh(self, client_id: str, email: str) -> bool:
        """Whether this client already holds a refresh token of this account."""
        return any(token.client_id == client_id and token.email == email for token in self._refresh.values())

    def new_code(
        self,
        *,
        email: str,
        client_id: str,
        redirect_uri: str,
        scopes: list[str],
        offline: bool,
        challenge: str | None,
        method: str,
    ) -> str:
        """Return a code that can be exchanged once, within ten minutes."""
        text = "4/0" + secrets.token_urlsafe(32)
        expires = self._now() + CODE_SECONDS
        self._codes[text] = Code(email, client_id, redirect_uri, scopes, offline, challenge, method, expires)
        return text

    def exchange(self, code_text: str, *, client_id: str, redirect_uri: str, verifier: str | None) -> dict[str, Any]:
        """Return the token answer for a code; OAuthError for one that is used, old, foreign or unproven."""
        code = self._codes.get(code_text)
        if code is None or code.used or code.expires < self._now() or code.client_id != client_id:
            raise OAuthError(400, "invalid_grant", "Malformed auth code.")
        if code.redirect_uri != redirect_uri:
            raise OAuthError(400, "redirect_uri_mismatch", "Bad Request")
        if code.challenge is not None and not proves(verifier, code.challenge, code.method):
            raise OAuthError(400, "invalid_grant", "Invalid code verifier." if verifier else "Missing code verifier.")
        code.used = True
        answer = self.new_access(code.email, client_id, code.scopes)
        if code.offline:
            answer["refresh_token"] = self.new_refresh(code.email, client_id, code.scopes)
        return answer

    def refresh(self, refresh_text: str, *, client_id: str) -> dict[str, Any]:
        """Return a new access token; OAuthError when the refresh token is dead or another client's."""
        token = self._refresh.get(refresh_text)
        if token is None:
            raise OAuthError(400, "invalid_grant", "Token has been expired or revoked.")
        if token.client_id != client_id:
            raise OAuthError(401, "unauthorized_client", "Unauthorized")
        return self.new_access(token.email, client_id, token.scopes)

    def new_access(self, email: str, client_id: str, scopes: list[str]) -> dict[str, Any]:
        """Return a token answer with a fresh access token."""
        now = self._now()
        self._access = {text: token for text, token in self._access.items() if (token.expires or 0) > now - 86_400}
        text = "ya29." + secrets.token_urlsafe(40)
        self._access[text] = Token(email, client_id, scopes, now + ACCESS_SECONDS)
        scope = " ".join(scopes)
        return {"access_token": text, "expires_in": ACCESS_SECONDS - 1, "scope": scope, "token_type": "Bearer"}

    def new_refresh(self, email: str, client_id: str, scopes: list[str]) -> str:
        """Return a new refresh token."""
        text = "1//0" + secrets.token_urlsafe(40)
        self._refresh[text] = Token(email, client_id, scopes)
        return text

    def access(self, text: str) -> Token | None:
        """Return the access token of this text if it still counts."""
        token = self._access.get(text)
        return token if token and (token.expires or 0) > self._now() else None

    def revoke(self, text: str) -> Token | None:
        """End the whole grant this token belongs to, and return the token; None if nobody knows it."""
        token = self._access.get(text) or self._refresh.get(text)
        if token is not None:
            self._end(lambda other: other.email == token.email and other.client_id == token.client_id)
        return token

    def revoke_account(self, email: str) -> int:
        """End every grant of an account, as the person can at myaccount.google.com; return how many tokens died."""
        before = len(self._access) + len(self._refresh)
        self._end(lambda token: token.email == email)
        return before - len(self._access) - len(self._refresh)

    def _end(self, dies: Callable[[Token], bool]) -> None:
        self._access = {text: token for text, token in self._access.items() if not dies(token)}
        self._refresh = {text: token for text, token in self._refresh.items() if not dies(token)}
        self._codes = {
            text: code for text, code in self._codes.items() if not dies(Token(code.email, code.client_id, code.scopes))
        }

    def _now(self) -> float:
        return self._clock.now().timestamp()

    def to_json(self) -> dict[str, Any]:
        """Return the tokens, for the state file; codes are too short-lived to keep."""
        return {
            "access": {text: asdict(token) for text, token in self._access.items()},
            "refresh": {text: asdict(token) for text, token in self._refresh.items()},
        }

    def load(self, data: dict[str, Any]) -> None:
        """Take up what ``to_json`` returned."""
        self._access = {text: Token(**token) for text, token in data["access"].items()}
        self._refresh = {text: Token(**token) for text, token in data["refresh"].items()}
