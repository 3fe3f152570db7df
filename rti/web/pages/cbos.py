"""The switch for every outgoing message of an organisation, which stands on its lead's own page."""

from uuid import UUID

from litestar import Response, get, post
from litestar.response import Redirect, Template

from rti.cbos import actions, queries
from rti.cbos.commands import LockCbo, SetSending, ShredCbo, UnlockCbo
from rti.core.roles import ADMINISTRATION, CBO, LEADS, LOCKING, ORGANISATIONS
from rti.core.validation import decode
from rti.safety import lock_and_shred
from rti.web import forms
from rti.web.guards import only
from rti.web.inject import Id, Now, Session, Who
from rti.web.templating import Faults, WebRequest, page


@get("/cbos", guards=[only(ORGANISATIONS)])
async def list_cbos(request: WebRequest, session: Session, person: Who) -> Template:
    return page(request, "cbos/list.html", await queries.known_to(session, person))


async def _detail_page(
    request: WebRequest, session: Session, person: Who, cbo_id: UUID, sent: forms.Form | None = None
) -> Template:
    return page(
        request,
        "cbos/detail.html",
        await queries.one(session, person, cbo_id),
        status=422 if sent else 200,
        may_lock=person.role in LOCKING,
        may_unlock=person.role in ADMINISTRATION,
        form=sent.values if sent else {},
        faults=Faults(sent.faults if sent else ()),
    )


@get("/cbos/{cbo_id:uuid}", guards=[only(ORGANISATIONS)])
async def show_cbo(request: WebRequest, session: Session, person: Who, cbo_id: Id) -> Template:
    return await _detail_page(request, session, person, cbo_id)


@post("/cbos/{cbo_id:uuid}/lock", guards=[only(LOCKING)])
async def lock_cbo(
    request: WebRequest, session: Session, person: Who, cbo_id: Id, now: Now
) -> Response[None] | Template:
    """Its own people are signed out by it, whoever of them did it too."""
    sent = await forms.read(request)
    async with forms.attempt(session, sent):
        await lock_and_shred.lock(session, cbo_id, decode(LockCbo, sent.values), person, now)
    if sent.faults:
        return await _detail_page(request, session, person, cbo_id, sent)
    return Redirect("/sign-in" if person.role in CBO else f"/cbos/{cbo_id}", status_code=303)


@post("/cbos/{cbo_id:uuid}/unlock", guards=[only(ADMINISTRATION)])
async def unlock_cbo(
    request: WebRequest, session: Session, person: Who, cbo_id: Id, now: Now
) -> Response[None] | Template:
    sent = await forms.read(request)
    async with forms.attempt(session, sent):
        await lock_and_shred.unlock(session, cbo_id, decode(UnlockCbo, sent.values), person, now)
    if sent.faults:
        return await _detail_page(request, session, person, cbo_id, sent)
    return Redirect(f"/cbos/{cbo_id}", status_code=303)


@post("/cbos/{cbo_id:uuid}/shred", guards=[only(LOCKING)])
async def shred_cbo(
    request: WebRequest, session: Session, person: Who, cbo_id: Id, now: Now
) -> Response[None] | Template:
    sent = await forms.read(request)
    async with forms.attempt(session, sent):
        await lock_and_shred.shred(session, cbo_id, decode(ShredCbo, sent.values), person, now)
    if sent.faults:
        return await _detail_page(request, session, person, cbo_id, sent)
    return Redirect("/sign-in" if person.role in CBO else f"/cbos/{cbo_id}", status_code=303)


@post("/me/organisation", guards=[only(LEADS)])
async def set_sending(request: WebRequest, session: Session, person: Who, now: Now) -> Redirect:
    sent = await forms.read(request)
    await actions.set_sending(session, person, decode(SetSending, sent.values), now)
    return Redirect("/me?saved=1", status_code=303)


ROUTES = [list_cbos, show_cbo, set_sending]
SAFETY = [lock_cbo, unlock_cbo, shred_cbo]
