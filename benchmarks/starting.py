"""What it takes to start: commands by CPU time, servers until they answer, and the memory of the scheduler."""

import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import psutil

from benchmarks.load import Call, once
from benchmarks.serving import ROOT, environment_of, free_port, house, serving
from rti.core import embedded_postgres

Figure = tuple[str, float, str]
ROUNDS = 5
SCHEDULER_SECONDS = 15
"""Until each of its jobs has run at least once."""


def _cpu_of(command: list[str], environment: dict[str, str]) -> float:
    """CPU seconds of the best of some runs, children included."""
    best = float("inf")
    for _ in range(ROUNDS):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, env=environment, cwd=ROOT, check=False, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        best = min(best, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return best


def _first_page(rti: list[str], port: int, environment: dict[str, str]) -> Iterator[Figure]:
    begun = perf_counter()
    with serving([*rti, "serve"], port, environment) as web:
        once(port, [Call("/sign-in")])
        yield "rti serve, until the first page", perf_counter() - begun, "s"
        busy = sum(sum(each.cpu_times()[:2]) for each in (web, *web.children()))
        yield "  of these it worked", busy, "s of CPU"
        yield "rti health --part web", _cpu_of([*rti, "health", "--part", "web"], environment), "s of CPU"
        asked = [*rti, "health", "--part", "scheduler", "--at", f"http://127.0.0.1:{port}"]
        yield "rti health --part scheduler --at", _cpu_of(asked, environment), "s of CPU"
        sizes = [each.memory_full_info().pss / 1e6 for each in web.children()]
        yield "memory of a worker that has answered once", max(sizes), f"MB (PSS), {len(sizes)} of them"


def _scheduler(rti: list[str], environment: dict[str, str]) -> Iterator[Figure]:
    with subprocess.Popen([*rti, "scheduler"], env=environment, cwd=ROOT) as process:
        time.sleep(SCHEDULER_SECONDS)
        yield "memory of the scheduler", psutil.Process(process.pid).memory_full_info().pss / 1e6, "MB (PSS)"
        process.terminate()


def measure() -> Iterator[Figure]:
    rti, plain = [sys.executable, "-m", "rti"], {**os.environ}
    yield "rti --help", _cpu_of([*rti, "--help"], plain), "s of CPU"
    with house() as place, TemporaryDirectory() as folder:
        place.running.psql("CREATE DATABASE starting")
        port = free_port()
        environment = environment_of(embedded_postgres.url_of(place.running, "starting"), port, place)
        subprocess.run([*rti, "migrate"], env=environment, cwd=Path(folder), check=True)
        yield from _first_page(rti, port, environment)
        yield from _scheduler(rti, environment)
