"""The draft of a letter that chases a public body: courteous, and no more certain than the law is."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from rti import i18n
from rti.law.reminders import About


@dataclass(frozen=True, slots=True)
class Chased:
    """What a letter names: what the body must know to find the request again, and nobody in person.

    `statute` is None where no law in force gives the date; the letter then claims none. `signed_by` is
    None where nobody is to be named.
    """

    about: About
    title: str
    reference: str
    body_name: str
    signed_by: str | None
    handed_over_on: date | None
    due_on: date
    statute: str | None


def draft(chased: Chased, language: str, today: date) -> tuple[str, str]:
    """Subject and body of the letter in `language`, as of `today`."""
    _ = i18n.translator(language)

    def shown(day: date) -> str:
        return i18n.show_date(day, language)

    subject = _("Request for information: {title}").format(title=chased.title)
    paragraphs = [
        _("To: {body}").format(body=chased.body_name),
        _asked(chased, _, shown),
        _expected(chased, _, shown),
        _missing(chased, _).format(today=shown(today)),
        _("With respect,") + "\n" + (chased.signed_by or _("A community organisation")),
    ]
    return subject, "\n\n".join(paragraphs)


def _asked(chased: Chased, _: i18n.Translate, shown: Callable[[date], str]) -> str:
    if chased.handed_over_on is None:
        said = _("We asked you for information: {title}. Our reference is {reference}.")
        return said.format(title=chased.title, reference=chased.reference)
    said = _("On {day} we handed over a request for information: {title}. Our reference is {reference}.")
    return said.format(day=shown(chased.handed_over_on), title=chased.title, reference=chased.reference)


def _expected(chased: Chased, _: i18n.Translate, shown: Callable[[date], str]) -> str:
    if chased.statute:
        said = _("By {statute} the time for this ended on {due}.")
        return said.format(statute=chased.statute, due=shown(chased.due_on))
    return _("We had hoped for it by {due}.").format(due=shown(chased.due_on))


def _missing(chased: Chased, _: i18n.Translate) -> str:
    if chased.about is About.ACKNOWLEDGEMENT:
        return _(
            "Up to today, {today}, no acknowledgement has come to us. Please tell us whether the request has arrived."
        )
    return _(
        "Up to today, {today}, no answer has come to us. We would be grateful for one, or for word of when it can be expected."
    )
