"""The command line: `rti --help`. Answers go to standard output, messages to standard error.

Exit status: 0 done, 1 failed, 2 wrong use.
"""

import sys

import typer

from rti.cli.running import demo, migrate, scheduler, serve
from rti.errors import Problem
from rti.settings import SettingsFault

app = typer.Typer(
    name="rti",
    help="Track information requests to public bodies.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for command in (demo, serve, scheduler, migrate):
    app.command()(command)


def main() -> None:
    """Run a command, and tell what a person can mend in words instead of a trace."""
    try:
        app()
    except SettingsFault as fault:
        for line in fault.faults:
            typer.echo(line, err=True)
        sys.exit(2)
    except Problem as problem:
        typer.echo(str(problem), err=True)
        sys.exit(1)
