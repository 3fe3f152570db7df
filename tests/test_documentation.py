"""Documentation that fails the build when it drifts."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import yaml

from rti.accounts.rate_limits import LIMITS
from rti.cli import COMMANDS, command
from rti.core.settings import OLDEST_POSTGRES, Settings
from rti.retention.schedule import RULES
from tests.sources import ROOT, named, text

PROJECT = tomllib.loads(text("pyproject.toml"))
DOCS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("**/*.md"))]


def package(requirement: str) -> str:
    return re.split(r"[\[<>=]", requirement)[0]


def commands() -> list[str]:
    """Every command of `rti`, those of its groups as "group command"."""
    found = []
    for name in COMMANDS:
        below = getattr(command(name), "commands", {})
        found += [f"{name} {inner}" for inner in below] or [name]
    return found


def test_every_setting_is_described() -> None:
    rows = re.findall(r"^\| (RTI_[\w, ]+) \|", text("docs/deploying.md"), re.MULTILINE)
    described = {name for row in rows for name in row.split(", ")}
    assert described == {f"RTI_{each.name.upper()}" for each in fields(Settings)}


def test_the_oldest_postgresql_that_is_supported_is_described_and_tested() -> None:
    assert f"PostgreSQL {OLDEST_POSTGRES} or newer" in text("docs/deploying.md")
    assert f"/usr/lib/postgresql/{OLDEST_POSTGRES}/bin" in text("Makefile")
    assert f"install postgresql-{OLDEST_POSTGRES}" in text(".ci/run")


def test_how_often_one_person_may_do_what_costs_much_is_described() -> None:
    rows = {
        row[0].split("`")[1]: row[1:]
        for line in text("docs/deploying.md").splitlines()
        if len(row := [cell.strip() for cell in line.strip("|").split("|")]) == 3 and row[0].startswith("`")
    }
    for costly, allowed in LIMITS.items():
        assert rows[costly] == [str(allowed.burst), f"{allowed.interval.total_seconds():.0f} s"], costly


def test_how_long_data_is_kept_is_described() -> None:
    _, _, table = text("docs/audit.md").partition("## What is kept for how long")
    described = {int(days) for days in re.findall(r"\| (\d+) days?\b", table)}
    assert described == {rule.keeps.days for rule in RULES.values()}


def test_every_dependency_has_its_reason() -> None:
    needed = [*PROJECT["project"]["dependencies"], *PROJECT["project"]["optional-dependencies"]["dev"]]
    assert {*map(package, needed)} - {*re.findall(r"[\w-]+", text("docs/dependencies.md"))} == set()


def test_every_dependency_is_locked_by_hash_and_no_file_names_an_address() -> None:
    lock = text("requirements.lock")
    needed = [*PROJECT["project"]["dependencies"], *PROJECT["project"]["optional-dependencies"]["dev"]]
    assert not [name for name in map(package, needed) if f"\n{name}==" not in f"\n{lock}"]
    assert "--hash=sha256:" in lock
    assert "://" not in lock


def example(words: str) -> bool:
    name, *below = words.split()
    found = command(name)
    for part in below:
        found = found.commands[part]
    return "Example:" in (found.help or "")


def test_every_command_is_documented_and_shows_an_example() -> None:
    described = text("docs/command-line.md")
    assert [each for each in commands() if not re.search(rf"\brti {each}(?![\w-])", described)] == []
    assert [each for each in commands() if not example(each)] == []


def test_the_list_of_commands_says_of_each_what_it_says_of_itself() -> None:
    said = {name: command(name).get_short_help_str(200) for name in COMMANDS}
    assert said == {name: words for name, (_, words) in COMMANDS.items()}


def pointed_to(document: Path) -> Iterator[Path]:
    """What a document links to, and the files of the repository that it names."""
    written = document.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", written):
        if "://" not in target:
            yield document.parent / target
    for name in re.findall(r"`((?:benchmarks|docs|migrations|notifications|rti|tests)/[\w./-]*)", written):
        yield ROOT / name


def test_every_file_that_a_document_points_to_is_there() -> None:
    missing = [
        f"{named(path)}: {target}" for path in DOCS for target in pointed_to(path) if not target.exists()
    ]
    assert missing == []


def test_the_containers_run_commands_and_settings_that_exist() -> None:
    services = yaml.safe_load(text("docker-compose.yml"))["services"]
    known = {f"RTI_{each.name.upper()}" for each in fields(Settings)}
    for name in ("migrate", "web", "scheduler"):
        service = services[name]
        assert service["command"][0] == "rti"
        assert service["command"][1] in commands()
        assert set(service["environment"]) <= known
        health = service.get("healthcheck")
        assert health is None or health["test"][2] in commands()
    assert (
        "password"
        not in text("docker-compose.yml")
        .replace("RTI_DATABASE_PASSWORD", "")
        .replace("POSTGRES_PASSWORD", "")
        .lower()
    )
