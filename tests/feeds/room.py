"""A small user of the poller: keeps what it is handed, as the rooms above would."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.feeds.catalogue import put_publication
from bot.feeds.fetcher import Fetcher
from bot.feeds.model import FeedEntry, FeedRecord, IngestOutcome, NewEntries, Notice
from bot.feeds.parsing import ParserPool
from bot.feeds.poller import Poller
from bot.feeds.report import PollReport
from bot.storage.database import Database
from bot.storage.tables import entry, feed
from tests.support.clock import SetClock
from tests.support.newsroom import Newsroom, open_newsroom


@dataclass
class Desk:
    """Takes over what the poller finds; can be told to fail, always or at one of its batches, or
    to do something `between` two of them."""

    batches: list[NewEntries[str]] = field(default_factory=list)
    prepared: list[str] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    fails: bool = False
    fails_at: int | None = None
    between: Callable[[], Awaitable[None]] | None = None

    async def prepare(self, feed: FeedRecord, entries: Sequence[FeedEntry]) -> Sequence[str]:
        if self.between and self.batches:
            await self.between()
        self.prepared += [one.title for one in entries]
        return [one.title.upper() for one in entries]

    async def ingest(
        self, conn: AsyncConnection, feed: FeedRecord, batch: NewEntries[str]
    ) -> IngestOutcome:
        if not (batch.new or batch.edited or batch.more):
            return IngestOutcome(0)
        if self.fails or len(self.batches) == self.fails_at:
            raise ZeroDivisionError
        self.batches.append(batch)
        return IngestOutcome(0 if batch.history else len(batch.new))

    async def notify(self, conn: AsyncConnection, notice: Notice) -> None:
        self.notices.append(notice)

    @property
    def alerted(self) -> list[str]:
        """Titles of everything that was not history."""
        return [n.entry.title for b in self.batches if not b.history for n in b.new]


@dataclass
class Room:
    """A newsroom, a database, a desk and a poller between them."""

    db: Database
    clock: SetClock
    newsroom: Newsroom
    fetcher: Fetcher
    desk: Desk
    poller: Poller[str]

    def another_poller(self, worker: str = "other") -> Poller[str]:
        return make_poller(self.db, self.fetcher, self.desk, worker)

    async def add(self, url: str, name: str = "Trade Wire", **columns: object) -> int:
        """Put a feed into the database, due now."""
        async with self.db.write() as conn:
            publication_id = await put_publication(conn, name)
            values = {
                "publication_id": publication_id,
                "url": url,
                "next_poll_at": self.clock(),
                "created_at": self.clock(),
                **columns,
            }
            row = await conn.execute(insert(feed).values(values).returning(feed.c.id))
            return int(row.scalar_one())

    async def poll(self, feed_id: int | None = None) -> PollReport:
        """Poll one feed, or all of them, due or not."""
        if feed_id is not None:
            return await self.poller.poll_feed(feed_id)
        self.clock.advance(hours=1)
        return await self.poller.poll_due()

    async def feed(self, feed_id: int) -> dict[str, object]:
        async with self.db.read() as conn:
            row = (await conn.execute(select(feed).where(feed.c.id == feed_id))).one()
        return dict(row._mapping)

    async def titles(self) -> list[str]:
        """Titles of all stored entries, newest first."""
        async with self.db.read() as conn:
            rows = await conn.execute(select(entry.c.title).order_by(entry.c.position.desc()))
            return list(rows.scalars())


def make_poller(db: Database, fetcher: Fetcher, desk: Desk, worker: str) -> Poller[str]:
    return Poller(
        db,
        fetcher,
        prepare=desk.prepare,
        ingest=desk.ingest,
        notify=desk.notify,
        worker=worker,
        parser=ParserPool(processes=0),
        rng=random.Random(1),
    )


@asynccontextmanager
async def open_room(db: Database, clock: SetClock) -> AsyncIterator[Room]:
    async with open_newsroom() as newsroom, Fetcher(allow_private=True) as fetcher:
        desk = Desk()
        yield Room(db, clock, newsroom, fetcher, desk, make_poller(db, fetcher, desk, "one"))
