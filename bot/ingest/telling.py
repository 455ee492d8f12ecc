"""Who is told of what was just understood: of each entry by itself, or of many in one message.

A message for many is gathered in `collected` first, channel by channel, and owed with the last
part of the batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.feeds.model import NewEntries
from bot.news.model import Analysis
from bot.storage import dialects
from bot.storage.tables import collected
from bot.subscriptions.gathering import OwedSummary, in_parts, listed, owe, take_collected
from bot.subscriptions.matching import (
    StoredEntry,
    collect_for_catch_up,
    collect_for_digests,
    owe_alerts,
)
from bot.subscriptions.quiet import quiet_for, quiet_now
from bot.subscriptions.summary import Cause

_LEFT_FOR = timedelta(minutes=15)
"""Longer than a feed's lease: whoever gathered has lost it since."""


async def tell(
    conn: AsyncConnection, news: Sequence[StoredEntry], batch: NewEntries[Analysis], now: datetime
) -> int:
    """Owe `news` to those who want it, in the way that the batch asks for, and give the number of
    messages. Digests get what a channel was not told of at once, so they come last."""
    if batch.catch_up or batch.flood:
        owed = await _tell_together(conn, news, batch, now)
    else:
        quiet = await quiet_now(conn, now) if news else ()
        owed = sum([await owe_alerts(conn, stored, now, quiet) for stored in news])
    for stored in news:
        await collect_for_digests(conn, stored, now)
    return owed


async def _tell_together(
    conn: AsyncConnection, news: Sequence[StoredEntry], batch: NewEntries[Analysis], now: datetime
) -> int:
    for stored in news:
        await collect_for_catch_up(conn, stored, now)
    if batch.more:
        return 0
    return await _owe_collected(conn, true(), "flood" if batch.flood else "outage", now)


async def owe_left_over(conn: AsyncConnection, now: datetime) -> int:
    """Owe what was gathered for a message whose last part never came, because its worker died and
    too little was left for the next poll to gather. Gives the number of messages.

    Call it in a writing transaction, every minute or so.
    """
    left = collected.c.at < now - _LEFT_FOR
    waits = exists().where(collected.c.told_at.is_(None), collected.c.mode == "instant", left)
    if not await conn.scalar(select(waits)):
        return 0
    await dialects.serialise_ingest(conn)
    return await _owe_collected(conn, left, "outage", now)


async def _owe_collected(
    conn: AsyncConnection, where: ColumnElement[bool], cause: Cause, now: datetime
) -> int:
    gathered = await take_collected(conn, (collected.c.mode == "instant") & where, now)
    quiet = await quiet_for(conn, gathered, now)
    owed = [
        part
        for channel_id, stories in gathered.items()
        for part in in_parts(
            OwedSummary(
                channel_id,
                "catch-up",
                f"catch-up:{max(story.entry_id for story in stories)}",
                listed(cause, stories),
                quiet.get(channel_id),
            )
        )
    ]
    return await owe(conn, owed, now)
