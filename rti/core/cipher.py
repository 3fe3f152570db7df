"""Encrypting one cell of a table with AES-256-GCM (NIST SP 800-38D): pure, and the only place for field encryption.

An encrypted cell is `v1 | number of its key, 4 bytes | nonce, 12 bytes | ciphertext and tag`. The place where
it stands (table, column, organisation, row) and the header are authenticated with it, so that a cell moved
anywhere else, or said to be under another key, cannot be opened. Nonces are random, never counted: a
machine restored from a snapshot must not repeat one.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VERSION = b"v1"
NUMBER_AT = len(VERSION)
NUMBER_SIZE, NONCE_SIZE, SECRET_SIZE = 4, 12, 32
_HEADER_SIZE = NUMBER_AT + NUMBER_SIZE
PAD_TO = 64
"""Bytes: texts of the same multiple look equally long, and most names and phones are in the first."""


class Unreadable(Exception):
    """A cell cannot be decrypted; the error does not reveal whether the key, the place or the bytes are wrong."""

    def __init__(self) -> None:
        super().__init__("cannot be opened")


@dataclass(frozen=True, slots=True)
class Key:
    """A secret of 32 bytes and its number: of a key in the key file, or the epoch of a data key."""

    number: int
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Cell:
    """Where an encrypted value stands."""

    table: str
    column: str
    cbo_id: UUID
    row: str

    def bound_to(self, header: bytes) -> bytes:
        place = "|".join((self.table, self.column, str(self.cbo_id), self.row))
        return header + b"|" + place.encode()


def new_key(number: int) -> Key:
    return Key(number, secrets.token_bytes(SECRET_SIZE))


def encrypt(key: Key, cell: Cell, plain: bytes) -> bytes:
    header = VERSION + key.number.to_bytes(NUMBER_SIZE, "big")
    nonce = secrets.token_bytes(NONCE_SIZE)
    return header + nonce + AESGCM(key.secret).encrypt(nonce, plain, cell.bound_to(header))


def decrypt(keys: Mapping[int, Key], cell: Cell, encrypted: bytes) -> bytes:
    """The plain bytes; raises Unreadable for any reason. The version, as all of the header, is in the tag."""
    header, nonce = encrypted[:_HEADER_SIZE], encrypted[_HEADER_SIZE : _HEADER_SIZE + NONCE_SIZE]
    key = keys.get(int.from_bytes(header[NUMBER_AT:], "big"))
    if key is None or len(nonce) < NONCE_SIZE:
        raise Unreadable
    try:
        return AESGCM(key.secret).decrypt(
            nonce, encrypted[_HEADER_SIZE + NONCE_SIZE :], cell.bound_to(header)
        )
    except InvalidTag:
        raise Unreadable from None


def padded(text: str) -> bytes:
    """The text in UTF-8, filled up to a multiple of 64 bytes (ISO/IEC 7816-4: one 0x80, then zeros)."""
    plain = text.encode() + b"\x80"
    return plain + bytes(-len(plain) % PAD_TO)


def unpadded(plain: bytes) -> str:
    return plain.rstrip(b"\x00")[:-1].decode()
