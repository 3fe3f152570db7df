"""A stream to and from a file in the age format (age-encryption.org/v1), in bounded memory.

The library works from one file to another, so it runs in a thread at the other end of a pipe. Every 64 kB
of an age file are authenticated, and so is its end: what is changed or cut is found, at the latest when
the last byte is read. Who made a file is not: anybody may encrypt to a public key.
"""

import os
import zlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from tarfile import TarError
from typing import BinaryIO

import pyrage

from rti.core.errors import BackupFailed, Message, say
from rti.core.keyring import OTHERS

_READ_AT_ONCE = 1 << 20
_BROKEN = (EOFError, TarError, zlib.error, OSError)
"""What reading raises where the stream ends too early or is no backup."""


def new_identity(path: Path) -> str:
    """Write a new identity, which opens backups, to a file that must not be there; returns its public key."""
    identity = pyrage.x25519.Identity.generate()
    try:
        with _closed_to_others(path) as file:
            file.write(f"# public key: {identity.to_public()}\n{identity}\n".encode())
    except OSError as fault:
        raise BackupFailed(_untouched(path, fault)) from None
    return str(identity.to_public())


@contextmanager
def encrypting(path: Path, recipients: str) -> Iterator[BinaryIO]:
    """A stream that is encrypted into the new file at `path`, and on the disk when the block has ended.

    `recipients` are public keys with commas between them. Raises BackupFailed where there is no room.
    """
    reading, writing = os.pipe()
    try:
        with _closed_to_others(path) as target, ThreadPoolExecutor(1) as beside:
            done = beside.submit(_encrypt, reading, target, recipients)
            # Where the other end has given up, its own error says why.
            with suppress(BrokenPipeError), os.fdopen(writing, "wb") as stream:
                yield stream
            done.result()
            target.flush()
            os.fsync(target.fileno())
    except (OSError, pyrage.EncryptError) as fault:
        reason = getattr(fault, "strerror", None) or str(fault).rpartition("] ")[2]
        raise BackupFailed(say("The backup could not be written: {reason}", reason=reason)) from None


def _closed_to_others(path: Path) -> BinaryIO:
    """A new file, which must not be there, that only its owner reads."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _encrypt(reading: int, target: BinaryIO, recipients: str) -> None:
    keys = [pyrage.x25519.Recipient.from_str(each) for each in recipients.split(",")]
    with os.fdopen(reading, "rb", buffering=_READ_AT_ONCE) as source:
        pyrage.encrypt_io(source, target, keys)


@contextmanager
def decrypting(path: Path, identity: Path) -> Iterator[BinaryIO]:
    """The stream that was encrypted, read by the identities in a file as age writes it.

    Raises BackupFailed, at the latest when the block ends, where the file is not whole or not for it.
    """
    identities = _identities(identity)
    try:
        source = path.open("rb")
    except OSError as fault:
        raise BackupFailed(_untouched(path, fault)) from None
    reading, writing = os.pipe()
    with source, ThreadPoolExecutor(1) as beside:
        done = beside.submit(_decrypt, source, writing, identities)
        try:
            with os.fdopen(reading, "rb") as stream:
                yield stream
                while stream.read(_READ_AT_ONCE):
                    pass
        except _BROKEN as fault:
            raise _unreadable(path, done.exception() or fault) from None
        if failed := done.exception():
            raise _unreadable(path, failed)


def _decrypt(source: BinaryIO, writing: int, identities: Sequence[pyrage.x25519.Identity]) -> None:
    with os.fdopen(writing, "wb") as stream:
        pyrage.decrypt_io(source, stream, identities)


def _identities(path: Path) -> list[pyrage.x25519.Identity]:
    try:
        lines = path.read_text(encoding="ascii").split("\n")
        mode = path.stat().st_mode
        found = [pyrage.x25519.Identity.from_str(line.strip()) for line in lines if line.startswith("AGE-")]
    except OSError as fault:
        raise BackupFailed(_untouched(path, fault)) from None
    except (UnicodeDecodeError, pyrage.IdentityError):
        found = []
    if not found:
        raise BackupFailed(
            say("{path} does not contain an identity in the format of rti backup identity", path=path)
        )
    if mode & OTHERS:
        raise BackupFailed(say("{path} can be read by other users; run chmod 600 {path}", path=path))
    return found


def _untouched(path: Path, fault: OSError) -> Message:
    return say("{path}: {reason}", path=path, reason=fault.strerror)


def _unreadable(path: Path, fault: BaseException) -> BackupFailed:
    if "No matching keys" in str(fault):
        return BackupFailed(say("{file} is encrypted for another identity", file=path.name))
    return BackupFailed(say("{file} is truncated, damaged or not a backup", file=path.name))
