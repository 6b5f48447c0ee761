"""PKCE (RFC 7636): whether whoever brings a code is the one who asked for it."""

import base64
import hashlib
import hmac
import re

METHODS = ("plain", "S256")

_TEXT = re.compile(r"[A-Za-z0-9._~-]{43,128}")
"""What a verifier, and so a plain challenge, may be made of."""


def is_wellformed(text: str) -> bool:
    """Whether a verifier or a challenge has the characters and the length RFC 7636 demands."""
    return _TEXT.fullmatch(text) is not None


def proves(verifier: str | None, challenge: str, method: str) -> bool:
    """Whether the verifier belongs to the challenge of the authorization request."""
    if verifier is None:
        return False
    if method == "S256":
        digest = hashlib.sha256(verifier.encode()).digest()
        verifier = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    return hmac.compare_digest(verifier.encode(), challenge.encode())
