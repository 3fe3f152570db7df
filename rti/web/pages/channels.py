"""Where somebody wants messages, and the page that ends digests; mail programs post to that one (RFC 8058)."""

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from notifications import channels, unsubscribe
from notifications.channels import ChooseChannel, VerifyAddress
from rti.models.messages import Channel
from rti.web.forms import else_show, see_other
from rti.web.guards import open_to_all, signed_in
from rti.web.inject import Door, Form, Now, Session, Who
from rti.web.templating import WebRequest, page


@get("/me/channel", guards=[signed_in])
async def show_channel(request: WebRequest, session: Session, person: Who, form: Form) -> Template:
    view = await channels.chosen(session, person)
    return page(
        request,
        "accounts/channel.html",
        view,
        form=form,
        channels=offered(request),
        sent=view.channel is not Channel.EMAIL or request.app.state.settings.smtp_url,
    )


def offered(request: WebRequest) -> list[Channel]:
    """The channels that this installation has."""
    settings = request.app.state.settings
    ways = {Channel.TELEGRAM: settings.telegram_url, Channel.SMS: settings.sms_url}
    return [channel for channel in Channel if ways.get(channel, True)]


@post("/me/channel", guards=[signed_in])
@else_show(show_channel)
async def choose_channel(
    request: WebRequest, auth_database: Door, person: Who, command: ChooseChannel, now: Now
) -> Redirect:
    await channels.choose(auth_database, request.app.state.settings, person, command, now)
    return see_other("/me/channel")


@post("/me/channel/code", guards=[signed_in])
@else_show(show_channel)
async def prove_channel(auth_database: Door, person: Who, command: VerifyAddress, now: Now) -> Redirect:
    await channels.verify_address(auth_database, person, command.code, now)
    return see_other("/me/channel")


@get("/unsubscribe/{secret:str}", guards=[open_to_all])
async def show_unsubscribe(request: WebRequest, secret: FromPath[str]) -> Template:
    """Ask first: programs that look for viruses open every address in a message."""
    unsubscribe.person_of(secret, request.app.state.settings.secret)
    return page(request, "accounts/unsubscribe.html", done=False)


@post("/unsubscribe/{secret:str}", guards=[open_to_all], status_code=200)
async def unsubscribe_for_good(
    request: WebRequest, session: Session, secret: FromPath[str], now: Now
) -> Template:
    person_id = unsubscribe.person_of(secret, request.app.state.settings.secret)
    await unsubscribe.unsubscribe(session, person_id, now)
    return page(request, "accounts/unsubscribe.html", done=True)


ROUTES = [show_channel, choose_channel, prove_channel, show_unsubscribe, unsubscribe_for_good]
