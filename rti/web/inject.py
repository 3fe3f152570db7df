"""The dependencies of handlers, by parameter name and type; `app.py` provides each."""

from datetime import date, datetime
from typing import TypeVar
from uuid import UUID

from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from rti.accounts.sessions import SignedIn
from rti.core.db import Database
from rti.core.roles import Person
from rti.web import forms

T = TypeVar("T")

Session = NamedDependency[AsyncSession]
"""`session`: the transaction of this request, under the login of who asks; see `routes`."""
Reading = NamedDependency[AsyncSession]
"""`reading`: the same as `session` for what only reads and costs much: at the replica, where there is one."""
Counting = NamedDependency[AsyncSession]
"""`counting`: a transaction that reads the data behind figures, and nothing about who asked or what."""
Recomputing = NamedDependency[AsyncSession]
"""`recalculating`: a transaction that may move the dates of every request and sees of each no more than that needs."""
Who = NamedDependency[Person]
"""`person`: the signed-in person; for routes that require one."""
Me = NamedDependency[SignedIn]
"""`me`: the session or token by which somebody is signed in, or about to be."""
Door = NamedDependency[Database]
"""`auth_database`: the database of accounts, for what has to be committed before an answer is known."""
Form = NamedDependency[forms.Form]
"""`form`: blank for a page that shows one for the first time; see `forms.else_show` for what was sent."""
Now = NamedDependency[datetime]
"""`now`: the moment of this request."""
Today = NamedDependency[date]
"""`today`: its day in the time zone of the installation."""
Found = NamedDependency[T]
"""`found`: what was read in one round trip with the session check, for a route that `reads`; see `guards`."""
Id = FromPath[UUID]
"""The identifier in the address of a page or record."""
