"""The command line: `rti --help`. Answers go to standard output, messages to standard error.

Exit status: 0 done, 1 failed, 2 wrong use.
"""

import sys

import typer
from sqlalchemy.exc import DBAPIError

from rti.cli import (
    account,
    audit,
    backup,
    body,
    calendar,
    cbo,
    documents,
    importing,
    imports,
    inbox,
    jobs,
    keys,
    law,
    rules,
)
from rti.cli.bounce import bounce
from rti.cli.deadline import deadline
from rti.cli.figures import export, statistics
from rti.cli.health import health
from rti.cli.receiving import receive
from rti.cli.retention import retention
from rti.cli.running import demo, migrate, scheduler, serve
from rti.cli.search import search
from rti.cli.sending import dispatch, sweep
from rti.core import logs
from rti.core.db import is_outage
from rti.core.errors import Invalid, Problem
from rti.core.settings import SettingsFault

UNDEFINED_TABLE, NO_DATABASE, REFUSED = "42P01", "3D000", "28"
"""PostgreSQL's codes for a table and a database that are not there, and the beginning of those for a login or
password that it does not take."""

app = typer.Typer(
    name="rti",
    help="Track information requests to public bodies.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for command in (
    demo,
    serve,
    scheduler,
    migrate,
    deadline,
    sweep,
    dispatch,
    bounce,
    receive,
    statistics,
    export,
    health,
    retention,
    search,
    backup.restore,
):
    app.command()(command)
app.command()(law.what_if)
app.add_typer(account.app)
app.add_typer(audit.app)
app.add_typer(backup.app)
app.add_typer(body.app)
app.add_typer(cbo.app)
app.add_typer(documents.app)
app.add_typer(keys.app)
app.add_typer(importing.app)
app.add_typer(imports.app)
app.add_typer(inbox.app)
app.add_typer(jobs.app)
app.add_typer(calendar.app)
app.add_typer(law.app)
app.add_typer(rules.app)


def main() -> None:
    """Run a command, and print what a person can mend as a sentence instead of a traceback."""
    logs.configure()
    try:
        app()
    except SettingsFault as wrong:
        for line in wrong.faults:
            typer.echo(line, err=True)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
    except (DBAPIError, OSError) as error:
        sentence = _explained(error)
        if sentence is None:
            raise
        typer.echo(sentence, err=True)
        sys.exit(1)
    except Invalid as invalid:
        for fault in invalid.faults:
            typer.echo(f"{fault.field}: {fault.message.render()}", err=True)
        sys.exit(1)
    except Problem as problem:
        typer.echo(str(problem), err=True)
        sys.exit(1)


def _explained(error: DBAPIError | OSError) -> str | None:
    """What is wrong with the database or a file in a sentence, where a person can mend it."""
    cause = getattr(error, "orig", None)
    sqlstate = str(getattr(cause, "sqlstate", ""))
    if sqlstate.startswith(REFUSED):
        ours = ". Logins come from rti migrate, run with the same RTI_SECRET" if '"rti_' in str(cause) else ""
        return f"PostgreSQL refuses the connection: {cause}{ours}"
    if sqlstate == NO_DATABASE:
        return f"PostgreSQL answers, but {cause}. Create it: createdb --encoding UTF8 --template template0"
    if sqlstate == UNDEFINED_TABLE:
        return "The database has no tables. Run rti migrate first"
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}"
    return f"The database is not responding, or its disk is full: {error}" if is_outage(error) else None
