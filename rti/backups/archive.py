"""The content of an encrypted file: a compressed tar archive of a manifest and the rows of each table.

    manifest.json          what there is, and how many rows with which digest
    TABLE.0001, …          rows as `COPY TABLE (columns) TO STDOUT` writes them (PostgreSQL, COPY, text format)

It uses only formats of age, tar and PostgreSQL, so that it can be read without this program.
"""

import gzip
import tarfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from itertools import groupby
from pathlib import Path
from typing import Annotated, BinaryIO

import msgspec

from rti.backups.encryption import decrypting, encrypting
from rti.core.errors import BackupFailed, say

_MANIFEST = "manifest.json"
_PART = 4 << 20
"""Bytes after which rows go into the next part; a part has whole messages, so one of a document may be longer."""
_FAST = 1
"""Compression level: most of the bytes are encrypted documents, which no level makes smaller."""

Name = Annotated[str, msgspec.Meta(pattern="^[a-z_][a-z0-9_]*$")]


class Table(msgspec.Struct, frozen=True):
    """A table of the snapshot; `digest` is a sum over its rows, independent of their order."""

    name: Name
    columns: tuple[Name, ...]
    rows: int
    digest: str


class Manifest(msgspec.Struct, frozen=True):
    """`schema` is the migration at which the database was; the tables stand in an order of loading."""

    schema: str
    made_at: str
    tables: tuple[Table, ...]
    format: Annotated[int, msgspec.Meta(ge=1, le=1)] = 1

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables)


class Writer:
    """Writes parts into an archive, with at most one of them in memory."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar

    def put(self, name: str, content: bytes | bytearray) -> None:
        member = tarfile.TarInfo(name)
        member.size = len(content)
        self._tar.addfile(member, BytesIO(content))

    @contextmanager
    def table(self, name: str) -> Iterator["Rows"]:
        rows = Rows(self, name)
        yield rows
        rows.put()


class Rows:
    """Collects the rows of one table as they arrive."""

    def __init__(self, writer: Writer, name: str) -> None:
        self._writer, self._name = writer, name
        self._number, self._held = 0, bytearray()

    async def take(self, data: bytes) -> None:
        self._held += data
        if len(self._held) >= _PART:
            self.put()

    def put(self) -> None:
        if self._held:
            self._number += 1
            self._writer.put(f"{self._name}.{self._number:04}", self._held)
            self._held.clear()


@contextmanager
def written(path: Path, recipients: str, manifest: Manifest) -> Iterator[Writer]:
    """An encrypted archive into which tables can be put."""
    with (
        encrypting(path, recipients) as stream,
        gzip.GzipFile(fileobj=stream, mode="wb", compresslevel=_FAST, filename="") as packed,
        tarfile.open(fileobj=packed, mode="w|") as tar,
    ):
        writer = Writer(tar)
        writer.put(_MANIFEST, msgspec.json.encode(manifest))
        yield writer


class Reader:
    """An archive that is read once, from its beginning to its end."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self._members = iter(tar)
        first = next(self._members, None)
        if first is None or first.name != _MANIFEST:
            raise tarfile.ReadError
        self.manifest = msgspec.json.decode(self._content(first), type=Manifest)

    def tables(self) -> Iterator[tuple[Table, AsyncIterator[bytes]]]:
        """Every table that has rows; raises BackupFailed for one that the manifest does not name."""
        known = {table.name: table for table in self.manifest.tables}
        for name, members in groupby(self._members, key=lambda member: member.name.rpartition(".")[0]):
            if name not in known:
                raise tarfile.ReadError
            yield known[name], self._parts(members)

    async def _parts(self, members: Iterator[tarfile.TarInfo]) -> AsyncIterator[bytes]:
        for member in members:
            yield self._content(member)

    def _content(self, member: tarfile.TarInfo) -> bytes:
        content: BinaryIO | None = self._tar.extractfile(member)  # type: ignore[assignment]
        return content.read() if content else b""


@contextmanager
def opened(path: Path, identity: Path) -> Iterator[Reader]:
    """The archive in an encrypted file; raises BackupFailed where it is not one."""
    try:
        with (
            decrypting(path, identity) as stream,
            gzip.GzipFile(fileobj=stream) as packed,
            tarfile.open(fileobj=packed, mode="r|") as tar,
        ):
            yield Reader(tar)
    except msgspec.DecodeError:
        raise BackupFailed(say("{file} is not a backup that this version can read", file=path.name)) from None


def quoted(names: Sequence[str]) -> str:
    """Names, which a manifest limits to plain letters, as SQL writes them."""
    return ", ".join(f'"{name}"' for name in names)
