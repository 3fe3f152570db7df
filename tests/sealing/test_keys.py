"""The key file: made once, closed to others, and told apart from what is none."""

from pathlib import Path

import pytest

from rti.sealing import keys
from rti.settings import SettingsFault


def test_a_key_file_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    path = keys.kept(tmp_path / "keys" / "wrapping")
    first = path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600
    assert keys.kept(path).read_text() == first
    assert [found.name for found in path.parent.iterdir()] == ["wrapping"]


def test_a_new_key_wraps_and_the_old_one_still_opens(tmp_path: Path) -> None:
    path = keys.kept(tmp_path / "wrapping")
    old = keys.read(path).current
    ring = keys.add(path)
    assert keys.read(path) == ring
    assert ring.current != old
    assert ring.by_number[old.number] == old


@pytest.mark.parametrize(
    "content",
    [b"", b"\n", b"x", b"00000001 AAAA", b"zz AAAA", b"\xff", b"00000001 " + b"A" * 44, b"1 2 3"],
)
def test_what_is_no_key_file_is_refused_without_showing_what_is_in_it(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "wrapping"
    path.touch(0o600)
    path.write_bytes(content)
    with pytest.raises(SettingsFault) as told:
        keys.read(path)
    assert "RTI_KEY_FILE" in str(told.value)
    assert "AAAA" not in str(told.value)


def test_a_key_file_that_everybody_can_read_is_refused(tmp_path: Path) -> None:
    path = keys.kept(tmp_path / "wrapping")
    path.chmod(0o644)
    with pytest.raises(SettingsFault, match="chmod 600"):
        keys.read(path)


def test_a_missing_key_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsFault, match="rti keys add"):
        keys.read(tmp_path / "none")
