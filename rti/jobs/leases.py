"""Claiming rows that are due, so that nobody else has them; and how long to wait after a failure."""

import random
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, Update, update

from rti.core.db import Base


def take(table: type[Base], due: Select[Any], **values: Any) -> Update:
    """Update the rows whose `id` the query `due` selects, except those that another transaction holds.

    Whoever takes rows gives them a later turn in the same statement: a lease, at the end of which they are due again.
    """
    turn = due.with_for_update(skip_locked=True).cte("turn")
    taken = update(table).where(table.__table__.c.id == turn.c.id).values(values)
    return taken.execution_options(synchronize_session=False)


def back_off(failures: int, first: timedelta, longest: timedelta) -> timedelta:
    """A pause, doubled after each failure, with jitter, so that not all retry at once."""
    whole = min(first * (1 << min(failures, 10)), longest)
    return whole * random.uniform(0.75, 1.25)  # noqa: S311 -- no secret
