"""What a message says: nothing that an office sent is lost, and nothing that a machine sent is an answer."""

import base64
import re
from email.message import EmailMessage
from email.policy import SMTP
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rti.core.db import new_id
from rti.files.media_types import guessed
from rti.inbox import mime
from rti.inbox.addresses import LONGEST_NAME, reply_address, request_of
from rti.inbox.mail import folded, read, recipients
from tests.commands import SECRET
from tests.inbox.mails import (
    PDF,
    PDF_PART,
    TEXT,
    TEXT_PART,
    attached,
    bounce,
    multipart,
    part,
    plain,
    written,
)

BASE = "replies@rti.example"


def test_a_reply_address_names_its_request_and_nobody_can_invent_one() -> None:
    request_id = new_id()
    address = reply_address(request_id, BASE, SECRET)
    local = address.partition("@")[0]
    assert local == local.lower()
    assert local.isascii()
    assert len(reply_address(request_id, "a" * LONGEST_NAME + "@x", SECRET).partition("@")[0]) == 64
    assert request_of(address, BASE, SECRET) == request_id
    assert request_of(address, BASE, "another secret") is None
    other = reply_address(uuid4(), BASE, SECRET)
    assert request_of(address[:34] + other[34:], BASE, SECRET) is None
    assert request_of("replies@rti.example", BASE, SECRET) is None
    assert request_of(address.replace("rti.", "other."), BASE, SECRET) is None


@given(st.uuids())
def test_an_address_typed_off_paper_is_read_whatever_its_case_with_l_for_1_and_o_for_0(request_id) -> None:
    address = reply_address(request_id, BASE, SECRET)
    name, _, code = address.partition("+")
    code = code.partition("@")[0]
    for one, zero in (("l", "o"), ("I", "O"), ("L", "0")):
        typed = code.replace("1", one).replace("0", zero)
        assert request_of(f"{name}+{typed}@rti.example".swapcase(), BASE, SECRET) == request_id


def test_the_whole_text_is_there_and_what_is_quoted_is_only_folded() -> None:
    mail = read(plain())
    assert mail.text == TEXT
    assert mail.author == "ឃុំព្រែក <office@commune.example>"
    assert [quoted for quoted, _ in folded(mail.text)] == [False, True]
    assert "\n".join(piece for _, piece in folded(mail.text)) == TEXT


@pytest.mark.parametrize(
    "raw",
    [
        part(PDF, "From: scanner@x.example", "Content-Type: application/pdf; name=decision.pdf"),
        multipart("alternative", [TEXT_PART, multipart("mixed", [TEXT_PART, PDF_PART], boundary="b2")]),
        multipart(
            'signed; protocol="application/pkcs7-signature"',
            [
                multipart("mixed", [TEXT_PART, PDF_PART], boundary="b2"),
                part(b"MII", "Content-Type: application/pkcs7-signature; name=smime.p7s"),
            ],
        ),
        multipart("mixed", [TEXT_PART, PDF_PART, part(b"Yours", "Content-Type: text/plain")]),
        multipart("related", [multipart("alternative", [TEXT_PART], boundary="b2"), PDF_PART]),
        attached(),
    ],
    ids=["scanner", "apple", "signed", "text around it", "related", "ordinary"],
)
def test_the_decision_is_kept_wherever_a_mail_program_puts_it(raw: bytes) -> None:
    kept = {each.name: each.content for each in read(raw).attachments}
    assert kept["decision.pdf"].strip() == PDF.strip()


def test_texts_around_an_attachment_are_all_shown() -> None:
    raw = multipart("mixed", [TEXT_PART, PDF_PART, part(b"Yours", "Content-Type: text/plain")])
    assert read(raw).text == "See the letter.\n\nYours"


def test_an_invitation_is_kept() -> None:
    meeting = part(b"BEGIN:VCALENDAR\r\nEND:VCALENDAR", "Content-Type: text/calendar; method=REQUEST")
    kept = read(multipart("alternative", [TEXT_PART, meeting])).attachments
    assert [each.media_type for each in kept] == ["text/calendar"]
    assert kept[0].name.endswith(".ics")


def test_a_forwarded_message_is_cut_out_byte_for_byte() -> None:
    inner = written(
        "Subject:   two  blanks",
        "To: " + ", ".join(f"person{n}@example.example" for n in range(8)),
        "",
        "--b1x is no delimiter",
        "Text",
    )
    forwarded = part(inner, "Content-Type: message/rfc822")
    raw = multipart("mixed", [TEXT_PART, forwarded], "Subject: Fwd")
    assert [each.content for each in read(raw).attachments] == [inner]


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ("attachment; filename=\"_.pdf\"; filename*=utf-8''%E1%9E%9F.pdf", "ស.pdf"),
        ("attachment; filename*0*=utf-8''%E1%9E; filename*1*=%9F.pdf; filename=\"_.pdf\"", "ស.pdf"),
        ('attachment; filename="=?utf-8?b?4Z6fLnBkZg==?="', "ស.pdf"),
        ('attachment; filename="two\r\n words.pdf"', "two words.pdf"),
        ("attachment", "part-1.pdf"),
    ],
)
def test_a_file_has_the_name_that_its_sender_gave_it(disposition: str, name: str) -> None:
    raw = part(PDF, "Content-Type: application/pdf", f"Content-Disposition: {disposition}")
    assert [each.name for each in read(raw).attachments] == [name]


def test_the_version_of_a_text_that_says_more_is_shown() -> None:
    html = part(
        "<p>ភ្នំ<span>ពេញ</span> RQ-<b>0017</b></p><ol start=7><li>refused<li>paid</ol><blockquote>old<br>words</blockquote>".encode(),
        "Content-Type: text/html; charset=utf-8",
    )
    empty = part(b"Use HTML", "Content-Type: text/plain")
    assert read(multipart("alternative", [empty, html])).text != "Use HTML"
    text = read(html).text
    assert "ភ្នំពេញ RQ-0017" in text
    assert "7. refused\n8. paid" in text
    assert "> old\n> words" in text


def test_ids_are_found_folded_and_as_encoded_words_and_the_subject_is_one_line() -> None:
    raw = written(
        "Message-ID:",
        " <long@x.example>",
        "In-Reply-To: =?utf-8?q?=3Cours=40rti=2Eexample=3E?=",
        "References: <a@b>",
        "\t<c@d>",
        "Subject: Answer to",
        "\tR-2B4D6F8H",
        "",
        "Text",
    )
    mail = read(raw)
    assert mail.message_id == "<long@x.example>"
    assert mail.references == ("<ours@rti.example>", "<a@b>", "<c@d>")
    assert mail.subject == "Answer to R-2B4D6F8H"


def test_a_raw_khmer_sender_can_be_stored() -> None:
    raw = "From: ឃុំ <office@commune.example>\r\nSubject: ឆ្លើយ\r\n\r\nx".encode()
    mail = read(raw)
    assert mail.author == "ឃុំ <office@commune.example>"
    assert mail.author.encode()
    assert mail.subject == "ឆ្លើយ"


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (bounce("5.0.0", "550 5.1.1 unknown user"), "5.1.1 550 5.1.1 unknown user"),
        (bounce("4.2.2", "452 mailbox is full"), "4.2.2 452 mailbox is full"),
        (bounce("5.1.1", "550 \\341\\236\\237", kind="global-delivery-status"), "5.1.1 550 ស"),
    ],
)
def test_a_bounce_is_read_from_any_delivery_status_with_the_reason_of_the_diagnostic(
    raw: bytes, reason: str
) -> None:
    mail = read(raw)
    assert (mail.written, mail.reason) == ("bounce", reason)


@pytest.mark.parametrize(
    ("raw", "by"),
    [
        (plain(Auto_Submitted="auto-replied (vacation)"), "automatic"),
        (plain(Precedence="auto_reply"), "automatic"),
        (bounce("4.4.1", "452 later", action="delayed"), "automatic"),
        (plain(Auto_Submitted="no"), "reply"),
        (plain(Auto_Submitted="auto-generated"), "reply"),
    ],
)
def test_an_automatic_answer_is_none_but_an_office_may_send_its_own_from_a_register(
    raw: bytes, by: str
) -> None:
    assert read(raw).written == by


def test_a_mailbox_tells_to_whom_it_delivered_above_what_anybody_may_have_written() -> None:
    raw = written(
        "Delivered-To: replies+code@rti.example", "Received: from x", "Delivered-To: forged@x", "", "Text"
    )
    assert recipients(raw) == ["replies+code@rti.example"]


def test_a_scanners_pdf_without_a_name_is_known_by_its_bytes() -> None:
    assert guessed("scan.001", PDF) == ("scan.001.pdf", "application/pdf")
    assert guessed("macro.doc", b"\xd0\xcf\x11\xe0") == ("macro.doc", "application/octet-stream")


@pytest.mark.parametrize(
    "raw",
    [
        multipart("mixed", [TEXT_PART] * (mime.MOST_PARTS + 1)),
        b"X: " + b"x" * mime.MOST_HEADER_BYTES + b"\r\n\r\nText",
    ],
)
def test_more_than_anybody_writes_is_refused(raw: bytes) -> None:
    with pytest.raises(mime.TooComplex):
        read(raw)


def test_a_message_nested_without_end_is_refused() -> None:
    raw = TEXT_PART
    for depth in range(mime.DEEPEST + 2):
        raw = multipart("mixed", [raw], boundary=f"b{depth}")
    with pytest.raises(mime.TooComplex):
        read(raw)


_NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=40)


@given(
    st.lists(st.tuples(_NAMES, st.binary(min_size=1, max_size=200)), max_size=4),
    st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=300),
    st.sampled_from(["7bit", "8bit"]),
)
def test_whatever_the_standard_library_writes_is_read_without_loss(files, text, cte) -> None:
    message = EmailMessage(policy=SMTP.clone(cte_type=cte))
    message["Subject"] = "x"
    message.set_content(text)
    for name, content in files:
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    mail = read(message.as_bytes())
    kept = [each.content for each in mail.attachments]
    assert kept == [content for _, content in files if content.strip()]
    assert re.sub(r"\s", "", mail.text) == re.sub(r"\s", "", text)


@given(st.binary(max_size=400), st.integers(0, 500))
def test_any_bytes_come_to_an_end_with_a_message(noise, place) -> None:
    raw = attached()
    mail = read(raw[:place] + noise + raw[place:])
    assert isinstance(mail.text, str)
    assert mail.text.encode().decode() == mail.text
    assert all(each.name.encode() for each in mail.attachments)


def test_base64_without_an_end_keeps_what_there_is() -> None:
    broken = base64.b64encode(PDF)[:-3]
    raw = part(broken, "Content-Type: application/pdf", "Content-Transfer-Encoding: base64")
    assert read(raw).attachments[0].content.startswith(b"%PDF")


@pytest.mark.parametrize(
    "author", ["(" * 50_000 + " office@commune.example", "=?utf\u00858?q?office?= <office@commune.example>"]
)
def test_a_header_that_nobody_can_read_takes_nothing_else_with_it(author: str) -> None:
    raw = f"From: {author}\r\nSubject: Answer\r\n\r\nRefused".encode()
    mail = read(raw)
    assert (mail.subject, mail.text) == ("Answer", "Refused")
    assert "office" in mail.author
