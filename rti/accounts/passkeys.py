"""Passkeys as a second factor (WebAuthn level 3), with plain values in and out.

The challenge follows from the token of the session. Nobody outside knows it, nothing has to be stored for
it, and it is worthless once it has been answered, because the session then gets a new token.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Site:
    """Where passkeys are for: they belong to a host name and to no other."""

    host: str
    origin: str

    @classmethod
    def of(cls, address: str) -> "Site | None":
        """The site at an address, or None where its host is a number, for which browsers make no passkeys."""
        host = urlsplit(address).hostname or ""
        try:
            ip_address(host)
        except ValueError:
            return cls(host, address)
        return None


@dataclass(frozen=True, slots=True)
class Passkey:
    credential_id: bytes
    public_key: bytes
    sign_count: int


class NoPasskey(ValueError):
    """What came is not the answer of a passkey to our challenge."""


def challenge_of(token: str) -> bytes:
    return hashlib.sha256(b"passkey " + token.encode()).digest()


def wanted_for_new(site: Site, token: str, person_id: UUID, name: str, known: Sequence[bytes]) -> str:
    """What the browser is to ask for, as JSON, to make a new passkey."""
    import webauthn
    from webauthn.helpers.structs import (
        AuthenticatorSelectionCriteria,
        PublicKeyCredentialDescriptor,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    options = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name=site.host,
        user_id=person_id.bytes,
        user_name=name,
        challenge=challenge_of(token),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=each) for each in known],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.DISCOURAGED,
            user_verification=UserVerificationRequirement.PREFERRED,
        ),
    )
    return webauthn.options_to_json(options)


def made(site: Site, token: str, answer: str) -> Passkey:
    """The new passkey of the browser's answer; raises NoPasskey."""
    import webauthn

    try:
        found = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=challenge_of(token),
            expected_rp_id=site.host,
            expected_origin=site.origin,
        )
    except Exception as fault:
        raise NoPasskey from fault
    return Passkey(found.credential_id, found.credential_public_key, found.sign_count)


def wanted(site: Site, token: str, known: Sequence[bytes]) -> str:
    """What the browser is to ask for, as JSON, to show one of the known passkeys."""
    import webauthn
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

    options = webauthn.generate_authentication_options(
        rp_id=site.host,
        challenge=challenge_of(token),
        allow_credentials=[PublicKeyCredentialDescriptor(id=each) for each in known],
    )
    return webauthn.options_to_json(options)


def credential_id(answer: str) -> bytes:
    """Which passkey answers; raises NoPasskey."""
    import webauthn

    try:
        return webauthn.helpers.parse_authentication_credential_json(answer).raw_id
    except Exception as fault:
        raise NoPasskey from fault


def shown(site: Site, token: str, answer: str, passkey: Passkey) -> int:
    """How often the passkey says it was used; raises NoPasskey unless it is `passkey` that answers."""
    import webauthn

    try:
        found = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=challenge_of(token),
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
        )
    except Exception as fault:
        raise NoPasskey from fault
    return found.new_sign_count
