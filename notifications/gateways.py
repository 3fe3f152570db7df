"""Channels other than mail: gateways that Apprise knows, each by an address of the installation.

Apprise comes with the extra `channels` and answers only yes or no. A no may come from before the gateway took
the message or from after it, so it counts as ambiguous: a reminder is sent again, anything else waits for a
person.
"""

import asyncio
import logging
import warnings
from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Any
from urllib.parse import quote

from notifications.render import RenderedMessage
from notifications.smtp import Delivery, DeliveryStatus
from rti.core.settings import Settings, SettingsFault
from rti.models.messages import Channel

PATIENCE = 30.0
"""Seconds after which a gateway that does not answer counts as ambiguous."""


class Gateways:
    """The gateway of each channel; raises SettingsFault for an address that Apprise does not know."""

    def __init__(self, settings: Settings) -> None:
        named = {Channel.TELEGRAM: settings.telegram_url, Channel.SMS: settings.sms_url}
        self._urls: Mapping[Channel, str] = {channel: url for channel, url in named.items() if url}
        self._apprise: Any = None
        if self._urls:
            self._apprise = _apprise()
        faults = [
            f"RTI_{channel.upper()}_URL is not a URL that Apprise supports"
            for channel in self._urls
            if not self._knows(channel)
        ]
        if faults:
            raise SettingsFault(faults)

    @property
    def channels(self) -> frozenset[Channel]:
        """The channels that have a gateway."""
        return frozenset(self._urls)

    async def send(self, channel: Channel, to: str, letter: RenderedMessage) -> Delivery:
        """Give one message to a gateway. A text message carries the first line only, because parts cost."""
        gateway = self._apprise.Apprise()
        if not gateway.add(self._address(channel, to)):
            return Delivery(DeliveryStatus.REFUSED, "the address is not valid", "5.1.3")
        text = letter.subject if channel is Channel.SMS else letter.body
        try:
            async with asyncio.timeout(PATIENCE):
                taken = await gateway.async_notify(body=text, body_format="text")
        except TimeoutError:
            taken = None
        if taken:
            return Delivery(DeliveryStatus.ACCEPTED, "accepted by the gateway")
        return Delivery(DeliveryStatus.AMBIGUOUS, "the gateway did not confirm that it accepted the message")

    def _address(self, channel: Channel, to: str) -> str:
        return self._urls[channel].replace("{to}", quote(to, safe=""))

    def _knows(self, channel: Channel) -> bool:
        sample = "85512345678" if channel is Channel.SMS else "123456789"
        return self._apprise.Apprise.instantiate(self._address(channel, sample)) is not None


def _apprise() -> Any:
    if find_spec("apprise") is None:
        raise SettingsFault(
            ["RTI_TELEGRAM_URL and RTI_SMS_URL need the extra channels: pip install rti[channels]"]
        )
    # It logs the recipients of what failed.
    logging.getLogger("apprise").disabled = True
    with warnings.catch_warnings():
        # Some of its plugins, all of which it loads at the first address, use what Python will drop one day.
        warnings.simplefilter("ignore")
        apprise = import_module("apprise")
        apprise.Apprise.instantiate("json://127.0.0.1")
    return apprise
