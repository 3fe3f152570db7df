"""The rules of the architecture that ruff, mypy and import-linter do not know."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import nodes

from tests.sources import (
    FUNCTION,
    MODULES,
    PACKAGES,
    ROOT,
    TEMPLATES,
    TEMPLATING,
    committed,
    named,
    parsed,
    parsed_template,
    text,
)

# All modules are parsed once.
pytestmark = pytest.mark.xdist_group("sources")
LONGEST_MODULE, LONGEST_FUNCTION = 400, 50
AT_THE_ROOT = {
    *(".ci", ".dockerignore", ".env.example", ".gitignore", "CHANGELOG.md", "CONTRIBUTING.md", "Dockerfile"),
    *(
        "LICENSE",
        "Makefile",
        "README.md",
        "benchmarks",
        "docker-compose.yml",
        "docs",
        "findings",
        "migrations",
    ),
    *("notifications", "pyproject.toml", "requirements.lock", "rti", "tests"),
}


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def test_every_package_and_module_has_its_layer() -> None:
    """The `layers` contract cannot be exhaustive by itself, because it orders two packages in one list."""
    contracts = tomllib.loads(text("pyproject.toml"))["tool"]["importlinter"]["contracts"]
    (contract,) = (each for each in contracts if each["type"] == "layers")
    assert set(contract) == {"name", "type", "layers"}, "without exceptions"
    there = {".".join(path.relative_to(ROOT).with_suffix("").parts[:2]) for path in MODULES}
    layered = {module for layer in contract["layers"] for module in layer.split(" | ")}
    assert layered == there - {f"{package}.__init__" for package in PACKAGES}
    ours = {module.partition(".")[2] for module in layered if module.startswith("rti.")} - {"__main__"}
    drawn = text("docs/architecture.md").split("Features declare")[0]
    assert set(re.findall(r"\brti\.(\w+)", drawn)) == ours, "as docs/architecture.md draws them"
    listed = text("rti/__init__.py").split("A feature holds")[0]
    assert set(re.findall(r"^    (\w+)/? ", listed, re.MULTILINE)) == ours, "as rti/__init__.py lists them"


def test_the_packages_of_the_layers_hold_nothing_themselves() -> None:
    """What stood there would have no layer."""
    assert [package for package in PACKAGES if len(parsed(ROOT / package / "__init__.py").body) != 1] == []


def test_every_package_says_what_it_is_for() -> None:
    packages = [path for path in MODULES if path.name == "__init__.py"]
    assert [named(path) for path in packages if not ast.get_docstring(parsed(path))] == []


def test_no_module_and_no_function_is_too_long_to_read() -> None:
    long = [named(path) for path in MODULES if len(path.read_bytes().splitlines()) > LONGEST_MODULE]
    long += [
        f"{named(path)}: {node.name}"
        for path in MODULES
        for node in ast.walk(parsed(path))
        if isinstance(node, FUNCTION) and (node.end_lineno or 0) - node.lineno >= LONGEST_FUNCTION
    ]
    assert long == []


def test_the_law_needs_nothing_but_the_standard_library() -> None:
    law = [path for path in MODULES if path.is_relative_to(ROOT / "rti" / "law")]
    foreign = [
        f"{named(path)}: {name}"
        for path in law
        for name in imported(path)
        if name.split(".")[0] not in sys.stdlib_module_names and not f"{name}.".startswith("rti.law.")
    ]
    assert law
    assert foreign == []


STATEMENT = re.compile(
    r"""((^|;)\s*(COMMIT|ROLLBACK|ABORT|START\ TRANSACTION)|^\s*(BEGIN|END))   # those end the blocks of functions, too
    (\ WORK|\ TRANSACTION)?(\ AND\ (NO\ )?CHAIN)?\s*(;|$)""",
    re.IGNORECASE | re.VERBOSE,
)


def commits(node: ast.AST) -> bool:
    """Whether it begins or ends a transaction, by a method or by a statement."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return bool(STATEMENT.search(node.value))
    return isinstance(node, ast.Attribute) and node.attr in {"commit", "begin"}


def test_only_the_database_module_and_migrations_commit() -> None:
    committing = {named(path) for path in MODULES if any(map(commits, ast.walk(parsed(path))))}
    assert committing == {"rti/core/db.py", "rti/upgrade.py"}


@pytest.mark.parametrize(
    "source",
    [
        *("await session.commit()", "async with engine.begin(): pass", "getattr(session, 'commit')()"),
        *("execute(text('COMMIT'))", "execute('UPDATE a SET b = 1; commit work; BEGIN')"),
        *("psql('ROLLBACK AND CHAIN')", "execute(f'SELECT {x}; COMMIT')", "done = session.commit"),
    ],
)
def test_every_way_to_commit_is_found(source: str) -> None:
    assert any(map(commits, ast.walk(ast.parse(source, mode="exec"))))


def test_no_table_computes() -> None:
    classes = [
        (path, node)
        for path in MODULES
        if path.parent == ROOT / "rti" / "models"
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ClassDef)
    ]
    computing = [
        f"{named(path)}:{node.lineno}: {of.name}"
        for path, of in classes
        for node in ast.walk(of)
        if isinstance(node, FUNCTION)
        or (isinstance(getattr(node, "value", None), ast.Lambda) and node in of.body)
    ]
    assert classes
    assert computing == []


def unescaped(template: nodes.Template) -> Iterator[nodes.Node]:
    """Whatever puts text into a page as it is: the filter `safe`, also by its name, and blocks about escaping."""
    yield from template.find_all((nodes.EvalContextModifier, nodes.ScopedEvalContextModifier))
    yield from (node for node in template.find_all(nodes.Const) if node.value == "safe")
    yield from (node for node in template.find_all(nodes.Filter) if node.name == "safe")


def test_nothing_in_a_template_is_left_unescaped() -> None:
    found = [
        f"{named(path)}:{node.lineno}" for path in TEMPLATES for node in unescaped(parsed_template(path))
    ]
    assert TEMPLATES
    assert found == []


@pytest.mark.parametrize(
    "source",
    [
        *("{{ x|safe }}", "{{ x | safe | upper }}", "{{ x|upper|safe }}", "{{ (x ~ y)|safe }}"),
        *(
            "{% filter safe %}{{ x }}{% endfilter %}",
            "{{ x|map('safe')|join }}",
            "{% set y = x|safe %}{{ y }}",
        ),
        "{% autoescape false %}{{ x }}{% endautoescape %}",
        *("{% macro m(x) %}{{ x|safe }}{% endmacro %}", "{% trans y=x|safe %}{{ y }}{% endtrans %}"),
    ],
)
def test_every_way_to_leave_text_unescaped_is_found(source: str) -> None:
    assert list(unescaped(TEMPLATING.parse(source)))


def test_nothing_unknown_lies_at_the_root_of_the_repository() -> None:
    """Notes to colleagues and results of tools are not committed; what belongs there is added to the list."""
    assert {name.split("/")[0] for name in committed()} - AT_THE_ROOT == set()
