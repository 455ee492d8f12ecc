"""What `exportnews feeds` does: each function is one step with the database or the network."""

from __future__ import annotations

from datetime import timedelta

from bot.cli.opening import open_database
from bot.errors import NotAFeed, UsageError
from bot.feeds import roster
from bot.feeds.addresses import shown
from bot.feeds.catalogue import load_catalogue, sync_catalogue
from bot.feeds.credentials import Credentials, read_credentials
from bot.feeds.discovery import Found, find_feed, read_feed
from bot.feeds.fetcher import Fetcher
from bot.feeds.model import Show
from bot.feeds.opml import Outline
from bot.feeds.parsing import ParserPool
from bot.feeds.roster import FeedHealth, NewFeed
from bot.settings import Settings, load_settings
from bot.storage.secrets import Vault


async def every_feed() -> tuple[FeedHealth, ...]:
    """Give every feed and its health; the catalogue is taken over first."""
    settings = load_settings()
    async with open_database(settings) as db, db.write() as conn:
        catalogue = load_catalogue(settings.exportnews_catalogue)
        await sync_catalogue(conn, catalogue, await db.now(conn))
        return await roster.list_feeds(conn)


async def add_feed(
    url: str, name: str, show: Show, every: timedelta, line: str, *, fetch: bool
) -> tuple[FeedHealth, str]:
    """Read a feed, or what a page names as its feed, and watch it; give it, and a note of what was
    taken. `line`: credentials as typed. Raises FeedError or UsageError."""
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


async def check_feed(address: str) -> Found:
    """Fetch and read a feed once. Raises FeedError."""
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


async def remove_feed(word: str) -> FeedHealth:
    """Watch a feed no more. Raises UsageError for one that is not there."""
    async with open_database() as db, db.write() as conn:
        one = await roster.find(conn, word)
        await roster.remove_feed(conn, one)
        return one


async def set_polling(word: str, *, active: bool) -> FeedHealth:
    """Pause a feed or poll it again. Raises UsageError for one that is not there."""
    async with open_database() as db, db.write() as conn:
        one = await roster.find(conn, word)
        if active:
            await roster.resume_feed(conn, one, await db.now(conn))
        else:
            await roster.set_state(conn, one, "paused", "Paused by an operator.")
        return one


async def import_feeds(outlines: tuple[Outline, ...]) -> tuple[int, int]:
    """Watch the feeds of a list; give how many were added and how many known."""
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
