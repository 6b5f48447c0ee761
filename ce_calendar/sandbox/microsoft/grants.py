"""Entra's rules for codes and refresh tokens."""

from ce_calendar.sandbox.grants import Code, Grants, Token
from ce_calendar.sandbox.microsoft.errors import EntraError
from ce_calendar.sandbox.pkce import proves

SIGN_IN = ("openid", "profile", "offline_access")
"""Scopes that any refresh may ask for; MSAL always does."""


class EntraGrants(Grants):
    """All codes and tokens, by their text; access tokens die with a revocation at once, as with continuous access."""

    prefixes = ("1.A", "EwB", "1.AX")
    lengths = (48, 60, 60)

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


def plain(scope: str) -> str:
    """Return a scope without its resource, in small letters: Entra takes both forms."""
    return scope.rpartition("/")[2].lower()
