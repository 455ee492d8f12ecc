"""Quiet hours: alerts wait until they end, and then come as one message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage import dialects
from bot.storage.tables import channel, delivery
from bot.subscriptions.gathering import CHUNK, Gathered, gather_alerts
from bot.subscriptions.rules import parse_reasons
from bot.subscriptions.times import quiet_until

GRACE = timedelta(minutes=15)
"""How long after the end of quiet hours a held alert becomes due by itself, should no worker
have put it into the one message by then."""

_MAX_AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class QuietNow:
    """Quiet hours, as any number of channels have them, that hold at the moment."""

    timezone: str
    quiet_from: str
    quiet_to: str
    until: datetime


async def quiet_now(conn: AsyncConnection, now: datetime) -> Sequence[QuietNow]:
    """Give the quiet hours that hold at `now`, each of their kind once."""
    kinds = await conn.execute(
        select(channel.c.timezone, channel.c.quiet_from, channel.c.quiet_to)
        .where(channel.c.quiet_from.is_not(None))
        .distinct()
    )
    found = []
    for kind in kinds:
        until = quiet_until(kind.quiet_from, kind.quiet_to, kind.timezone, now)
        if until is not None:
            found.append(QuietNow(kind.timezone, kind.quiet_from, kind.quiet_to, until))
    return found


async def quiet_for(
    conn: AsyncConnection, gathered: Mapping[int, Sequence[Gathered]], now: datetime
) -> Mapping[int, datetime]:
    """Give, of the channels that are to be told of these stories, those for which quiet hours
    hold at `now`, and until when (UTC). What is urgent to a channel does not wait."""
    found: dict[int, datetime] = {}
    ids = list(gathered)
    for first in range(0, len(ids), CHUNK):
        rows = await conn.execute(
            select(
                channel.c.id,
                channel.c.timezone,
                channel.c.quiet_from,
                channel.c.quiet_to,
                channel.c.urgent_topics,
            ).where(channel.c.id.in_(ids[first : first + CHUNK]), channel.c.quiet_from.is_not(None))
        )
        for row in rows:
            until = quiet_until(row.quiet_from, row.quiet_to, row.timezone, now)
            urgent = {("topic", topic) for topic in row.urgent_topics}
            reasons = {pair for story in gathered[row.id] for pair in parse_reasons(story.reasons)}
            if until is not None and not reasons & urgent:
                found[row.id] = until
    return found


async def release_held(conn: AsyncConnection, now: datetime) -> int:
    """Release the alerts whose quiet hours are over: one message a channel. Gives their number.

    Call it in a writing transaction, every minute or so; what is too much for one call comes
    with the next.
    """
    released = await gather_alerts(
        conn,
        delivery.c.held_until <= now,
        now,
        kind="held",
        cause="quiet",
        limit=_MAX_AT_ONCE,
    )
    if released:
        await dialects.wake(conn, "deliveries")
    return released
