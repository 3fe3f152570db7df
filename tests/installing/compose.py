"""docker-compose.yml, Dockerfile, .dockerignore and .env.example as Docker reads them, as far as we use it."""

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import Any

import yaml

from tests.sources import text

_VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?::(?P<kind>[-?])(?P<otherwise>[^}]*))?\}")
BASE_PATH = "/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"
"""PATH of the image that ours is made from."""


def example() -> dict[str, str]:
    """The variables of .env.example, as it is."""
    lines = (line for line in text(".env.example").splitlines() if line and not line.startswith("#"))
    return dict(line.split("=", 1) for line in lines)


def services(env: Mapping[str, str]) -> dict[str, Any]:
    """The services of docker-compose.yml with the variables of a .env; raises KeyError with what is missing."""

    def value_of(found: re.Match[str]) -> str:
        value = env.get(found["name"], "")
        if not value and found["kind"] == "?":
            raise KeyError(f"{found['name']}: {found['otherwise']}")
        return value or (found["otherwise"] or "")

    def filled(part: Any) -> Any:
        if isinstance(part, dict):
            return {name: filled(each) for name, each in part.items()}
        if isinstance(part, list):
            return [filled(each) for each in part]
        return _VARIABLE.sub(value_of, part) if isinstance(part, str) else part

    found: dict[str, Any] = filled(yaml.safe_load(text("docker-compose.yml"))["services"])
    return found


def steps(instruction: str) -> list[str]:
    """What the Dockerfile says in each line of one kind."""
    lines = (line.partition(" ") for line in text("Dockerfile").splitlines())
    return [rest for word, _, rest in lines if word == instruction]


def image_environment() -> dict[str, str]:
    """What ENV sets in the image."""
    env = {"PATH": BASE_PATH}
    for step in steps("ENV"):
        for word in shlex.split(step):
            name, _, value = word.partition("=")
            env[name] = value.replace("$PATH", env["PATH"])
    return env


@dataclass(frozen=True)
class User:
    """The user that the Dockerfile makes for the image to run as."""

    name: str
    uid: int

    @property
    def home(self) -> str:
        return f"/home/{self.name}"


def user() -> User:
    (name,) = steps("USER")
    (uid,) = [int(found) for step in steps("RUN") for found in re.findall(rf"--uid (\d+) {name}\b", step)]
    return User(name, uid)


def sent(files: Iterable[str]) -> Iterator[str]:
    """The files that .dockerignore lets into an image: the last line that names one, or a folder of it, decides."""
    rules = [line for line in text(".dockerignore").splitlines() if line and not line.startswith("#")]
    for name in files:
        kept = True
        for rule in rules:
            if any(_fits(rule.removeprefix("!"), part) for part in _itself_and_above(name)):
                kept = rule.startswith("!")
        if kept:
            yield name


def _itself_and_above(name: str) -> list[str]:
    path = PurePosixPath(name)
    return [path.as_posix(), *(folder.as_posix() for folder in path.parents if folder.name)]


def _fits(pattern: str, name: str) -> bool:
    """Part by part, as Go's filepath.Match does; `**/` stands for any folders, or none."""
    if pattern.startswith("**/"):
        rest, parts = pattern.removeprefix("**/"), name.split("/")
        return any(_fits(rest, "/".join(parts[place:])) for place in range(len(parts)))
    wanted, given = pattern.split("/"), name.split("/")
    return len(wanted) == len(given) and all(map(fnmatchcase, given, wanted))


def commands(document: str, heading: str) -> list[str]:
    """The lines of `docker compose` that a document shows below a heading, each with what continues it."""
    _, _, section = text(document).partition(f"{heading}\n")
    shown = re.split(r"^#", section, maxsplit=1, flags=re.MULTILINE)[0].replace("\\\n", " ")
    return [" ".join(line.split()) for line in re.findall(r"^ {4,}(docker compose .*)", shown, re.MULTILINE)]
