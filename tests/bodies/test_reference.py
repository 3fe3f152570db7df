"""The directory of Cambodia has the codes of the gazetteer, also where it was loaded with others before."""

from datetime import date

import httpx
from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.bodies import reference
from rti.core.db import Database
from rti.core.roles import Role
from rti.models.bodies import AreaLevel, AreaRow, FormerNameRow, PublicBodyRow
from rti.models.campaigns import TargetAreaRow
from rti.models.requests import RequestRow
from tests import make
from tests.conftest import NOW, SignIn


async def named(session: AsyncSession) -> dict[str, tuple[str, str]]:
    rows = await session.execute(select(PublicBodyRow.code, PublicBodyRow.name_km, PublicBodyRow.name_en))
    return {code: (km, en) for code, km, en in rows}


async def load_as_before(session: AsyncSession) -> None:
    """The directory as it was loaded before codes were corrected."""
    await session.execute(delete(PublicBodyRow))
    await session.execute(delete(AreaRow))
    packaged = list(reference._as_packaged())
    for level in AreaLevel:
        await session.execute(insert(AreaRow), [area for area in packaged if area["level"] is level])
    districts = reference.MUNICIPALITIES - {"1806"}
    bodies = [reference.administration(area, NOW, districts) for area in packaged]
    await session.execute(insert(PublicBodyRow), bodies)


async def test_places_have_the_codes_of_the_gazetteer(database: Database) -> None:
    async with database.transaction() as session:
        found = await named(session)
        levels = dict(
            (await session.execute(select(AreaRow.level, func.count()).group_by(AreaRow.level))).all()
        )
    assert levels == {AreaLevel.PROVINCE: 25, AreaLevel.DISTRICT: 210, AreaLevel.COMMUNE: 1654}
    assert found["KH-12"][0] == "រដ្ឋបាលរាជធានីភ្នំពេញ"
    assert found["KH-1210"][1] == "Chraoy Chongvar Khan Administration"
    assert found["KH-1211"][1] == "Preaek Pnov Khan Administration"
    assert found["KH-1212"][1] == "Chbar Ampov Khan Administration"
    assert found["KH-121206"][1] == "Preaek Aeng Sangkat Administration"
    assert found["KH-1806"][1].endswith("Municipal Administration")
    assert found["KH-180601"][1] == "Ream Sangkat Administration"
    assert [code for code, (_, en) in found.items() if en.startswith("Kokir ") and code[:7] == "KH-2503"] == [
        "KH-250307"
    ]


async def test_every_commune_lies_in_the_district_of_its_code(database: Database) -> None:
    async with database.transaction() as session:
        lost = select(AreaRow.code).where(
            AreaRow.level != AreaLevel.PROVINCE,
            AreaRow.parent_code != func.left(AreaRow.code, func.length(AreaRow.code) - 2),
        )
        assert (await session.scalars(lost)).all() == []


async def test_a_directory_with_the_earlier_codes_is_put_right_and_requests_stay_with_their_places(
    database: Database,
) -> None:
    async with database.transaction() as session:
        right = await named(session)
        await load_as_before(session)
        member = (await make.member(session)).person
        campaign = await make.campaign(session, NOW)
        session.add(TargetAreaRow(campaign_id=campaign.id, area_code="1210"))
        asked = await make.request(session, member, NOW, body_code="KH-1210", received_on=date(2026, 1, 5))
        double = await make.request(session, member, NOW, body_code="KH-250318")
        (await make.body(session, "KH-020407")).name_en = "Changed by somebody"
    for _ in range(2):
        async with database.transaction() as session:
            await reference.load_cambodia(session, NOW)
    async with database.transaction() as session:
        bodies = {
            request: (await session.get_one(PublicBodyRow, body)).code
            for request, body in await session.execute(select(RequestRow.id, RequestRow.body_id))
        }
        assert bodies == {asked.id: "KH-1212", double.id: "KH-250307"}
        assert (await session.scalars(select(TargetAreaRow.area_code))).all() == ["1212"]
        former = await session.scalars(select(FormerNameRow.code))
        assert sorted(former) == [f"KH-2503{number}" for number in range(15, 22)]
        found = await named(session)
        assert found.pop("KH-020407")[1] == "Changed by somebody"
        differing = {code for code in {*found, *right} if found.get(code) != right.get(code)}
        assert differing == {"KH-020407", "KH-020408"}, "what somebody changed keeps its code"


async def test_the_page_says_whose_codes_they_are(client: httpx.AsyncClient, sign_in: SignIn) -> None:
    await sign_in(Role.CBO_MEMBER)
    shown = (await client.get("/bodies")).text
    assert f"{reference.SOURCE}, as of 1 June 2026" in shown
