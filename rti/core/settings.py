"""Settings come from the environment as RTI_*, are parsed once, and report all faults at once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

import pyrage


class SettingsFault(Exception):
    """One line for each setting that is wrong, naming it and what would be right."""

    def __init__(self, faults: list[str]) -> None:
        self.faults = faults
        super().__init__("\n".join(faults))


def _text(value: str) -> str:
    if "\x00" in value:
        raise ValueError("must not contain a NUL byte")
    return value


def _port(value: str) -> int:
    if not value.isascii() or not value.isdigit() or not 1 <= int(value) <= 65535:
        raise ValueError("must be a number from 1 to 65535")
    return int(value)


def _flag(value: str) -> bool:
    if value.lower() not in {"1", "0", "true", "false", "yes", "no"}:
        raise ValueError("must be 1 or 0")
    return value.lower() in {"1", "true", "yes"}


def _zone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError("must be an IANA time zone such as Asia/Phnom_Penh")
    return ZoneInfo(value).key


def _database(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme.split("+")[0] not in {"postgresql", "postgres"} or not parts.path.strip("/"):
        raise ValueError("must look like postgresql://user:password@host:5432/name")
    return "postgresql+asyncpg://" + value.split("://", 1)[1]


def _smtp(value: str) -> str:
    parts = urlsplit(value)
    try:
        port_fits = parts.port is None or parts.port > 0
    except ValueError:
        port_fits = False
    if parts.scheme not in {"smtp", "smtps", "smtp+starttls"} or not parts.hostname or not port_fits:
        raise ValueError("must look like smtp://host:25, smtp+starttls://user:password@host:587 or smtps://…")
    return value


def _sender(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9._+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*", value):
        raise ValueError("must be an e-mail address such as rti@example.org")
    return value


def _senders(value: str) -> tuple[str, ...]:
    return tuple(_sender(each.strip()) for each in value.split(","))


def _gateway(value: str) -> str:
    if "://" not in value or "{to}" not in value:
        raise ValueError(
            "must be an address of Apprise with {to} for the recipient, such as tgram://token/{to}"
        )
    return value


def _clamd(value: str) -> str:
    parts = urlsplit(value)
    try:
        over_tcp = parts.scheme == "tcp" and bool(parts.hostname and parts.port)
    except ValueError:
        over_tcp = False
    if not value.startswith("/") and not over_tcp:
        raise ValueError("must look like /run/clamav/clamd.ctl or tcp://127.0.0.1:3310")
    return value


def _web(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("must look like https://rti.example.org")
    return value.rstrip("/")


def _language(value: str) -> str:
    if value not in {"km", "en"}:
        raise ValueError("must be km or en")
    return value


def _secret(value: str) -> str:
    if len(value) < 32:
        raise ValueError("must have at least 32 characters")
    return value


def _recipients(value: str) -> str:
    keys = [each.strip() for each in value.split(",")]
    try:
        for key in keys:
            pyrage.x25519.Recipient.from_str(key)
    except pyrage.RecipientError:
        raise ValueError(
            "must be public keys that begin with age1, with commas between them; rti backup identity makes one"
        ) from None
    return ",".join(keys)


def _as_variable(value: object) -> str:
    if isinstance(value, tuple):
        return ",".join(value)
    return str(int(value) if isinstance(value, bool) else value)


def _setting(parse: Any, meaning: str, default: Any) -> Any:
    return field(default=default, metadata={"parse": parse, "help": meaning})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What an installation can choose; each field is the variable RTI_<NAME IN CAPITALS>."""

    database_url: str = _setting(
        _database,
        "PostgreSQL 15 or newer, with a user to migrate only; without it an embedded server is started in the data folder",
        "",
    )
    data_dir: Path = _setting(Path, "folder of the embedded database and generated secrets", Path("var"))  # noqa: RUF009 -- a path is immutable
    host: str = _setting(_text, "address that the web server listens on", "127.0.0.1")
    port: int = _setting(_port, "port that the web server listens on", 8000)
    base_url: str = _setting(
        _web, "address that links in messages begin with; host and port if not given", ""
    )
    secret: str = _setting(
        _secret,
        "signs form tokens and makes database passwords; generated into the data folder if not given",
        "",
    )
    key_file: Path | None = _setting(Path, "keys that wrap data keys; in the data folder if not given", None)  # noqa: RUF009 -- a path is immutable
    smtp_url: str = _setting(
        _smtp, "mail server; without it no message leaves and all can be read under /mail", ""
    )
    mail_from: str = _setting(_sender, "sender of every message", "rti@localhost")
    bounce_address: str = _setting(
        _sender, "where delivery reports go, with +… before the @; without it they go to the sender", ""
    )
    anchor_to: tuple[str, ...] = _setting(
        _senders,
        "e-mail addresses, with commas between, of two or more people who keep the daily head of the audit log",
        (),
    )
    telegram_url: str = _setting(_gateway, "Apprise address by which Telegram messages leave", "")
    sms_url: str = _setting(_gateway, "Apprise address by which text messages leave", "")
    clamd: str = _setting(
        _clamd, "socket of the virus scanner ClamAV; without it originals are not scanned", ""
    )
    metrics_token: str = _setting(
        _secret, "bearer token that opens /metrics; without it the page does not exist", ""
    )
    backup_folder: Path | None = _setting(Path, "where backups are made each night", None)  # noqa: RUF009 -- a path is immutable
    backup_recipient: str = _setting(
        _recipients, "public keys to which backups are encrypted, with commas between them", ""
    )
    backup_drill_identity: Path | None = _setting(Path, "file that opens backups for the weekly drill", None)  # noqa: RUF009 -- a path is immutable
    timezone: str = _setting(_zone, "time zone in which a day begins and ends", "Asia/Phnom_Penh")
    language: str = _setting(_language, "language where a reader states none", "en")
    exit_url: str = _setting(
        _web,
        "where the button to leave in a hurry leads; a site that nobody wonders about",
        "https://www.google.com",
    )
    demo: bool = _setting(
        _flag,
        "ask for no second factor, show the demo banner and accounts on the sign-in page",
        default=False,
    )

    @property
    def address(self) -> str:
        return self.base_url or f"http://{self.host}:{self.port}"

    @property
    def embedded_folder(self) -> Path | None:
        """Where the embedded database lies, if it is the one that is used."""
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
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        return {
            f"RTI_{name.upper()}": _as_variable(value)
            for name, value in values.items()
            if value not in {None, "", ()}
        }

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "Settings":
        """Read RTI_* and raise one `SettingsFault` that lists every wrong or unknown variable."""
        known = {f"RTI_{each.name.upper()}": each for each in fields(cls)}
        faults, values = [], {}
        for variable in sorted(name for name in environ if name.startswith("RTI_")):
            if variable not in known:
                faults.append(f"{variable} is not a setting; there are {', '.join(sorted(known))}")
            elif environ[variable]:
                try:
                    values[known[variable].name] = known[variable].metadata["parse"](environ[variable])
                except ValueError as fault:
                    faults.append(f"{variable} {fault}")
        if faults:
            raise SettingsFault(faults)
        return cls(**values)
