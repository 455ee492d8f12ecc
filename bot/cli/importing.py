"""`exportnews import`: entries of a file as history."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Annotated, BinaryIO, Literal

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
from bot.cli.news import STANDARD_INPUT
from bot.cli.opening import open_database
from bot.clock import system_clock
from bot.errors import UsageError
from bot.feeds.catalogue import load_catalogue
from bot.feeds.model import Show
from bot.feeds.times import sensible
from bot.import_reading import NO_SOURCE, bounded_lines
from bot.importing import Imported, Importer
from bot.messages.words import count
from bot.settings import load_settings

DONE_WITH_FAILURES = 1


def register(app: typer.Typer) -> None:
    """Add the `import` command."""

    @app.command("import")
    def import_(
        file: Annotated[
            Path,
            typer.Argument(
                help="JSONL: id, title, summary, url, published, source; -: standard input."
            ),
        ],
        show: Annotated[
            Literal["headline", "summary"] | None,
            typer.Option(help="What may be shown of the texts; else as the publication's feeds."),
        ] = None,
        published: Annotated[
            str | None,
            typer.Option(
                metavar="DAY", help="When lines without a time were published; else they are new."
            ),
        ] = None,
    ) -> None:
        """Load entries as history: stored, classified and searchable, never alerted.

        Run it again after a stop: what is stored already is passed over.
        """
        if file.is_dir():
            raise UsageError(f"{file} is a folder; give a file with one entry a line (JSONL).")
        if file != STANDARD_INPUT and not file.is_file():
            raise UsageError(f"There is no file {file}.")
        done = asyncio.run(_import(file, show, _day(published)))
        for said in (*done.problems, *done.notes):
            typer.echo(said, err=True)
        if done.bad > len(done.problems):
            typer.echo(f"... and {done.bad - len(done.problems):,} more bad lines.", err=True)
        typer.echo(f"{_told(done)}.")
        for note in _assumed(done, published):
            typer.echo(note, err=True)
        if done.bad:
            raise typer.Exit(DONE_WITH_FAILURES)


def _told(done: Imported) -> str:
    known = done.read - done.new
    told = f"{count(done.new, 'entry', 'entries')} imported"
    told += f", {known:,} known already" if known else ""
    told += f", {done.undated:,} without a time" if done.undated else ""
    told += f", {done.lacking:,} without what was no address or time" if done.lacking else ""
    told += f", {count(done.bad, 'bad line')} left out" if done.bad else ""
    return told


def _assumed(done: Imported, published: str | None) -> Iterator[str]:
    """Say what was taken to be so of lines that do not say it themselves."""
    if done.undated:
        them = f"{count(done.undated, 'line has', 'lines have')} no time of publication"
        if published:
            yield f"{them}: counted as of {published}."
        else:
            yield (
                f"{them}: counted as published now, among the latest. Give such lines a day with "
                "--published DAY."
            )
    if done.unsourced:
        them = f"{count(done.unsourced, 'line names', 'lines name')} no source"
        yield f"{them}: kept as “{NO_SOURCE}”."


def _day(written: str | None) -> datetime | None:
    if written is None:
        return None
    try:
        day = sensible(datetime.combine(date.fromisoformat(written), time(), UTC))
    except ValueError:
        day = None
    if day is None or day > system_clock():
        raise UsageError("--published must be a day that has been, as 2024-05-01.")
    return day


@contextmanager
def _opened(file: Path) -> Iterator[tuple[BinaryIO, int | None]]:
    """Give the lines, and how many bytes they are, where that is known."""
    if file == STANDARD_INPUT:
        yield sys.stdin.buffer, None
    else:
        with file.open("rb") as lines:
            yield lines, file.stat().st_size


async def _import(file: Path, show: Show | None, published: datetime | None) -> Imported:
    settings = load_settings()
    shown = {
        publication.name: _strictest({feed.show for feed in publication.feeds})
        for publication in load_catalogue(settings.exportnews_catalogue).publications
        if publication.feeds
    }
    try:
        with _opened(file) as (lines, size):
            async with open_database(settings) as db:
                with _progress() as progress:
                    task = progress.add_task("Importing", total=size, entries="0")

                    def told(done: Imported) -> None:
                        progress.update(task, completed=done.bytes, entries=f"{done.read:,}")

                    importer = Importer(
                        db,
                        shown=shown,
                        show=show,
                        taxonomy=settings.exportnews_taxonomy,
                        published=published,
                    )
                    memory.settle()
                    return await importer.run(bounded_lines(lines), told)
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
