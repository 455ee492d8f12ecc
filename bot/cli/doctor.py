"""`exportnews doctor`: what keeps the bot from working, one line each."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer
from rich.console import Console

from bot.cli import DONE, DONE_WITH_FAILURES
from bot.clock import system_clock
from bot.doctor import collect
from bot.settings import load_settings

_MARKS = {
    "ok": "[green]ok   [/green]",
    "note": "[yellow]note [/yellow]",
    "wrong": "[red]wrong[/red]",
}


def register(app: typer.Typer) -> None:
    """Add `doctor`."""

    @app.command()
    def doctor(
        ask: Annotated[
            bool, typer.Option("--ask/--no-ask", help="Ask every feed of the catalogue once.")
        ] = True,
    ) -> None:
        """Check settings, database, feeds, tokens and scopes; say what to do."""
        console = Console(soft_wrap=True, highlight=False)
        findings = asyncio.run(collect(load_settings(), system_clock, ask=ask))
        for finding in findings:
            console.print(_MARKS[finding.state], end=" ")
            console.print(f"{finding.subject}: {finding.text}", markup=False)
        wrong = any(finding.state == "wrong" for finding in findings)
        raise typer.Exit(DONE_WITH_FAILURES if wrong else DONE)
