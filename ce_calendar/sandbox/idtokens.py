"""ID tokens, signed with a key that lives as long as the process, and the keys to check them with."""

import base64
import hashlib
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

Json = dict[str, Any]


class Signer:
    """Signs claims with RS256."""

    @cached_property
    def _key(self) -> RSAKey:
        # Made when first needed: it takes a moment, and most tests never sign in. Named by its own thumbprint, so that
        # a client that has kept the keys of an earlier process fetches the new ones.
        return RSAKey.generate_key(2048, parameters={"use": "sig", "alg": "RS256"}, auto_kid=True)

    def sign(self, claims: Json) -> str:
        """Return a signed token."""
        return jwt.encode({"alg": "RS256", "typ": "JWT", "kid": self._key.kid}, claims, self._key)

    def read(self, token: str) -> tuple[Json, Json] | None:
        """Return header and claims of a token that was signed here, or None for any other text."""
        try:
            found = jwt.decode(token, self._key, algorithms=["RS256"])
        except (JoseError, ValueError):
            return None
        return dict(found.header), dict(found.claims)

    def keys(self) -> Json:
        """Return the JSON Web Key Set."""
        return {"keys": [self._key.as_dict(private=False)]}

    @cached_property
    def certificates(self) -> dict[str, str]:
        """The same key as a certificate under its name, the older form that google-auth reads by default."""
        key = self._key.private_key
        assert isinstance(key, RSAPrivateKey)  # noqa: S101 - generated above; only the library's type is wider
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "ce_calendar sandbox (throw-away)")])
        now = datetime.now(UTC)
        made = (
            x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=365))
            .sign(key, SHA256())
        )
        return {str(self._key.kid): made.public_bytes(Encoding.PEM).decode()}


def access_token_hash(access_token: str) -> str:
    """Return OpenID's ``at_hash``: by it a client knows that an access token came with this id token."""
    half = hashlib.sha256(access_token.encode()).digest()[:16]
    return base64.urlsafe_b64encode(half).decode().rstrip("=")
