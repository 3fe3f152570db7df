"""What a person asks of the accounts."""

from typing import Annotated
from uuid import UUID

import msgspec

from rti.accounts.policy import Role
from rti.i18n import Language
from rti.intake import Code, Email, Name


class SignIn(msgspec.Struct, frozen=True, kw_only=True):
    """Who somebody says to be."""

    email: Annotated[str, msgspec.Meta(max_length=254)]
    password: Annotated[str, msgspec.Meta(max_length=256)]


class AddPerson(msgspec.Struct, frozen=True, kw_only=True):
    """A new account; members and leads of an organisation say of which."""

    email: Email
    name: Name
    role: Role
    cbo_id: UUID | None = None
    language: Language = Language.KM


Hour = Annotated[int, msgspec.Meta(ge=0, le=24)]


class SaveMe(msgspec.Struct, frozen=True, kw_only=True):
    """What people set for themselves. A checkbox that is not ticked sends nothing, so that means no.

    Messages come from the hour `hours_from` to before `hours_to`, in the time zone of the installation.
    """

    language: Language
    wants_reminders: bool = False
    wants_digest: bool = False
    wants_detail: bool = False
    hours_from: Hour = 7
    hours_to: Hour = 20


class ChangePassword(msgspec.Struct, frozen=True, kw_only=True):
    """A new password of at least 15 characters (NIST SP 800-63B-4, 3.1.1.2), and the present one."""

    old_password: Annotated[str, msgspec.Meta(max_length=256)]
    new_password: Annotated[str, msgspec.Meta(min_length=15, max_length=256)]


class Assign(msgspec.Struct, frozen=True, kw_only=True):
    """What a member of the staff is to see: the requests of a campaign, those to bodies of a province, or all."""

    campaign_id: UUID | None = None
    province_code: Code | None = None
    everything: bool = False
