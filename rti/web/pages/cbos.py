"""The pages of organisations, and the switch for all their messages, which stands on the lead's own page."""

from litestar import get, post
from litestar.response import Redirect, Template

from rti.bodies.places import places_of
from rti.bodies.queries import provinces
from rti.cbos import actions, queries
from rti.cbos.commands import CboFilter, LockCbo, SetSending, ShredCbo, UnlockCbo
from rti.core.roles import ADMINISTRATION, CBO, LEADS, LOCKING, ORGANISATIONS
from rti.core.validation import decode
from rti.safety import lock_and_shred
from rti.web import reauthentication
from rti.web.forms import else_show, read, see_other
from rti.web.guards import only
from rti.web.inject import Form, Id, Now, Session, Who
from rti.web.templating import WebRequest, language_of, page


@get("/cbos", guards=[only(ORGANISATIONS)])
async def list_cbos(request: WebRequest, session: Session, person: Who) -> Template:
    wanted = decode(CboFilter, dict(request.query_params))
    found = await queries.known_to(session, person, wanted, language_of(request))
    return page(
        request,
        "cbos/list.html",
        found,
        wanted=wanted,
        count=await queries.count(session, person),
        places=await places_of(session, [cbo.area_code for cbo in found.items]),
        provinces=await provinces(session),
    )


@get("/cbos/{cbo_id:uuid}", guards=[only(ORGANISATIONS)])
async def show_cbo(request: WebRequest, session: Session, person: Who, cbo_id: Id, form: Form) -> Template:
    found = await queries.one(session, person, cbo_id)
    return page(
        request,
        "cbos/detail.html",
        found,
        places=await places_of(session, [found.cbo.area_code]),
        form=form,
        may_lock=person.role in LOCKING,
        may_unlock=person.role in ADMINISTRATION,
    )


@post("/cbos/{cbo_id:uuid}/lock", guards=[only(LOCKING)])
@else_show(show_cbo)
async def lock_cbo(session: Session, person: Who, cbo_id: Id, command: LockCbo, now: Now) -> Redirect:
    """It signs out all of the organisation's people, the one who did it included."""
    await lock_and_shred.lock(session, cbo_id, command, person, now)
    return see_other("/sign-in" if person.role in CBO else f"/cbos/{cbo_id}")


@post("/cbos/{cbo_id:uuid}/unlock", guards=[only(ADMINISTRATION)])
@else_show(show_cbo)
async def unlock_cbo(session: Session, person: Who, cbo_id: Id, command: UnlockCbo, now: Now) -> Redirect:
    await lock_and_shred.unlock(session, cbo_id, command, person, now)
    return see_other(f"/cbos/{cbo_id}")


@post("/cbos/{cbo_id:uuid}/shred", guards=[only(LOCKING)])
@else_show(show_cbo, reauthentication.read)
async def shred_cbo(session: Session, person: Who, cbo_id: Id, command: ShredCbo, now: Now) -> Redirect:
    await lock_and_shred.shred(session, cbo_id, command, person, now)
    return see_other("/sign-in" if person.role in CBO else f"/cbos/{cbo_id}")


@post("/me/organisation", guards=[only(LEADS)])
async def set_sending(request: WebRequest, session: Session, person: Who, now: Now) -> Redirect:
    form = await read(request)
    await actions.set_sending(session, person, decode(SetSending, form.values), now)
    return see_other("/me")


ROUTES = [list_cbos, show_cbo, set_sending]
SAFETY = [lock_cbo, unlock_cbo, shred_cbo]
