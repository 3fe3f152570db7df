"""`rti import` on the command line."""

import subprocess
from functools import partial
from pathlib import Path

import pytest

from tests import commands
from tests.conftest import Server
from tests.imports.files import HERE

BODIES = "code,kind,name_km,name_en\nHC-1,health_centre,ក,Health centre\n"


def imported(url: str, *words: str | Path) -> subprocess.CompletedProcess[str]:
    return commands.rti(url, "import", *map(str, words))


@pytest.fixture
def rti(database_url: str):
    return partial(imported, database_url)


def test_a_log_is_imported_and_its_rejected_lines_are_told(rti, tmp_path: Path) -> None:
    report = tmp_path / "report.csv"
    done = rti("requests", HERE / "log.csv", "--mapping", HERE / "log.toml", "--report", report)
    assert done.returncode == 1, done.stderr
    assert "line 32: rejected: Decided: This is before the date received (2019-03-05)" in done.stderr
    assert "line 26: repetition: The same as line 2" in done.stderr
    assert done.stdout.split()[:2] == ["imported", "30"]
    assert "warning: Requests answered or withdrawn without a date: 1" in done.stderr
    assert "Reading" not in done.stderr, "a bar is for terminals only"
    lines = report.read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == 1 + 41
    again = rti("requests", HERE / "log.csv", "--mapping", HERE / "log.toml")
    assert again.stdout.split()[:2] == ["imported", "0"]


def test_a_clean_file_ends_with_status_zero(rti, tmp_path: Path) -> None:
    file = tmp_path / "bodies.csv"
    file.write_text(BODIES, encoding="utf-8")
    dry = rti("bodies", file, "--dry-run")
    assert (dry.returncode, "Nothing was imported." in dry.stdout) == (0, True)
    assert rti("bodies", file).stdout.split()[:2] == ["imported", "1"]
    again = rti("bodies", file)
    assert again.returncode == 0
    assert "already there" in again.stdout


@pytest.mark.parametrize(
    ("content", "message"),
    [("", "file: The file is empty"), ("code:kind\n", "No line at the top names"), ("code\x00", "NUL")],
)
def test_a_file_that_cannot_be_read_is_told(rti, tmp_path: Path, content: str, message: str) -> None:
    file = tmp_path / "cbos.csv"
    file.write_text(content, encoding="utf-8")
    done = rti("cbos", file)
    assert done.returncode == 1
    assert message in done.stderr
    assert not done.stdout


def test_a_wrong_mapping_is_told_with_every_fault(rti, tmp_path: Path) -> None:
    mapping = tmp_path / "map.toml"
    mapping.write_text('[columns]\nbodi = "x"\n[standard]\nlimit = "soon"\n', encoding="utf-8")
    done = rti("requests", HERE / "log.csv", "--mapping", mapping)
    assert done.returncode == 1
    assert "columns.bodi: There is no field with this name; did you mean body?" in done.stderr
    assert "standard.limit:" in done.stderr


def test_wrong_use_ends_with_status_two(rti, tmp_path: Path) -> None:
    assert rti("requests", tmp_path / "none.csv").returncode == 2
    assert rti("people", HERE / "log.csv").returncode == 2


@pytest.mark.parametrize("command", ["bodies", "cbos", "requests"])
def test_help_has_an_example(rti, command: str) -> None:
    shown = rti(command, "--help")
    assert shown.returncode == 0
    assert f"Example: rti import {command}" in " ".join(shown.stdout.split())


def test_a_report_that_cannot_be_written_is_told_before_anything_is_imported(rti, tmp_path: Path) -> None:
    words = ("requests", HERE / "log.csv", "--mapping", HERE / "log.toml")
    assert rti(*words, "--report", tmp_path / "nowhere" / "report.csv").returncode == 2
    assert rti(*words).stdout.split()[:2] == ["imported", "30"]


def test_a_database_without_tables_is_told_as_one(server: Server, tmp_path: Path) -> None:
    name = f"empty_{tmp_path.name}"
    server.psql(f"CREATE DATABASE {name}")
    file = tmp_path / "bodies.csv"
    file.write_text(BODIES, encoding="utf-8")
    done = imported(server.url(name), "bodies", file)
    server.psql(f"DROP DATABASE {name} WITH (FORCE)")
    assert done.returncode == 1
    assert done.stderr == "The database has no tables. Run rti migrate first\n"


def test_a_guess_is_printed_as_the_mapping_that_imports_the_file(rti, tmp_path: Path) -> None:
    done = rti("requests", HERE / "log.csv", "--guess")
    assert done.returncode == 0, done.stderr
    assert 'received_on = "Received"' in done.stdout
    mapping = tmp_path / "map.toml"
    mapping.write_text(f'{done.stdout}[bodies.create]\nkind = "other"\ncountry = "XX"\ncode_prefix = "X-"\n')
    tried = rti("requests", HERE / "log.csv", "--mapping", mapping, "--dry-run")
    assert "cbo_code: Enter the code of the requesting organisation" in tried.stderr
    assert rti("requests", tmp_path / "map.toml", "--guess").returncode == 1
