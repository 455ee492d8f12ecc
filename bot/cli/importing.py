"""`exportnews import`: entries of a file as history."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from bot import memory
from bot.cli.opening import open_database
from bot.errors import UsageError
from bot.feeds.catalogue import load_catalogue
from bot.feeds.model import Show
from bot.importing import Imported, Importer
from bot.settings import load_settings

DONE_WITH_FAILURES = 1


def register(app: typer.Typer) -> None:
    """Add the `import` command."""

    @app.command("import")
    def import_(
        file: Annotated[
            Path, typer.Argument(help="JSONL: id, title, summary, url, published, source.")
        ],
        show: Annotated[
            Literal["headline", "summary"] | None,
            typer.Option(help="What may be shown of the texts; else as the publication's feeds."),
        ] = None,
    ) -> None:
        """Load entries as history: stored, classified and searchable, never alerted.

        Run it again after a stop: what is stored already is passed over.
        """
        if file.is_dir():
            raise UsageError(f"{file} is a folder; give a file with one entry a line (JSONL).")
        if not file.is_file():
            raise UsageError(f"There is no file {file}.")
        done = asyncio.run(_import(file, file.stat().st_size, show))
        for said in (*done.problems, *done.notes):
            typer.echo(said, err=True)
        if done.bad > len(done.problems):
            typer.echo(f"... and {done.bad - len(done.problems):,} more bad lines.", err=True)
        known = done.read - done.new
        told = "1 entry imported" if done.new == 1 else f"{done.new:,} entries imported"
        told += f", {known:,} known already" if known else ""
        told += f", {done.lacking:,} without their address or time" if done.lacking else ""
        told += f", {done.bad:,} bad {_lines(done.bad)} left out" if done.bad else ""
        typer.echo(f"{told}.")
        if done.bad:
            raise typer.Exit(DONE_WITH_FAILURES)


def _lines(count: int) -> str:
    return "line" if count == 1 else "lines"


async def _import(file: Path, size: int, show: Show | None) -> Imported:
    settings = load_settings()
    shown = {
        publication.name: _strictest({feed.show for feed in publication.feeds})
        for publication in load_catalogue(settings.exportnews_catalogue).publications
        if publication.feeds
    }
    try:
        with file.open("rb") as lines:
            async with open_database(settings) as db:
                with _progress() as progress:
                    task = progress.add_task("Importing", total=size, entries="0")

                    def told(done: Imported) -> None:
                        progress.update(task, completed=done.bytes, entries=f"{done.read:,}")

                    importer = Importer(
                        db, shown=shown, show=show, taxonomy=settings.exportnews_taxonomy
                    )
                    memory.settle()
                    return await importer.run(lines, told)
    except OSError as error:
        raise UsageError(f"Cannot read {file}: {error.strerror}.", detail=str(error)) from error


def _strictest(shows: set[Show]) -> Show:
    return "headline" if "headline" in shows else "summary"


def _progress() -> Progress:
    """Give the bar; into a pipe or a file there is none."""
    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TextColumn("{task.fields[entries]} entries"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
    )
