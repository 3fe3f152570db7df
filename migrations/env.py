"""Alembic's entry: runs on the connection that `rti.upgrade` hands over."""

from alembic import context

import rti.models  # noqa: F401 -- importing it fills the metadata
from rti.core.db import Base, Choice
from rti.models.keys import Encrypted

connection = context.config.attributes["connection"]


def render_item(kind: str, item: object, _: object) -> str | bool:
    """A choice is text to the schema, so that a new member needs no migration; what is sealed is bytes."""
    if kind != "type":
        return False
    if isinstance(item, Encrypted):
        return "sa.LargeBinary()"
    return "sa.Text()" if isinstance(item, Choice) else False


context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    compare_type=True,
    render_item=render_item,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
