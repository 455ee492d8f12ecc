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
from bot.cli.opening import open_database
from bot.errors import CatalogueError, FeedError, NotAFeed, UsageError
from bot.feeds import roster
from bot.feeds.addresses import checked_address, shown
from bot.feeds.catalogue import load_catalogue, sync_catalogue
from bot.feeds.credentials import Credentials, read_credentials
from bot.feeds.discovery import Found, find_feed, read_feed
from bot.feeds.fetcher import Fetcher
from bot.feeds.model import Show
from bot.feeds.opml import MAX_SIZE, Outline, read_opml, write_opml
from bot.feeds.parsing import ParserPool
from bot.feeds.roster import FeedHealth, NewFeed
from bot.feeds.showing import found_json, health_json
from bot.settings import Settings, load_settings
from bot.storage.secrets import Vault

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
    _show(asyncio.run(_list()), as_json=json_)


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
        added, note = asyncio.run(_add(url, *new, fetch=fetch))
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
    one = asyncio.run(_remove(feed))
    typer.echo(f"Feed {one.id} is watched no more: {one.publication}")


def pause(feed: Which) -> None:
    """Stop polling a feed for the time being."""
    one = asyncio.run(_set(feed, active=False))
    typer.echo(f"Feed {one.id} is paused: {one.publication}")


def resume(feed: Which) -> None:
    """Poll a feed again."""
    one = asyncio.run(_set(feed, active=True))
    typer.echo(f"Feed {one.id} is polled again: {one.publication}")


def import_opml(file: Annotated[Path, typer.Argument(help="An OPML file.")]) -> None:
    """Watch every feed of an OPML file."""
    added, known = asyncio.run(_import(_read(file)))
    told = f"{_counted(added)} added"
    told += ", 1 was there already" if known == 1 else f", {known} were there already"
    typer.echo(f"{told}.")


def export(
    file: Annotated[Path | None, typer.Argument(help="Where to; default: the screen.")] = None,
    json_: AsJson = False,
) -> None:
    """Write the feeds as OPML."""
    feeds = asyncio.run(_list())
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
        found = asyncio.run(_check(checked_address(url)))
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


async def _list() -> tuple[FeedHealth, ...]:
    settings = load_settings()
    async with open_database(settings) as db, db.write() as conn:
        catalogue = load_catalogue(settings.exportnews_catalogue)
        await sync_catalogue(conn, catalogue, await db.now(conn))
        return await roster.list_feeds(conn)


async def _add(
    url: str, name: str, show: Show, every: timedelta, line: str, *, fetch: bool
) -> tuple[FeedHealth, str]:
    settings = load_settings()
    address, credentials = roster.split_secrets(url)
    credentials = read_credentials(line) if line.strip() else credentials
    sealed = Vault(settings.exportnews_secret_key).seal(credentials.text()) if credentials else None
    found = await _find(settings, address, credentials) if fetch else None
    new = NewFeed(
        url=found.address if found else address,
        publication=name or (found.parsed.title if found else ""),
        publication_url=found.parsed.home if found else "",
        title=found.parsed.title if found else "",
        kind=found.kind if found else "feed",
        show=show,
        every=every,
        credentials=sealed,
    )
    async with open_database(settings) as db, db.write() as conn:
        number = await roster.add_feed(conn, new, await db.now(conn))
        return await roster.find(conn, str(number)), _where_found(found)


def _where_found(found: Found | None) -> str:
    """Say which address was taken where another one was given."""
    if found is None or found.way == "given":
        return ""
    if found.way == "named":
        return f"That is a web page; it names this feed, which was taken: {shown(found.address)}"
    return (
        "That is a web page that names no feed; one was found where many sites have theirs: "
        f"{shown(found.address)}"
    )


async def _find(settings: Settings, address: str, credentials: Credentials | None) -> Found:
    parser = ParserPool()
    try:
        async with Fetcher.from_settings(settings) as fetcher:
            return await find_feed(fetcher, parser, address, credentials)
    finally:
        parser.close()


async def _check(address: str) -> Found:
    settings = load_settings()
    url, credentials = roster.split_secrets(address)
    parser = ParserPool()
    try:
        async with Fetcher.from_settings(settings) as fetcher:
            try:
                return await read_feed(fetcher, parser, url, credentials=credentials)
            except NotAFeed:
                # A page that names its feed is worth more than a refusal.
                found = await find_feed(fetcher, parser, url, credentials)
            where = shown(found.address)
            raise NotAFeed(f"This is a web page; for its feed: exportnews feeds check {where}")
    finally:
        parser.close()


async def _remove(word: str) -> FeedHealth:
    async with open_database() as db, db.write() as conn:
        one = await roster.find(conn, word)
        await roster.remove_feed(conn, one)
        return one


async def _set(word: str, *, active: bool) -> FeedHealth:
    async with open_database() as db, db.write() as conn:
        one = await roster.find(conn, word)
        if active:
            await roster.resume_feed(conn, one, await db.now(conn))
        else:
            await roster.set_state(conn, one, "paused", "Paused by an operator.")
        return one


async def _import(outlines: tuple[Outline, ...]) -> tuple[int, int]:
    settings = load_settings()
    added = known = 0
    async with open_database(settings) as db, db.write() as conn:
        now = await db.now(conn)
        for one in outlines:
            url, credentials = roster.split_secrets(one.url)
            vault = Vault(settings.exportnews_secret_key)
            new = NewFeed(
                url=url,
                publication=one.publication,
                publication_url=one.home,
                title=one.title,
                kind=one.kind,
                show=one.show,
                every=one.every or timedelta(minutes=10),
                credentials=vault.seal(credentials.text()) if credentials else None,
                select=one.select,
            )
            try:
                await roster.add_feed(conn, new, now)
                added += 1
            except UsageError:
                known += 1
    return added, known


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
