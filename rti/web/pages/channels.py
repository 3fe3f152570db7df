"""The page behind the address that ends digests; a mail program posts to it by itself (RFC 8058)."""

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from notifications import channels, unsubscribe
from notifications.channels import ChooseChannel, VerifyAddress
from rti.core.validation import decode
from rti.models.messages import Channel
from rti.web import forms
from rti.web.guards import open_to_all, signed_in
from rti.web.inject import Door, Now, Session, Who
from rti.web.templating import Faults, WebRequest, page


async def _channel_page(
    request: WebRequest, session: Session, person: Who, sent: forms.Form | None = None
) -> Template:
    view = await channels.chosen(session, person)
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
    request: WebRequest, auth_database: Door, session: Session, person: Who, now: Now
) -> Response[None] | Template:
    sent = await forms.read(request)
    settings = request.app.state.settings
    async with forms.attempt(session, sent):
        await channels.choose(
            auth_database, session, settings, person, decode(ChooseChannel, sent.values), now
        )
    if sent.faults:
        return await _channel_page(request, session, person, sent)
    return Redirect("/me/channel?saved=1", status_code=303)


@post("/me/channel/code", guards=[signed_in])
async def prove_channel(
    request: WebRequest, auth_database: Door, session: Session, person: Who, now: Now
) -> Response[None] | Template:
    sent = await forms.read(request)
    async with forms.attempt(session, sent):
        await channels.verify_address(auth_database, person, decode(VerifyAddress, sent.values).code, now)
    if sent.faults:
        return await _channel_page(request, session, person, sent)
    return Redirect("/me/channel?saved=1", status_code=303)


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
