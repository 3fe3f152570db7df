"""The rules of the house, where no linter knows them."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = sorted([*ROOT.glob("rti/**/*.py"), *ROOT.glob("notifications/**/*.py")])
LONGEST_MODULE, LONGEST_FUNCTION = 400, 50


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def calls(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node.func.attr


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_no_module_and_no_function_is_too_long_to_read(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_MODULE
    long = [f.name for f in functions(path) if (f.end_lineno or f.lineno) - f.lineno >= LONGEST_FUNCTION]
    assert not long, f"too long: {long}"


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_imports_stand_at_the_top(path: Path) -> None:
    hidden = [
        f.name
        for f in functions(path)
        for node in ast.walk(f)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert not hidden


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def test_the_law_needs_nothing_but_the_standard_library() -> None:
    for path in ROOT.glob("rti/law/**/*.py"):
        foreign = [name for name in imported(path) if name.split(".")[0] not in sys.stdlib_module_names]
        assert all(name.startswith("rti.law") for name in foreign), f"{named(path)} imports {foreign}"


def test_only_the_database_module_and_the_migrations_commit() -> None:
    committing = {named(path) for path in MODULES if {"commit", "begin"} & set(calls(path))}
    assert committing <= {"rti/core/db.py", "rti/upgrade.py"}


def test_no_table_computes() -> None:
    for path in ROOT.glob("rti/*/tables.py"):
        assert not [f.name for f in functions(path)], f"{named(path)} has behaviour"


def test_nothing_in_a_template_escapes_the_escaping_but_form_tokens() -> None:
    for path in ROOT.glob("rti/**/templates/**/*.html"):
        unescaped = [
            line
            for line in path.read_text(encoding="utf-8").splitlines()
            if "safe" in line.split("|")[-1:][0]
        ]
        assert all("csrf_input | safe" in line for line in unescaped if "| safe" in line), named(path)


def test_every_package_says_what_it_is_for() -> None:
    for path in [*ROOT.glob("rti/**/__init__.py"), ROOT / "notifications" / "__init__.py"]:
        assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), f"{named(path)} says nothing"
