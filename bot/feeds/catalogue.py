"""The catalogue: which publications are watched, and how. Read, checked, and put into tables."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import Any, get_args

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import CatalogueError, NotAFeed, UsageError
from bot.feeds.addresses import checked_address
from bot.feeds.model import Kind, Show
from bot.feeds.sources import SELECTORS, check_selectors
from bot.storage import dialects
from bot.storage.tables import feed as feed_table
from bot.storage.tables import publication as publication_table

_EVERY = re.compile(r"(\d{1,4})\s*([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_LEAST, _MOST = timedelta(seconds=5), timedelta(days=7)
_DROPPED = "The catalogue has it no more."
_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]{2,80}")
_PUBLICATION_KEYS = {"name", "url", "documented", "feed"}
_FEED_KEYS = {
    "url",
    "kind",
    "every",
    "show",
    "title",
    "documented",
    "credentials_env",
    "paused",
    "select",
}


@dataclass(frozen=True, slots=True)
class CatalogueFeed:
    """One address to poll. `credentials_env` names the variable that holds its credentials."""

    url: str
    kind: Kind = "feed"
    every: timedelta = timedelta(minutes=10)
    show: Show = "headline"
    title: str = ""
    documented: str = ""
    credentials_env: str = ""
    paused: str = ""
    select: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CataloguePublication:
    """Who publishes, and its feeds. `documented` says where its address stands in public."""

    name: str
    url: str = ""
    documented: str = ""
    feeds: tuple[CatalogueFeed, ...] = ()


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The publications watched."""

    publications: tuple[CataloguePublication, ...]

    @property
    def feeds(self) -> tuple[CatalogueFeed, ...]:
        """Every feed of every publication."""
        return tuple(feed for publication in self.publications for feed in publication.feeds)


def load_catalogue(path: Path | None = None) -> Catalogue:
    """Read the catalogue: the default, and the file at `path` on top of it.

    A file with `replace = true` stands alone. A publication of the same name is replaced.
    Raises CatalogueError, which names the place.
    """
    default = resources.files("bot.feeds").joinpath("catalogue.toml").read_text("utf-8")
    own = read_catalogue(default, "the default catalogue")
    if path is None:
        return Catalogue(own[1])
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CatalogueError(f"The catalogue {path} cannot be read: {error}.") from error
    replaces, publications = read_catalogue(text, str(path))
    if replaces:
        return Catalogue(publications)
    theirs = {publication.name for publication in publications}
    urls = {feed.url for publication in publications for feed in publication.feeds}
    kept = tuple(
        CataloguePublication(
            name=p.name,
            url=p.url,
            documented=p.documented,
            feeds=tuple(feed for feed in p.feeds if feed.url not in urls),
        )
        for p in own[1]
        if p.name not in theirs
    )
    return Catalogue(kept + publications)


def read_catalogue(text: str, where: str) -> tuple[bool, tuple[CataloguePublication, ...]]:
    """Read a catalogue's TOML: whether it replaces the default, and its publications.

    Raises CatalogueError, which names the place in `where`.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CatalogueError(f"{where} is no valid TOML: {error}.") from error
    _only(data, {"replace", "publication"}, where)
    listed = data.get("publication", [])
    if not isinstance(listed, list):
        raise CatalogueError(f"{where}: publications are written as [[publication]].")
    publications = tuple(_publication(item, where) for item in listed)
    seen: set[str] = set()
    for publication in publications:
        for name in (publication.name, *(feed.url for feed in publication.feeds)):
            if name in seen:
                raise CatalogueError(f"{where}: {name} is there twice.")
            seen.add(name)
    return bool(data.get("replace", False)), publications


def _publication(item: Mapping[str, Any], where: str) -> CataloguePublication:
    name = _words(item, "name", where)
    if not name:
        raise CatalogueError(f"{where}: a publication has no name.")
    place = f"{where}, publication {name!r}"
    _only(item, _PUBLICATION_KEYS, place)
    feeds = item.get("feed", [])
    if not isinstance(feeds, list):
        raise CatalogueError(f"{place}: feeds are written as [[publication.feed]].")
    return CataloguePublication(
        name=name,
        url=_words(item, "url", place),
        documented=_words(item, "documented", place),
        feeds=tuple(_feed(one, place) for one in feeds),
    )


def _feed(item: Mapping[str, Any], place: str) -> CatalogueFeed:
    _only(item, _FEED_KEYS, place)
    try:
        url = checked_address(_words(item, "url", place))
    except UsageError as error:
        raise CatalogueError(f"{place}: a feed's url is missing or wrong.") from error
    place = f"{place}, feed {url}"
    kind, show = item.get("kind", "feed"), item.get("show", "headline")
    if kind not in get_args(Kind):
        raise CatalogueError(f"{place}: kind is one of {', '.join(get_args(Kind))}.")
    if show not in get_args(Show):
        raise CatalogueError(f"{place}: show is one of {', '.join(get_args(Show))}.")
    variable = _words(item, "credentials_env", place)
    if variable and not _VARIABLE.fullmatch(variable):
        raise CatalogueError(f"{place}: credentials_env is the name of a variable, in capitals.")
    return CatalogueFeed(
        url=url,
        kind=kind,
        show=show,
        every=_every(item.get("every", "10m"), place),
        title=_words(item, "title", place),
        documented=_words(item, "documented", place),
        credentials_env=variable,
        paused=_words(item, "paused", place),
        select=_selectors(item, kind, place),
    )


def _every(value: object, place: str) -> timedelta:
    found = _EVERY.fullmatch(value.strip()) if isinstance(value, str) else None
    if found:
        every = timedelta(**{_UNITS[found.group(2)]: int(found.group(1))})
        if _LEAST <= every <= _MOST:
            return every
    raise CatalogueError(f'{place}: every is a time such as "10m" or "2h", 5s to 7d.')


def _selectors(item: Mapping[str, Any], kind: str, place: str) -> dict[str, str]:
    select_ = item.get("select", {})
    if not isinstance(select_, dict) or not all(isinstance(v, str) for v in select_.values()):
        raise CatalogueError(f"{place}: select is a table of CSS selectors.")
    _only(select_, set(SELECTORS), place)
    if (kind == "page") != bool(select_.get("item")):
        raise CatalogueError(f"{place}: select.item is given for kind page, and for that only.")
    try:
        check_selectors(select_)
    except NotAFeed as error:
        raise CatalogueError(f"{place}: {error}") from error
    return select_


def _words(item: Mapping[str, Any], name: str, place: str) -> str:
    value = item.get(name, "") if isinstance(item, dict) else ""
    if not isinstance(value, str):
        raise CatalogueError(f"{place}: {name} is a text.")
    return value.strip()


def _only(item: object, known: set[str], place: str) -> None:
    if not isinstance(item, dict):
        raise CatalogueError(f"{place}: a table was expected.")
    unknown = sorted(set(item) - known)
    if unknown:
        raise CatalogueError(f"{place}: {unknown[0]} is not known; use {', '.join(sorted(known))}.")


async def sync_catalogue(conn: AsyncConnection, catalogue: Catalogue, now: datetime) -> None:
    """Put the catalogue's publications and feeds into the tables; call it in a transaction.

    New feeds are due at once. What operators changed (paused, resumed, removed) stays so. Feeds
    that the catalogue no longer has are paused, not deleted: their entries are known by them.
    """
    stored = await conn.execute(
        select(feed_table.c.id, feed_table.c.options).where(feed_table.c.origin == "catalogue")
    )
    # A stored address may have been rewritten by a permanent redirect; the catalogue's is kept.
    ids = {str(row.options.get("catalogue_url")): int(row.id) for row in stored}
    for publication in catalogue.publications:
        publication_id = await put_publication(conn, publication.name, publication.url)
        for feed in publication.feeds:
            await _put_feed(conn, publication_id, feed, ids.pop(feed.url, None), now)
    dropped = (feed_table.c.state == "active") & feed_table.c.id.in_(ids.values())
    await conn.execute(
        update(feed_table).where(dropped).values(state="paused", state_reason=_DROPPED)
    )


async def put_publication(conn: AsyncConnection, name: str, url: str = "") -> int:
    """Give the publication's row, made if need be."""
    values = {"name": name, "url": url or None}
    statement = dialects.insert(conn, publication_table).values(values)
    changed = {"url": statement.excluded.url} if url else {"name": statement.excluded.name}
    row = await conn.execute(
        statement.on_conflict_do_update(index_elements=["name"], set_=changed).returning(
            publication_table.c.id
        )
    )
    return int(row.scalar_one())


async def _put_feed(
    conn: AsyncConnection,
    publication_id: int,
    feed: CatalogueFeed,
    feed_id: int | None,
    now: datetime,
) -> None:
    settings: dict[str, Any] = {
        "publication_id": publication_id,
        "kind": feed.kind,
        "show": feed.show,
        "every_seconds": int(feed.every.total_seconds()),
        "options": {
            "catalogue_url": feed.url,
            "select": dict(feed.select),
            "credentials_env": feed.credentials_env,
        },
    }
    if feed_id is not None:
        own = feed_table.c.id == feed_id
        await conn.execute(update(feed_table).where(own).values(settings))
        back = {"state": "active", "state_reason": None, "next_poll_at": now}
        was_dropped = own & (feed_table.c.state_reason == _DROPPED)
        await conn.execute(update(feed_table).where(was_dropped).values(back))
        return
    new = settings | {
        "url": feed.url,
        "title": feed.title or None,
        "origin": "catalogue",
        "state": "paused" if feed.paused else "active",
        "state_reason": feed.paused or None,
        "next_poll_at": now,
        "created_at": now,
    }
    await conn.execute(
        dialects.insert(conn, feed_table)
        .values(new)
        .on_conflict_do_update(index_elements=["url"], set_=settings | {"origin": "catalogue"})
    )
