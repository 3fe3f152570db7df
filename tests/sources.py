"""The files of the project, for tests that read them."""

import ast
import subprocess
from functools import cache
from pathlib import Path

from jinja2 import Environment, nodes

ROOT = Path(__file__).parent.parent
FUNCTION = ast.FunctionDef | ast.AsyncFunctionDef
PACKAGES = ("rti", "notifications")
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
TEMPLATES = sorted(
    path
    for package in PACKAGES
    for path in (ROOT / package).glob("**/templates/**/*")
    if path.suffix in {".html", ".txt"}
)


def named(path: Path) -> str:
    """The path from the root of the repository."""
    return path.relative_to(ROOT).as_posix()


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def written_in(path: Path) -> set[str]:
    """The names of the functions of a module, and so of its tests."""
    return {node.name for node in parsed(path).body if isinstance(node, FUNCTION)}


TEMPLATING = Environment(autoescape=True, extensions=["jinja2.ext.i18n"])


@cache
def parsed_template(path: Path) -> nodes.Template:
    return TEMPLATING.parse(path.read_text(encoding="utf-8"))


def committed() -> list[str]:
    """Every file that git knows, from the root of the repository."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return listed.stdout.split("\0")[:-1]
