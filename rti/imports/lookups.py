"""From the codes and names in a file to what they stand for; each is asked for once."""

import hashlib
import re
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rti.calendars.queries import calendar_of
from rti.campaigns.queries import campaign_of
from rti.core.attributes import from_attributes
from rti.core.db import new_id
from rti.core.errors import Fault, Invalid, Message, say
from rti.core.roles import Person
from rti.imports.history import Trace
from rti.imports.mapping import FoundBy, NewBodies, RequestMap
from rti.law.calendars import Calendar
from rti.law.statutes import Statute
from rti.models.bodies import FormerNameRow, PublicBodyRow
from rti.models.cbos import CboRow
from rti.requests.commands import FileRequest, RequestLine
from rti.statutes.actions import declare_standard
from rti.statutes.queries import DEFAULT_STATUTE, newest_of


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
    trace: Trace
    closed: dict[UUID, date] = field(default_factory=dict)
    _laws: dict[str, Law] = field(default_factory=dict)
    _cbos: dict[str, UUID | None] = field(default_factory=dict)
    _campaigns: dict[str, tuple[UUID, str]] = field(default_factory=dict)
    _bodies: dict[str, list[UUID]] = field(default_factory=dict)
    _codes: set[str] = field(default_factory=set)

    async def resolve(self, line: RequestLine) -> tuple[FileRequest, Law]:
        """The line as a request to file, and what it is judged by; raises Invalid with all faults."""
        faults: list[Fault] = []
        cbo_id = await self._cbo(line.cbo_code, faults)
        body_id = await self._body(line.body, faults)
        campaign = await self._campaign(line.campaign_code, faults)
        chosen = line.statute_id or (campaign[1] if campaign else DEFAULT_STATUTE)
        law = await self._law(chosen, faults)
        if cbo_id is None or body_id is None or law is None or faults:
            raise Invalid(*faults)
        campaign_id = campaign[0] if campaign else None
        command = from_attributes(FileRequest, line, body_id=body_id, cbo_id=cbo_id, campaign_id=campaign_id)
        return command, law

    def _fault(self, name: str, message: Message) -> Fault:
        return Fault(self.mapping.column_of(name), message)

    async def _cbo(self, code: str | None, faults: list[Fault]) -> UUID | None:
        """Members import for their own organisation; everybody else says for which."""
        own = self.person.cbo_id if self.person else None
        if code is None:
            if own is None:
                faults.append(self._fault("cbo_code", say("Enter the code of the requesting organisation")))
            return own
        if code not in self._cbos:
            row = await self.session.scalar(select(CboRow).where(CboRow.code == code))
            known = row.id if row and not row.locked_at else None
            self._cbos[code] = known if row else await self._new_cbo(code)
        found = self._cbos[code]
        if own is not None and found != own:
            faults.append(
                self._fault("cbo_code", say("You can only import requests of your own organisation"))
            )
        elif found is None:
            faults.append(
                self._fault("cbo_code", say("There is no organisation with the code {code}", code=code))
            )
        return found

    async def _new_cbo(self, code: str) -> UUID | None:
        name = self.mapping.new_cbo
        if name is None or code != self.mapping.defaults.get("cbo_code"):
            return None
        row = CboRow(id=new_id(), code=code, name_km=name.name_km, name_en=name.name_en, created_at=self.now)
        self.session.add(row)
        await self.session.flush()
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
        if not self._bodies:
            await self._load_bodies()
        found = self._bodies.get(text, [])
        if not found and self.mapping.bodies.create:
            found = [await self._new_body(text, self.mapping.bodies.create)]
        if len(found) == 1:
            return found[0]
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

    async def _load_bodies(self) -> None:
        """All bodies at once: a directory has thousands of them, a log may name each."""
        of_body = PublicBodyRow
        columns = select(of_body.id, of_body.code, of_body.name_en, of_body.name_km, of_body.closed_on)
        for row in await self.session.execute(columns):
            self._codes.add(row.code)
            texts = {row.code} if self.mapping.bodies.found_by is FoundBy.CODE else {row.name_en, row.name_km}
            for text in texts:
                self._bodies.setdefault(text, []).append(row.id)
            if row.closed_on:
                self.closed[row.id] = row.closed_on
        await self._load_former_names()

    async def _load_former_names(self) -> None:
        """Codes and names that bodies had; what another one is called now goes before."""
        former: dict[str, set[UUID]] = {}
        for row in await self.session.scalars(select(FormerNameRow)):
            self._codes.add(row.code)
            texts = {row.code} if self.mapping.bodies.found_by is FoundBy.CODE else {row.name_en, row.name_km}
            for text in texts:
                former.setdefault(text, set()).add(row.body_id)
        self._bodies = {text: sorted(ids) for text, ids in former.items()} | self._bodies

    async def _new_body(self, name: str, new: NewBodies) -> UUID:
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
        self._bodies[name] = [row.id]
        return row.id

    def _free_code(self, name: str, prefix: str) -> str:
        """The prefix and the Latin letters of the name; a digest where that says nothing or is taken."""
        letters = re.sub("[^A-Z0-9]+", "-", name.upper()).strip("-")[:40]
        code = f"{prefix}{letters}"
        if letters and code not in self._codes:
            return code
        return f"{prefix}{hashlib.sha256(name.encode()).hexdigest()[:12].upper()}"
