"""Who somebody is: userinfo, tokeninfo, and what a client needs to check id tokens by itself."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ce_calendar.sandbox.google.errors import OAuthError
from ce_calendar.sandbox.google.front.gate import bearer
from ce_calendar.sandbox.google.signing_in import scopes as names
from ce_calendar.sandbox.google.signing_in.forms import read_form
from ce_calendar.sandbox.google.signing_in.tokens import person
from ce_calendar.sandbox.google.world import World
from ce_calendar.sandbox.grants import Token
from ce_calendar.sandbox.pkce import METHODS
from ce_calendar.sandbox.requestlog import entry_of

Json = dict[str, Any]


class Identity:
    """The endpoints over one world."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def configuration(self, _request: Request) -> Response:
        """Say where everything is."""
        base = self._world.base_url
        return JSONResponse(
            {
                "issuer": base,
                "authorization_endpoint": f"{base}/o/oauth2/v2/auth",
                "token_endpoint": f"{base}/token",
                "userinfo_endpoint": f"{base}/v1/userinfo",
                "revocation_endpoint": f"{base}/revoke",
                "jwks_uri": f"{base}/oauth2/v3/certs",
                "response_types_supported": ["code"],
                "response_modes_supported": ["query"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "scopes_supported": ["openid", "email", "profile"],
                "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
                "claims_supported": [
                    *("aud", "email", "email_verified", "exp", "family_name", "given_name", "iat", "iss", "name", "sub")
                ],
                "code_challenge_methods_supported": list(METHODS),
                "grant_types_supported": ["authorization_code", "refresh_token"],
            }
        )

    async def keys(self, _request: Request) -> Response:
        """Return what id tokens are signed with, as a JSON Web Key Set."""
        return JSONResponse(self._world.signer.keys(), headers={"Cache-Control": "public, max-age=3600"})

    async def certificates(self, _request: Request) -> Response:
        """Return the same as certificates by their names."""
        return JSONResponse(self._world.signer.certificates, headers={"Cache-Control": "public, max-age=3600"})

    async def userinfo(self, request: Request) -> Response:
        """Say whose token this is."""
        token = self._token(bearer(request) or request.query_params.get("access_token", ""))
        if token is None:
            raise OAuthError(401, "invalid_request", "Invalid Credentials")
        entry_of(request.scope).account = token.email
        claims = person(self._world.accounts[token.email], token.scopes)
        if len(claims) == 1 and "openid" not in token.scopes:
            raise OAuthError(403, "insufficient_scope", "The token has neither openid nor email.")
        return JSONResponse(claims)

    async def tokeninfo(self, request: Request) -> Response:
        """Say what a token is good for; of an id token, what it says."""
        given = dict(request.query_params)
        if request.method == "POST":
            given |= {name: value for name, value in (await read_form(request)).items() if isinstance(value, str)}
        if "id_token" in given:
            return JSONResponse(self._of_id_token(given["id_token"]))
        if "access_token" not in given:
            raise OAuthError(400, "invalid_request", "either access_token, id_token, or token_handle required")
        token = self._token(given["access_token"])
        if token is None:
            raise OAuthError(400, "invalid_token", "Invalid Value")
        entry_of(request.scope).account = token.email
        return JSONResponse(self._of_access_token(token))

    def _token(self, text: str) -> Token | None:
        token = self._world.grants.access(text)
        return token if token and token.email in self._world.accounts else None

    def _of_access_token(self, token: Token) -> Json:
        account, expires = self._world.accounts[token.email], token.expires or 0
        answer = {
            "azp": token.client_id,
            "aud": token.client_id,
            "sub": account.subject,
            "scope": " ".join(token.scopes),
            "exp": str(int(expires)),
            "expires_in": str(int(expires - self._world.clock.now().timestamp())),
            "access_type": "offline" if token.offline else "online",
        }
        if names.EMAIL in token.scopes:
            answer |= {"email": account.email, "email_verified": "true"}
        return answer

    def _of_id_token(self, text: str) -> Json:
        read = self._world.signer.read(text)
        now = self._world.clock.now().timestamp() - self._world.clock.advanced
        if read is None or read[1]["exp"] < now:
            raise OAuthError(400, "invalid_token", "Invalid Value")
        header, claims = read
        # Every value as text, truth too.
        return {name: _as_text(value) for name, value in (claims | header).items()}


def _as_text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
