"""`exportnews audit`: what teams did with alerts, for an audit."""

from __future__ import annotations

import asyncio
import sys
from datetime import date
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from bot.cli.opening import open_database
from bot.commands.files import midnight
from bot.errors import UsageError
from bot.handling.export import as_csv
from bot.handling.model import Record
from bot.handling.service import HandlingDesk

Day = Annotated[str | None, typer.Option(metavar="DAY", help="A day (UTC), as 2026-03-01.")]


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def audit(
        workspace: Annotated[
            str, typer.Option("--workspace", "-w", help="Only this workspace (platform's id).")
        ] = "",
        since: Day = None,
        until: Day = None,
        csv_: Annotated[bool, typer.Option("--csv", help="As CSV, complete.")] = False,
    ) -> None:
        """Show what teams did with alerts: who, when, what, on which text; the oldest first."""
        first, last = _day("--since", since), _day("--until", until)
        if first and last and first > last:
            raise UsageError(f"--since {first} is after --until {last}; exchange them.")
        asyncio.run(_audit(workspace, first, last, csv_))


def _day(option: str, written: str | None) -> date | None:
    try:
        return date.fromisoformat(written) if written else None
    except ValueError:
        raise UsageError(f"{option} must be a day, as 2026-03-01.") from None


async def _audit(workspace: str, since: date | None, until: date | None, as_file: bool) -> None:
    async with open_database() as db:
        found = HandlingDesk(db).records(
            workspace_id=workspace, since=midnight(since), until=midnight(until, days=1)
        )
        if as_file:
            async for line in as_csv(found):
                sys.stdout.write(line)
            return
        table = Table("When (UTC)", "Who", "Channel", "What", "On", box=None, pad_edge=False)
        async for record in found:
            table.add_row(*_row(record))
    if table.row_count:
        Console(markup=False, highlight=False).print(table)
    else:
        typer.echo("Nobody has done anything with an alert in that time.")


def _row(record: Record) -> tuple[str, ...]:
    step = record.step
    what: str = step.name
    if step.assignee is not None:
        what += f" to {step.assignee.name or step.assignee.id}, due {step.due}"
    if step.reason:
        what += f": {step.reason}"
    who, channel = record.actor.name or record.actor.id, record.channel_name or record.channel
    return (f"{record.at:%Y-%m-%d %H:%M}", who, channel, what, record.title)
