"""Where somebody wants messages, in the browser."""

from litestar import Response, get, post
from litestar.response import Redirect, Template

from rti.correspondence import addresses, proving
from rti.correspondence.addresses import ChooseChannel, ProveAddress
from rti.correspondence.kinds import Channel
from rti.intake import decode
from rti.web import forms
from rti.web.guards import signed_in
from rti.web.inject import Door, Now, Session, Who
from rti.web.templating import Faults, WebRequest, page


async def _channel_page(
    request: WebRequest, session: Session, person: Who, sent: forms.Sent | None = None
) -> Template:
    view = await addresses.chosen(session, person)
    return page(
        request,
        "accounts/channel.html",
        view,
        status=422 if sent else 200,
        done="saved" in request.query_params,
        channels=offered(request),
        sent=view.channel is not Channel.EMAIL or request.app.state.settings.smtp_url,
        form=sent.values if sent else {},
        faults=Faults(sent.faults if sent else ()),
    )


def offered(request: WebRequest) -> list[Channel]:
    """The channels that this installation has."""
    settings = request.app.state.settings
    ways = {Channel.TELEGRAM: settings.telegram_url, Channel.SMS: settings.sms_url}
    return [channel for channel in Channel if ways.get(channel, True)]


@get("/me/channel", guards=[signed_in])
async def show_channel(request: WebRequest, session: Session, person: Who) -> Template:
    return await _channel_page(request, session, person)


@post("/me/channel", guards=[signed_in])
async def choose_channel(
    request: WebRequest, door: Door, session: Session, person: Who, now: Now
) -> Response[None] | Template:
    sent = await forms.read(request)
    settings = request.app.state.settings
    async with forms.attempt(session, sent):
        await addresses.choose(door, session, settings, person, decode(ChooseChannel, sent.values), now)
    if sent.faults:
        return await _channel_page(request, session, person, sent)
    return Redirect("/me/channel?saved=1", status_code=303)


@post("/me/channel/code", guards=[signed_in])
async def prove_channel(
    request: WebRequest, door: Door, session: Session, person: Who, now: Now
) -> Response[None] | Template:
    sent = await forms.read(request)
    async with forms.attempt(session, sent):
        await proving.prove(door, person, decode(ProveAddress, sent.values).code, now)
    if sent.faults:
        return await _channel_page(request, session, person, sent)
    return Redirect("/me/channel?saved=1", status_code=303)


ROUTES = [show_channel, choose_channel, prove_channel]
