"""Public bodies and organisations out of CSV files."""

from io import BytesIO

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.bodies.commands import SaveBody
from rti.core.attributes import from_attributes
from rti.core.errors import Invalid
from rti.imports.areas import Areas
from rti.imports.csv_reader import CsvFile
from rti.imports.names import Names
from rti.imports.report import LineResult, Report, Run
from rti.imports.upsert import BODY_COLUMNS, CBO_COLUMNS, import_bodies, import_cbos
from rti.models.bodies import AreaRow, BodyKind, PublicBodyRow
from rti.models.cbos import CboRow
from tests.conftest import NOW
from tests.imports.files import fates, reasons

BODIES = (
    "code,kind,name_km,name_en,area_code,address,phone,email\n"
    "HC-1,health_centre,មណ្ឌលសុខភាព ១,Health centre 1,010201,Street 1,012 345,office@hc1.example\n"
    "MIN-1,ministry,ក្រសួង,Ministry,,,,\n"
)
CBOS = "code,name_km,name_en,area_code\nC1,សហគមន៍ ១,Community 1,0102\nC2,សហគមន៍ ២,Community 2,\n"


async def bodies(session: AsyncSession, text: str, **run: bool) -> Report:
    return await import_bodies(session, CsvFile(BytesIO(text.encode()), BODY_COLUMNS), NOW, Run(**run))


async def cbos(session: AsyncSession, text: str, **run: bool) -> Report:
    return await import_cbos(session, CsvFile(BytesIO(text.encode()), CBO_COLUMNS), NOW, Run(**run))


async def body(session: AsyncSession, code: str) -> PublicBodyRow | None:
    return await session.scalar(select(PublicBodyRow).where(PublicBodyRow.code == code))


async def test_bodies_are_added_with_their_province(session: AsyncSession) -> None:
    assert fates(await bodies(session, BODIES)) == {2: LineResult.IMPORTED, 3: LineResult.IMPORTED}
    added = await body(session, "HC-1")
    assert added
    assert (added.kind, added.province_code, added.country) == (BodyKind.HEALTH_CENTRE, "01", "KH")
    ministry = await body(session, "MIN-1")
    assert ministry
    assert (ministry.area_code, ministry.province_code, ministry.email) == (None, None, "")


async def test_a_known_code_is_updated_or_left_alone_and_reported_as_such(session: AsyncSession) -> None:
    await bodies(session, BODIES)
    assert fates(await bodies(session, BODIES)) == {2: LineResult.ALREADY_THERE, 3: LineResult.ALREADY_THERE}
    moved = BODIES.replace("Street 1", "Street 2").replace("010201", "020101")
    assert fates(await bodies(session, moved)) == {2: LineResult.UPDATED, 3: LineResult.ALREADY_THERE}
    changed = await body(session, "HC-1")
    assert changed
    assert (changed.address, changed.province_code) == ("Street 2", "02")


async def test_columns_that_a_file_lacks_are_left_as_they_are(session: AsyncSession) -> None:
    await bodies(session, BODIES)
    report = await bodies(session, "code,kind,name_km,name_en\nHC-1,health_centre,ថ្មី,New name\n")
    assert fates(report) == {2: LineResult.UPDATED}
    changed = await body(session, "HC-1")
    assert changed
    assert (changed.name_en, changed.phone, changed.area_code) == ("New name", "012 345", "010201")


async def test_wrong_lines_of_bodies_are_rejected_with_all_their_faults(session: AsyncSession) -> None:
    report = await bodies(
        session,
        BODIES + "HC-1,health_centre,ក,Other name,,,,\n"
        "HC-2,palace,ក,,999999,,,nobody\n"
        "HC-3,health_centre,ក,Centre,99,,,\n",
    )
    rejected = reasons(report)
    assert rejected[4] == "code: Line 2 already has this code, with different content"
    assert all(
        name in rejected[5]
        for name in ("kind: Choose one of: ministry", "name_en: This is required", "email: ")
    )
    assert rejected[6].startswith("area_code: There is no area with this code")
    assert report.counts[LineResult.REJECTED] == 3
    assert report.counts[LineResult.IMPORTED] == 2


async def test_a_dry_run_of_bodies_keeps_nothing(session: AsyncSession) -> None:
    await bodies(session, BODIES)
    report = await bodies(
        session, BODIES.replace("Street 1", "Street 9") + "NEW,other,ក,New,,,,\n", dry_run=True
    )
    assert fates(report) == {2: LineResult.UPDATED, 3: LineResult.ALREADY_THERE, 4: LineResult.IMPORTED}
    kept = await body(session, "HC-1")
    assert kept
    await session.refresh(kept)
    assert kept.address == "Street 1"
    assert await body(session, "NEW") is None


async def test_organisations_are_added_and_updated(session: AsyncSession) -> None:
    assert fates(await cbos(session, CBOS)) == {2: LineResult.IMPORTED, 3: LineResult.IMPORTED}
    renamed = CBOS.replace("Community 2", "Second community")
    assert fates(await cbos(session, renamed)) == {2: LineResult.ALREADY_THERE, 3: LineResult.UPDATED}
    row = await session.scalar(select(CboRow).where(CboRow.code == "C2"))
    assert row
    assert row.name_en == "Second community"


@pytest.mark.parametrize("column", ["leader", "phone", "email"])
async def test_a_file_of_organisations_with_anything_about_persons_is_refused(
    session: AsyncSession, column: str
) -> None:
    with pytest.raises(Invalid, match=f"Unknown columns: {column}"):
        await cbos(session, CBOS.replace("area_code", column))
    assert await session.scalar(select(CboRow)) is None


async def test_signs_for_nothing_and_codes_that_lost_their_zero_are_taken(session: AsyncSession) -> None:
    report = await bodies(
        session,
        "CODE,Kind,name_km,name_en,area_code,address,phone,email\nHC-1,other,ក,Office,10201,-,n/a,-\nP-1,other,ក,Office,1,,,\n",
    )
    assert report.counts[LineResult.IMPORTED] == 2, reasons(report)
    office, province = await body(session, "HC-1"), await body(session, "P-1")
    assert office
    assert province
    assert (office.area_code, office.email, office.phone, province.area_code) == ("010201", "", "", "01")


async def test_a_name_that_does_not_fit_its_code_is_doubtful_and_told(session: AsyncSession) -> None:
    report = await bodies(
        session,
        "code,kind,name_km,name_en,area_code\n"
        "HC-1,health_centre,មណ្ឌលសុខភាពបន្ទាយនាង,Banteay Neang health centre,10201\n"
        "HC-2,health_centre,មណ្ឌលសុខភាពបន្ទាយនាង,Banteay Neang health centre,0102\n"
        "HC-3,health_centre,មណ្ឌលសុខភាពបន្ទាយ\u200bនាង,Neang,0201\n"
        "HC-4,health_centre,មណ្ឌលសុខភាព,Banteay Neang health centre,0201\n"
        "HC-5,health_centre,មណ្ឌលសុខភាព ក,Health centre A,0201\n"
        "HC-6,health_centre,មណ្ឌលសុខភាពបន្ទាយនាង,Banteay Neang health centre,\n",
    )
    assert {number for number, fate in fates(report).items() if fate is LineResult.DOUBTFUL} == {4, 5}
    assert report.counts[LineResult.IMPORTED] == 4
    assert reasons(report)[4].startswith("The name says Banteay Neang (010201), but area code 0201 is ")


async def test_one_that_is_there_under_another_code_is_doubtful_in_either_language(
    session: AsyncSession,
) -> None:
    report = await bodies(
        session,
        "code,kind,name_km,name_en,area_code\n"
        "OTHER-1,commune_administration,រដ្ឋបាលឃុំបន្ទាយ\u200bនាង,x,010201\n"
        "HC-1,health_centre,មណ្ឌលសុខភាព ក,Health centre A,0201\n"
        "HC-2,health_centre,ខ,HEALTH  CENTRE A,0201\n"
        "HC-3,health_centre,មណ្ឌលសុខភាព ក,Health centre A,0202\n",
    )
    assert {number for number, fate in fates(report).items() if fate is LineResult.DOUBTFUL} == {2, 4}
    told = reasons(report)
    assert told[2] == "KH-010201 has the same name in the same area. Is it the same?"
    assert told[4].startswith("HC-1 has the same name")
    await cbos(session, CBOS)
    report = await cbos(session, CBOS.replace("C2", "C3"))
    assert fates(report) == {2: LineResult.ALREADY_THERE, 3: LineResult.DOUBTFUL}


async def test_no_administration_of_the_country_is_doubted(session: AsyncSession) -> None:
    named = Areas(await session.scalars(select(AreaRow)))
    for row in await session.scalars(select(PublicBodyRow)):
        assert named.doubt(from_attributes(SaveBody, row, email=None)) is None
    rows, known = list(await session.scalars(select(PublicBodyRow))), Names([])
    assert not [row.code for row in rows if known.doubt(row)]
