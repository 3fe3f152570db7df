"""Campaign staff import requests that they will see, and no others."""

from rti.core.db import Database
from rti.core.db_roles import Login
from rti.core.roles import Role
from rti.imports.report import LineResult
from rti.models.accounts import AssignmentRow
from tests import make
from tests.conftest import NOW
from tests.imports.files import fates, load_fixed, reasons


async def test_staff_import_what_is_assigned_to_them_and_are_told_which_lines_are_not(
    database: Database,
) -> None:
    async with database.transaction() as session:
        cbo = await make.cbo(session, NOW)
        campaign = await make.campaign(session, NOW)
        staff = (await make.member(session, Role.STAFF, everything=False)).person
        session.add_all(
            AssignmentRow(person_id=staff.id, assigned_at=NOW, **to)
            for to in ({"province_code": "01"}, {"campaign_id": campaign.id})
        )
    text = f"""body_code,title,topic,received_on,cbo_code,campaign_code
KH-010201,Own province,budget,2026-01-05,{cbo.code},
KH-080101,Another province,budget,2026-01-05,{cbo.code},
KH-080101,Another province in the campaign,budget,2026-01-05,{cbo.code},{campaign.code}
"""
    for dry_run in (True, False):
        async with database.under(Login.STAFF).transaction(staff.id) as session:
            report = await load_fixed(session, text, staff, dry_run=dry_run)
        assert list(fates(report).values()) == [
            LineResult.IMPORTED,
            LineResult.REJECTED,
            LineResult.IMPORTED,
        ]
        assert reasons(report)[3].startswith("body_code: This campaign and area are not assigned to you")
