import pytest
from cryptography.fernet import Fernet

from ce_calendar.adapters.legacy_keys import FernetLegacyKeys
from ce_calendar.domain.meetings.legacy import LegacyProblem, LegacyTokenError

ONE, TWO, LOST = (Fernet.generate_key().decode() for _ in range(3))


def problem_of(ciphertext: str, *keys: str) -> LegacyProblem:
    with pytest.raises(LegacyTokenError) as error:
        FernetLegacyKeys(keys).open(ciphertext)
    return error.value.problem


def sealed(content: bytes, key: str = ONE) -> str:
    return Fernet(key).encrypt(content).decode()


@pytest.mark.parametrize("key", [ONE, TWO], ids=["the first", "the second"])
def test_any_of_the_keys_opens_what_it_encrypted(key: str) -> None:
    assert FernetLegacyKeys([ONE, TWO]).open(sealed(b"1//0token", key)) == "1//0token"


@pytest.mark.parametrize(
    ("ciphertext", "problem"),
    [
        (sealed(b"token", LOST), LegacyProblem.KEY),
        # one letter changed in the middle: the signature tells
        (sealed(b"token")[:30] + "A" + sealed(b"token")[31:], LegacyProblem.KEY),
        ("", LegacyProblem.DAMAGED),
        ("plain words", LegacyProblem.DAMAGED),
        (sealed(b"token")[:60], LegacyProblem.DAMAGED),
        (sealed(b"token") + "\n", LegacyProblem.DAMAGED),
        (sealed(b""), LegacyProblem.CONTENT),
        (sealed(b"two words"), LegacyProblem.CONTENT),
        (sealed(b"\xff\xfe"), LegacyProblem.CONTENT),
        (sealed(b"line\n"), LegacyProblem.CONTENT),
        (sealed(b"x" * 20_000), LegacyProblem.CONTENT),
    ],
)
def test_what_does_not_open_says_why(ciphertext: str, problem: LegacyProblem) -> None:
    assert problem_of(ciphertext, ONE, TWO) is problem


def test_without_keys_nothing_opens() -> None:
    assert FernetLegacyKeys([]).is_empty
    assert problem_of(sealed(b"token")) is LegacyProblem.KEY


def test_what_is_no_key_is_told_by_its_place_alone() -> None:
    with pytest.raises(ValueError, match="Key 2 is not a Fernet key") as error:
        FernetLegacyKeys([ONE, "half-a-key"])
    assert "half-a-key" not in str(error.value)
    assert error.value.__cause__ is None


def test_keys_do_not_print() -> None:
    assert repr(FernetLegacyKeys([ONE])) == "FernetLegacyKeys(1 keys)"
