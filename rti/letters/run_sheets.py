"""Run sheets: for whoever carries the letters of a list, the offices of each district with room for what happens there."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.core import i18n
from rti.core.errors import NotFound, invalid, say
from rti.core.i18n import Language
from rti.core.roles import Person
from rti.files.typesetting import pdf
from rti.letters.lunar import khmer_digits
from rti.letters.print_runs import MOST_LETTERS, cases_of
from rti.models.bodies import AreaRow, PublicBodyRow
from rti.requests.commands import RequestFilter

_LAYOUT: Final = (Path(__file__).parent / "run_sheet.typ").read_text("utf-8")


async def run_sheets(
    session: AsyncSession, person: Person, wanted: RequestFilter, language: Language, today: date
) -> bytes:
    """The sheets of a list as a PDF; raises NotFound where there is nothing to carry, Invalid where that is too much."""
    query = cases_of(person, wanted, today).limit(MOST_LETTERS + 1)
    lines = [(request.reference, body) for request, body, _, _ in await session.execute(query)]
    if not lines:
        raise NotFound
    if len(lines) > MOST_LETTERS:
        told = say("Run sheets are for up to {count} letters. Narrow the list", count=MOST_LETTERS)
        raise invalid("area", told)
    codes = {code for _, body in lines for code in (_district(body), _district(body)[:2])}
    found = await session.scalars(select(AreaRow).where(AreaRow.code.in_(codes)))
    return await pdf(_LAYOUT, _values(lines, {area.code: area for area in found}, language, today))


def _district(body: PublicBodyRow) -> str:
    return (body.area_code or "")[:4]


def _values(
    lines: Sequence[tuple[str, PublicBodyRow]], areas: dict[str, AreaRow], language: Language, today: date
) -> dict[str, Any]:
    """What the layout is given."""
    _, khmer = i18n.translator(language), language is Language.KM

    def name(named: AreaRow | PublicBodyRow) -> str:
        return named.name_km if khmer else named.name_en

    def heading(code: str) -> str:
        within = [areas[each] for each in dict.fromkeys((code, code[:2])) if each in areas]
        return ", ".join(map(name, within)) or _("Without an area")

    def row(number: int, reference: str, body: PublicBodyRow) -> dict[str, str]:
        return {
            "number": khmer_digits(number) if khmer else str(number),
            "reference": reference,
            "body": name(body),
            "contact": ", ".join(filter(None, (body.address, body.phone))),
        }

    return {
        "language": language.value,
        "title": _("Run sheet"),
        "date": i18n.show_date(today, language),
        "count": _("Letters"),
        "by_hand": [_("Carried by"), _("On")],
        "columns": [
            _("No."),
            _("Reference"),
            _("Public body"),
            _("Handed over on"),
            _("Received by (name and position)"),
            _("Registration number"),
            _("Remark, or why it was not accepted"),
        ],
        "districts": [
            {"name": heading(code), "rows": [row(number, *line) for number, line in enumerate(own, 1)]}
            for code, own in groupby(lines, lambda line: _district(line[1]))
        ],
    }
