"""Messages as offices, scanners and mail servers send them."""

from collections.abc import Sequence
from email.message import EmailMessage
from email.policy import SMTP

PDF = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
TEXT = "លោកមេឃុំសូមជូនចម្លើយ។\n\nOn 24 November the committee met.\nIt wrote: refused, under section 7.\n> You asked for the budget."


def plain(text: str = TEXT, *, subject: str = "Answer", **headers: str) -> bytes:
    message = EmailMessage(policy=SMTP)
    message["From"] = "ឃុំព្រែក <office@commune.example>"
    message["To"] = "info@rti.example"
    message["Subject"] = subject
    message["Message-ID"] = headers.pop("message_id", "<one@commune.example>")
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message.as_bytes()


def attached(content: bytes = PDF, name: str = "decision.pdf", **more: str) -> bytes:
    message = EmailMessage(policy=SMTP)
    message["From"], message["Subject"] = "office@commune.example", more.pop("subject", "Decision")
    message["Message-ID"] = more.pop("message_id", "<two@commune.example>")
    message.set_content("See the letter.")
    message.add_attachment(content, maintype="application", subtype="pdf", filename=name)
    return message.as_bytes()


def written(*lines: str) -> bytes:
    return "\r\n".join(lines).encode()


def multipart(kind: str, parts: Sequence[bytes], *headers: str, boundary: str = "b1") -> bytes:
    head = "\r\n".join([*headers, f'Content-Type: multipart/{kind}; boundary="{boundary}"', "", ""]).encode()
    mark = f"--{boundary}".encode()
    return head + b"".join(mark + b"\r\n" + part + b"\r\n" for part in parts) + mark + b"--\r\n"


def part(content: bytes, *headers: str) -> bytes:
    return "\r\n".join([*headers, "", ""]).encode() + content


PDF_PART = part(
    PDF, "Content-Type: application/pdf", "Content-Disposition: attachment; filename=decision.pdf"
)
TEXT_PART = part(b"See the letter.", "Content-Type: text/plain")


def bounce(status: str, diagnostic: str, *, action: str = "failed", kind: str = "delivery-status") -> bytes:
    fields = f"Reporting-MTA: dns; mail.example\r\n\r\nFinal-Recipient: rfc822; office@commune.example\r\nAction: {action}\r\nStatus: {status}\r\nDiagnostic-Code: smtp; {diagnostic}\r\n"
    return multipart(
        "report; report-type=delivery-status",
        [TEXT_PART, part(fields.encode(), f"Content-Type: message/{kind}")],
        "From: MAILER-DAEMON@mail.example",
        "Subject: Undelivered Mail Returned to Sender",
        "Auto-Submitted: auto-replied",
    )
