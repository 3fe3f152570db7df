"""Trying mutants: each in a forked process that imports the changed module and runs the tests that answer for it."""

import ast
import os
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import Enum
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import hypothesis
import pytest
from hypothesis import Phase

from mutation.mutants import Mutant
from mutation.targets import Target

_PHASES = (Phase.explicit, Phase.generate)
"""That an example fails is enough to know; nobody needs the smallest one."""
_PATIENCE = 2
"""A mutant that takes so many times as long as the unchanged module, and five seconds, has hung."""


class End(Enum):
    SURVIVED = "survived"
    KILLED = "killed"
    HUNG = "hung"
    STILLBORN = "stillborn"
    """The module, or what imports it, could not be loaded; it counts neither way."""


_ENDS = {pytest.ExitCode.OK: End.SURVIVED, pytest.ExitCode.TESTS_FAILED: End.KILLED}


@dataclass
class Changed(MetaPathFinder):
    """Lets one module be made of a changed syntax tree."""

    name: str
    tree: ast.Module

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if fullname != self.name:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec and spec.origin:
            spec.loader = _Loader(fullname, spec.origin, self.tree)
        return spec


class _Loader(SourceFileLoader):
    def __init__(self, fullname: str, path: str, tree: ast.Module) -> None:
        super().__init__(fullname, path)
        self._tree = tree

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002 -- as importlib calls it
        return compile(ast.fix_missing_locations(self._tree), self.path, "exec")


def _names(run: str, worker: str) -> ModuleType:
    """Takes the place of pytest-xdist in naming the run, so that all mutants share a database server."""

    @pytest.fixture(scope="session")
    def testrun_uid() -> str:
        return run

    @pytest.fixture(scope="session")
    def worker_id() -> str:
        return worker

    plugin = ModuleType("names")
    vars(plugin).update(testrun_uid=testrun_uid, worker_id=worker_id)
    return plugin


@contextmanager
def shared_server(run: str) -> Iterator[None]:
    """Keep the database server of a run up, in a process of its own: this one must import nothing of ours."""
    reading, writing = os.pipe()

    def hold() -> int:
        os.close(writing)
        # Only here, so that mutants import the system anew; tests say where their databases lie.
        import tests  # noqa: F401, PLC0415
        from rti import embedded  # noqa: PLC0415

        with embedded.server(Path(tempfile.gettempdir()) / f"rti-tests-{run}" / "postgres", keep=False):
            os.read(reading, 1)
        return 0

    child = _forked(hold)
    os.close(reading)
    try:
        yield
    finally:
        os.close(writing)
        os.waitpid(child, 0)


def tried(
    module: str, target: Target, tree: ast.Module, mutant: Mutant | None, run: str, patience: float
) -> tuple[End, float]:
    """What became of one mutant, or of the unchanged module, and after how many seconds."""
    worker = f"m{os.urandom(4).hex()}"
    run = f"{run}{worker}" if target.fresh else run

    def test() -> int:
        if mutant:
            mutant.apply()
        sys.meta_path.insert(0, Changed(module, tree))
        chosen = [
            "-x",
            "-q",
            "-p",
            "no:cacheprovider",
            "-p",
            "no:xdist",
            "--tb=no",
            "--assert=plain",
            "--hypothesis-seed=0",
        ]
        if target.pure:
            chosen.append("--noconftest")
        if target.without:
            chosen += ["-k", f"not ({' or '.join(target.without)})"]
        hypothesis.settings.register_profile("mutation", phases=_PHASES, max_examples=40, database=None)
        hypothesis.settings.load_profile("mutation")
        return pytest.main([*chosen, *target.tests], plugins=[_names(run, worker)])

    begun = time.monotonic()
    code = _waited_for(_forked(test), patience)
    return (End.HUNG if code is None else _ENDS.get(code, End.STILLBORN)), time.monotonic() - begun


def patience_of(seconds: float) -> float:
    return _PATIENCE * seconds + 5


def _forked(work: Callable[[], int]) -> int:
    child = os.fork()
    if child:
        return child
    code = 70
    try:
        os.setsid()
        silent = os.open(
            os.environ.get("MUTATION_LOG", os.devnull), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600
        )
        os.dup2(silent, 1)
        os.dup2(silent, 2)
        code = work()
    except BaseException:  # noqa: BLE001 -- a forked process must not go on as its parent
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(code)


def _waited_for(child: int, patience: float) -> int | None:
    """The exit code of a child, or None where it hung; what it started ends with it."""
    ends = time.monotonic() + patience
    while not os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) and time.monotonic() < ends:
        time.sleep(0.01)
    with suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return None if os.WIFSIGNALED(status) else os.waitstatus_to_exitcode(status)
