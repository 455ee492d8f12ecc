"""`exportnews feeds ...`: what is watched, and how it is doing."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, cast

import typer
from rich.console import Console

from bot.cli import WRONG_USE
from bot.cli.feed_list import feed_lines
from bot.cli.feed_work import (
    add_feed,
    check_feed,
    every_feed,
    import_feeds,
    remove_feed,
    set_polling,
)
from bot.errors import CatalogueError, FeedError, UsageError
from bot.feeds import roster
from bot.feeds.addresses import checked_address, shown
from bot.feeds.discovery import Found
from bot.feeds.model import Show
from bot.feeds.opml import MAX_SIZE, Outline, read_opml, write_opml
from bot.feeds.roster import FeedHealth
from bot.feeds.showing import found_json, health_json

_EVERY = re.compile(r"(\d{1,4})([smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}

AsJson = Annotated[bool, typer.Option("--json", help="Write JSON.")]
Which = Annotated[str, typer.Argument(help="The feed's number, address or publication.")]


def register(app: typer.Typer) -> None:
    """Add the `feeds` group."""
    group = typer.Typer(help="The feeds that are watched, and their health.", no_args_is_help=True)
    app.add_typer(group, name="feeds")
    for name, command in _COMMANDS.items():
        group.command(name)(command)


def list_feeds(json_: AsJson = False) -> None:
    """Show every feed and how it is doing."""
    _show(asyncio.run(every_feed()), as_json=json_)


def add(
    url: Annotated[str, typer.Argument(help="A feed, or a site that has one.")],
    name: Annotated[str, typer.Option(help="The publication; default: the feed's title.")] = "",
    show: Annotated[str, typer.Option(help="headline or summary: what may be shown.")] = (
        "headline"
    ),
    every: Annotated[str, typer.Option(help="The longest wait between polls.")] = "10m",
    credentials: Annotated[
        bool, typer.Option("--credentials", help="Read credentials from standard input.")
    ] = False,
    fetch: Annotated[bool, typer.Option(help="Read it before it is added.")] = True,
    json_: AsJson = False,
) -> None:
    """Watch a feed. Its present entries are history: stored, never alerted."""
    line = sys.stdin.readline() if credentials else ""
    new = (name.strip(), _show_word(show), _every(every), line)
    try:
        added, note = asyncio.run(add_feed(url, *new, fetch=fetch))
    except FeedError as error:
        raise _refused(url, error) from None
    if note:
        typer.echo(note, err=json_)
    if json_:
        _print_json(health_json(added))
    else:
        typer.echo(f"Feed {added.id} is watched: {added.publication}, {shown(added.url)}")


def remove(feed: Which) -> None:
    """Watch a feed no more; its entries stay."""
    one = asyncio.run(remove_feed(feed))
    typer.echo(f"Feed {one.id} is watched no more: {one.publication}")


def pause(feed: Which) -> None:
    """Stop polling a feed for the time being."""
    one = asyncio.run(set_polling(feed, active=False))
    typer.echo(f"Feed {one.id} is paused: {one.publication}")


def resume(feed: Which) -> None:
    """Poll a feed again."""
    one = asyncio.run(set_polling(feed, active=True))
    typer.echo(f"Feed {one.id} is polled again: {one.publication}")


def import_opml(file: Annotated[Path, typer.Argument(help="An OPML file.")]) -> None:
    """Watch every feed of an OPML file."""
    added, known = asyncio.run(import_feeds(_read(file)))
    told = f"{_counted(added)} added"
    told += ", 1 was there already" if known == 1 else f", {known} were there already"
    typer.echo(f"{told}.")


def export(
    file: Annotated[Path | None, typer.Argument(help="Where to; default: the screen.")] = None,
    json_: AsJson = False,
) -> None:
    """Write the feeds as OPML."""
    feeds = asyncio.run(every_feed())
    if json_:
        _print_json([health_json(one) for one in feeds])
        return
    written = write_opml(tuple(roster.as_outline(one) for one in feeds))
    if file is None:
        typer.echo(written.decode())
    else:
        _write(file, written)
        typer.echo(f"{_counted(len(feeds))} written to {file}.")


def check(
    url: Annotated[str, typer.Argument(help="The address to fetch.")],
    json_: AsJson = False,
) -> None:
    """Fetch and read a feed once; store nothing."""
    try:
        found = asyncio.run(check_feed(checked_address(url)))
    except FeedError as error:
        raise _refused(url, error) from None
    if json_:
        _print_json(found_json(found))
    else:
        _print_found(found)


def _refused(url: str, error: FeedError) -> typer.Exit:
    """Say in one line why an address cannot be read as a feed."""
    typer.echo(f"{shown(url)}: {error}", err=True)
    return typer.Exit(WRONG_USE)


_COMMANDS: dict[str, Callable[..., None]] = {
    "list": list_feeds,
    "add": add,
    "remove": remove,
    "pause": pause,
    "resume": resume,
    "import": import_opml,
    "export": export,
    "check": check,
}


def _counted(feeds: int) -> str:
    return "1 feed" if feeds == 1 else f"{feeds} feeds"


def _read(file: Path) -> tuple[Outline, ...]:
    if file.is_dir():
        raise CatalogueError(f"{file} is a folder; give an OPML file.")
    try:
        with file.open("rb") as opened:
            text = opened.read(MAX_SIZE + 1)
        if len(text) > MAX_SIZE:
            raise UsageError(f"{file} is larger than {MAX_SIZE // 1_000_000} MB; split the list.")
        return read_opml(text)
    except OSError as error:
        raise CatalogueError(f"{file} cannot be read: {error.strerror}.") from error


def _write(file: Path, text: bytes) -> None:
    try:
        file.write_bytes(text)
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}.") from error


def _every(text: str) -> timedelta:
    found = _EVERY.fullmatch(text.strip())
    seconds = int(found.group(1)) * _SECONDS[found.group(2)] if found else 0
    if not 5 <= seconds <= 7 * 86_400:
        raise UsageError('--every is a time such as "10m" or "2h", from 5s to 7d.')
    return timedelta(seconds=seconds)


def _show_word(text: str) -> Show:
    if text not in {"headline", "summary"}:
        raise UsageError("--show is headline or summary.")
    return cast(Show, text)


def _show(feeds: tuple[FeedHealth, ...], *, as_json: bool) -> None:
    if as_json:
        _print_json([health_json(one) for one in feeds])
        return
    console = Console(markup=False, emoji=False, highlight=False, soft_wrap=True)
    # What is read by another program is cut nowhere.
    width = console.width if console.is_terminal or "COLUMNS" in os.environ else 1_000
    for line in feed_lines(feeds, datetime.now(UTC), width):
        console.print(line)


def _when(moment: datetime | None) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M") if moment else ""


def _print_json(value: object) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def _print_found(found: Found) -> None:
    parsed = found.parsed
    count = len(parsed.entries)
    entries = "1 entry" if count == 1 else f"{count} entries"
    typer.echo(f"{parsed.format}: {parsed.title or '(no title)'}, {entries}")
    for problem in parsed.problems:
        typer.echo(f"  note: {problem}")
    for one in parsed.entries[:10]:
        typer.echo(f"  {_when(one.published or one.updated) or '(no date)':16}  {one.title}")
    if len(parsed.entries) > 10:
        typer.echo(f"  and {len(parsed.entries) - 10} more")
