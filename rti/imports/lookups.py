"""Looking up the codes and names in a file, each once."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.calendars.queries import calendar_of
from rti.campaigns.queries import campaign_of
from rti.core.attributes import from_attributes
from rti.core.db import new_id
from rti.core.errors import Fault, Invalid, Message, say
from rti.core.folding import fold, without_unseen
from rti.core.roles import STAFF, Person
from rti.core.visibility import ASSIGNED
from rti.imports.commands import RequestLine
from rti.imports.history import Trace
from rti.imports.mapping import FoundBy, RequestMap
from rti.law.calendars import Calendar
from rti.law.statutes import Statute
from rti.models.bodies import FormerNameRow, PublicBodyRow
from rti.models.cbos import CboRow
from rti.models.topics import TopicRow
from rti.requests.checks import NOT_ASSIGNED, asked_on, closed_fault
from rti.requests.commands import FileRequest
from rti.statutes.actions import declare_standard
from rti.statutes.queries import DEFAULT_STATUTE, newest_of
from rti.topics.queries import topic_faults, topics


@dataclass(frozen=True, slots=True)
class Law:
    """A statute or standard with the calendar by which it counts."""

    statute: Statute
    calendar: Calendar


@dataclass(slots=True)
class LookUp:
    """The memory of one import. Faults carry the names of the file's columns."""

    session: AsyncSession
    mapping: RequestMap
    person: Person | None
    now: datetime
    today: date
    trace: Trace
    _closed: dict[UUID, date] = field(default_factory=dict)
    _laws: dict[str, Law] = field(default_factory=dict)
    _cbos: dict[str, CboRow | None] = field(default_factory=dict)
    _campaigns: dict[str, tuple[UUID, str]] = field(default_factory=dict)
    _bodies: dict[str, dict[UUID, set[str]]] = field(default_factory=dict)
    _provinces: dict[UUID, str | None] = field(default_factory=dict)
    _assigned: Row[Any] | None = None
    """What is assigned to the person, if they are campaign staff."""
    _codes: set[str] = field(default_factory=set)
    _topics: Sequence[TopicRow] = ()

    async def resolve(self, line: RequestLine, faults: list[Fault]) -> tuple[FileRequest, Law]:
        """The line as a request to file, and what it is judged by.

        Raises Invalid with all faults, those that are known already among them; nothing is made for such a line.
        """
        faults += [
            self._fault("topic", self.mapping.explained(each, {"topic": line.topic}))
            for each in self._topic_faults(line.topic)
        ]
        cbo_id = await self._cbo(line.cbo_code, faults)
        body_id = await self._body(line.body, faults)
        closed_on = self._closed.get(body_id) if body_id else None
        faults += [
            self._fault("body", each.message) for each in closed_fault(closed_on, asked_on(line, self.today))
        ]
        campaign = await self._campaign(line.campaign_code, faults)
        if not self._is_assigned(campaign, body_id):
            faults.append(self._fault("body", NOT_ASSIGNED))
        law = await self._law(line.statute_id or (campaign[1] if campaign else DEFAULT_STATUTE), faults)
        if law is None or faults:
            raise Invalid(*faults)
        command = from_attributes(
            FileRequest,
            line,
            cbo_id=cbo_id or await self._new_cbo(line.cbo_code),
            body_id=body_id or await self._new_body(line.body),
            campaign_id=campaign[0] if campaign else None,
        )
        return command, law

    async def load(self) -> None:
        """Read what holds for every line; raises Invalid where the mapping names a topic that there is not."""
        if self.person and self.person.role in STAFF:
            self._assigned = (await self.session.execute(ASSIGNED, {"reader": self.person.id})).one()
        self._topics = await topics(self.session)
        named = {"defaults.topic": self.mapping.defaults.get("topic")}
        named |= {f"values.topic.{text}": ours for text, ours in self.mapping.values.get("topic", {}).items()}
        faults = [
            Fault(path, each.message)
            for path, code in named.items()
            if code
            for each in self._topic_faults(str(code))
        ]
        if faults:
            raise Invalid(*faults)

    def _topic_faults(self, code: str) -> list[Fault]:
        """A log may be older than the list: it may name topics that are no longer offered."""
        return topic_faults(self._topics, code, retired=True)

    def _is_assigned(self, campaign: tuple[UUID, str] | None, body_id: UUID | None) -> bool:
        """Whether the person will see the request, without which the database takes none."""
        mine = self._assigned
        return (
            mine is None
            or mine.everything
            or bool(campaign and campaign[0] in mine.campaigns)
            or (body_id is not None and self._provinces.get(body_id) in mine.provinces)
        )

    def _fault(self, name: str, message: Message) -> Fault:
        return Fault(self.mapping.column_of(name), message)

    async def _cbo(self, code: str | None, faults: list[Fault]) -> UUID | None:
        """Members import for their own organisation; everybody else says for which.

        None without a fault is one that is still to be made.
        """
        own = self.person.cbo_id if self.person else None
        if code is None:
            if own is None:
                faults.append(self._fault("cbo_code", say("Enter the code of the requesting organisation")))
            return own
        if code not in self._cbos:
            unlocked = (CboRow.code == code, CboRow.locked_at.is_(None))
            self._cbos[code] = await self.session.scalar(select(CboRow).where(*unlocked))
        row = self._cbos[code]
        if own is not None and (row is None or row.id != own):
            faults.append(
                self._fault("cbo_code", say("You can only import requests of your own organisation"))
            )
        elif row is None and self.mapping.new_cbo and code == self.mapping.defaults.get("cbo_code"):
            return None
        elif row is None:
            faults.append(
                self._fault("cbo_code", say("There is no organisation with the code {code}", code=code))
            )
        return row.id if row else None

    async def _new_cbo(self, code: str | None) -> UUID:
        name = self.mapping.new_cbo
        assert code and name  # noqa: S101, PT018 -- `_cbo` has seen to it
        row = CboRow(id=new_id(), code=code, name_km=name.name_km, name_en=name.name_en, created_at=self.now)
        self.session.add(row)
        await self.session.flush()
        self._cbos[code] = row
        self.trace.note(row)
        return row.id

    async def _campaign(self, code: str | None, faults: list[Fault]) -> tuple[UUID, str] | None:
        if code is None:
            return None
        if code not in self._campaigns:
            try:
                row = await campaign_of(self.session, code, "campaign_code")
            except Invalid as unknown:
                faults.extend(self._fault(fault.field, fault.message) for fault in unknown.faults)
                return None
            self._campaigns[code] = row.id, row.statute_id
        return self._campaigns[code]

    async def _law(self, statute_id: str, faults: list[Fault]) -> Law | None:
        standard = self.mapping.standard
        if standard and faults:
            return None
        key = "" if standard else statute_id
        if key not in self._laws:
            try:
                statute = (
                    await declare_standard(
                        self.session, standard.limit, self.now, countries=standard.countries
                    )
                    if standard
                    else await newest_of(self.session, statute_id)
                )
            except Invalid as unknown:
                faults.extend(self._fault(fault.field, fault.message) for fault in unknown.faults)
                return None
            calendar = await calendar_of(self.session, statute.countries, statute.weekend)
            self._laws[key] = Law(statute, calendar)
        return self._laws[key]

    async def _body(self, text: str, faults: list[Fault]) -> UUID | None:
        """The body of this code or name; None without a fault is one that is still to be made."""
        if not self._bodies:
            await self._load_bodies()
        found = self._bodies.get(self._key(text), {})
        if len(found) > 1:
            # Spellings that were taken for different bodies once are told apart as they are written.
            found = {body: names for body, names in found.items() if text in names} or found
        if len(found) == 1:
            return next(iter(found))
        if not found and self.mapping.bodies.create:
            return None
        if found:
            message = say(
                "There are {count} public bodies with this name. Use the code instead", count=len(found)
            )
        elif self.mapping.bodies.found_by is FoundBy.CODE:
            message = say("There is no public body with the code {code}", code=text)
        else:
            message = say("There is no public body with the name {name}", name=text)
        faults.append(self._fault("body", message))
        return None

    def _key(self, text: str) -> str:
        return text if self.mapping.bodies.found_by is FoundBy.CODE else fold(text)

    async def _load_bodies(self) -> None:
        """All bodies at once: a directory has thousands of them, a log may name each."""
        of_body = PublicBodyRow
        named = (of_body.code, of_body.name_en, of_body.name_km)
        columns = select(of_body.id, *named, of_body.closed_on, of_body.province_code)
        for row in await self.session.execute(columns):
            self._codes.add(row.code)
            names = {row.code} if self.mapping.bodies.found_by is FoundBy.CODE else {row.name_en, row.name_km}
            self._enter(row.id, names)
            self._provinces[row.id] = row.province_code
            if row.closed_on:
                self._closed[row.id] = row.closed_on
        await self._load_former_names()

    async def _load_former_names(self) -> None:
        """Codes and names that bodies had; what another one is called now goes before."""
        now_called = set(self._bodies)
        for row in await self.session.scalars(select(FormerNameRow)):
            self._codes.add(row.code)
            names = {row.code} if self.mapping.bodies.found_by is FoundBy.CODE else {row.name_en, row.name_km}
            self._enter(row.body_id, {name for name in names if self._key(name) not in now_called})

    def _enter(self, body: UUID, names: set[str]) -> None:
        for key in {self._key(name) for name in names}:
            self._bodies.setdefault(key, {})[body] = names

    async def _new_body(self, text: str) -> UUID:
        new = self.mapping.bodies.create
        assert new  # noqa: S101 -- `_body` has seen to it
        name = without_unseen(text) or text
        row = PublicBodyRow(
            id=new_id(),
            code=self._free_code(name, new.code_prefix),
            kind=new.kind,
            name_km=name,
            name_en=name,
            country=new.country,
            created_at=self.now,
        )
        self.session.add(row)
        await self.session.flush()
        self.trace.note(row)
        self._codes.add(row.code)
        self._enter(row.id, {name})
        return row.id

    def _free_code(self, name: str, prefix: str) -> str:
        """The prefix and the Latin letters of the name; a digest where that says nothing or is taken."""
        letters = re.sub("[^A-Z0-9]+", "-", name.upper()).strip("-")[:40]
        code = f"{prefix}{letters}"
        if letters and code not in self._codes:
            return code
        return f"{prefix}{hashlib.sha256(name.encode()).hexdigest()[:12].upper()}"
