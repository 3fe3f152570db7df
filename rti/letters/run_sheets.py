"""Run sheets: for whoever carries the letters of a list, the offices of each district with room for what happens there."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.core import i18n
from rti.core.errors import NotFound, invalid, say
from rti.core.i18n import Language
from rti.core.lunar import khmer_digits
from rti.core.roles import Person
from rti.files.typesetting import pdf
from rti.letters.print_runs import MOST_LETTERS, cases_of
from rti.models.bodies import AreaRow, PublicBodyRow
from rti.models.requests import RequestRow
from rti.requests.commands import RequestFilter

_COLUMNS: Final = (
    RequestRow.reference,
    PublicBodyRow.name_en,
    PublicBodyRow.name_km,
    PublicBodyRow.area_code,
    PublicBodyRow.address,
    PublicBodyRow.phone,
)
_LAYOUT: Final = (Path(__file__).parent / "run_sheet.typ").read_text("utf-8")


async def run_sheets(
    session: AsyncSession, person: Person, wanted: RequestFilter, language: Language, today: date
) -> bytes:
    """The sheets of a list as a PDF; raises NotFound where there is nothing to carry, Invalid where that is too much."""
    query = cases_of(person, wanted, today).with_only_columns(*_COLUMNS).limit(MOST_LETTERS + 1)
    lines = (await session.execute(query)).all()
    if not lines:
        raise NotFound
    if len(lines) > MOST_LETTERS:
        message = say("Run sheets are for up to {count} letters. Narrow the list", count=MOST_LETTERS)
        raise invalid("area", message)
    codes = {code for line in lines for code in (_district(line), _district(line)[:2])}
    found = await session.scalars(select(AreaRow).where(AreaRow.code.in_(codes)))
    return await pdf(_LAYOUT, _values(lines, {area.code: area for area in found}, language, today))


def _district(line: Row[*tuple[Any, ...]]) -> str:
    return (line.area_code or "")[:4]


def _values(
    lines: Sequence[Row[*tuple[Any, ...]]], areas: dict[str, AreaRow], language: Language, today: date
) -> dict[str, Any]:
    """What the layout is given."""
    _, khmer = i18n.translator(language), language is Language.KM

    def name(named: AreaRow | Row[*tuple[Any, ...]]) -> str:
        text: str = named.name_km if khmer else named.name_en
        return text

    def heading(code: str) -> str:
        within = [areas[each] for each in dict.fromkeys((code, code[:2])) if each in areas]
        return ", ".join(map(name, within)) or _("Without an area")

    def row(number: int, line: Row[*tuple[Any, ...]]) -> dict[str, str]:
        return {
            "number": khmer_digits(number) if khmer else str(number),
            "reference": line.reference,
            "body": name(line),
            "contact": ", ".join(filter(None, (line.address, line.phone))),
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
            {"name": heading(code), "rows": [row(number, line) for number, line in enumerate(own, 1)]}
            for code, own in groupby(lines, _district)
        ],
    }
