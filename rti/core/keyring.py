"""The key file: the keys that wrap the data keys, kept outside of the database and of every backup.

One key a line, its number as 8 hexadecimal digits and its 32 bytes in base64; the first is the one that
wraps, the others still unwrap what they wrapped until `rti keys rotate` has been through.
"""

import os
import secrets
from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rti.core.cipher import NUMBER_SIZE, SECRET_SIZE, Key, new_key
from rti.core.settings import Settings, SettingsFault

NO_KEY_FILE = (
    "RTI_KEY_FILE is not set, so nothing can be encrypted; name a file and create it with `rti keys add`"
)
OTHERS = 0o007
"""Permissions that a key file must not give: any to those who are neither its owner nor its group."""


@dataclass(frozen=True, slots=True)
class Keyring:
    """The keys of a key file, the one that wraps first."""

    keys: tuple[Key, ...] = ()

    @property
    def current(self) -> Key:
        if not self.keys:
            raise SettingsFault([NO_KEY_FILE])
        return self.keys[0]

    @property
    def by_number(self) -> Mapping[int, Key]:
        return {key.number: key for key in self.keys}


NO_KEYS = Keyring()


def read(path: Path | None) -> Keyring:
    """The keys of a file; raises SettingsFault that says what is wrong with it, and never what is in it."""
    if path is None:
        return NO_KEYS
    try:
        text = path.read_text(encoding="ascii")
        mode = path.stat().st_mode
    except FileNotFoundError:
        raise SettingsFault([f"RTI_KEY_FILE {path} is not there; create it with `rti keys add`"]) from None
    except (OSError, UnicodeDecodeError) as fault:
        reason = getattr(fault, "strerror", "it is not text")
        raise SettingsFault([f"RTI_KEY_FILE {path} cannot be read: {reason}"]) from None
    if mode & OTHERS:
        raise SettingsFault([f"RTI_KEY_FILE {path} can be read by other users; run chmod 600 {path}"])
    try:
        keys = tuple(_parsed(line) for line in text.splitlines() if line.strip())
    except (ValueError, Error):
        keys = ()
    if not keys or len({key.number for key in keys}) < len(keys):
        raise SettingsFault([f"RTI_KEY_FILE {path} is not a key file in the format of `rti keys add`"])
    return Keyring(keys)


def path_of(settings: Settings) -> Path:
    """Where the keys of an installation are: where it says, else beside the embedded database.

    A server is used from several machines and containers, each of which would make keys of its own. Raises
    SettingsFault where it is used and nothing is said.
    """
    if settings.key_file is None and settings.database_url:
        raise SettingsFault([NO_KEY_FILE])
    return settings.key_file or settings.data_dir.resolve() / "keys" / "wrapping"


def add(path: Path) -> Keyring:
    """Put a new key in front of those of the file; the file is replaced as a whole or not at all."""
    before = read(path) if path.exists() else NO_KEYS
    keys = (new_key(int.from_bytes(secrets.token_bytes(NUMBER_SIZE), "big")), *before.keys)
    new = _written_beside(path, keys)
    new.replace(path)
    return Keyring(keys)


def kept(path: Path) -> Path:
    """The key file at `path`, made if there is none; two processes at once make one."""
    if not path.exists():
        new = _written_beside(path, (new_key(int.from_bytes(secrets.token_bytes(NUMBER_SIZE), "big")),))
        try:
            os.link(new, path)
        except FileExistsError:
            pass
        finally:
            new.unlink()
    return path


def _written_beside(path: Path, keys: tuple[Key, ...]) -> Path:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    new.touch(mode=0o600, exist_ok=False)
    new.write_text("".join(f"{k.number:08x} {b64encode(k.secret).decode()}\n" for k in keys), "ascii")
    return new


def _parsed(line: str) -> Key:
    number, secret = line.split()
    key = Key(int(number, 16), b64decode(secret, validate=True))
    if len(key.secret) != SECRET_SIZE or not 0 <= key.number < 2 ** (8 * NUMBER_SIZE):
        raise ValueError
    return key
