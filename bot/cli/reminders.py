"""`exportnews reminders` and `unremind`: the reminders that people set, for operators."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from bot.cli.opening import open_database
from bot.handling import reminders as engine
from bot.handling.reminders import Reminder
from bot.messages import words
from bot.spreadsheet import rfc3339
from bot.subscriptions.model import OPERATOR, Actor

_LAST_ID = 2**63 - 1


def register(app: typer.Typer) -> None:
    """Add the commands."""

    @app.command()
    def reminders(
        workspace: Annotated[
            str, typer.Option("--workspace", "-w", help="Only this workspace (platform's id).")
        ] = "",
        channel: Annotated[
            str, typer.Option("--channel", "-c", help="Only those to this channel or person (id).")
        ] = "",
        json_: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    ) -> None:
        """List the reminders of dates that are still to come, the next first."""
        found = asyncio.run(_listed(workspace, channel))
        if json_:
            lines = [_as_json(one) for one in found]
            sys.stdout.write(json.dumps(lines, ensure_ascii=False) + "\n")
        elif found:
            _print(found)
        else:
            typer.echo("No reminder is set there.")

    @app.command()
    def unremind(
        reminder: Annotated[
            int, typer.Argument(metavar="ID", min=1, max=_LAST_ID, help="As `reminders` lists it.")
        ],
    ) -> None:
        """Cancel a reminder."""
        one = asyncio.run(_cancel(reminder))
        typer.echo(f"Cancelled: “{one.title[:150]}” ({one.what}).")


async def _listed(workspace: str, channel: str) -> tuple[Reminder, ...]:
    async with open_database() as db:
        to = (channel,) if channel else ()
        return await engine.listed(db, workspace_id=workspace, to=to)


async def _cancel(reminder_id: int) -> Reminder:
    async with open_database() as db:
        one = await engine.get(db, reminder_id)
        await engine.cancel(db, one, Actor(OPERATOR, "operator"))
    return one


def _as_json(one: Reminder) -> dict[str, object]:
    return {
        "id": one.id,
        "at": rfc3339(one.at),
        "kind": one.kind,
        "on": one.on.isoformat(),
        "days": one.days,
        "entry": one.entry,
        "title": one.title,
        "link": one.link,
        "platform": one.ref.platform,
        "workspace": one.ref.workspace,
        "to": one.ref.channel,
        "direct": one.direct,
        "by": one.by or None,
    }


def _print(found: tuple[Reminder, ...]) -> None:
    table = Table("ID", "When", "To", "Of", "On", box=None, pad_edge=False)
    for one in found:
        to = one.ref.name or one.ref.channel
        table.add_row(str(one.id), words.moment_in(one.at, one.zone), to, one.what, one.title)
    Console(markup=False, highlight=False).print(table)
