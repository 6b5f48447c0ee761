"""Spread things over time without chance: the same for a key in every process and after every restart."""

import hashlib


def share_of(key: str) -> float:
    """A fixed number from 0 up to, not including, 1 for this key; keys spread evenly."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:6]) / 2**48
