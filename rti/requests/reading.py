"""The page of a request, read by one statement; see `core.asking`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, bindparam, literal_column
from sqlalchemy.ext.asyncio import AsyncSession

from rti.campaigns.queries import Named
from rti.core.asking import (
    ReadBy,
    Statement,
    columns,
    compiled,
    decoded_once,
    decoder,
    inline,
    read,
    row,
    rows,
)
from rti.core.db_roles import Login
from rti.core.errors import NotFound
from rti.core.folding import same
from rti.core.roles import Person
from rti.core.visibility import REQUESTS_SEEN, visible_under
from rti.encryption.data_keys import READER_OPENS, DataKeys, kept_keys, opened_keys
from rti.law.events import EventKind, effective
from rti.models.requests import DocumentRow, EventRow, RequestRow
from rti.requests.projection import to_law
from rti.requests.queries import next_due_on, seen_by
from rti.requests.requester import decrypted, is_hidden, is_own, openings
from rti.requests.shown import (
    Alike,
    Asked,
    BodyFound,
    CboNamed,
    DateChange,
    DeadlineShown,
    Detail,
    DetailRead,
    Document,
    DocumentRead,
    EventShown,
    LetterShown,
    OpeningRead,
    RequesterRead,
    Snoozed,
    SnoozeShown,
    TimelineEvent,
)
from rti.statutes.documents import parsed_once
from rti.topics.queries import TOPICS, TopicNamed


async def one(session: AsyncSession, person: Person, request_id: UUID) -> Detail:
    """A request with its timeline; a missing one and one of somebody else look the same."""
    opens = session.info.get(READER_OPENS, True)
    return await read(session, OneRequest(request_id), person, opens=opens)


@dataclass(frozen=True, slots=True)
class OneRequest:
    """A request with its timeline; a missing one and one of somebody else look the same."""

    request_id: UUID

    def asked(self, login: Login) -> Statement | None:
        return _detail(login) if login in REQUESTS_SEEN else None

    def values(self) -> Mapping[str, Any]:
        return {"request_id": self.request_id}

    def view(self, answer: bytes | None, by: ReadBy) -> Detail:
        if answer is None:
            raise NotFound
        found = decoder(DetailRead)(answer)
        own, hidden = is_own(by.person, found.request), is_hidden(by.person, found.request)
        keys = opened_keys(by.keyring, found.request.cbo_id, found.keys, opens=by.opens)
        reads_sealed = own and keys.opens
        return Detail(
            request=found.request,
            body=found.body,
            first_body=found.first_body,
            cbo=None if hidden else found.cbo,
            own=own,
            requester=decrypted(found.requester, keys) if reads_sealed else None,
            has_requester=found.has_requester,
            openings=openings(found.openings, keys) if reads_sealed else (),
            campaign=found.campaign,
            events=_timeline(found, None if hidden else keys),
            deadlines=found.deadlines,
            date_changes=found.date_changes,
            snoozes=[_snoozed(each, hidden=hidden) for each in found.snoozes],
            has_incoming=found.has_incoming,
            letters=() if hidden else found.letters,
            alike=_alike(found),
            topics=decoded_once(tuple[TopicNamed, ...], bytes(found.topics)),
            statute=parsed_once(bytes(found.statute)),
            newest_version=found.newest_version,
        )


def _columns_of_event() -> str:
    """What is read of an entry of the timeline, `x`."""
    to_body = "SELECT {name} FROM {table} AS b WHERE b.id = CAST(x.details ->> 'to_body' AS uuid)"

    def receiver(name: str) -> str:
        """The name of a body, or of one that was merged into another."""
        there, before = (to_body.format(name=name, table=each) for each in ("public_body", "former_name"))
        return f"CASE WHEN x.details ? 'to_body' THEN coalesce(({there}), ({before})) END"

    before, after = (
        row(
            f"SELECT {columns(Named, 'c')} FROM campaign c WHERE c.id = CAST(x.changes -> 'campaign_id' ->> {place} AS uuid)"
        )
        for place in (0, 1)
    )
    return columns(
        EventShown,
        "x",
        moved=f"CASE WHEN x.changes ? 'campaign_id' THEN json_build_array({before}, {after}) END",
        by="p.name",
        by_cbo="p.cbo_id",
        to_body_km=receiver("name_km"),
        to_body_en=receiver("name_en"),
    )


_OF_REQUEST = "WHERE x.request_id = r.id"
_PERHAPS_ALIKE = """SELECT x.id, x.reference, x.title FROM request x
    WHERE x.cbo_id = r.cbo_id AND x.body_id = r.body_id AND x.id <> r.id
    AND x.duplicate_of IS NULL AND x.resubmission_of IS DISTINCT FROM r.id
    AND r.resubmission_of IS DISTINCT FROM x.id AND r.duplicate_of IS NULL ORDER BY x.id DESC LIMIT 50"""
_MOST_ALIKE = 5


def _alike(found: DetailRead) -> Sequence[Alike]:
    """Of the newest to the same body those that ask the same, in whatever spelling."""
    asked = same(found.request.title) if found.alike else ""
    return [each for each in found.alike if same(each.title) == asked][:_MOST_ALIKE]


@cache
def _detail(login: Login) -> Statement:
    """The statement of a request; `r` is the one that was found."""
    request_id = bindparam("request_id", type_=Uuid)
    found = compiled(
        seen_by(visible_under(login)).with_only_columns(RequestRow.id).where(RequestRow.id == request_id)
    )
    parts = _one_of_each(own=login is Login.CBO) | _many_of_each(own=login is Login.CBO)
    members = ", ".join(f"'{name}', {part}" for name, part in parts.items())
    return Statement(
        f"(SELECT json_build_object({members}) FROM request r WHERE r.id = {found.sql})", found.names
    )


def _one_of_each(*, own: bool) -> dict[str, str]:
    """The request, and what there is one of for it."""
    first = "b.id = r.first_body_id AND r.first_body_id <> r.body_id"
    requester = row(f"SELECT {columns(RequesterRead, 'x')} FROM requester x {_OF_REQUEST}")
    return {
        "request": row(f"SELECT {columns(Asked, 'r', next_due_on=next_due_on('r'))}"),
        "body": row(f"SELECT {columns(BodyFound, 'b')} FROM public_body b WHERE b.id = r.body_id"),
        "first_body": row(f"SELECT {columns(Named, 'b')} FROM public_body b WHERE {first}"),
        "cbo": row(f"SELECT {columns(CboNamed, 'c')} FROM cbo c WHERE c.id = r.cbo_id"),
        "campaign": row(f"SELECT {columns(Named, 'c')} FROM campaign c WHERE c.id = r.campaign_id"),
        "topics": TOPICS.sql,
        "statute": "(SELECT s.document FROM statute s WHERE s.id = r.statute_id AND s.version = r.statute_version)",
        "newest_version": "(SELECT max(s.version) FROM statute s WHERE s.id = r.statute_id)",
        "keys": inline(kept_keys(literal_column("r.cbo_id"))),
        "has_requester": f"EXISTS (SELECT FROM requester x {_OF_REQUEST})",
        "requester": requester if own else "NULL",
        "has_incoming": f"EXISTS (SELECT FROM incoming x {_OF_REQUEST})",
    }


def _many_of_each(*, own: bool) -> dict[str, str]:
    """The lists that belong to a request."""
    document = columns(DocumentRead, "x", sha256="encode(x.sha256, 'hex')", kept="rti.kept_of(x.id)")
    snooze = columns(
        SnoozeShown, "x", by="p.name", by_cbo="p.cbo_id", ended_by="e.name", ended_by_cbo="e.cbo_id"
    )
    openings = rows(
        f"""SELECT {columns(OpeningRead, "x", by="p.name")} FROM identity_opening x
        JOIN person p ON p.id = x.person_id {_OF_REQUEST} ORDER BY x.opened_at DESC, x.id DESC"""
    )
    return {
        "openings": openings if own else "'[]'::json",
        "alike": rows(_PERHAPS_ALIKE) if own else "'[]'::json",
        "events": rows(
            f"""SELECT {_columns_of_event()} FROM event x LEFT JOIN person p ON p.id = x.recorded_by {_OF_REQUEST}
            ORDER BY x.happened_on, x.id"""
        ),
        "documents": rows(f"SELECT {document} FROM document x {_OF_REQUEST}"),
        "deadlines": rows(
            f"SELECT {columns(DeadlineShown, 'x')} FROM deadline x {_OF_REQUEST} ORDER BY x.starts_on, x.kind, x.epoch"
        ),
        "date_changes": rows(
            f"SELECT {columns(DateChange, 'x')} FROM date_change x {_OF_REQUEST} ORDER BY x.id"
        ),
        "letters": rows(
            f"SELECT {columns(LetterShown, 'x')} FROM written_letter x {_OF_REQUEST} ORDER BY x.id DESC"
        ),
        "snoozes": rows(
            f"""SELECT {snooze} FROM snooze x LEFT JOIN person p ON p.id = x.snoozed_by
            LEFT JOIN person e ON e.id = x.ended_by {_OF_REQUEST} ORDER BY x.snoozed_at, x.id"""
        ),
    }


def _snoozed(row: SnoozeShown, *, hidden: bool) -> Snoozed:
    """A snooze; of a `hidden` request without the organisation's people and their words."""
    return Snoozed(
        row,
        reason=None if hidden and row.by_cbo else row.reason,
        by=None if hidden and row.by_cbo else row.by,
        ended_by=None if hidden and row.ended_by_cbo else row.ended_by,
    )


def _timeline(found: DetailRead, keys: DataKeys | None) -> Sequence[TimelineEvent]:
    """What happened; without `keys` the names of the organisation's people are left out."""
    documents = [_document(each, keys) for each in found.documents]
    history = [to_law(event) for event in found.events]
    standing = {event.id for event in effective(history)}
    return [
        TimelineEvent(
            event=event,
            law=law,
            note=keys.text(EventRow.note, event.id, event.note) if keys else None,
            recorded_by=event.by if keys or not event.by_cbo else None,
            documents=[document for document in documents if document.event_id == event.id],
            corrected=law.id not in standing and law.kind is not EventKind.CORRECTED,
        )
        for event, law in zip(found.events, history, strict=True)
    ]


def _document(row: DocumentRead, keys: DataKeys | None) -> Document:
    """A document, with what tells it apart where there are `keys`."""
    return Document(
        id=row.id,
        event_id=row.event_id,
        file_name=keys.text(DocumentRow.file_name, row.id, row.file_name) if keys else None,
        media_type=row.media_type,
        size=row.size if keys else None,
        sha256=row.sha256 if keys else None,
        added_at=row.added_at,
        has_copy="copy" in row.kept,
        has_preview="preview" in row.kept and keys is not None,
        has_text="text" in row.kept and keys is not None and row.threat is None,
        redacted="redaction" in row.kept,
        had_location=row.had_location,
        damaged=row.damaged,
        altered=row.altered_at is not None,
        quarantined=row.threat is not None,
    )
