"""Load on a web server from outside: by wrk where it is installed, else by one connection of ours."""

import logging
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import NamedTemporaryFile
from time import perf_counter

import httpx

CONNECTIONS = 8
_SCRIPT = Path(__file__).parent / "ask.lua"
logging.getLogger("httpx").setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class Call:
    """What is asked of a server once."""

    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "GET"
    body: str = ""

    def with_cookies(self, cookies: Mapping[str, str]) -> "Call":
        if "Cookie" not in self.headers:
            return self
        told = "; ".join([self.headers["Cookie"], *(f"{name}={value}" for name, value in cookies.items())])
        return replace(self, headers={**self.headers, "Cookie": told})

    def line(self) -> str:
        told = [f"{name}={value}" for name, value in self.headers.items()]
        return "\t".join([self.method, self.path, str(len(told)), *told, *([self.body] if self.body else [])])


@dataclass(frozen=True, slots=True)
class Answers:
    """So many answers in so many seconds, with half and 99 % of them within so many milliseconds."""

    count: int
    seconds: float
    half: float
    last: float


def asked(port: int, calls: Sequence[Call], seconds: int, connections: int = CONNECTIONS) -> Answers:
    """Ask for these in turn, again and again; each has to be answered well."""
    if not (wrk := shutil.which("wrk")):
        return _by_hand(port, calls, seconds)
    with NamedTemporaryFile("w", encoding="utf-8", suffix=".tsv") as file:
        file.write("\n".join(call.line() for call in calls))
        file.flush()
        command = [wrk, "-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(_SCRIPT)]
        said = subprocess.run(
            [*command, f"http://127.0.0.1:{port}", "--", file.name],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    told = next(line for line in said.splitlines() if line.startswith("told "))
    count, microseconds, half, last, wrong = map(int, told.split()[1:])
    assert not wrong, (calls[0].path, said)
    return Answers(count, microseconds / 1_000_000, half / 1000, last / 1000)


def once(port: int, calls: Sequence[Call]) -> dict[str, str]:
    """Ask for each once, so that what is made at the first time is there; all have to be answered well.

    The cookies that came, which a browser sends back.
    """
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
        for call in calls:
            answer = client.request(call.method, call.path, headers=call.headers, content=call.body or None)
            assert answer.is_success, (call.path, answer.status_code, answer.text[:500])
        return dict(client.cookies)


def _by_hand(port: int, calls: Sequence[Call], seconds: int) -> Answers:
    times: list[float] = []
    begun = perf_counter()
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
        while perf_counter() < begun + seconds:
            call, since = calls[len(times) % len(calls)], perf_counter()
            answer = client.request(call.method, call.path, headers=call.headers, content=call.body or None)
            assert answer.is_success, (call.path, answer.status_code)
            times.append((perf_counter() - since) * 1000)
    taken = perf_counter() - begun
    times.sort()
    return Answers(len(times), taken, times[len(times) // 2], times[int(len(times) * 0.99)])
