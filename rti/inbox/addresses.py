"""The reply address of a request: `replies+<code>@host`, where the code is the request and a keyed hash of it.

It is made and read without a table. The alphabet is Crockford's (base 32 without i, l, o, u), so that a code that
somebody typed off paper is read whatever its case, with 1 for l and 0 for o; the local part is lower-case ASCII and has
at most 64 octets (RFC 5321, 4.5.3.1.1).
"""

import hashlib
import hmac
from uuid import UUID

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_READ_AS = str.maketrans({"i": "1", "l": "1", "o": "0"})
_ID_LETTERS, _PROOF_LETTERS = 26, 8
LONGEST_NAME = 64 - 1 - _ID_LETTERS - _PROOF_LETTERS
"""Octets before the plus sign."""


def reply_address(request_id: UUID, base: str, secret: str) -> str:
    """Where answers to a request go; `base` is the address for all of them."""
    name, _, host = base.rpartition("@")
    return f"{name.lower()}+{_letters(request_id.int, _ID_LETTERS)}{_proof(request_id, secret)}@{host}"


def is_ours(recipient: str, base: str) -> bool:
    """Whether mail to an address is for us, even if its code is mistyped."""
    name, _, host = recipient.lower().rpartition("@")
    our_name, _, our_host = base.lower().rpartition("@")
    return host == our_host and name.partition("+")[0] == our_name


def request_of(recipient: str, base: str, secret: str) -> UUID | None:
    """The request that an address names; None if the address is not ours."""
    if not is_ours(recipient, base):
        return None
    code = recipient.lower().rpartition("@")[0].partition("+")[2].translate(_READ_AS)
    if len(code) != _ID_LETTERS + _PROOF_LETTERS or not set(code) <= set(_ALPHABET):
        return None
    number = 0
    for letter in code[:_ID_LETTERS]:
        number = number * 32 + _ALPHABET.index(letter)
    if number >= 2**128:
        return None
    request_id = UUID(int=number)
    return request_id if hmac.compare_digest(code[_ID_LETTERS:], _proof(request_id, secret)) else None


def _letters(number: int, count: int) -> str:
    return "".join(_ALPHABET[number >> 5 * place & 31] for place in reversed(range(count)))


def _proof(request_id: UUID, secret: str) -> str:
    """40 bits: whoever guesses has one chance in a million million, by one mail each."""
    digest = hmac.new(secret.encode(), b"reply address" + request_id.bytes, hashlib.sha256).digest()
    return _letters(int.from_bytes(digest[:5], "big"), _PROOF_LETTERS)
