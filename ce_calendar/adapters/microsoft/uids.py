"""One UID for a meeting and for every occurrence of it.

Exchange makes UIDs as MS-OXOCAL says: a fixed head, four bytes that are zero for a series and hold the day of one
occurrence, times and a body, all written in hex. Graph's answers disagree on whether an occurrence tells its own or
its series' UID; with the day put back to zero both are the same. UIDs of other systems, which Exchange may have
packed into its own form, are unpacked.
"""

import re

_HEAD = "040000008200E00074C5B7101A82E008"
_DAY = slice(len(_HEAD), len(_HEAD) + 8)
_BODY = (len(_HEAD) + 8 + 16 + 16) // 2
"""Byte at which the length of the body stands: after the head, the day, a moment and eight reserved bytes."""
_PACKED = b"vCal-Uid\x01\x00\x00\x00"
_HEX = re.compile(r"(?:[0-9A-F]{2})+", re.IGNORECASE)


def series_uid(uid: str) -> str:
    """The UID that all occurrences of a meeting share, and that other calendars know it by."""
    if not uid.upper().startswith(_HEAD) or not _HEX.fullmatch(uid) or len(uid) < _DAY.stop:
        return uid
    return _unpacked(bytes.fromhex(uid)) or uid[: _DAY.start] + "00000000" + uid[_DAY.stop :]


def _unpacked(content: bytes) -> str:
    """The other system's UID, if there is one inside."""
    length = int.from_bytes(content[_BODY : _BODY + 4], "little")
    body = content[_BODY + 4 : _BODY + 4 + length]
    if not body.startswith(_PACKED):
        return ""
    return body[len(_PACKED) :].rstrip(b"\x00").decode("utf-8", "ignore")
