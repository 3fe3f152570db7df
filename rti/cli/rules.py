"""`rti rules`: the reminder rules of a campaign."""

from datetime import date, datetime
from typing import Annotated

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from notifications import rules
from notifications.commands import SaveRule
from rti.campaigns.queries import campaign_of
from rti.cli.working import in_transaction
from rti.core.validation import decode
from rti.law.reminders import About, Audience, ReminderRule

app = typer.Typer(name="rules", help="Manage the reminder rules of a campaign.", no_args_is_help=True)

Campaign = Annotated[str, typer.Argument(help="Code of the campaign.")]
Rule = Annotated[str, typer.Argument(help="Name of the rule, such as soon.")]


def _line(rule: ReminderRule) -> str:
    again = f", repeated every {rule.every}" if rule.every else ""
    return f"{rule.name}: {rule.about}, working days {rule.begins} to {rule.ends}{again}, to {rule.to}"


@app.command("list")
def list_rules(campaign: Campaign) -> None:
    """List the rules of a campaign. Working days before the due date are negative.

    Example: rti rules list A2I
    """

    async def found(session: AsyncSession, _: datetime, _today: date) -> list[str]:
        row = await campaign_of(session, campaign)
        known = await rules.rules_of(session, row.id)
        return ["its own rules" if row.own_rules else "default rules", *map(_line, known)]

    typer.echo("\n".join(in_transaction(found)))


@app.command()
def save(
    campaign: Campaign,
    rule: Rule,
    about: Annotated[About, typer.Option(help="Subject of the reminder.")],
    begins: Annotated[
        str, typer.Option(help="First working day, counted from the due date. Negative before it.")
    ],
    ends: Annotated[str, typer.Option(help="Last working day, counted from the due date.")],
    every: Annotated[str, typer.Option(help="Repeat after this many working days. Default: send once.")] = "",
    to: Annotated[Audience, typer.Option(help="Recipients.")] = Audience.EVERYBODY,
) -> None:
    """Add a rule, or replace the rule with the same name.

    Example: rti rules save A2I late --about answer --begins 1 --ends 20 --every 5
    """
    given = {"name": rule, "about": about, "begins": begins, "ends": ends, "every": every, "to": to}

    async def work(session: AsyncSession, now: datetime, _today: date) -> None:
        command = decode(SaveRule, given)
        await rules.save(session, (await campaign_of(session, campaign)).id, command, now)

    in_transaction(work)


@app.command()
def remove(campaign: Campaign, rule: Rule) -> None:
    """Remove a rule.

    Example: rti rules remove A2I chase
    """

    async def work(session: AsyncSession, now: datetime, _today: date) -> None:
        await rules.remove(session, (await campaign_of(session, campaign)).id, rule, now)

    in_transaction(work)


@app.command()
def defaults(campaign: Campaign) -> None:
    """Restore the default rules.

    Example: rti rules defaults A2I
    """

    async def work(session: AsyncSession, now: datetime, _today: date) -> None:
        await rules.restore_defaults(session, (await campaign_of(session, campaign)).id, now)

    in_transaction(work)
