import pytest
from cryptography.fernet import Fernet

from ce_calendar.adapters.vault import FernetVault
from ce_calendar.domain.errors import VaultError
from ce_calendar.ports import Sealed

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()
PLACE = {"organization_id": "org", "owner_id": "connection", "purpose": "credential"}


def test_what_was_sealed_opens_where_it_was_sealed() -> None:
    vault = FernetVault([NEW])

    assert vault.open(vault.seal(b"secret \x00\xff", **PLACE), **PLACE) == b"secret \x00\xff"


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"organization_id": "another"},  # a row copied to another tenant
        {"owner_id": "another"},  # to another person's connection
        {"purpose": "another"},  # a verifier passed off as a credential
    ],
)
def test_a_copied_row_does_not_open(elsewhere: dict[str, str]) -> None:
    vault = FernetVault([NEW])
    sealed = vault.seal(b"secret", **PLACE)

    with pytest.raises(VaultError):
        vault.open(sealed, **{**PLACE, **elsewhere})


def test_a_damaged_row_does_not_open() -> None:
    vault = FernetVault([NEW])
    sealed = vault.seal(b"secret", **PLACE)
    middle = len(sealed.ciphertext) // 2
    letter = "A" if sealed.ciphertext[middle] != "A" else "B"

    for damaged in (sealed.ciphertext[:middle] + letter + sealed.ciphertext[middle + 1 :], "", "ü", "x" * 100):
        with pytest.raises(VaultError):
            vault.open(Sealed(damaged, sealed.key_id), **PLACE)


def test_the_newest_key_seals_and_an_older_one_still_opens() -> None:
    old = FernetVault([OLD]).seal(b"secret", **PLACE)
    vault = FernetVault([NEW, OLD])

    assert vault.open(old, **PLACE) == b"secret"
    assert vault.seal(b"secret", **PLACE).key_id == FernetVault([NEW]).seal(b"", **PLACE).key_id != old.key_id


def test_a_key_that_is_gone_does_not_open() -> None:
    sealed = FernetVault([OLD]).seal(b"secret", **PLACE)

    with pytest.raises(VaultError):
        FernetVault([NEW]).open(sealed, **PLACE)
    with pytest.raises(VaultError):
        FernetVault([NEW]).open(Sealed(sealed.ciphertext, FernetVault([NEW]).seal(b"", **PLACE).key_id), **PLACE)


@pytest.mark.parametrize(
    "bad", ["", "password", "ü" * 44, OLD[:-4]], ids=["none", "a password", "no base64", "cut short"]
)
def test_a_bad_key_is_named_by_its_place_and_not_shown(bad: str) -> None:
    with pytest.raises(ValueError, match="Vault key 2 is not a Fernet key") as refused:
        FernetVault([NEW, bad])

    assert not bad or bad not in str(refused.value)


def test_no_key_is_refused() -> None:
    with pytest.raises(ValueError, match="CE_VAULT_KEYS"):
        FernetVault([])


def test_the_vault_prints_no_key() -> None:
    assert NEW not in repr(FernetVault([NEW])) + str(vars(FernetVault([NEW])))
