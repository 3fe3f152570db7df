"""The command line: `rti --help`. Answers go to standard output, messages to standard error.

Exit status: 0 done, 1 failed, 2 wrong use. A command is imported when it is run or asked for its help, since all of
them together import everything that there is.
"""

import gc
import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

COMMANDS: Mapping[str, tuple[str, str]] = {
    "demo": (
        "running:demo",
        "Set up a database with a demo campaign if it is empty, then serve everything until Ctrl-C.",
    ),
    "serve": ("serving:serve", "Serve the web pages and the JSON API."),
    "scheduler": (
        "scheduling:scheduler",
        "Run the scheduled jobs: create reminders, send queued messages and the rest.",
    ),
    "migrate": (
        "running:migrate",
        "Migrate the database to the current schema and load the directory, statutes and days off.",
    ),
    "deadline": ("deadline:deadline", "Calculate when an answer is due, and explain why."),
    "sweep": ("sending:sweep", "Queue the reminders for a date."),
    "dispatch": ("sending:dispatch", "Send the queued messages that are due."),
    "bounce": (
        "bounce:bounce",
        "Read a delivery report from standard input and update the status of the address.",
    ),
    "receive": (
        "receiving:receive",
        "Take incoming mail by LMTP or SMTP where RTI_RECEIVE_ON says, until Ctrl-C.",
    ),
    "statistics": (
        "figures:statistics",
        "Count requests answered in time, late or not at all, with all denominators.",
    ),
    "participation": (
        "counts:participation",
        "Count organisations that filed, got an answer and complained.",
    ),
    "refusals": (
        "counts:refusals",
        "Count the sections that public bodies cite when they refuse, and whether the law has them.",
    ),
    "publication": (
        "counts:publication",
        "Count what public bodies publish without being asked, as monitors found it.",
    ),
    "answers": (
        "counts:answers",
        "Count what was answered to each question of a campaign, and how far readers agree.",
    ),
    "export": ("figures:export", "Print all requests as a file, without titles, questions or personal data."),
    "health": ("health:health", "Print the health of the system."),
    "retention": (
        "retention:retention",
        "Delete expired data, as the scheduler does once a day, and print the count of each class.",
    ),
    "restore": ("backup:restore", "Restore a backup into an empty database."),
    "what-if": (
        "law:what_if",
        "Compare recorded requests with another limit or statute, without changing them.",
    ),
    "account": ("account:app", "Accounts of people."),
    "audit": ("audit:app", "Read and check the audit log."),
    "backup": (
        "backup:app",
        "Back up all rows and documents to one encrypted file, and the wrapped data keys to a second file.",
    ),
    "batch": ("batch:app", "One question of a campaign to many public bodies."),
    "body": ("body:app", "Rename, close and merge public bodies."),
    "cbo": ("cbo:app", "Lock, unlock and shred organisations."),
    "documents": ("documents:app", "Check stored documents, and read scans."),
    "keys": ("keys:app", "Manage encryption keys."),
    "import": ("importing:app", "Import CSV and XLSX files."),
    "imports": ("imports:app", "List what was imported, and undo it."),
    "inbox": ("inbox:app", "Incoming mail and scans."),
    "jobs": ("jobs:app", "Imports and the like that wait, run or have ended."),
    "calendar": ("calendar:app", "Days off: list, declare, withdraw, confirm."),
    "many": ("many:app", "One thing done to many requests, after a look at which."),
    "letter": ("letter:app", "Letters about a request: write, list and read them."),
    "release": ("releases:app", "Draft, list and verify releases of figures."),
    "report": ("reports:app", "Saved reports of figures, sent each month."),
    "statutes": ("law:app", "Check and add statute files."),
    "topic": ("topic:app", "List, add, change and retire topics of requests."),
    "search": (
        "search:search",
        "Find requests, public bodies and organisations; one a line: kind, reference or code, name.",
    ),
    "rules": ("rules:app", "Manage the reminder rules of a campaign."),
}
"""The module of each command by its name, and the first sentence of its help."""


class Commands(TyperGroup):
    """Lists the commands with their first sentence, and imports only the one that is run."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 -- the interface
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 -- the interface
        return command(cmd_name) if cmd_name in COMMANDS else None

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002 -- the interface
        with formatter.section("Commands"):
            formatter.write_dl([(name, words) for name, (_, words) in COMMANDS.items()])


app = typer.Typer(
    name="rti",
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback()
def _program() -> None:
    """Track information requests to public bodies."""


def command(name: str) -> Any:
    """The command or group with a name, imported."""
    module, _, part = COMMANDS[name][0].partition(":")
    # What is imported stays: looking for garbage among it, now or later, takes a third of the time of a start.
    gc.disable()
    found = getattr(import_module(f"rti.cli.{module}"), part)
    gc.freeze()
    gc.enable()
    holder = typer.Typer(rich_markup_mode=None)
    holder.callback()(_program)
    if isinstance(found, typer.Typer):
        holder.add_typer(found)
    else:
        holder.command(name)(found)
    return typer.main.get_command(holder).commands[name]  # type: ignore[attr-defined]


def main() -> None:
    """Run a command; faults that a person can fix are printed as a sentence instead of a traceback."""
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as fault:
        explained = import_module("rti.cli.failures").explained(fault)
        if explained is None:
            raise
        status, lines = explained
        for line in lines:
            typer.echo(line, err=True)
        sys.exit(status)
