import pytest

from ce_calendar.adapters.microsoft.uids import series_uid
from ce_calendar.adapters.microsoft.zones import zone

HEAD = "040000008200E00074C5B7101A82E008"


@pytest.mark.parametrize(
    ("uid", "expected"),
    [
        ("abc123@google.com", "abc123@google.com"),
        (HEAD + "00000000" + "AB" * 20, HEAD + "00000000" + "AB" * 20),
        (HEAD + "07EA030A" + "AB" * 20, HEAD + "00000000" + "AB" * 20),  # an occurrence's own
        (HEAD.lower() + "07ea030a" + "ab" * 20, HEAD.lower() + "00000000" + "ab" * 20),
        # Another system's UID, packed by Exchange.
        (
            HEAD + "07EA030A" + "00" * 16 + "1E000000" + (b"vCal-Uid\x01\x00\x00\x00abc123@google.com\x00").hex(),
            "abc123@google.com",
        ),
        # No such thing after all.
        (HEAD, HEAD),
        (HEAD + "07", HEAD + "07"),
        (HEAD + "07EA030A", HEAD + "00000000"),
        (HEAD + "07EA030A" + "x" * 20, HEAD + "07EA030A" + "x" * 20),
        (HEAD + "07EA030A" + "ABC", HEAD + "07EA030A" + "ABC"),
    ],
)
def test_a_meeting_has_one_uid(uid: str, expected: str) -> None:
    assert series_uid(uid) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("UTC", "UTC"),
        ("tzone://Microsoft/Utc", "UTC"),
        ("W. Europe Standard Time", "Europe/Berlin"),
        ("w. europe standard time ", "Europe/Berlin"),
        ("Europe/Berlin", "Europe/Berlin"),
        ("tzone://Microsoft/Custom", None),
        ("Customized Time Zone", None),
        ("", None),
        ("a" * 5000, None),
        ("\x00", None),
    ],
)
def test_zones_by_their_windows_names(name: str, expected: str | None) -> None:
    found = zone(name)
    assert (found.key if found else None) == expected
