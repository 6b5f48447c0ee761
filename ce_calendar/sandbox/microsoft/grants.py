"""Who consented to what: authorization codes, access tokens and refresh tokens."""

import secrets
from dataclasses import asdict, dataclass
from typing import Any

from ce_calendar.sandbox.clock import Clock
from ce_calendar.sandbox.microsoft.errors import EntraError
from ce_calendar.sandbox.pkce import proves

ACCESS_SECONDS = 3600
CODE_SECONDS = 600
SIGN_IN = ("openid", "profile", "offline_access")
"""Scopes that any refresh may ask for; MSAL always does."""


@dataclass(slots=True)
class Code:
    """A consent on its way to the token endpoint."""

    email: str
    client_id: str
    redirect_uri: str
    scopes: list[str]
    nonce: str | None
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

    def new_code(
        self,
        *,
        email: str,
        client_id: str,
        redirect_uri: str,
        scopes: list[str],
        nonce: str | None,
        challenge: str | None,
        method: str,
    ) -> str:
        """Return a code that can be exchanged once, within ten minutes."""
        text = "1.A" + secrets.token_urlsafe(48)
        expires = self._now() + CODE_SECONDS
        self._codes[text] = Code(email, client_id, redirect_uri, scopes, nonce, challenge, method, expires)
        return text

    def exchange(self, code_text: str, *, client_id: str, redirect_uri: str, verifier: str | None) -> Code:
        """Use up a code; EntraError for one that is used, old, foreign or unproven."""
        code = self._codes.get(code_text)
        if code is None:
            raise EntraError(400, "invalid_grant", 9002313, "Invalid request. Request is malformed or invalid.")
        if code.used:
            message = "OAuth2 Authorization code was already redeemed, please retry with a new valid code."
            raise EntraError(400, "invalid_grant", 54005, message)
        if code.expires < self._now():
            raise EntraError(400, "invalid_grant", 70008, "The provided authorization code has expired.")
        if code.client_id != client_id:
            message = "The provided authorization code was issued to another client."
            raise EntraError(400, "invalid_grant", 70000, message)
        if code.redirect_uri != redirect_uri:
            message = "The reply address does not match the one of the authorization request."
            raise EntraError(400, "invalid_grant", 500112, message)
        if code.challenge is not None and not proves(verifier, code.challenge, code.method):
            message = "The Code_Verifier does not match the code_challenge supplied in the authorization request."
            raise EntraError(400, "invalid_grant", 501481, message)
        code.used = True
        return code

    def renew(self, refresh_text: str, *, client_id: str, scopes: list[str]) -> Token:
        """Return the grant behind a refresh token; EntraError when it is dead, foreign or does not cover the scopes.

        The token stays good after its use: Entra hands out a new one each time, and lets a confidential client go on
        with the old one.
        """
        token = self._refresh.get(refresh_text)
        if token is None:
            raise EntraError.named(400, "invalid_grant")
        if token.client_id != client_id:
            raise EntraError(400, "invalid_grant", 70000, "The refresh token was issued to another client.")
        if not set(map(plain, scopes)) <= {*map(plain, token.scopes), *SIGN_IN}:
            refusal = EntraError.named(400, "consent_required")
            refusal.error = "invalid_grant"
            raise refusal
        return token

    def new_access(self, email: str, client_id: str, scopes: list[str]) -> str:
        """Return a fresh access token."""
        now = self._now()
        self._access = {text: token for text, token in self._access.items() if (token.expires or 0) > now - 86_400}
        text = "EwB" + secrets.token_urlsafe(60)
        self._access[text] = Token(email, client_id, scopes, now + ACCESS_SECONDS)
        return text

    def new_refresh(self, email: str, client_id: str, scopes: list[str]) -> str:
        """Return a new refresh token."""
        text = "1.AX" + secrets.token_urlsafe(60)
        self._refresh[text] = Token(email, client_id, scopes)
        return text

    def access(self, text: str) -> Token | None:
        """Return the access token of this text if it still counts."""
        token = self._access.get(text)
        return token if token and (token.expires or 0) > self._now() else None

    def revoke_account(self, email: str) -> int:
        """End every grant of an account and return how many tokens died.

        Access tokens die with it at once, as they do with continuous access evaluation.
        """
        before = len(self._access) + len(self._refresh)
        self._access = {text: token for text, token in self._access.items() if token.email != email}
        self._refresh = {text: token for text, token in self._refresh.items() if token.email != email}
        self._codes = {text: code for text, code in self._codes.items() if code.email != email}
        return before - len(self._access) - len(self._refresh)

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


def plain(scope: str) -> str:
    """Return a scope without its resource, in small letters: Entra takes both forms."""
    return scope.rpartition("/")[2].lower()
