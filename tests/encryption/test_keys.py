"""The key file: made once, closed to others, and told apart from what is none."""

from dataclasses import replace
from pathlib import Path

import pytest

from rti.core import embedded_postgres, keyring
from rti.core.settings import Settings, SettingsFault

SECRET = b"A" * 43 + b"="
OTHER_SECRET = b"B" * 42 + b"A="


def test_a_key_file_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    path = keyring.kept(tmp_path / "data" / "keys" / "wrapping")
    first = path.read_text()
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert path.stat().st_mode & 0o777 == 0o600
    assert keyring.kept(path).read_text() == first
    assert [found.name for found in path.parent.iterdir()] == ["wrapping"]


def test_a_new_key_wraps_and_the_old_one_still_opens(tmp_path: Path) -> None:
    path = keyring.kept(tmp_path / "wrapping")
    old = keyring.read(path).current
    ring = keyring.add(path)
    assert keyring.read(path) == ring
    assert ring.current != old
    assert ring.by_number[old.number] == old


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"\n", b"x", b"00000001 AAAA", b"zz AAAA", b"\xff", b"00000001 " + b"A" * 44, b"1 2 3"),
        *(b"-1 " + SECRET, b"100000000 " + SECRET, b"00000001 A!" + SECRET[1:]),
        b"00000001 " + SECRET + b"\n00000001 " + OTHER_SECRET,
    ],
)
def test_what_is_no_key_file_is_refused_without_showing_what_is_in_it(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "wrapping"
    path.touch(0o600)
    path.write_bytes(content)
    with pytest.raises(SettingsFault) as error:
        keyring.read(path)
    assert "RTI_KEY_FILE" in str(error.value)
    assert "AAAA" not in str(error.value)


def test_a_key_file_that_everybody_can_read_is_refused(tmp_path: Path) -> None:
    path = keyring.kept(tmp_path / "wrapping")
    path.chmod(0o644)
    with pytest.raises(SettingsFault, match="chmod 600"):
        keyring.read(path)


def test_a_missing_key_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsFault, match="is not there; create it with `rti keys add`"):
        keyring.read(tmp_path / "none")


def test_a_key_file_that_is_there_and_cannot_be_read_is_told_with_the_reason(tmp_path: Path) -> None:
    with pytest.raises(SettingsFault, match="cannot be read: Is a directory"):
        keyring.read(tmp_path)


def test_every_number_of_four_bytes_is_one_of_a_key(tmp_path: Path) -> None:
    path = tmp_path / "wrapping"
    path.touch(0o600)
    path.write_bytes(b"00000000 " + SECRET + b"\n\nffffffff " + OTHER_SECRET + b"\n")
    assert list(keyring.read(path).by_number) == [0, 2**32 - 1]


def test_without_a_key_file_nothing_can_be_encrypted() -> None:
    with pytest.raises(SettingsFault, match="RTI_KEY_FILE is not set"):
        _ = keyring.read(None).current


def test_keys_are_where_the_settings_say_or_apart_in_the_data_folder(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    assert keyring.path_of(settings) == tmp_path / "keys" / "wrapping"
    assert keyring.path_of(replace(settings, key_file=tmp_path / "own")) == tmp_path / "own"


def test_neither_keys_nor_a_secret_are_made_for_a_server(tmp_path: Path) -> None:
    """Each machine and container that uses it would make its own."""
    settings = Settings(database_url="postgresql+asyncpg://db/rti", secret="s" * 32, data_dir=tmp_path)
    with pytest.raises(SettingsFault, match="RTI_KEY_FILE is not set"):
        keyring.path_of(settings)
    with embedded_postgres.completed(settings) as completed:
        assert completed == settings
    with (
        pytest.raises(SettingsFault, match="RTI_SECRET is not set"),
        embedded_postgres.completed(replace(settings, secret="")),
    ):
        pass
    assert list(tmp_path.iterdir()) == []
