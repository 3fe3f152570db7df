"""Pages read in one round trip: one statement, whose JSON is decoded into the structs that a page shows.

A statement names its columns after the fields of the struct, so that a field is added in one place. It is made once for
each shape that it can have and prepared once for each connection; `accounts.entering` sends it together with the
check of the session.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Generic, Protocol, TypeVar, get_args

import msgspec
from sqlalchemy import ColumnElement, Dialect, ScalarSelect, Select
from sqlalchemy.dialects.postgresql.asyncpg import dialect
from sqlalchemy.ext.asyncio import AsyncSession

from rti.core.db_roles import Login, login_of
from rti.core.keyring import Keyring
from rti.core.roles import Person
from rti.core.visibility import ME

T_co = TypeVar("T_co", covariant=True)
T = TypeVar("T")
_PARAMETER = re.compile(r"\$(\d+)")
_DIALECT: Dialect = dialect()  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL of one scalar, as text with $1, $2 and so on, and the names of these parameters."""

    sql: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadBy:
    """The reader of a response, and their keys; `opens` is False for programs, which read nothing encrypted."""

    person: Person
    keyring: Keyring
    opens: bool = True


class Reading(Protocol[T_co]):
    """What a page asks for."""

    def asked(self, login: Login) -> Statement | None:
        """The statement for people under this login; None if the page is not for them."""

    def values(self) -> Mapping[str, Any]:
        """The values of its parameters, by name."""

    def view(self, answer: bytes | None, by: ReadBy) -> T_co:
        """The view of the page, from the result of the statement; raises NotFound."""


@dataclass(frozen=True, slots=True)
class ForAll(Generic[T_co]):
    """A page that everybody may read: the JSON of a statement, decoded as `kind`."""

    kind: Any
    statement: Statement
    given: Mapping[str, Any]

    def asked(self, login: Login) -> Statement:  # noqa: ARG002 -- the same under all
        return self.statement

    def values(self) -> Mapping[str, Any]:
        return self.given

    def view(self, answer: bytes | None, by: ReadBy) -> T_co:  # noqa: ARG002 -- the same to all
        found: T_co = decoder(self.kind)(answer or b"")
        return found


def compiled(query: Select[Any]) -> Statement:
    """A query of SQLAlchemy as text; its parameters keep their names."""
    found = query.compile(dialect=_DIALECT)
    return Statement(f"({found})", tuple(found.positiontup or ()))


def _after(others: int) -> Callable[[re.Match[str]], str]:
    """The number of a parameter after those of other statements."""
    return lambda found: f"${int(found[1]) + others}"


@lru_cache(maxsize=1000)
def together(**parts: Statement) -> Statement:
    """One statement whose JSON object has the result of each of these under its name."""
    pairs: list[str] = []
    names: list[str] = []
    for name, part in parts.items():
        pairs.append(f"'{name}', {_PARAMETER.sub(_after(len(names)), part.sql)}")
        names += part.names
    return Statement(f"json_build_object({', '.join(pairs)})", tuple(names))


def in_language(km: Statement, en: Statement, chosen: str) -> Statement:
    """Of two statements with the same parameters that in the reader's language: the parameter `chosen` is what was chosen
    on the device, and where that is empty the account says it."""
    language = f"coalesce(nullif(CAST(${len(km.names) + 1} AS text), ''), rti.language_of({ME}))"
    return Statement(f"(CASE {language} WHEN 'km' THEN {km.sql} ELSE {en.sql} END)", (*km.names, chosen))


def selected(
    kind: type[msgspec.Struct], query: Select[*tuple[Any, ...]], table: type[Any], **others: Any
) -> Statement:
    """The rows of a query as a JSON array: for the fields of a struct the columns of a table, or what `others` say."""
    wanted: list[ColumnElement[Any]] = [
        (others[name] if name in others else getattr(table, name)).label(name)
        for name in kind.__struct_fields__
    ]
    found = compiled(query.with_only_columns(*wanted))
    return Statement(f"(SELECT coalesce(json_agg(each), '[]') FROM {found.sql} AS each)", found.names)


def inline(query: ScalarSelect[Any]) -> str:
    """A subquery as text for use in another, with its values written out."""
    return str(query.compile(dialect=_DIALECT, compile_kwargs={"literal_binds": True}))


def columns(kind: type[msgspec.Struct], table: str, **others: str) -> str:
    """SQL: the columns of a table for the fields of a struct; `others` are those that come from elsewhere."""
    return ", ".join(
        f"{others.get(each.name) or _column(table, each)} AS {each.name}"
        for each in msgspec.structs.fields(kind)
    )


def _column(table: str, field: msgspec.structs.FieldInfo) -> str:
    column = f"{table}.{field.name}"
    if bytes in {field.type, *get_args(field.type)}:
        return f"translate(encode({column}, 'base64'), E'\\n', '')"
    return column


def rows(select: str, array_like: type[msgspec.Struct] | None = None) -> str:
    """SQL: the rows of a query as a JSON array; for an `array_like` struct without the names of its fields."""
    fields = array_like and ", ".join(f"each.{name}" for name in array_like.__struct_fields__)
    each = f"json_build_array({fields})" if fields else "each"
    return f"(SELECT coalesce(json_agg({each}), '[]') FROM ({select}) AS each)"


def row(select: str) -> str:
    """SQL: the only row of a query as a JSON object, NULL where there is none."""
    return f"(SELECT to_json(each) FROM ({select}) AS each)"


@cache
def decoder(kind: Any) -> Callable[[str | bytes], Any]:
    """Reads JSON into a struct, or into a list of them."""
    return msgspec.json.Decoder(kind).decode


@lru_cache(maxsize=100)
def decoded_once(kind: Any, answer: bytes) -> Any:
    """The same for data that rarely changes, cached by its text, so that it can never be stale."""
    return decoder(kind)(answer)


def as_bytes(sql: str) -> str:
    """SQL: a value as the bytes of its text: JSON is read from these, and a text would be decoded and encoded for that."""
    return f"textsend(CAST({sql} AS text))"


async def read(session: AsyncSession, reading: Reading[T], person: Person, *, opens: bool = True) -> T:
    """The same within a transaction, which sees its own writes."""
    await session.flush()
    statement = reading.asked(login_of(person))
    answer = None
    if statement:
        given = reading.values()
        me = len(statement.names) + 1
        sql = statement.sql.replace(ME, f"CAST(${me} AS uuid)")
        values = [given[name] for name in statement.names] + ([person.id] if sql != statement.sql else [])
        connection = await (await session.connection()).get_raw_connection()
        driver: Any = connection.driver_connection
        answer = await driver.fetchval(f"SELECT {as_bytes(sql)}", *values)
    return reading.view(answer, ReadBy(person, session.info["keyring"], opens))
