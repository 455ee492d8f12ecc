"""The feeds that are watched: add, remove, pause, resume, and how each is doing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from sqlalchemy import Row, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import UsageError
from bot.feeds.addresses import checked_address, host_of, normalise, shown, split_user
from bot.feeds.catalogue import put_publication
from bot.feeds.credentials import Credentials, from_user_part
from bot.feeds.model import Kind, Show
from bot.feeds.opml import Outline
from bot.storage.tables import entry, feed, publication

_SECRET_PARAMETER = re.compile(
    r"(?:.*[_-])?(?:token|key|apikey|secret|password|passwd|pwd|auth|signature|sig)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class NewFeed:
    """A feed to add. `credentials` are sealed."""

    url: str
    publication: str
    publication_url: str = ""
    title: str = ""
    kind: Kind = "feed"
    show: Show = "headline"
    every: timedelta = timedelta(minutes=10)
    credentials: bytes | None = None
    select: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FeedHealth:
    """A feed and how it is doing. Times are UTC; `url` holds no secret."""

    id: int
    publication: str
    title: str
    url: str
    kind: Kind
    show: Show
    every: timedelta
    state: str
    state_reason: str
    origin: str
    entries: int
    last_success_at: datetime | None
    last_change_at: datetime | None
    newest_entry_at: datetime | None
    next_poll_at: datetime | None
    last_error: str
    failing_since: datetime | None
    failures: int
    silent: bool
    pushed: bool
    home: str = ""
    """The publication's own address."""
    select: Mapping[str, str] = field(default_factory=dict)

    @property
    def healthy(self) -> bool:
        """Whether nothing has to be done about it."""
        return self.state == "active" and not self.failures and not self.silent


def split_secrets(address: str) -> tuple[str, Credentials | None]:
    """Give the address that may be shown, and the credentials that stood in it. Pure.

    They are `user:password@`, or a parameter of the query that is named like a secret.
    """
    url, user_part = split_user(checked_address(address))
    if user_part:
        return url, from_user_part(user_part)
    parts = urlsplit(url)
    query = parse_qsl(parts.query, keep_blank_values=True)
    secret = next(((n, v) for n, v in query if v and _SECRET_PARAMETER.fullmatch(n)), None)
    if secret is None:
        return url, None
    rest = urlencode([pair for pair in query if pair != secret])
    return urlunsplit(parts._replace(query=rest)), Credentials("query", *secret)


async def add_feed(conn: AsyncConnection, new: NewFeed, now: datetime) -> int:
    """Watch a feed, due at once; one of the catalogue that was removed comes back.

    Raises UsageError when it is watched already.
    """
    wanted = normalise(new.url)
    for row in await conn.execute(select(feed.c.id, feed.c.url, feed.c.state)):
        if normalise(row.url) != wanted:
            continue
        if row.state == "removed":
            await _bring_back(conn, row.id, new, now)
            return int(row.id)
        hint = "" if row.state == "active" else f", and {row.state}"
        how = "" if row.state == "active" else f" `exportnews feeds resume {row.id}` watches it."
        raise UsageError(f"This feed is there already, as number {row.id}{hint}.{how}")
    publication_id = await put_publication(
        conn, new.publication or host_of(new.url), new.publication_url
    )
    row = await conn.execute(
        insert(feed)
        .values(
            publication_id=publication_id,
            url=new.url,
            kind=new.kind,
            title=new.title or None,
            show=new.show,
            origin="operator",
            every_seconds=int(new.every.total_seconds()),
            credentials=new.credentials,
            options={"select": dict(new.select)} if new.select else {},
            next_poll_at=now,
            created_at=now,
        )
        .returning(feed.c.id)
    )
    return int(row.scalar_one())


async def _bring_back(conn: AsyncConnection, feed_id: int, new: NewFeed, now: datetime) -> None:
    """Watch a removed feed again, from now on: what it published meanwhile is history."""
    await conn.execute(
        update(feed)
        .where(feed.c.id == feed_id)
        .values(
            state="active",
            state_reason=None,
            show=new.show,
            every_seconds=int(new.every.total_seconds()),
            credentials=new.credentials,
            next_poll_at=now,
            baseline_at=None,
            etag=None,
            last_modified=None,
            body_hash=None,
            failures=0,
            failing_since=None,
            last_error=None,
            reported=None,
        )
    )


async def find(conn: AsyncConnection, word: str) -> FeedHealth:
    """Give the feed that `word` means: its number, its address, or its publication's name.

    Raises UsageError when there is none, or more than one.
    """
    feeds = await list_feeds(conn)
    bare = word.strip().removeprefix("#")
    by_number = [one for one in feeds if str(one.id) == bare]
    by_url = [one for one in feeds if normalise(one.url) == normalise(shown(word.strip()))]
    by_name = [one for one in feeds if one.publication.lower() == word.strip().lower()]
    found = by_number or by_url or by_name
    if len(found) == 1:
        return found[0]
    if not found:
        word = shown(word) if "://" in word else word
        raise UsageError(f"There is no feed {word!r}; `exportnews feeds list` shows them.")
    numbers = ", ".join(str(one.id) for one in found)
    raise UsageError(f"{word!r} has several feeds; give one's number: {numbers}.")


async def remove_feed(conn: AsyncConnection, one: FeedHealth) -> None:
    """Watch a feed no more. Its entries stay.

    A feed of the catalogue is kept as removed, so that the catalogue does not bring it back.
    """
    own = feed.c.id == one.id
    if one.origin == "catalogue":
        await set_state(conn, one, "removed", "Removed by an operator.")
    else:
        await conn.execute(delete(feed).where(own))


async def set_state(conn: AsyncConnection, one: FeedHealth, state: str, reason: str) -> None:
    """Set a feed's state (`paused`, `removed`), with the reason in words."""
    await conn.execute(
        update(feed).where(feed.c.id == one.id).values(state=state, state_reason=reason)
    )


async def resume_feed(conn: AsyncConnection, one: FeedHealth, now: datetime) -> None:
    """Poll a feed again, at once."""
    await conn.execute(
        update(feed)
        .where(feed.c.id == one.id)
        .values(
            state="active",
            state_reason=None,
            next_poll_at=now,
            failures=0,
            failing_since=None,
            reported=None,
        )
    )


async def list_feeds(conn: AsyncConnection) -> tuple[FeedHealth, ...]:
    """Give every feed with its health: what needs a look first, then by publication."""
    counted = (
        select(entry.c.feed_id, func.count().label("entries")).group_by(entry.c.feed_id).subquery()
    )
    rows = await conn.execute(
        select(
            feed,
            publication.c.name.label("publication_name"),
            publication.c.url.label("publication_url"),
            func.coalesce(counted.c.entries, 0).label("entries"),
        )
        .join(publication, publication.c.id == feed.c.publication_id)
        .outerjoin(counted, counted.c.feed_id == feed.c.id)
        .where(or_(feed.c.state != "removed", feed.c.origin != "catalogue"))
    )
    feeds = [_health(row) for row in rows]
    return tuple(sorted(feeds, key=lambda one: (one.healthy, one.publication.lower(), one.id)))


def _health(row: Row[Any]) -> FeedHealth:
    active = row.state == "active"
    return FeedHealth(
        id=row.id,
        publication=row.publication_name,
        title=row.title or "",
        url=row.url,
        kind=row.kind,
        show=row.show,
        every=timedelta(seconds=row.every_seconds),
        state="retired" if active and row.reported == "retired" else row.state,
        state_reason=row.state_reason or "",
        origin=row.origin,
        entries=row.entries,
        last_success_at=row.last_success_at,
        last_change_at=row.last_change_at,
        newest_entry_at=row.newest_entry_at,
        next_poll_at=row.next_poll_at if active else None,
        last_error=row.last_error or "",
        failing_since=row.failing_since,
        failures=row.failures,
        silent=row.reported == "silent",
        pushed=row.hub_lease_until is not None,
        home=row.publication_url or "",
        select=(row.options or {}).get("select") or {},
    )


def as_outline(one: FeedHealth) -> Outline:
    """Give a feed as OPML lists it."""
    return Outline(
        url=one.url,
        title=one.title or one.publication,
        home=one.home,
        publication=one.publication,
        kind=one.kind,
        show=one.show,
        every=one.every,
        select=one.select,
    )
