"""`rti letter` and `rti batch`, each in the name of an account."""

from pathlib import Path

from rti.core.db import Database
from rti.core.roles import Role
from tests import make
from tests.commands import rti
from tests.conftest import NOW, DoJobs


async def test_a_letter_is_written_to_a_file_listed_and_read_again_byte_for_byte(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    async with database.transaction() as session:
        member, other = await make.member(session), await make.member(session)
        request = await make.request(session, member.person, NOW)
    by = ("--by", member.email)
    first, again = tmp_path / "first.pdf", tmp_path / "again.pdf"
    written = rti(database_url, "letter", "write", request.reference, *by, "--file", str(first))
    assert written.returncode == 0, written.stderr
    assert first.read_bytes().startswith(b"%PDF")
    listed = rti(database_url, "letter", "list", request.reference, *by)
    assert listed.stdout == written.stdout
    letter = listed.stdout.split("\t")[0]
    read = rti(database_url, "letter", "read", request.reference, letter, *by, "--file", str(again))
    assert (read.returncode, again.read_bytes()) == (0, first.read_bytes())
    for stranger, message in (
        (other.email, "There is no request with the reference"),
        ("nobody@test.example", "Nobody with this address can sign in"),
    ):
        refused = rti(database_url, "letter", "list", request.reference, "--by", stranger)
        assert (refused.returncode, refused.stdout) == (2, "")
        assert message in " ".join(refused.stderr.replace("│", " ").split())


async def test_a_batch_is_previewed_filed_by_the_scheduler_and_its_board_printed(
    database: Database, database_url: str, do_jobs: DoJobs, tmp_path: Path
) -> None:
    async with database.transaction() as session:
        lead = await make.member(session, Role.CBO_LEAD)
        campaign = await make.campaign(session, NOW)
    question = tmp_path / "question.txt"
    question.write_text("How much was spent?", encoding="utf-8")
    what = ("--by", lead.email, "--title", "Budget of 2027", "--topic", "budget", "--areas", "010201")
    previewed = rti(database_url, "batch", "preview", campaign.code, *what).stdout.splitlines()
    asked = [line.split("\t")[1] for line in previewed if line.startswith("ask\t")]
    assert "KH-010201" in asked
    files = ("--question", str(question), "--requests")
    wrong = rti(database_url, "batch", "create", campaign.code, *what, *files, str(len(asked) + 1))
    assert wrong.returncode == 2
    created = rti(database_url, "batch", "create", campaign.code, *what, *files, str(len(asked)))
    assert created.returncode == 0, created.stderr
    await do_jobs()
    batch = created.stdout.strip()
    listed = rti(database_url, "batch", "list", campaign.code, *what[:2]).stdout
    assert listed == f"{batch}\t{len(asked)}\t{len(asked)}\t0\tBudget of 2027\n"
    assert f"0102\tdrafted\t{len(asked)}" in rti(database_url, "batch", "show", batch, *what[:2]).stdout
    again = rti(database_url, "batch", "preview", campaign.code, *what).stdout
    assert "asked_already\tKH-010201" in again
