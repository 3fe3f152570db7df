"""What bodies and organisations are called."""

from typing import Any

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column, validates

from rti.core.alphabet import alphabetical


def _order(context: Any) -> str:
    return alphabetical(context.get_current_parameters()["name_km"])


class InBothLanguages:
    """The names of a row; `name_order` is the key by which the Khmer one is sorted, and follows it.

    It is the one thing of a table that is made here: PostgreSQL knows the order only where it was built with ICU.
    """

    name_km: Mapped[str]
    name_en: Mapped[str]
    name_order: Mapped[str] = mapped_column(Text(collation="C"), default=_order, server_default="")

    @validates("name_km")
    def _keep_order(self, _: str, name: str) -> str:
        self.name_order = alphabetical(name)
        return name
