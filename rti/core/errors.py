"""What can go wrong, as one tree; `web/problems.py` turns it into a page or JSON.

    Problem                            status
    ├── Malformed                      400   the body of the message cannot be read at all
    ├── SignInRequired                 401   nobody is signed in
    ├── Forbidden                      403   signed in, but this role may not do that
    │   └── ReauthenticationRequired   403   signed in, but too long ago for this
    ├── NotFound                       404   it is not there, or not for this person: both look the same
    ├── TooSlow                        408   the rest of an upload did not come
    ├── Conflict                       409   somebody else was quicker, or it exists already
    ├── Altered                        409   a document is no longer the one that came in
    ├── Quarantined                    409   a virus scanner found something in a document
    ├── TooLarge                       413   more bytes than a form or file may have
    ├── Invalid                        422   one or more named fields are wrong; lists all of them
    │   └── TooManyAttempts            429   a guess at a password or code that was not looked at
    ├── RateLimitExceeded              429   a costly call that this person has made too often
    ├── Unavailable                    503   the database or a virus scanner is away, or a disk is full
    │   └── Busy                       503   somebody else holds what was to be changed
    ├── BackupFailed                   500   a backup was not made or cannot be used; on the command line only
    └── NotReady                       500   the database or the key file is not what the program needs; nothing starts then

Texts are English message ids with {placeholders}; they are translated where they are shown.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence for a person: an English message id and the values for its placeholders.

    A value can itself be a sentence, even one stored as JSON, or anything with a text.
    """

    text: str
    values: Mapping[str, "Message | str | int | float | None"] = field(default_factory=dict)

    def render(self, translate: Callable[[str], str] = str) -> str:
        values = {
            name: value.render(translate) if isinstance(value, Message) else value
            for name, value in self.values.items()
        }
        return translate(self.text).format(**values)


def say(text: str, **values: Any) -> Message:
    """Write a translatable sentence; the extractor looks for calls of this name."""
    return Message(text, values)


@dataclass(frozen=True, slots=True)
class Fault:
    """One wrong field, by the name that the form, JSON key or CSV column has."""

    field: str
    message: Message


class Problem(Exception):
    """An action that was not done, with a message for the person."""

    status = 500
    title = say("Sorry, something went wrong")
    again_in: timedelta | None = None
    """After how long it will work again, if that is known."""

    def __init__(self, detail: Message | None = None, *, again_in: timedelta | None = None) -> None:
        self.detail = detail or self.title
        self.again_in = again_in or self.again_in
        super().__init__(self.detail.render())


class Malformed(Problem):
    status = 400
    title = say("This could not be read")


class SignInRequired(Problem):
    """`typed` is the content of the form that was sent, kept across signing in."""

    status = 401
    title = say("Sign in first")

    def __init__(self, typed: str = "") -> None:
        self.typed = typed
        super().__init__()


class Forbidden(Problem):
    status = 403
    title = say("You do not have permission to do this")


class ReauthenticationRequired(Forbidden):
    title = say("Confirm your password first: POST it to /api/sessions/proof, then send this request again")


class NotFound(Problem):
    status = 404
    title = say("Page or record not found")


class Conflict(Problem):
    status = 409
    title = say("This has changed in the meantime")


class TooSlow(Problem):
    status = 408
    title = say("The rest of what you sent did not arrive. Check your connection and send it again")


class Altered(Problem):
    status = 409
    title = say(
        "This document has been altered since it was received, so you cannot download it. Tell the server "
        "operator"
    )


class Quarantined(Problem):
    status = 409
    title = say("The virus scanner found malware in this document, so you cannot download it")


class TooLarge(Problem):
    status = 413
    title = say("This file or form is too large")


class Unavailable(Problem):
    status = 503
    title = say("This is not available right now")
    again_in = timedelta(minutes=1)


class Busy(Unavailable):
    title = say(
        "Someone else is changing the same records right now. Nothing was saved. Try again in a few seconds"
    )
    again_in = timedelta(seconds=5)


class BackupFailed(Problem):
    title = say("The backup failed or cannot be used")


class NotReady(Problem):
    title = say("The database or the key file is not what this program needs")


class Invalid(Problem):
    """All faults of one input together, so that nobody has to retry for each."""

    status = 422
    title = say("There is a problem with some fields")

    def __init__(self, *faults: Fault, again_in: timedelta | None = None) -> None:
        self.faults = faults
        super().__init__(again_in=again_in)
        self.args = ("; ".join(f"{fault.field}: {fault.message.render()}" for fault in faults),)


class TooManyAttempts(Invalid):
    status = 429
    title = say("Too many failed attempts")


class RateLimitExceeded(Problem):
    status = 429
    title = say("Too many requests")


def invalid(field_name: str, text: Message) -> Invalid:
    """A single wrong field."""
    return Invalid(Fault(field_name, text))
