"""`python -m mutation [--most N] [--only TEXT] [MODULE ...]`: try mutants, and print what no test notices.

The result is 1 where a module lets more than a tenth of its mutants live, or one that `docs/mutation.md`
does not explain.
"""

import argparse
import ast
import hashlib
import importlib
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import nullcontext, suppress
from dataclasses import replace
from pathlib import Path

from mutation.mutants import Mutant, mutants
from mutation.running import End, patience_of, shared_server, tried
from mutation.targets import TARGETS

ROOT = Path(__file__).parent.parent
EXPLAINED = ROOT / "docs" / "mutation.md"
ENOUGH = 0.9
"""The share of mutants that have to be noticed (safety goal A18)."""
_PLUGINS = ("hypothesis.strategies", "pytest_asyncio.plugin", "schemathesis")
_OURS = {"__main__", "migrations", "mutation", "notifications", "rti", "tests"}


def sample(found: Sequence[Mutant], most: int | None) -> list[Mutant]:
    """The same ones each time, and as far as they have not changed, also after the module has."""
    chosen = sorted(found, key=lambda mutant: hashlib.sha256(str(mutant).encode()).digest())[:most]
    return sorted(chosen, key=lambda mutant: mutant.line)


def try_all(module: str, most: int | None, only: str, explained: str) -> tuple[str, bool]:
    """A line of a table about one module, and whether that is well."""
    target = TARGETS[module]
    tree = ast.parse(ROOT.joinpath(*module.split(".")).with_suffix(".py").read_text(encoding="utf-8"))
    found = mutants(tree)
    chosen = sample([mutant for mutant in found if only in str(mutant)], most)
    run = f"mutation-{os.getpid()}"
    ends: Counter[End] = Counter()
    unexplained = 0
    alone = target.pure or target.fresh
    with nullcontext() if alone else shared_server(run):
        if not alone:
            # The first makes the database that all others copy.
            tried(module, replace(target, tests=target.tests[:1]), tree, None, run, 600)
        end, seconds = tried(module, target, tree, None, run, 600)
        if end is not End.SURVIVED:
            return f"| {module} | its tests fail on the unchanged module |", False
        for mutant in chosen:
            end, _ = tried(module, target, tree, mutant, run, patience_of(seconds))
            ends[end] += 1
            if end is End.SURVIVED:
                known = f"- `{module}`: {mutant}" in explained
                unexplained += not known
                print(f"{module}:{mutant.line}: {mutant}{' (explained)' if known else ''}", flush=True)
    killed, survived = ends[End.KILLED] + ends[End.HUNG], ends[End.SURVIVED]
    share = killed / (killed + survived or 1)
    told = f"| {module} | {len(found)} | {killed + survived} | {killed} | {survived} | {share:.1%} |"
    return told, share >= ENOUGH and not unexplained


def load_libraries() -> None:
    """Import once, before any fork, whatever the system and its tests import of others."""
    told = "import sys, tests.conftest, tests.make, notifications.jobs; print(*sys.modules)"
    found = subprocess.run([sys.executable, "-c", told], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603 -- our own words
    for name in (*found.stdout.split(), *_PLUGINS):
        if name.split(".")[0] not in _OURS:
            with suppress(ImportError):
                importlib.import_module(name)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m mutation")
    parser.add_argument("modules", nargs="*", help="all of them without any")
    parser.add_argument(
        "--most", type=int, help="how many mutants of each module, drawn the same way each time"
    )
    parser.add_argument("--only", default="", help="only mutants whose description contains this")
    asked = parser.parse_args()
    load_libraries()
    explained = EXPLAINED.read_text(encoding="utf-8") if EXPLAINED.exists() else ""
    well = True
    for module in asked.modules or TARGETS:
        told, good = try_all(module, asked.most, asked.only, explained)
        print(told, flush=True)
        well = well and good
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
