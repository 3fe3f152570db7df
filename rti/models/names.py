"""Texts by which lists are sorted, and the names of bodies and organisations."""

from typing import Any

from sqlalchemy import Text, event, inspect
from sqlalchemy.orm import Mapped, mapped_column

from rti.core.alphabet import alphabetical

_OF = "order of"


def order_of(name: str) -> Any:
    """A column with the key by which the texts of the column `name` are sorted; it follows them.

    The key is made here, since PostgreSQL knows the order only where it was built with ICU.
    """

    def key(context: Any) -> str:
        return alphabetical(context.get_current_parameters()[name])

    return mapped_column(Text(collation="C"), default=key, server_default="", info={_OF: name})


class InOrder:
    """A row with columns that `order_of` made."""


def ordered(table: type[InOrder]) -> dict[str, str]:
    """The columns with texts of a table, by those with their keys."""
    return {each.key: each.info[_OF] for each in inspect(table).columns if _OF in each.info}


@event.listens_for(InOrder, "before_update", propagate=True)
def _keep_order(_: object, __: object, row: InOrder) -> None:
    changed: Any = inspect(row)
    for key, name in ordered(type(row)).items():
        if changed.attrs[name].history.has_changes():
            setattr(row, key, alphabetical(getattr(row, name)))


class InBothLanguages(InOrder):
    """The names of a row."""

    name_km: Mapped[str]
    name_en: Mapped[str]
    name_km_order: Mapped[str] = order_of("name_km")
    name_en_order: Mapped[str] = order_of("name_en")
