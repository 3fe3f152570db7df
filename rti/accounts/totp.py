"""Codes of authenticator apps (TOTP, RFC 6238: SHA-1, six digits, 30 seconds) and recovery codes."""

import base64
import re
import secrets
from datetime import datetime
from urllib.parse import quote, urlencode

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.hotp import HOTP

from rti.core.validation import plain_digits

STEP = 30
DIGITS = 6
SECRET_BYTES = 20
"""160 bits, the length of the hash (RFC 4226, section 4)."""
AROUND = (-1, 0, 1)
"""Steps before and after the current one whose codes are accepted, for clocks that are a little off."""
CODES = 8
CODE_LETTERS = 24
"""Letters of a recovery code, 120 bits in base32 (ASVS 5.0, 6.5.2 asks for 112 to store a plain hash)."""


def new_secret() -> bytes:
    return secrets.token_bytes(SECRET_BYTES)


def step_of(now: datetime) -> int:
    return int(now.timestamp()) // STEP


def matching_step(secret: bytes, code: str, now: datetime) -> int | None:
    """The step to which a code belongs, if it is one of those around `now`."""
    present = step_of(now)
    generator = HOTP(secret, DIGITS, SHA1())  # noqa: S303 -- what authenticator apps know
    for around in AROUND:
        if secrets.compare_digest(generator.generate(present + around), code.encode()):
            return present + around
    return None


def code_at(secret: bytes, now: datetime) -> str:
    """The code that an authenticator app shows."""
    return HOTP(secret, DIGITS, SHA1()).generate(step_of(now)).decode()  # noqa: S303 -- what authenticator apps know


def shown(secret: bytes) -> str:
    """A secret to type into an app, in groups of four letters."""
    return _grouped(base64.b32encode(secret).decode())


def address(secret: bytes, name: str, host: str) -> str:
    """The address that an authenticator app reads from a QR code (Key Uri Format)."""
    wanted = urlencode({"secret": base64.b32encode(secret).decode(), "issuer": host}, quote_via=quote)
    return f"otpauth://totp/{quote(f'{host}:{name}')}?{wanted}"


def picture(content: str) -> tuple[int, str]:
    """A QR code as the width of a square and the path of an SVG drawing in it."""
    import segno

    rows = [list(row) for row in segno.make(content, error="m").matrix_iter(border=4)]
    path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
    return len(rows), path


def new_recovery_codes() -> list[str]:
    return [_grouped(base64.b32encode(secrets.token_bytes(15)).decode().lower()) for _ in range(CODES)]


def plain(code: str) -> str:
    """A code without the spaces, dashes, capitals or Khmer digits with which it was typed."""
    return plain_digits(re.sub(r"[\s\u200b-]", "", code).lower())


def _grouped(letters: str) -> str:
    return " ".join(letters[start : start + 4] for start in range(0, len(letters), 4))
