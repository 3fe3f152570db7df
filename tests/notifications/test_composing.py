"""A message has the headers and the recipient that were meant, whatever stands in it."""

import re
from email import message_from_bytes
from email.policy import default

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from notifications.render import RenderedMessage, compose
from tests.conftest import NOW
from tests.sizes import size

HEADERS = [
    *("To", "Date", "Message-ID", "From", "Subject", "Auto-Submitted", "X-Auto-Response-Suppress"),
    *("Content-Type", "Content-Transfer-Encoding", "MIME-Version", "Content-Language"),
]
SMUGGLED = [
    "\r\nBcc: spy@x.example",
    "\nTo: spy@x.example",
    "\u2028Bcc: spy@x.example",
    "\x85",
    "\r\n.\r\nMAIL FROM:<a@b>",
    ",",
]
WORDS = st.lists(st.one_of(st.text(), st.sampled_from(SMUGGLED)), max_size=4).map("".join)


@pytest.mark.torture
@settings(max_examples=size(500, 20_000))
@given(WORDS, WORDS, st.one_of(WORDS, st.just("member@cbo.example")))
@example("\n", "", "member@cbo.example")
def test_no_text_becomes_a_header_or_a_recipient(subject: str, body: str, to: str) -> None:
    try:
        sent = compose(
            RenderedMessage(subject, body),
            sender="rti@rti.example",
            to=to,
            message_id="<1@rti.example>",
            language="km",
            written_at=NOW,
        )
    except ValueError:
        return
    read = message_from_bytes(sent, policy=default)
    assert sorted(read.keys()) == sorted(HEADERS)
    assert [address.addr_spec for address in read["To"].addresses] == [to]
    assert re.search(rb"(?<!\r)\n|\r(?!\n)", sent) is None
