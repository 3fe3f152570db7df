"""Encryption for one person under a key derived from the secret of the installation (HKDF, RFC 5869).

Data keys belong to organisations, and not everybody who signs in has one.
"""

from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from rti.core import cipher
from rti.core.cipher import Cell, Key

NUMBER = 1


def _key(secret: str) -> Key:
    return Key(
        NUMBER, HKDF(SHA256(), cipher.SECRET_SIZE, salt=None, info=b"accounts").derive(secret.encode())
    )


def encrypt(secret: str, purpose: str, person_id: UUID, plain: bytes) -> bytes:
    return cipher.encrypt(_key(secret), Cell("totp", "secret", person_id, purpose), plain)


def decrypt(secret: str, purpose: str, person_id: UUID, sealed: bytes) -> bytes:
    """Raises cipher.Unreadable for anything that was not sealed for this purpose and person."""
    return cipher.decrypt({NUMBER: _key(secret)}, Cell("totp", "secret", person_id, purpose), sealed)
