"""The page of saved lists: opening, saving and deleting them."""

from litestar import get, post
from litestar.response import Redirect, Template

from rti.campaigns.queries import campaigns
from rti.core.roles import REQUESTS
from rti.requests import saved_lists
from rti.requests.commands import FILTERS, SaveList
from rti.web.forms import else_show, see_other
from rti.web.guards import only
from rti.web.inject import Form, Id, Now, Session, Today, Who
from rti.web.pages.requests import texts_of
from rti.web.templating import WebRequest, page


@get("/saved-lists", guards=[only(REQUESTS)])
async def show_lists(request: WebRequest, session: Session, person: Who, form: Form) -> Template:
    """All that one may open; with a filter in the address, the form that saves it."""
    texts = form.values if request.method == "POST" else texts_of(request)
    return page(
        request,
        "requests/saved_lists.html",
        await saved_lists.saved_lists(session, person),
        form=form,
        asked={name: texts[name] for name in (*FILTERS, "sort") if texts.get(name)},
        campaigns=await campaigns(session),
    )


@post("/saved-lists", guards=[only(REQUESTS)])
@else_show(show_lists)
async def save_list(session: Session, person: Who, command: SaveList, now: Now, today: Today) -> Redirect:
    await saved_lists.save_list(session, command, person, now, today)
    return see_other("/saved-lists")


@post("/saved-lists/{list_id:uuid}/delete", guards=[only(REQUESTS)])
async def delete_list(session: Session, person: Who, list_id: Id) -> Redirect:
    await saved_lists.delete_list(session, list_id, person)
    return see_other("/saved-lists", done="")


ROUTES = [show_lists, save_list, delete_list]
