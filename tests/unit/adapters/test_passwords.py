"""Argon2 itself; everything else uses a cheap double."""

import time

import pytest

from ce_calendar.adapters.passwords import Argon2Passwords

PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def passwords() -> Argon2Passwords:
    return Argon2Passwords()


def test_a_password_verifies_against_its_own_hash_alone(passwords: Argon2Passwords) -> None:
    stored = passwords.hash(PASSWORD)
    assert stored.startswith("$argon2id$")
    assert PASSWORD not in stored
    assert passwords.verify(PASSWORD, stored)
    assert not passwords.verify("another password", stored)


def test_the_same_password_hashes_differently_each_time(passwords: Argon2Passwords) -> None:
    assert passwords.hash(PASSWORD) != passwords.hash(PASSWORD)


def test_no_password_opens_an_empty_hash(passwords: Argon2Passwords) -> None:
    assert not passwords.verify("nobody has this password", "")
    assert not passwords.verify("", "")


def test_letters_composed_differently_are_the_same_password(passwords: Argon2Passwords) -> None:
    assert passwords.verify("Pru\u0308fungsordnung", passwords.hash("Pr\u00fcfungsordnung"))


def test_half_a_surrogate_pair_is_just_a_wrong_password(passwords: Argon2Passwords) -> None:
    assert not passwords.verify("\ud800", passwords.hash(PASSWORD))


def test_an_empty_hash_takes_about_as_long(passwords: Argon2Passwords) -> None:
    def fastest(password_hash: str) -> float:
        def once() -> float:
            started = time.perf_counter()
            passwords.verify("wrong password", password_hash)
            return time.perf_counter() - started

        return min(once() for _ in range(3))

    assert fastest("") > fastest(passwords.hash(PASSWORD)) / 3
