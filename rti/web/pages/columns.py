"""The page on which the columns of somebody's log are confirmed, before it is imported like any file.

Each posting shows everything again as it was chosen; the file waits meanwhile, and may be mapped as often as needed.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.datastructures import State
from litestar.response import Template

from rti.accounts.rate_limits import LimitedCall
from rti.core.errors import Fault, Invalid, Message, say
from rti.core.roles import REQUESTS, Person
from rti.imports.actions import GivenFile, ImportOrder, ask_for_import, kept_for_columns, meanings
from rti.imports.commands import LineOutcome
from rti.imports.guessing import (
    FORMATS,
    MOST_WORDS,
    NOTHING,
    Confirmed,
    Meanings,
    Sheet,
    day_of,
    guess,
    likely,
    read_sheet,
)
from rti.imports.mapping import DATED, FIELDS, WORDED, FoundBy, read_mapping
from rti.law.events import Ground, Outcome
from rti.law.explanations import N_
from rti.law.monitoring import QuestionClass, RequesterProfile
from rti.law.status import RequestStatus
from rti.models.requests import Channel, Medium
from rti.models.topics import TopicRow
from rti.topics.queries import topics
from rti.web.downloads import text_file
from rti.web.forms import else_show, see_other
from rti.web.guards import only, rate_limited
from rti.web.inject import Form, Id, Now, Session, Who
from rti.web.templating import Reader, WebRequest, page, reader_of

FIELD_WORDS: Mapping[str, str] = {
    "body": N_("Public body"),
    "title": N_("Title"),
    "topic": N_("Topic"),
    "question": N_("Question"),
    "reference": N_("Reference"),
    "drafted_on": N_("Date drafted"),
    "submitted_on": N_("Date handed over"),
    "received_on": N_("Date received"),
    "received_at": N_("Time received"),
    "answered_on": N_("Date answered"),
    "outcome": N_("Outcome"),
    "ground": N_("Ground of refusal"),
    "section": N_("Section cited"),
    "extended_to": N_("Extended to"),
    "channel": N_("Channel"),
    "answer_medium": N_("How the answer came"),
    "urgent": N_("Urgent: concerns life or liberty"),
    "cbo_code": N_("Code of the organisation"),
    "campaign_code": N_("Code of the campaign"),
    "statute_id": N_("Identifier of the statute or standard"),
    "question_class": N_("Class of question"),
    "requester_profile": N_("Requester appears as"),
    "wave": N_("Wave of monitoring"),
}
_KINDS: Mapping[str, type[StrEnum]] = {
    "channel": Channel,
    "ground": Ground,
    "answer_medium": Medium,
    "question_class": QuestionClass,
    "requester_profile": RequesterProfile,
}
DEFAULTS = ("title", "topic", "channel", "body", "cbo_code", "campaign_code", "statute_id")
"""What may be said once for all lines."""
_EXAMPLES = {
    "%d": "20",
    "%m": "04",
    "%Y": "2026",
    "%y": "26",
    "%B": "April",
    "%b": "Apr",
    "%H": "14",
    "%M": "30",
    "%S": "00",
}


_FOUND_BY = {FoundBy.CODE: N_("By their codes"), FoundBy.NAME: N_("By their names")}


@get("/imports/columns/{columns_id:uuid}", guards=[only(REQUESTS), rate_limited(LimitedCall.IMPORTS)])
async def show_columns(
    request: WebRequest, state: State, session: Session, person: Who, columns_id: Id, form: Form
) -> Template:
    job, file = await kept_for_columns(session, person, columns_id, state.settings.secret)
    sheet, known = await _sheet(file), await meanings(session)
    if not form.values:
        order = msgspec.convert(job.arguments, ImportOrder)
        form.values = _as_values(await asyncio.to_thread(guess, sheet, known), order)
    reader, chosen = reader_of(request), _chosen(form.values, sheet, known)
    return page(
        request,
        "imports/columns.html",
        sheet,
        form=form,
        job=job,
        file=file,
        chosen=chosen,
        fields={name: reader.translate(FIELD_WORDS[name]) for name in FIELDS},
        options=_options(await topics(session), reader),
        formats=[("", _example("%Y-%m-%d")), *((each, _example(each)) for each in FORMATS)],
        found_by=[(each.value, reader.translate(words)) for each, words in _FOUND_BY.items()],
        days={
            column: _days(sheet, column, chosen) for column, name in chosen.fields.items() if name in DATED
        },
        most=MOST_WORDS,
        nothing=NOTHING,
        whole=[fault for fault in form.faults if fault.field.startswith("columns.")],
    )


@post("/imports/columns/{columns_id:uuid}", guards=[only(REQUESTS), rate_limited(LimitedCall.IMPORTS)])
@else_show(show_columns)
async def confirm_columns(
    request: WebRequest, state: State, session: Session, person: Who, columns_id: Id, form: Form, now: Now
) -> Response[Any]:
    """Show everything again, hand out the mapping, check or import, as the button says."""
    job, file = await kept_for_columns(session, person, columns_id, state.settings.secret)
    sheet, act = await _sheet(file), form.values.get("act")
    chosen = _chosen(form.values, sheet, await meanings(session))
    mapping = chosen.as_toml(sheet)
    if act == "mapping":
        return text_file("mapping.toml", mapping, "application/toml")
    if act not in {"check", "import"}:
        return await show_columns.fn(request, state, session, person, columns_id, form)  # type: ignore[no-any-return]
    if faults := [*_faults(chosen, sheet, form.values, mapping, person)]:
        raise Invalid(*faults)
    order = ImportOrder(
        kind=msgspec.convert(job.arguments, ImportOrder).kind,
        check=act == "check",
        all_or_nothing="all_or_nothing" in form.values,
        columns=columns_id,
    )
    given = msgspec.structs.replace(file, mapping=mapping)
    asks = {"person": person, "secret": state.settings.secret, "now": now}
    made = await ask_for_import(session, order, given, **asks)
    return see_other(f"/jobs/{made.id}", done="")


async def _sheet(file: GivenFile) -> Sheet:
    return await asyncio.to_thread(read_sheet, file.content)


def _as_values(guessed: Confirmed, order: ImportOrder) -> dict[str, str]:
    """A guess as the form sends it; its words are guessed again where the form brings none."""
    return {
        **{f"column.{column}": name for column, name in guessed.fields.items()},
        **{f"defaults.{name}": text for name, text in guessed.defaults.items()},
        **({"dates.format": guessed.date_format} if guessed.date_format else {}),
        "bodies.found_by": guessed.found_by,
        **({"all_or_nothing": "1"} if order.all_or_nothing else {}),
    }


def _chosen(values: Mapping[str, str], sheet: Sheet, known: Meanings) -> Confirmed:
    """What the form says; a column that has only now become one of words gets the likely meanings."""
    chosen = {column: values.get(f"column.{column}", "") for column in range(len(sheet.names))}
    fields = {column: name for column, name in chosen.items() if name in FIELDS}
    return Confirmed(
        fields,
        {
            column: _words(values, sheet, column)
            if values.get(f"words.{column}") == name
            else likely(sheet, column, name, known)
            for column, name in fields.items()
            if name in WORDED
        },
        {name: text for name in DEFAULTS if (text := values.get(f"defaults.{name}", "").strip())},
        values.get("dates.format", ""),
        values.get("bodies.found_by", ""),
    )


def _words(values: Mapping[str, str], sheet: Sheet, column: int) -> dict[str, str]:
    said = ((word, values.get(f"word.{column}.{place}")) for place, word in enumerate(sheet.words_of(column)))
    return {word: ours for word, ours in said if ours}


def _faults(
    chosen: Confirmed, sheet: Sheet, values: Mapping[str, str], mapping: str, person: Person
) -> Iterator[Fault]:
    """What stands in the way of importing through this mapping, by the fields of the form."""
    before: set[str] = set()
    for column, name in chosen.fields.items():
        if name in before and name != "question":
            yield Fault(f"column.{column}", say("Another column holds the same already. Keep one of them"))
        before.add(name)
        if name in WORDED and sheet.words_of(column) and values.get(f"words.{column}") != name:
            yield Fault(f"column.{column}", say("Check below what the words of this column stand for"))
    if person.cbo_id is None and "cbo_code" not in {*before, *chosen.defaults}:
        yield Fault("defaults.cbo_code", say("Enter the code of the requesting organisation"))
    try:
        read_mapping(mapping.encode())
    except Invalid as wrong:
        yield from (Fault(fault.field, _in_the_form(fault)) for fault in wrong.faults)


def _in_the_form(fault: Fault) -> Message:
    """A fault of a mapping without the words of its file."""
    part, _, name = fault.field.partition(".")
    if part != "columns" or name not in FIELD_WORDS:
        return fault.message
    if name == "received_on":
        return say("Choose a column for the date received, handed over or drafted")
    return say(
        "Choose a column for this, or enter what holds for every line: {field}",
        field=Message(FIELD_WORDS[name]),
    )


def _days(sheet: Sheet, column: int, chosen: Confirmed) -> list[object]:
    return [day_of(cells[column], chosen.date_format) for cells in sheet.samples]


def _example(form: str) -> str:
    """A day in a format, such as 20/04/2026."""
    for directive, text in _EXAMPLES.items():
        form = form.replace(directive, text)
    return form


def _options(known: Sequence[TopicRow], reader: Reader) -> dict[str, list[tuple[str, str]]]:
    """What a word of a column can stand for."""
    others = {LineOutcome.OPEN: RequestStatus.OPEN, LineOutcome.WITHDRAWN: RequestStatus.WITHDRAWN}
    outcomes = [(each.value, reader.label(others.get(each) or Outcome(each.value))) for each in LineOutcome]
    flags = [("true", reader.translate(N_("Yes"))), ("false", reader.translate(N_("No")))]
    return {
        "topic": reader.named(known, "code"),
        "outcome": outcomes,
        "urgent": flags,
        **{name: reader.choices(kind) for name, kind in _KINDS.items()},
    }


ROUTES = [show_columns, confirm_columns]
