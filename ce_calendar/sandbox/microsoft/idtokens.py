"""ID tokens, signed with a key that lives as long as the process, and the keys to check them with."""

from functools import cached_property
from typing import Any

from joserfc import jwt
from joserfc.jwk import RSAKey


class Signer:
    """Signs claims with RS256."""

    @cached_property
    def _key(self) -> RSAKey:
        # Made when first needed: it takes a moment, and most tests never sign in.
        return RSAKey.generate_key(2048, parameters={"kid": "sandbox", "use": "sig"})

    def sign(self, claims: dict[str, Any]) -> str:
        """Return a signed token."""
        return jwt.encode({"alg": "RS256", "typ": "JWT", "kid": "sandbox"}, claims, self._key)

    def keys(self) -> dict[str, Any]:
        """Return the JSON Web Key Set."""
        return {"keys": [self._key.as_dict(private=False)]}
