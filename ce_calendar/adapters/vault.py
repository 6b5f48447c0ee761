"""Seals credentials with Fernet keys, so that each opens only in the row it was sealed for."""

import base64
import binascii
import hashlib
import json
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken

from ce_calendar.domain.errors import VaultError
from ce_calendar.ports import Sealed


class FernetVault:
    """`ports.CredentialVault` and `ports.VaultKeys`: of any number of keys the newest seals, each opens its own.

    The organization, the owner and the purpose lie inside the ciphertext, which Fernet authenticates: a row copied
    to another organization, connection or purpose is refused although the key fits.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        """Take the keys.

        Args:
            keys: Fernet keys (32 bytes in url-safe base64), newest first.

        Raises:
            ValueError: no key, or one that is none; the message names its place, never the key.
        """
        if not keys:
            raise ValueError("The vault needs at least one key: set CE_VAULT_KEYS or CE_VAULT_KEYS_FILE.")
        self._fernets: dict[str, Fernet] = {}
        for place, key in enumerate(keys, start=1):
            self._fernets.setdefault(_key_id(key), _fernet(key, place))
        self._newest = next(iter(self._fernets))

    def __repr__(self) -> str:
        return f"FernetVault({len(self._fernets)} keys)"

    @property
    def newest(self) -> str:
        """Id of the key that seals."""
        return self._newest

    @property
    def ids(self) -> frozenset[str]:
        """Of all keys."""
        return frozenset(self._fernets)

    def seal(self, content: bytes, *, organization_id: str, owner_id: str, purpose: str) -> Sealed:
        """Encrypt with the newest key."""
        envelope = {
            "organization": organization_id,
            "owner": owner_id,
            "purpose": purpose,
            "content": base64.b64encode(content).decode(),
        }
        ciphertext = self._fernets[self._newest].encrypt(json.dumps(envelope).encode())
        return Sealed(ciphertext=ciphertext.decode(), key_id=self._newest)

    def open(self, sealed: Sealed, *, organization_id: str, owner_id: str, purpose: str) -> bytes:
        """Decrypt.

        Raises:
            VaultError: wrong key, damaged, or sealed for another organization, owner or purpose.
        """
        try:
            envelope = json.loads(self._decrypted(sealed))
        except ValueError as error:
            raise VaultError("Damaged, or sealed with another key.") from error
        stated = (envelope["organization"], envelope["owner"], envelope["purpose"])
        if stated != (organization_id, owner_id, purpose):
            raise VaultError("Sealed for another organization, owner or purpose.")
        return base64.b64decode(envelope["content"])

    def reseal(self, sealed: Sealed) -> Sealed:
        """The same content, organization, owner and purpose, sealed with the newest key.

        Raises:
            VaultError: it does not open.
        """
        ciphertext = self._fernets[self._newest].encrypt(self._decrypted(sealed))
        return Sealed(ciphertext=ciphertext.decode(), key_id=self._newest)

    def holds_same(self, one: Sealed, other: Sealed) -> bool:
        """Whether two hold the same content of the same organization, owner and purpose.

        Raises:
            VaultError: one of them does not open.
        """
        return self._decrypted(one) == self._decrypted(other)

    def _decrypted(self, sealed: Sealed) -> bytes:
        fernet = self._fernets.get(sealed.key_id)
        if fernet is None:
            raise VaultError("Sealed with a key that is not among the vault's keys.")
        try:
            return fernet.decrypt(sealed.ciphertext.encode())
        except (InvalidToken, ValueError) as error:
            raise VaultError("Damaged, or sealed with another key.") from error


def _key_id(key: str) -> str:
    """Names a key without telling it."""
    return hashlib.sha256(key.encode()).hexdigest()[:16]


def _fernet(key: str, place: int) -> Fernet:
    try:
        return Fernet(key)
    except (ValueError, binascii.Error):
        # `from None`: the cause would carry parts of what may be a real, mistyped key.
        raise ValueError(
            f"Vault key {place} is not a Fernet key (32 bytes in url-safe base64). Make one with: "
            'python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"'
        ) from None
