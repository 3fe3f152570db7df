"""Debian's mail servers on loopback, each with a configuration and folders of its own for one test."""

import imaplib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

PATIENCE = 20.0
"""Seconds until a server answers."""
_PATH = f"{os.environ['PATH']}:/usr/sbin:/opt/exim/usr/sbin"
"""Debian installs Exim or Postfix; where Postfix is, Exim may lie unpacked in a folder of its own."""


def needed(*programs: str) -> None:
    """Skip where a server is not installed; where continuous integration runs, that is a failure."""
    missing = [each for each in programs if shutil.which(each, path=_PATH) is None]
    if os.getuid() != 0:
        missing.append("a test user who may change to the users of mail servers (root)")
    if missing:
        reason = f"not installed: {', '.join(missing)}"
        assert "MAIL_SERVERS_REQUIRED" not in os.environ, reason
        pytest.skip(reason)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _folder() -> Iterator[Path]:
    """Short and open to the servers' users, which the folders of pytest are not."""
    with tempfile.TemporaryDirectory(prefix="rti-mta-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        yield Path(name)


def _until(happened: Callable[[], bool], otherwise: str) -> None:
    end = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < end, otherwise
        time.sleep(0.05)


def _answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1) as line:
        return bool(line.recv(1))
    return False


def _has_ended(port: int) -> bool:
    with suppress(OSError):
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return False
    return True


def _await_answer(port: int) -> None:
    _until(lambda: _answers(port), "the server does not answer")


def _await_end(port: int) -> None:
    _until(lambda: _has_ended(port), "the server outlives its test")


@contextmanager
def _running(port: int, *command: str) -> Iterator[None]:
    """A server from its first answer to its end."""
    child = subprocess.Popen(command)
    try:
        _await_answer(port)
        yield
    finally:
        child.terminate()
        child.wait(PATIENCE)
        _await_end(port)


@contextmanager
def postfix(lmtp_port: int) -> Iterator[int]:
    """Postfix that passes mail for rti.example on by LMTP, as docs/incoming.md says; yields its SMTP port."""
    port = free_port()
    with _folder() as folder:
        for name in ("etc", "spool", "data"):
            (folder / name).mkdir()
        shutil.chown(folder / "data", "postfix")
        (folder / "etc" / "main.cf").write_text(
            f"""compatibility_level = 3.6
queue_directory = {folder}/spool
data_directory = {folder}/data
maillog_file = /dev/stdout
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mail.example
mydestination =
mynetworks = 127.0.0.0/8
alias_maps =
relay_domains = rti.example
recipient_delimiter = +
transport_maps = inline:{{ {{rti.example=lmtp:inet:127.0.0.1:{lmtp_port}}} }}
lmtp_destination_recipient_limit = 1
smtpd_peername_lookup = no
"""
        )
        services = f"127.0.0.1:{port} inet n - n - - smtpd\n"
        for line in (
            *(
                "pickup unix n - n 60 1 pickup",
                "cleanup unix n - n - 0 cleanup",
                "qmgr unix n - n 300 1 qmgr",
            ),
            *(
                "rewrite unix - - n - - trivial-rewrite",
                "bounce unix - - n - 0 bounce",
                "anvil unix - - n - 1 anvil",
            ),
            *(
                "defer unix - - n - 0 bounce",
                "trace unix - - n - 0 bounce",
                "proxymap unix - - n - - proxymap",
            ),
            *("lmtp unix - - n - - lmtp", "smtp unix - - n - - smtp", "error unix - - n - - error"),
            *("tlsmgr unix - - n 1000? 1 tlsmgr", "postlog unix-dgram n - n - 1 postlogd"),
        ):
            services += f"{line}\n"
        (folder / "etc" / "master.cf").write_text(services)
        command = ["postfix", "-c", str(folder / "etc")]
        with (folder / "log").open("wb") as log:
            child = subprocess.Popen([*command, "start-fg"], stdout=log, stderr=log)
            try:
                _await_answer(port)
                yield port
            finally:
                subprocess.run([*command, "stop"], check=False, capture_output=True)
                child.wait(PATIENCE)
                _await_end(port)


@contextmanager
def exim(lmtp_port: int) -> Iterator[int]:
    """Exim that passes mail for rti.example on by LMTP, as docs/incoming.md says; yields its SMTP port.

    It runs as a user whom only the installed package would have made, so it sees users of its own.
    """
    program, port, user = shutil.which("exim4", path=_PATH), free_port(), 65533
    with _folder() as folder:
        for name, line in (
            ("passwd", f"Debian-exim:x:{user}:{user}::/:/usr/sbin/nologin"),
            ("group", f"Debian-exim:x:{user}:"),
        ):
            (folder / name).write_text(f"{Path('/etc', name).read_text()}{line}\n")
        for name in ("spool", "log"):
            (folder / name).mkdir()
            os.chown(folder / name, user, user)
        (folder / "conf").write_text(
            f"""exim_path = {program}
spool_directory = {folder}/spool
log_file_path = {folder}/log/%s
pid_file_path = {folder}/pid
primary_hostname = mail.example
local_interfaces = 127.0.0.1
daemon_smtp_ports = {port}
acl_smtp_rcpt = everybody
acl_smtp_data = everybody
smtputf8_advertise_hosts = *
tls_advertise_hosts =
keep_environment =
begin acl
everybody:
  accept
begin routers
rti_replies:
  driver = accept
  domains = rti.example
  local_parts = replies
  local_part_suffix = +*
  local_part_suffix_optional
  transport = rti_lmtp
begin transports
rti_lmtp:
  driver = smtp
  protocol = lmtp
  hosts = 127.0.0.1
  port = {lmtp_port}
  allow_localhost
  max_rcpt = 1
  rcpt_include_affixes
  utf8_downconvert = 0
"""
        )
        users = [
            part for name in ("passwd", "group") for part in ("--ro-bind", str(folder / name), f"/etc/{name}")
        ]
        command = [str(program), "-C", str(folder / "conf"), "-bdf", "-q1m"]
        # It changes its user, after which nothing but its namespace ends it with the test.
        alone = ["bwrap", "--die-with-parent", "--unshare-pid", "--dev-bind", "/", "/", *users]
        with _running(port, *alone, *command):
            yield port


@contextmanager
def dovecot() -> Iterator[int]:
    """Dovecot with one mailbox for everybody whose password is "secret"; yields its IMAP port."""
    port = free_port()
    with _folder() as folder:
        for name in ("run", "state", "mail"):
            (folder / name).mkdir()
        shutil.chown(folder / "mail", "nobody")
        (folder / "conf").write_text(
            f"""base_dir = {folder}/run
state_dir = {folder}/state
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
log_path = {folder}/log
default_internal_user = nobody
default_login_user = nobody
default_internal_group = nogroup
mail_location = maildir:{folder}/mail
passdb {{
  driver = static
  args = password=secret
}}
userdb {{
  driver = static
  args = uid=65534 gid=65534 home={folder}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
"""
        )
        with _running(port, "dovecot", "-F", "-c", str(folder / "conf")):
            yield port


@contextmanager
def mailbox(port: int) -> Iterator[imaplib.IMAP4]:
    """The mailbox as a person uses it."""
    with imaplib.IMAP4("127.0.0.1", port, timeout=PATIENCE) as server:
        server.login("replies", "secret")
        server.select("INBOX")
        yield server
