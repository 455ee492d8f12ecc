"""What the console shows of the whole: why entries have their topics, who gets what, trends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, case, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.news.model import WHOLE
from bot.news.taxonomy import Taxonomy
from bot.storage.tables import channel, entry, entry_topic, workspace
from bot.subscriptions.model import ChannelSettings
from bot.subscriptions.store import DIRECT, load_channels

WEEK = timedelta(days=7)
MOST_CHANNELS = 500
PHRASES = 4


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an entry has a topic: the phrases that were found, as they stand in its text."""

    topic: str
    phrases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trend:
    """How many entries a topic had in each week, the oldest week first."""

    topic: str
    weeks: tuple[int, ...]

    @property
    def total(self) -> int:
        """All of the time together."""
        return sum(self.weeks)


async def reasons(
    conn: AsyncConnection, entry_ids: Sequence[int]
) -> Mapping[int, tuple[Reason, ...]]:
    """Give why each of these entries has its topics, the surest topic first."""
    rows = await conn.execute(
        select(entry_topic.c.entry_id, entry_topic.c.topic, entry_topic.c.evidence)
        .where(entry_topic.c.entry_id.in_(entry_ids))
        .order_by(entry_topic.c.score.desc(), entry_topic.c.topic)
    )
    found: dict[int, tuple[Reason, ...]] = {}
    for row in rows:
        phrases = dict.fromkeys(
            WHOLE if each.get("whole") else str(each.get("text", "")) for each in row.evidence
        )
        reason = Reason(row.topic, tuple(phrases)[:PHRASES])
        found[row.entry_id] = (*found.get(row.entry_id, ()), reason)
    return found


async def channels(conn: AsyncConnection, taxonomy: Taxonomy) -> tuple[ChannelSettings, ...]:
    """Give the channels of every workspace and what they get, 500 at most.

    What people get in their own direct messages is theirs, and is left out.
    """
    shared = and_(workspace.c.removed_at.is_(None), channel.c.kind != DIRECT)
    first = (
        select(channel.c.id)
        .join(workspace)
        .where(shared)
        .order_by(channel.c.name, channel.c.id)
        .limit(MOST_CHANNELS)
    )
    return await load_channels(conn, taxonomy, channel.c.id.in_(first))


async def topic_weeks(conn: AsyncConnection, now: datetime, weeks: int) -> tuple[Trend, ...]:
    """Count the entries of each topic in each of the last `weeks` weeks of seven days."""
    starts = [now - WEEK * back for back in range(weeks, 0, -1)]
    sums = [
        func.sum(
            case((and_(entry.c.published_at > start, entry.c.published_at <= start + WEEK), 1))
        ).label(f"week_{number}")
        for number, start in enumerate(starts)
    ]
    rows = await conn.execute(
        select(entry_topic.c.topic, *sums)
        .join_from(entry_topic, entry)
        .where(entry.c.published_at > starts[0], entry.c.published_at <= now)
        .where(entry.c.retracted_at.is_(None))
        .group_by(entry_topic.c.topic)
    )
    found = [Trend(row[0], tuple(int(number or 0) for number in row[1:])) for row in rows]
    return tuple(sorted(found, key=lambda trend: (-trend.total, trend.topic)))
