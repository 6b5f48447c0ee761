"""PKCE (RFC 7636): whether whoever brings a code is the one who asked for it."""

import base64
import hashlib
import hmac


def proves(verifier: str | None, challenge: str, method: str) -> bool:
    """Whether the verifier belongs to the challenge of the authorization request."""
    if verifier is None:
        return False
    if method == "S256":
        digest = hashlib.sha256(verifier.encode()).digest()
        verifier = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    return hmac.compare_digest(verifier.encode(), challenge.encode())
