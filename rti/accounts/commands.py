"""Commands about accounts."""

from typing import Annotated
from uuid import UUID

import msgspec

from rti.accounts.passwords import LONGEST, SHORTEST
from rti.core.i18n import Language
from rti.core.roles import Role, TokenScope
from rti.core.validation import Code, Email, ShortText

Password = Annotated[str, msgspec.Meta(max_length=LONGEST, extra={"as_typed": True})]
NewPassword = Annotated[str, msgspec.Meta(min_length=SHORTEST, max_length=LONGEST, extra={"as_typed": True})]
"""Only the length is checked, not the kinds of characters (NIST SP 800-63B-4, 3.1.1.2)."""
FactorCode = Annotated[str, msgspec.Meta(max_length=64)]


class SignIn(msgspec.Struct, frozen=True, kw_only=True):
    """Address and password; `code` if the account has a second factor."""

    email: Annotated[str, msgspec.Meta(max_length=254)]
    password: Password
    code: FactorCode = ""


class ConfirmPassword(msgspec.Struct, frozen=True, kw_only=True):
    """Show the password again."""

    password: Password


class VerifyFactor(msgspec.Struct, frozen=True, kw_only=True):
    """A code of an authenticator app or a recovery code."""

    code: FactorCode


class VerifyPasskey(msgspec.Struct, frozen=True, kw_only=True):
    """What the browser answers for a passkey, as JSON."""

    answer: Annotated[str, msgspec.Meta(max_length=20_000)]


class AddApp(msgspec.Struct, frozen=True, kw_only=True):
    """The first code of an authenticator app; `made` is the sealed secret of the form."""

    made: Annotated[str, msgspec.Meta(max_length=200)]
    code: FactorCode


class AddPasskey(msgspec.Struct, frozen=True, kw_only=True):
    """A passkey that the browser made, and what its owner calls it."""

    name: ShortText
    answer: Annotated[str, msgspec.Meta(max_length=20_000)]


class Invite(msgspec.Struct, frozen=True, kw_only=True):
    """A new account; members and leads of an organisation say of which.

    `by_mail` sends the link instead of showing it, where the installation sends mail.
    """

    email: Email
    role: Role
    cbo_id: UUID | None = None
    language: Language = Language.KM
    by_mail: bool = False


class Reset(msgspec.Struct, frozen=True, kw_only=True):
    """A new link for somebody who lost the password, and with `factors` also the second factor."""

    factors: bool = False
    by_mail: bool = False


class Accept(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody who was invited sets; `token` is that of the link."""

    token: Annotated[str, msgspec.Meta(max_length=100)]
    name: ShortText
    password: NewPassword


class ChangeRole(msgspec.Struct, frozen=True, kw_only=True):
    """Another role, and the organisation that goes with it."""

    role: Role
    cbo_id: UUID | None = None


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
    """A new password, and the present one."""

    old_password: Password
    new_password: NewPassword


class ChangeEmail(msgspec.Struct, frozen=True, kw_only=True):
    """The address by which somebody signs in from now on."""

    email: Email


class AddToken(msgspec.Struct, frozen=True, kw_only=True):
    """A token for a program: what it is called, what it is good for, and for how many days."""

    name: ShortText
    scope: TokenScope
    days: Annotated[int, msgspec.Meta(ge=1, le=365)] = 90


class PeopleFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which people to list; `q` is part of a name or address, `after` is the mark of the page before, `before`
    that of the page behind.

    `cbo` is the code of an organisation; `pending` are those who were invited and have set no password.
    """

    q: ShortText = ""
    cbo: Code | None = None
    pending: bool = False
    after: ShortText = ""
    before: ShortText = ""


class Assign(msgspec.Struct, frozen=True, kw_only=True):
    """What a member of staff may see: the requests of a campaign, those to the bodies of a province, or all."""

    campaign_id: UUID | None = None
    province_code: Code | None = None
    everything: bool = False
