"""Names of bodies and organisations."""

from typing import Any

from sqlalchemy import Text, event
from sqlalchemy.orm import Mapped, mapped_column

from rti.core.alphabet import alphabetical


def _order(context: Any) -> str:
    return alphabetical(context.get_current_parameters()["name_km"])


class InBothLanguages:
    """The names of a row; `name_order` is the key by which the Khmer one is sorted, and follows it.

    The key is made here, since PostgreSQL knows the order only where it was built with ICU.
    """

    name_km: Mapped[str]
    name_en: Mapped[str]
    name_order: Mapped[str] = mapped_column(Text(collation="C"), default=_order, server_default="")


@event.listens_for(InBothLanguages, "before_update", propagate=True)
def _keep_order(_: object, __: object, row: InBothLanguages) -> None:
    row.name_order = alphabetical(row.name_km)
