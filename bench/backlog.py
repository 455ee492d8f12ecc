"""What a claim costs when much is owed: `python -m bench.backlog [--channels 100000]`.

One huge workspace and 99 small ones on PostgreSQL; measured are a look for what is due, one past
the huge workspace, a claim of 100 channels, the look for what is next, and the room a delivery
takes.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.delivery import claims
from bot.delivery.due import look, next_due
from bot.storage.database import Database
from tests.support.databases import PostgresServer

RUNS = 9
SMALL = 99

_WORKSPACES = """INSERT INTO workspace (platform, external_id, name, settings, installed_at)
    SELECT 'slack', 'T' || n, '', '{}', now() FROM generate_series(1, 100) AS n"""
_CHANNELS = """INSERT INTO channel (workspace_id, external_id, name, kind, timezone, digest_at,
        digest_weekday, urgent_topics, min_score, wants_updates, created_at)
    SELECT CASE WHEN n % 10 = 0 THEN 2 + n % 99 ELSE 1 END, 'C' || n, '', 'channel', 'UTC', '08:00',
        0, '[]', 0.5, false, now() FROM generate_series(1, :channels) AS n"""
_DELIVERIES = """INSERT INTO delivery (channel_id, workspace_id, kind, subject, reasons, state,
        position, due_at, attempts, unknown, created_at)
    SELECT id, workspace_id, 'alert', 'story:' || :story, 'topic:entity-list', :state, :story,
        now(), 0, false, now()
    FROM channel"""


class Undo(Exception):
    """Rolls a run back."""


async def median(
    db: Database, act: Callable[[AsyncConnection, datetime], Awaitable[object]]
) -> float:
    """Give the median milliseconds of `act`, each run rolled back."""
    took = []
    for _ in range(RUNS):
        try:
            async with db.write() as conn:
                now = await db.now(conn)
                began = time.perf_counter()
                await act(conn, now)
                took.append((time.perf_counter() - began) * 1000)
                raise Undo
        except Undo:
            pass
    return statistics.median(took)


async def seen(conn: AsyncConnection, now: datetime, without: tuple[int, ...] = ()) -> list[int]:
    found = await look(conn, now, platforms=["slack"], without=without)
    return [one.channel_id for one in found.candidates]


async def claim(conn: AsyncConnection, now: datetime, ids: list[int]) -> None:
    found = await claims.claim(
        conn, "bench", now, ids, platforms=["slack"], lease=timedelta(seconds=90)
    )
    assert len(found) == 100, len(found)


async def run(url: str, channels: int) -> None:
    db = Database(url)
    async with db.write() as conn:
        await conn.execute(text(_WORKSPACES))
        await conn.execute(text(_CHANNELS), {"channels": channels})
    await add(db, 1, "sent")
    await add(db, 2, "sent")
    print(f"{channels} channels, nine tenths of them in one workspace")
    for story in range(3, 3 + 10):
        await add(db, story, "pending")
        if story in (3, 12):
            owed = channels * (story - 2)
            async with db.read() as conn:
                listed = (await seen(conn, await db.now(conn)))[:100]
            one_look = await median(db, seen)
            past = await median(db, partial(seen, without=(1,)))
            one = await median(db, partial(claim, ids=listed))
            due = await median(db, lambda conn, now: next_due(conn, now, ["slack"]))
            print(
                f"{owed:>9} owed: a look {one_look:.0f} ms, past the huge workspace {past:.0f} ms, "
                f"a claim of 100 {one:.0f} ms, the look for what is next {due:.0f} ms"
            )
    async with db.read() as conn:
        size = "SELECT pg_total_relation_size('delivery') / count(*) FROM delivery"
        print(f"a delivery takes {await conn.scalar(text(size))} bytes with its indexes")
    await db.close()


async def add(db: Database, story: int, state: str) -> None:
    async with db.write() as conn:
        await conn.execute(text(_DELIVERIES), {"story": story, "state": state})
    async with db.engine.connect() as plain:
        conn = await plain.execution_options(isolation_level="AUTOCOMMIT")
        await conn.execute(text("VACUUM ANALYZE delivery"))
        await conn.execute(text("VACUUM ANALYZE channel"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--channels", type=int, default=100_000)
    asked = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="exportnews-backlog-") as folder,
        PostgresServer.start(Path(folder)) as server,
    ):
        asyncio.run(run(server.url(server.create_database()), asked.channels))


if __name__ == "__main__":
    main()
