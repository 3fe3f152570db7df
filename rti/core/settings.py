"""Settings come from the environment as RTI_*, are parsed once, and report all faults at once."""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import available_timezones

import msgspec
import pyrage

from rti.core.errors import Invalid, say
from rti.core.i18n import Language
from rti.core.validation import decode, reads

OLDEST_POSTGRES = 15
"""The oldest major version of PostgreSQL that is supported, that of Debian 12; tests of the database run on it too."""

MOST_WORKERS = 4
"""Worker processes of a web server by default: as many as there are connections for each login by default."""


class SettingsFault(Exception):
    """One line for each setting that is wrong, naming it and what would be right."""

    def __init__(self, faults: list[str]) -> None:
        self.faults = faults
        super().__init__("\n".join(faults))


def _must(fits: Callable[[str], object]) -> Callable[[str], str]:
    """Read a text as it is if it fits."""

    def read(text: str) -> str:
        if not fits(text):
            raise ValueError(text)
        return text

    return read


def _database(text: str) -> str:
    """Of several hosts the one is asked that can be written, whichever that is at the time."""
    parts = urlsplit(text)
    if parts.scheme.split("+")[0] not in {"postgresql", "postgres"} or not parts.path.strip("/"):
        raise ValueError(text)
    user, at, hosts = parts.netloc.rpartition("@")
    if "," not in hosts:
        return "postgresql+asyncpg://" + text.split("://", 1)[1]
    if not all(hosts.split(",")):
        raise ValueError(text)
    each = "&".join(f"host={host if ':' in host else f'{host}:5432'}" for host in hosts.split(","))
    more = f"&{parts.query}" if parts.query else ""
    return f"postgresql+asyncpg://{user}{at}{parts.path}?{each}&target_session_attrs=primary{more}"


def _is_smtp(text: str) -> bool:
    parts = urlsplit(text)
    return parts.scheme in {"smtp", "smtps", "smtp+starttls"} and bool(parts.hostname) and parts.port != 0


def _is_imap(text: str) -> bool:
    parts = urlsplit(text)
    return parts.scheme in {"imap", "imaps"} and bool(parts.hostname and parts.username) and parts.port != 0


def _is_listen(text: str) -> bool:
    parts = urlsplit(text)
    return parts.scheme in {"lmtp", "smtp"} and bool(parts.hostname) and parts.port is not None


def _is_clamd(text: str) -> bool:
    parts = urlsplit(text)
    return text.startswith("/") or (parts.scheme == "tcp" and bool(parts.hostname and parts.port))


def _web(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(text)
    return text.rstrip("/")


def _sender(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9._+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*", text):
        raise ValueError(text)
    return text


def _senders(text: str) -> tuple[str, ...]:
    return tuple(_sender(each.strip()) for each in text.split(","))


def _recipients(text: str) -> str:
    keys = [each.strip() for each in text.split(",")]
    try:
        for key in keys:
            pyrage.x25519.Recipient.from_str(key)
    except pyrage.RecipientError:
        raise ValueError(text) from None
    return ",".join(keys)


Connections = Annotated[int, msgspec.Meta(ge=1, le=100)]
Workers = Annotated[int, msgspec.Meta(ge=1, le=64)]
Port = Annotated[int, msgspec.Meta(ge=1, le=65535)]
Secret = Annotated[str, msgspec.Meta(min_length=32, extra={"as_typed": True})]
Postgres = Annotated[
    str,
    reads(
        _database,
        say(
            "Enter an address such as postgresql://user:password@host:5432/name; several hosts with commas between them"
        ),
    ),
]
Smtp = Annotated[
    str,
    reads(
        _must(_is_smtp),
        say(
            "Enter an address such as smtp://host:25, smtp+starttls://user:password@host:587 or smtps://host:465"
        ),
    ),
]
Imap = Annotated[
    str,
    reads(
        _must(_is_imap),
        say("Enter an address such as imaps://user:password@host/INBOX; write @ in the user as %40"),
    ),
]
Listen = Annotated[
    str,
    reads(_must(_is_listen), say("Enter an address such as lmtp://127.0.0.1:2424 or smtp://0.0.0.0:2525")),
]
Clamd = Annotated[
    str, reads(_must(_is_clamd), say("Enter a socket such as /run/clamav/clamd.ctl or tcp://127.0.0.1:3310"))
]
Web = Annotated[str, reads(_web, say("Enter an address such as https://rti.example.org"))]
Sender = Annotated[str, reads(_sender, say("Enter an email address, for example name@example.org"))]
Senders = Annotated[tuple[str, ...], reads(_senders, say("Enter email addresses separated by commas"))]
Gateway = Annotated[
    str,
    reads(
        _must(lambda text: "://" in text and "{to}" in text),
        say("Enter an address of Apprise with {{to}} for the recipient, such as tgram://token/{{to}}"),
    ),
]
Recipients = Annotated[
    str,
    reads(
        _recipients,
        say(
            "Write public keys that begin with age1, with commas between them; rti backup identity makes one"
        ),
    ),
]
Zone = Annotated[
    str,
    reads(
        _must(lambda text: text in available_timezones()),
        say("Enter the name of a time zone, for example Asia/Phnom_Penh"),
    ),
]


def _cores() -> int:
    return min(os.cpu_count() or 1, MOST_WORKERS)


def _variable(name: str) -> str:
    return f"RTI_{name.upper()}"


def _as_variable(value: object) -> str:
    if isinstance(value, tuple):
        return ",".join(value)
    return str(int(value) if isinstance(value, bool) else value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What an installation can choose; docs/deploying.md says what each field means."""

    database_url: Postgres = ""
    read_database_url: Postgres = ""
    connections: Connections = 4
    workers: Workers = field(default_factory=_cores)
    data_dir: Path = Path("var")
    host: str = "127.0.0.1"
    port: Port = 8000
    base_url: Web = ""
    secret: Secret = ""
    key_file: Path | None = None
    smtp_url: Smtp = ""
    mail_from: Sender = "rti@localhost"
    bounce_address: Sender = ""
    reply_address: Sender = ""
    receive_on: Listen = ""
    imap_url: Imap = ""
    anchor_to: Senders = ()
    telegram_url: Gateway = ""
    sms_url: Gateway = ""
    clamd: Clamd = ""
    read_scans: bool = False
    metrics_token: Secret = ""
    backup_folder: Path | None = None
    backup_recipient: Recipients = ""
    backup_drill_identity: Path | None = None
    timezone: Zone = "Asia/Phnom_Penh"
    language: Language = Language.EN
    exit_url: Web = "https://www.google.com"
    demo: bool = False

    @property
    def address(self) -> str:
        return self.base_url or f"http://{self.host}:{self.port}"

    @property
    def embedded_folder(self) -> Path | None:
        """The folder of the embedded database, if that is used."""
        folder = self.data_dir.resolve() / "postgres"
        return (
            folder if not self.database_url or ("?host=/" in self.database_url and folder.exists()) else None
        )

    @property
    def mail_host(self) -> str:
        """The right side of every Message-ID, and the name by which we greet the mail server."""
        return self.mail_from.rpartition("@")[2]

    @property
    def makes_backups(self) -> bool:
        return bool(self.backup_folder and self.backup_recipient)

    @property
    def secure_cookies(self) -> bool:
        return self.address.startswith("https://")

    def environment(self) -> dict[str, str]:
        """The variables from which these same settings are read."""
        values = {_variable(each.name): getattr(self, each.name) for each in fields(self)}
        return {name: _as_variable(value) for name, value in values.items() if value not in {None, "", ()}}

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "Settings":
        """Read RTI_* and raise one `SettingsFault` that lists every wrong or unknown variable."""
        given = {name: text for name, text in environ.items() if name.startswith("RTI_")}
        try:
            return decode(cls, given, named=_variable)
        except Invalid as wrong:
            lines = sorted(f"{fault.field}: {fault.message.render()}" for fault in wrong.faults)
            raise SettingsFault(lines) from None
