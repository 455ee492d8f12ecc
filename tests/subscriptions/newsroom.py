"""A newsroom for tests: entries published in a feed and taken in, as the poller does it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, update

from bot.feeds.model import EditedEntry, FeedEntry, FeedRecord, NewEntries
from bot.ingest import NewsIngest
from bot.news.analyst import Analyst
from bot.news.model import Analysis
from bot.news.taxonomy import load_taxonomy
from bot.storage import dialects
from bot.storage.database import Database
from bot.storage.tables import delivery, entry
from bot.subscriptions.digests import owe_digests
from bot.subscriptions.model import ChannelRef
from bot.subscriptions.quiet import release_held
from bot.subscriptions.service import Subscriptions
from tests.subscriptions.makers import deliveries, make_feed, slack, store
from tests.support.clock import SetClock


@dataclass
class Newsroom:
    """One feed, and what came of publishing in it."""

    db: Database
    clock: SetClock
    news: NewsIngest
    door: Subscriptions
    feed: FeedRecord

    async def publish(
        self,
        *items: tuple[FeedEntry, Analysis],
        feed: FeedRecord | None = None,
        history: bool = False,
        catch_up: bool = False,
        flood: bool = False,
    ) -> list[int]:
        """Take one batch in, as a poll would; gives the entries' ids, in the given order."""
        source = feed or self.feed
        async with self.db.write() as conn:
            await dialects.serialise_ingest(conn)
            new = [
                await store(conn, source, found, prepared, self.clock(), history=history)
                for found, prepared in items
            ]
            batch = NewEntries(tuple(new[::-1]), (), history, catch_up, flood)
            await self.news.ingest(conn, source, batch)
        return [one.id for one in new]

    async def edit(
        self, entry_id: int, after: FeedEntry, prepared: Analysis, *, substance: bool = True
    ) -> None:
        await self.edit_all((entry_id, after, prepared), substance=substance)

    async def edit_all(
        self, *edits: tuple[int, FeedEntry, Analysis], substance: bool = True
    ) -> None:
        """Take several edits in at once, as a poll would."""
        async with self.db.write() as conn:
            for entry_id, after, _ in edits:
                await conn.execute(
                    update(entry)
                    .where(entry.c.id == entry_id)
                    .values(title=after.title, summary=after.summary, text_hash=f"{hash(after)}")
                )
            edited = tuple(EditedEntry(id_, after, after, substance, p) for id_, after, p in edits)
            await self.news.ingest(conn, self.feed, NewEntries(edited=edited))

    async def sent(self, ref: ChannelRef) -> None:
        """Mark all that a channel is owed as sent."""
        settings = await self.door.settings(ref)
        assert settings is not None
        async with self.db.write() as conn:
            await conn.execute(
                update(delivery)
                .where(delivery.c.channel_id == settings.id)
                .values(state="sent", sent_at=self.clock())
            )

    async def sent_if_due(self, ref: ChannelRef) -> None:
        """Mark what a channel is owed and what is due as sent, as the dispatcher would."""
        settings = await self.door.settings(ref)
        assert settings is not None
        async with self.db.write() as conn:
            await conn.execute(
                update(delivery)
                .where(
                    delivery.c.channel_id == settings.id,
                    delivery.c.state == "pending",
                    delivery.c.due_at <= self.clock(),
                )
                .values(state="sent", sent_at=self.clock())
            )

    async def owed(self, ref: ChannelRef = slack(), **where: Any) -> Sequence[Row[Any]]:  # noqa: B008
        settings = await self.door.settings(ref)
        assert settings is not None
        return await deliveries(self.db, channel_id=settings.id, **where)

    async def digest(self) -> int:
        async with self.db.write() as conn:
            return await owe_digests(conn, self.clock())

    async def release(self) -> None:
        async with self.db.write() as conn:
            await release_held(conn, self.clock())


async def open_newsroom(db: Database, clock: SetClock, name: str = "Trade Daily") -> Newsroom:
    async with db.write() as conn:
        feed = await make_feed(conn, clock(), name)
    taxonomy = load_taxonomy()
    return Newsroom(db, clock, NewsIngest(db, Analyst(taxonomy)), Subscriptions(db, taxonomy), feed)
