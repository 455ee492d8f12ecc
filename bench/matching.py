"""One story to 10,000 channels: matched and enqueued by one statement, beside a bulk insert.

    python -m bench.matching [--channels 10000] [--runs 7]

The peer reads the same subscriptions, applies the same rules in Python and inserts the deliveries
in batches of 500 with SQLAlchemy's insertmanyvalues, the quickest way it has. Both run in turn in
one process, on the same database, each in a transaction that is rolled back; medians are shown.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, insert, or_, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage import dialects
from bot.storage.database import Database
from bot.storage.tables import (
    channel,
    delivery,
    entry,
    entry_topic,
    publication,
    story,
    subscription,
    workspace,
)
from bot.subscriptions.matching import StoredEntry, owe_alerts
from tests.support.databases import PostgresServer, make_sqlite_template

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
TOPICS = ("chip-controls", "entity-list", "trade-secrets", "sanctions", "enforcement")
PER_ENTRY = 3
WORKSPACES = 100

Enqueue = Callable[[AsyncConnection, StoredEntry], Awaitable[int]]


class Undo(Exception):
    """Rolls a run back."""


async def settle(db: Database, channels: int) -> StoredEntry:
    """Every channel has every topic; the entry has three of the five."""
    async with db.write() as conn:
        for number in range(WORKSPACES):
            await conn.execute(
                insert(workspace).values(
                    platform="slack", external_id=f"T{number}", installed_at=NOW
                )
            )
        spaces = list(await conn.scalars(select(workspace.c.id)))
        for first in range(0, channels, 500):
            await conn.execute(
                insert(channel),
                [
                    {
                        "workspace_id": spaces[number % WORKSPACES],
                        "external_id": f"C{number}",
                        "created_at": NOW,
                    }
                    for number in range(first, min(first + 500, channels))
                ],
            )
        ids = list(await conn.scalars(select(channel.c.id)))
        wishes = [
            {
                "channel_id": channel_id,
                "kind": "topic",
                "target": topic,
                "mode": "instant",
                "created_at": NOW,
            }
            for channel_id in ids
            for topic in TOPICS
        ]
        for first in range(0, len(wishes), 1000):
            await conn.execute(insert(subscription), wishes[first : first + 1000])
        entry_id, story_id = await publish(conn)
    if not db.is_sqlite:  # PostgreSQL does it by itself before long; SQLite never does
        async with db.write() as conn:
            await conn.execute(text("ANALYZE"))
    return StoredEntry(entry_id, story_id, 1, "new")


async def publish(conn: AsyncConnection) -> tuple[int, int]:
    made = insert(publication).values(name="Trade Daily").returning(publication.c.id)
    publication_id = (await conn.execute(made)).scalar_one()
    told = insert(story).values(title="t", started_at=NOW, updated_at=NOW).returning(story.c.id)
    story_id = (await conn.execute(told)).scalar_one()
    stored = insert(entry).values(
        position=1,
        publication_id=publication_id,
        story_id=story_id,
        title="t",
        published_at=NOW,
        first_seen_at=NOW,
        text_hash="",
    )
    entry_id = (await conn.execute(stored.returning(entry.c.id))).scalar_one()
    for topic in TOPICS[:PER_ENTRY]:
        await conn.execute(insert(entry_topic).values(entry_id=entry_id, topic=topic, score=0.9))
    return entry_id, story_id


async def by_statement(conn: AsyncConnection, stored: StoredEntry) -> int:
    return await owe_alerts(conn, stored, NOW)


async def by_bulk_insert(conn: AsyncConnection, stored: StoredEntry) -> int:
    has = entry_topic.c.entry_id == stored.id
    topics = await conn.execute(select(entry_topic.c.topic, entry_topic.c.score).where(has))
    scores = {row.topic: row.score for row in topics}
    wishes = await conn.execute(
        select(
            subscription.c.channel_id,
            channel.c.workspace_id,
            subscription.c.target,
            func.coalesce(subscription.c.min_score, channel.c.min_score).label("least"),
        )
        .join(channel, channel.c.id == subscription.c.channel_id)
        .join(workspace, workspace.c.id == channel.c.workspace_id)
        .where(
            subscription.c.kind == "topic",
            subscription.c.target.in_(list(scores)),
            subscription.c.mode == "instant",
            or_(subscription.c.muted_until.is_(None), subscription.c.muted_until <= NOW),
            workspace.c.removed_at.is_(None),
        )
    )
    reasons: dict[tuple[int, int], list[str]] = {}
    for channel_id, workspace_id, target, least in wishes:
        if scores[target] >= least:
            reasons.setdefault((channel_id, workspace_id), []).append(f"topic:{target}")
    rows = [
        {
            "channel_id": channel_id,
            "workspace_id": workspace_id,
            "story_id": stored.story_id,
            "entry_id": stored.id,
            "kind": "alert",
            "subject": f"story:{stored.story_id}",
            "reasons": ",".join(sorted(found)),
            "position": stored.position,
            "due_at": NOW,
            "created_at": NOW,
        }
        for (channel_id, workspace_id), found in reasons.items()
    ]
    for first in range(0, len(rows), 500):
        await conn.execute(
            dialects.insert(conn, delivery).on_conflict_do_nothing(), rows[first : first + 500]
        )
    return len(rows)


async def timed(db: Database, stored: StoredEntry, enqueue: Enqueue, channels: int) -> float:
    took = 0.0
    try:
        async with db.write() as conn:
            started = time.perf_counter()
            count = await enqueue(conn, stored)
            took = time.perf_counter() - started
            assert count == channels, (count, channels)
            raise Undo
    except Undo:
        return took


async def compare(url: str, name: str, channels: int, runs: int) -> None:
    db = Database(url)
    stored = await settle(db, channels)
    seconds: dict[str, list[float]] = {"statement": [], "bulk": []}
    for _ in range(runs):
        seconds["statement"].append(await timed(db, stored, by_statement, channels))
        seconds["bulk"].append(await timed(db, stored, by_bulk_insert, channels))
    await db.close()
    one, other = (statistics.median(seconds[kind]) for kind in ("statement", "bulk"))
    print(
        f"{name:<11} {channels} channels: one INSERT ... SELECT {one * 1000:.0f} ms, "
        f"bulk insert from Python {other * 1000:.0f} ms, {other / one:.1f} times as fast"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--channels", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=7)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = make_sqlite_template(Path(folder))
        asyncio.run(compare(f"sqlite+aiosqlite:///{path}", "SQLite", wanted.channels, wanted.runs))
        with PostgresServer.start(Path(folder) / "pg") as server:
            url = server.url(server.create_database())
            asyncio.run(compare(url, "PostgreSQL", wanted.channels, wanted.runs))


if __name__ == "__main__":
    main()
