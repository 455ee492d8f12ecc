"""`exportnews deliveries`: what was sent, is owed, or was given up."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bot.cli.opening import open_database, taxonomy_here
from bot.delivery import ledger
from bot.delivery.ledger import LedgerLine
from bot.errors import UsageError
from bot.subscriptions.model import Actor
from bot.subscriptions.service import Subscriptions

OPERATOR = Actor("cli", "operator")
LAST_ID = 2**63 - 1
"""No database has a number beyond it."""


def register(app: typer.Typer) -> None:
    """Add the `deliveries` group."""
    group = typer.Typer(help="What was sent, is owed, or was given up.")
    app.add_typer(group, name="deliveries")

    @group.callback(invoke_without_command=True)
    def deliveries(
        context: typer.Context,
        state: Annotated[
            str | None, typer.Option(help="pending, sending, sent, failed or dead.")
        ] = None,
        limit: Annotated[int, typer.Option(min=1, max=100_000, help="Lines at most.")] = 100,
        json_: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    ) -> None:
        """List deliveries, the newest first."""
        if context.invoked_subcommand is not None:
            return
        found, numbers = asyncio.run(_list(state, limit))
        if json_:
            lines = [as_json(line) for line in found]
            sys.stdout.write(json.dumps(lines, ensure_ascii=False) + "\n")
        else:
            _print(found, numbers)

    @group.command()
    def retry(
        delivery: Annotated[
            int | None,
            typer.Argument(metavar="ID", min=1, max=LAST_ID, help="A failed or dead delivery."),
        ] = None,
        all_: Annotated[bool, typer.Option("--all", help="Every dead delivery.")] = False,
    ) -> None:
        """Send again what failed or was given up."""
        if (delivery is None) is not all_:
            raise UsageError("Name one delivery, or --all: exportnews deliveries retry ID|--all")
        typer.echo(f"{asyncio.run(_retry(delivery))} will be sent again.")

    @group.command()
    def resume(
        channel: Annotated[
            str | None, typer.Argument(help="A paused channel, by its id or name.")
        ] = None,
        all_: Annotated[bool, typer.Option("--all", help="Every paused channel.")] = False,
    ) -> None:
        """Resume a paused channel: what was kept for it comes as one message."""
        if (channel is None) is not all_:
            raise UsageError(
                "Name one channel, or --all: exportnews deliveries resume CHANNEL|--all"
            )
        for name in asyncio.run(_resume(channel)):
            typer.echo(f"{name} is resumed.")


async def _resume(word: str | None) -> Sequence[str]:
    async with open_database() as db:
        async with db.read() as conn:
            found = await ledger.paused_channels(conn, word)
        if not found:
            name = f"No channel {word}" if word else "No channel"
            raise UsageError(f"{name} is paused.")
        if word is not None and len(found) > 1:
            places = ", ".join(f"{ref.channel} in {ref.workspace}" for ref in found)
            raise UsageError(f"{word} is the name of several paused channels: {places}.")
        subscriptions = Subscriptions(db, taxonomy_here())
        for ref in found:
            await subscriptions.resume(ref, OPERATOR)
    return [f"#{ref.name}" if ref.name else ref.channel for ref in found]


async def _list(state: str | None, limit: int) -> tuple[Sequence[LedgerLine], Mapping[str, int]]:
    async with open_database() as db, db.read() as conn:
        return await ledger.lines(conn, state=state, limit=limit), await ledger.counts(conn)


async def _retry(delivery_id: int | None) -> int:
    async with open_database() as db, db.write() as conn:
        now = await db.now(conn)
        if delivery_id is None:
            return await ledger.retry_all(conn, now)
        await ledger.retry(conn, delivery_id, now)
        return 1


def as_json(line: LedgerLine) -> dict[str, Any]:
    """Give one delivery as JSON writes it; times in RFC 3339, UTC."""
    return {
        "id": line.id,
        "state": line.state,
        "platform": line.platform,
        "workspace": line.workspace,
        "channel": line.channel,
        "channel_name": line.channel_name,
        "kind": line.kind,
        "title": line.title,
        "attempts": line.attempts,
        "in_doubt": line.in_doubt,
        "error": line.error or None,
        "paused": line.paused or None,
        "created": _time(line.created_at),
        "due": _time(line.due_at),
        "sent": _time(line.sent_at),
    }


def _time(moment: datetime | None) -> str | None:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None


def _print(found: Sequence[LedgerLine], numbers: Mapping[str, int]) -> None:
    console = Console(highlight=False)
    if not found:
        console.print("No deliveries.")
        return
    table = Table(box=None, pad_edge=False)
    for head in ("id", "state", "channel", "kind", "created", "title, or what went wrong"):
        table.add_column(head, overflow="fold")
    for line in found:
        told = line.title if line.state in ("sent", "pending", "sending") else line.error
        if line.paused and line.state != "sent":
            told = f"channel paused: {line.paused}"
        table.add_row(
            str(line.id),
            line.state,
            escape(line.channel_name or line.channel),
            line.kind,
            f"{line.created_at:%Y-%m-%d %H:%M}Z",
            escape(told),
        )
    console.print(table)
    total = ", ".join(f"{number} {state}" for state, number in sorted(numbers.items()))
    console.print(f"In all: {total}.")
