"""The pages of batches: those of a campaign, a new one with a look at what it files, and its board."""

from uuid import UUID

from litestar import get, post
from litestar.response import Redirect, Template

from rti.accounts.rate_limits import LimitedCall
from rti.batches import filing, queries
from rti.batches.commands import FileBatch, NoteBatch, first_cells
from rti.batches.notes import keep_note
from rti.batches.planning import MOST_BODIES, Foreseen, foresee
from rti.campaigns.queries import campaign as campaign_of
from rti.cbos.queries import with_cbo_id
from rti.core.errors import Invalid
from rti.core.roles import REQUESTS
from rti.core.validation import decode, text_of
from rti.jobs import queue
from rti.models.bodies import BodyKind
from rti.models.requests import Channel, Filing
from rti.topics.queries import topics
from rti.web.forms import Form as Sent
from rti.web.forms import else_show, read, see_other
from rti.web.guards import only, rate_limited
from rti.web.inject import Form, Id, Now, Session, Today, Who
from rti.web.templating import WebRequest, language_of, page


@get("/campaigns/{campaign_id:uuid}/batches", guards=[only(REQUESTS)])
async def list_batches(request: WebRequest, session: Session, person: Who, campaign_id: Id) -> Template:
    found = await queries.batches(session, person, campaign_id)
    campaign = await campaign_of(session, campaign_id)
    return page(request, "batches/list.html", found, campaign=campaign)


@get("/campaigns/{campaign_id:uuid}/batches/new", guards=[only(REQUESTS)])
async def new_batch(request: WebRequest, session: Session, campaign_id: Id, form: Form) -> Template:
    return await _shown(request, session, campaign_id, form)


async def _shown(
    request: WebRequest,
    session: Session,
    campaign_id: UUID,
    form: Form,
    found: Foreseen | None = None,
) -> Template:
    """The form, and above it what has been found that it would file."""
    return page(
        request,
        "batches/new.html",
        await campaign_of(session, campaign_id),
        form=form,
        found=found,
        sent=form.values,
        initial={"in_target_areas": "1", "kind": BodyKind.COMMUNE_ADMINISTRATION, "filing": Filing.ITSELF},
        body_kinds=BodyKind,
        topics=await topics(session),
        channels=Channel,
        filings=Filing,
        most=MOST_BODIES,
    )


async def _with_list(request: WebRequest) -> Sent:
    """The form with the codes of its file among those that were typed."""
    form = await read(request)
    if upload := form.files.pop("list", None):
        try:
            listed = first_cells(text_of(await upload.read(), "list"))
            form.values["codes"] = "\n".join([form.values.get("codes", ""), *listed]).strip()
        except Invalid as wrong:
            form.refuse(wrong)
    return form


@post("/campaigns/{campaign_id:uuid}/batches/new", guards=[only(REQUESTS), rate_limited(LimitedCall.IMPORTS)])
@else_show(new_batch, read=_with_list)
async def file_batch(
    request: WebRequest, session: Session, person: Who, campaign_id: Id, form: Form, now: Now, today: Today
) -> Template | Redirect:
    """What a batch would file; and once somebody has seen that, the batch."""
    command = decode(FileBatch, await with_cbo_id(session, person, form.values, language_of(request)))
    if command.foreseen is not None:
        batch = await filing.ask(session, person, campaign_id, command, now, today)
        return see_other(f"/batches/{batch.id}", done="")
    found = await foresee(session, person, await campaign_of(session, campaign_id), command, today)
    return await _shown(request, session, campaign_id, form, found)


@get("/batches/{batch_id:uuid}", guards=[only(REQUESTS)])
async def show_batch(
    request: WebRequest, session: Session, person: Who, today: Today, batch_id: Id, form: Form
) -> Template:
    """Its board; while it is filed, with how far that is."""
    job = await filing.job_of(session, person, batch_id)
    found = await queries.board(session, person, batch_id, today)
    return page(
        request,
        "batches/detail.html",
        found,
        form=form,
        initial={"note": found.note or ""},
        job=job,
        fault=job and queue.fault_of(job),
        stages=queries.Stage,
    )


@post("/batches/{batch_id:uuid}/file", guards=[only(REQUESTS), rate_limited(LimitedCall.IMPORTS)])
async def file_again(session: Session, person: Who, batch_id: Id, now: Now) -> Redirect:
    await filing.ask_again(session, person, batch_id, now)
    return see_other(f"/batches/{batch_id}", done="")


@post("/batches/{batch_id:uuid}/note", guards=[only(REQUESTS), rate_limited(LimitedCall.RECORDS)])
@else_show(show_batch)
async def note_batch(session: Session, person: Who, batch_id: Id, command: NoteBatch, now: Now) -> Redirect:
    await keep_note(session, person, batch_id, command, now)
    return see_other(f"/batches/{batch_id}")


@post("/batches/{batch_id:uuid}/cancel", guards=[only(REQUESTS)])
async def cancel_batch(session: Session, person: Who, batch_id: Id, now: Now) -> Redirect:
    await filing.cancel(session, person, batch_id, now)
    return see_other(f"/batches/{batch_id}", done="")


ROUTES = [list_batches, new_batch, file_batch, show_batch, file_again, note_batch, cancel_batch]
