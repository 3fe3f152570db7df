"""What the files of the container install say of each other and of the program."""

from dataclasses import MISSING, fields

import pytest

from rti.cli.connecting import settings_of_environment
from rti.core.settings import Settings
from tests.installing import compose
from tests.sources import committed

GIVEN = {
    "RTI_DATABASE_PASSWORD": "0123456789abcdef",
    "RTI_SECRET": "s3cret/+=" * 5,
    "RTI_BASE_URL": "https://rti.example.org",
}
"""What .env has to say; .env.example leaves it empty."""
SET = {f"RTI_{each.name.upper()}" for each in fields(Settings)}
OF_THE_IMAGE = {"RTI_HOST", "RTI_DATA_DIR"}
OF_COMPOSE = {"RTI_DATABASE_URL", "RTI_KEY_FILE", "RTI_BACKUP_FOLDER"}
LEFT_OUT = {"RTI_PORT", "RTI_DEMO"}
"""Those of a machine that shares its ports, and of a demo."""
PARTS = ("migrate", "web", "scheduler")


def test_what_can_be_set_is_in_the_example_but_what_image_and_compose_set_themselves() -> None:
    offered = compose.example().keys() - {"RTI_DATABASE_PASSWORD"}
    assert offered == SET - OF_THE_IMAGE - OF_COMPOSE - LEFT_OUT
    assert compose.image_environment().keys() & SET == OF_THE_IMAGE


@pytest.mark.parametrize("part", PARTS)
def test_every_setting_of_the_example_reaches_every_container(part: str) -> None:
    env = {name: f"value of {name}" for name in compose.example()}
    reached = compose.services(env)[part]["environment"]
    assert reached.keys() == SET - OF_THE_IMAGE - LEFT_OUT
    for name in env.keys() - {"RTI_DATABASE_PASSWORD"}:
        assert reached[name] == env[name]


@pytest.mark.parametrize("part", PARTS)
def test_what_is_left_empty_has_its_default(part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    env = {**compose.example(), **GIVEN}
    for name, value in compose.services(env)[part]["environment"].items():
        monkeypatch.setenv(name, value)
    settings = settings_of_environment()
    own = {*GIVEN, *OF_COMPOSE}
    for each in fields(Settings):
        if f"RTI_{each.name.upper()}" not in own:
            default = each.default if each.default_factory is MISSING else each.default_factory()
            assert getattr(settings, each.name) == default, each.name


@pytest.mark.parametrize("missing", GIVEN)
def test_nothing_starts_while_what_has_no_safe_default_is_missing(missing: str) -> None:
    with pytest.raises(KeyError, match=missing):
        compose.services({**compose.example(), **GIVEN, missing: ""})


def test_only_what_migrates_has_the_password_of_the_superuser() -> None:
    parts = compose.services({**compose.example(), **GIVEN})
    password = GIVEN["RTI_DATABASE_PASSWORD"]
    assert {name for name, part in parts.items() if password in str(part)} == {"database", "migrate"}


@pytest.mark.parametrize(
    "secret",
    [
        *(".env", ".env.production", "var/secret", "var/keys/wrapping", ".git/config"),
        *("wrapping", "keys/wrapping", "identity", "backups/rti-20261124T190000Z.age", "dump.sql"),
        *("docs/x", "tests/conftest.py", "rti/core/__pycache__/db.cpython-311.pyc"),
    ],
)
def test_what_lies_about_stays_out_of_the_image(secret: str) -> None:
    assert list(compose.sent([secret])) == []


def test_the_image_holds_the_program_and_what_its_setup_needs() -> None:
    inside = set(compose.sent(committed()))
    program = {
        name for name in committed() if name.partition("/")[0] in {"rti", "notifications", "migrations"}
    }
    assert inside == program | {"Makefile", "pyproject.toml", "requirements.lock", "README.md", "LICENSE"}


def test_the_folder_in_memory_belongs_to_the_user_of_the_image() -> None:
    user = compose.user()
    parts = compose.services({**compose.example(), **GIVEN})
    for part in PARTS:
        assert f"{user.home}:uid={user.uid},gid={user.uid},mode=0700" in parts[part]["tmpfs"]
