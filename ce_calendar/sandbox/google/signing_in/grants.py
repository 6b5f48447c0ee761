"""Google's rules for codes and refresh tokens."""

from collections.abc import Callable, Iterable
from typing import Any

from ce_calendar.sandbox.clock import Clock
from ce_calendar.sandbox.google.errors import OAuthError
from ce_calendar.sandbox.google.signing_in import scopes as names
from ce_calendar.sandbox.google.signing_in.clients import Clients
from ce_calendar.sandbox.grants import Code, Grants, Token
from ce_calendar.sandbox.pkce import is_wellformed, proves

Json = dict[str, Any]

_DAY = 86_400
TESTING_SECONDS = 7 * _DAY
"""How long a refresh token of an application in testing lives."""
UNUSED_SECONDS = 183 * _DAY
"""Six months: how long a refresh token lives unused."""
MOST_REFRESH_TOKENS = 100
"""For one client and account; one more, and the oldest dies without a word."""


class GoogleGrants(Grants):
    """All codes and tokens, and what each account has consented to for each client."""

    prefixes = ("4/0", "ya29.", "1//0")

    def __init__(self, clock: Clock, clients: Clients) -> None:
        super().__init__(clock)
        self._clients = clients
        self.on_end: Callable[[str, str | None], None] | None = None
        """Called with account and client (None: all clients) when a grant ends; more than tokens hangs on it."""

    def consented(self, client_id: str, email: str) -> list[str]:
        """Return every scope this account has consented to for this client."""
        grant = self._grants.get(email, {}).get(client_id)
        return list(grant.scopes) if grant else []

    def consent(self, client_id: str, email: str, scopes: Iterable[str]) -> bool:
        """Remember a consent; return whether a refresh token may come of it.

        It may if there was something to consent to: scopes that are new, or no refresh token that still counts.
        """
        grant = self._grant(email, client_id)
        fresh = not set(scopes) <= set(grant.scopes)
        grant.scopes = names.canonical([*grant.scopes, *scopes])
        return fresh or not any(map(self._is_alive, grant.refresh.values()))

    def exchange(self, code_text: str, *, client_id: str, redirect_uri: str, verifier: str | None) -> Code:
        """Use up a code; OAuthError for one that is used, old, foreign or unproven."""
        code = self._codes.get(code_text)
        if code is None:
            raise OAuthError(400, "invalid_grant", "Malformed auth code.")
        if code.used or code.expires < self._now() or code.client_id != client_id:
            raise OAuthError(400, "invalid_grant", "Bad Request")
        if code.redirect_uri != redirect_uri:
            raise OAuthError(400, "redirect_uri_mismatch", "Bad Request")
        if code.challenge is None and verifier:
            raise OAuthError(400, "invalid_grant", "code_verifier or verifier is not needed.")
        if code.challenge is not None:
            if not verifier:
                raise OAuthError(400, "invalid_grant", "Missing code verifier.")
            if not is_wellformed(verifier) or not proves(verifier, code.challenge, code.method):
                raise OAuthError(400, "invalid_grant", "Invalid code verifier.")
        code.used = True
        return code

    def renew(self, refresh_text: str, *, client_id: str) -> Token:
        """Return the grant behind a refresh token and take note of its use.

        Raises:
            OAuthError: the token is dead, or another client's.
        """
        token = self._refresh.get(refresh_text)
        if token is None or not self._is_alive(token):
            raise OAuthError(400, "invalid_grant", "Token has been expired or revoked.")
        if token.client_id != client_id:
            raise OAuthError(401, "unauthorized_client", "Unauthorized")
        token.used = self._now()
        return token

    def new_refresh(self, email: str, client_id: str, scopes: list[str]) -> str:
        """Return a new refresh token; the oldest dies for it if there are too many."""
        text = super().new_refresh(email, client_id, scopes)
        if self._clients.is_testing(client_id) and not names.is_only_sign_in(scopes):
            self._refresh[text].expires = self._now() + TESTING_SECONDS
        held = list(self._grant(email, client_id).refresh)
        self._drop_refresh(held[:-MOST_REFRESH_TOKENS])
        return text

    def seconds_left(self, refresh_text: str) -> int | None:
        """Return how long a refresh token still lives, None if it has no end."""
        expires = self._refresh[refresh_text].expires
        return None if expires is None else int(expires - self._now())

    def access(self, text: str) -> Token | None:
        """Return the access token of this text if it, and its client, still count."""
        token = super().access(text)
        return token if token and not self._clients.gone(token.client_id) else None

    def revoke(self, text: str) -> str | None:
        """End the whole grant this token belongs to, and return whose it was; None if it is unknown or dead."""
        token = super().access(text) or self._refresh.get(text)
        if token is None or not self._is_alive(token):
            return None
        self._end(token.email, token.client_id)
        self._tell(token.email, token.client_id)
        return token.email

    def revoke_account(self, email: str) -> int:
        """End every grant of an account and return how many tokens died, access tokens among them."""
        died = super().revoke_account(email)
        self._tell(email, None)
        return died

    def _tell(self, email: str, client_id: str | None) -> None:
        if self.on_end is not None:
            self.on_end(email, client_id)

    def _is_alive(self, token: Token) -> bool:
        now = self._now()
        return (token.expires is None or token.expires > now) and (
            token.used is None or token.used + UNUSED_SECONDS > now
        )

    def to_json(self) -> Json:
        """Return tokens and consents, for the state file."""
        consents = {
            email: {client_id: grant.scopes for client_id, grant in clients.items() if grant.scopes}
            for email, clients in self._grants.items()
        }
        return super().to_json() | {"consents": consents}

    def load(self, data: Json) -> None:
        """Take up what ``to_json`` returned; in an older file the tokens tell what was consented to."""
        super().load(data)
        if "consents" not in data:
            for token in self._refresh.values():
                self.consent(token.client_id, token.email, token.scopes)
        for email, clients in data.get("consents", {}).items():
            for client_id, scopes in clients.items():
                self._grant(email, client_id).scopes = scopes
