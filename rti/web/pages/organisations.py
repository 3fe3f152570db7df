"""The pages on which an organisation is added and corrected."""

from litestar import get, post
from litestar.response import Redirect, Template

from rti.cbos import actions, queries
from rti.cbos.commands import SaveCbo
from rti.core.roles import SUPPORT
from rti.models.cbos import CboKind
from rti.web.forms import else_show, fields_of, see_other
from rti.web.guards import only
from rti.web.inject import Form, Id, Now, Session, Who
from rti.web.templating import WebRequest, page


@get("/cbos/new", guards=[only(SUPPORT)])
async def new_cbo(request: WebRequest, form: Form) -> Template:
    return page(request, "cbos/edit.html", form=form, kinds=CboKind)


@post("/cbos/new", guards=[only(SUPPORT)])
@else_show(new_cbo)
async def add_cbo(session: Session, command: SaveCbo, now: Now) -> Redirect:
    return see_other(f"/cbos/{(await actions.add(session, command, now)).id}")


@get("/cbos/{cbo_id:uuid}/edit", guards=[only(SUPPORT)])
async def show_edit(request: WebRequest, session: Session, person: Who, cbo_id: Id, form: Form) -> Template:
    cbo = (await queries.one(session, person, cbo_id)).cbo
    initial = {} if cbo.locked_at else fields_of(cbo, SaveCbo)
    return page(request, "cbos/edit.html", cbo, form=form, initial=initial, kinds=CboKind)


@post("/cbos/{cbo_id:uuid}/edit", guards=[only(SUPPORT)])
@else_show(show_edit)
async def edit_cbo(session: Session, cbo_id: Id, command: SaveCbo, now: Now) -> Redirect:
    await actions.edit(session, cbo_id, command, now)
    return see_other(f"/cbos/{cbo_id}")


ROUTES = [new_cbo, add_cbo, show_edit, edit_cbo]
