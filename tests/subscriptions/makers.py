"""Factories: stored entries as the feeds room leaves them, and what was understood of them."""

from __future__ import annotations

import hashlib
import itertools
import random
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.feeds.identity import article_number, identify
from bot.feeds.model import FeedEntry, FeedRecord, NewEntry
from bot.news.model import Analysis, Evidence, TopicMatch
from bot.storage import dialects
from bot.storage.database import Database
from bot.storage.positions import allocate
from bot.storage.tables import delivery, entry, entry_key, feed, publication
from bot.subscriptions.model import Actor, ChannelRef

ANN = Actor("U1", "Ann")
_numbers = itertools.count(1)
_SYLLABLES = [c + v for c in "bdfgklmnprstvz" for v in "aeiou"]


def slack(channel: str = "C1", workspace: str = "T1") -> ChannelRef:
    return ChannelRef("slack", workspace, channel, name=channel.lower())


def topic(name: str, score: float = 0.9) -> TopicMatch:
    return TopicMatch(name, score, main=True, evidence=(Evidence(name, 0, len(name), "title"),))


def understood(*topics: str | TopicMatch, **more: Any) -> Analysis:
    matches = tuple(topic(t) if isinstance(t, str) else t for t in topics)
    return Analysis(topics=matches, **more)


async def make_feed(conn: AsyncConnection, now: datetime, name: str = "Trade Daily") -> FeedRecord:
    """A publication with one feed, read a moment ago."""
    publication_id = (
        await conn.execute(insert(publication).values(name=name).returning(publication.c.id))
    ).scalar_one()
    url = f"https://{name.lower().replace(' ', '-')}.example/feed"
    feed_id = (
        await conn.execute(
            insert(feed)
            .values(
                publication_id=publication_id,
                url=url,
                next_poll_at=now,
                created_at=now,
                last_success_at=now,
            )
            .returning(feed.c.id)
        )
    ).scalar_one()
    return FeedRecord(feed_id, publication_id, name, url, "feed", "headline", timedelta(minutes=10))


async def store(
    conn: AsyncConnection,
    source: FeedRecord,
    found: FeedEntry,
    prepared: Analysis,
    now: datetime,
    *,
    history: bool = False,
) -> NewEntry[Analysis]:
    """An entry's row, as the poller leaves it to ingest."""
    published = found.published or now
    (position,) = await allocate(conn, [published])
    entry_id = (
        await conn.execute(
            insert(entry)
            .values(
                position=position,
                publication_id=source.publication_id,
                feed_id=source.id,
                link=found.link,
                title=found.title,
                article_number=article_number(found.link) or None,
                document_number=found.document_number or None,
                summary=found.summary,
                content=found.content,
                published_at=published,
                first_seen_at=now,
                text_hash=hashlib.sha256(found.text.encode()).hexdigest(),
                history=history,
            )
            .returning(entry.c.id)
        )
    ).scalar_one()
    known = identify([found], publication_id=source.publication_id, feed_id=source.id, rule="link")
    for key in known[0].keys:
        await conn.execute(
            dialects.insert(conn, entry_key)
            .values(scope=key.scope, kind=key.kind, key=key.key, entry_id=entry_id)
            .on_conflict_do_nothing()
        )
    return NewEntry(entry_id, found, now, prepared)


def article(title: str = "", **more: Any) -> FeedEntry:
    """An article that is like no other, unless it is given the same title and summary."""
    number = next(_numbers)
    rng = random.Random(number)
    words = ["".join(rng.choices(_SYLLABLES, k=3)) for _ in range(12)]
    return FeedEntry(
        title=title or " ".join(words[:5]).title(),
        link=more.pop("link", f"https://trade.example/{number}"),
        summary=more.pop("summary", f"{' '.join(words).capitalize()}."),
        **more,
    )


async def deliveries(db: Database, **where: Any) -> Sequence[Row[Any]]:
    """All deliveries with these values, by channel and position."""
    async with db.read() as conn:
        query = select(delivery).order_by(delivery.c.channel_id, delivery.c.position, delivery.c.id)
        for name, value in where.items():
            query = query.where(delivery.c[name] == value)
        return (await conn.execute(query)).all()


def by_channel(rows: Iterable[Row[Any]]) -> Mapping[int, list[str]]:
    found: dict[int, list[str]] = {}
    for row in rows:
        found.setdefault(row.channel_id, []).append(row.reasons)
    return found
