"""The digest of any span, asked for now: nothing is owed by it and nothing counts as told."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import and_, func, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import UsageError
from bot.storage.tables import entry, entry_topic, entry_watch, subscription
from bot.subscriptions.digests import coverage, weights
from bot.subscriptions.gathering import Gathered, listed
from bot.subscriptions.model import ChannelSettings
from bot.subscriptions.summary import MAX_ITEMS, Summary

MAX_DAYS = 90
_MAX_ROWS = 5000


async def digest_of_span(
    conn: AsyncConnection, channel: ChannelSettings, now: datetime, *, days: int
) -> Summary:
    """Give what the channel asks for, in any mode, out of the last `days` (1 to 90) by time of
    publication; what many report first. Raises UsageError for another number of days."""
    if not 1 <= days <= MAX_DAYS:
        raise UsageError(f"A digest looks back over 1 to {MAX_DAYS} days.")
    since = now - timedelta(days=days)
    stories = await _stories(conn, channel, since, now)
    reports = await weights(conn, [story.story_id for story in stories])
    stories.sort(key=lambda story: (-reports[story.story_id], -story.position))
    return replace(
        listed("digest", stories[:MAX_ITEMS]),
        more=max(len(stories) - MAX_ITEMS, 0),
        since=since,
        until=now,
        coverage=await coverage(conn, since, now),
    )


async def _stories(
    conn: AsyncConnection, channel: ChannelSettings, since: datetime, now: datetime
) -> list[Gathered]:
    """Give one entry for each story, the first that matched, with all the story's reasons."""
    least = func.coalesce(subscription.c.min_score, channel.min_score)
    within = (
        subscription.c.channel_id == channel.id,
        entry.c.published_at > since,
        entry.c.published_at <= now,
        entry.c.story_id.is_not(None),
    )
    columns = (
        entry.c.id,
        entry.c.story_id,
        entry.c.position,
        (subscription.c.kind + ":" + subscription.c.target).label("reason"),
    )
    by_topic = and_(subscription.c.kind == "topic", subscription.c.target == entry_topic.c.topic)
    by_term = and_(
        subscription.c.kind == entry_watch.c.kind, subscription.c.target == entry_watch.c.target
    )
    found = union_all(
        select(*columns)
        .select_from(entry)
        .join(entry_topic)
        .join(subscription, by_topic)
        .where(*within, entry_topic.c.score >= least),
        select(*columns)
        .select_from(entry)
        .join(entry_watch)
        .join(subscription, by_term)
        .where(*within),
    ).subquery()
    rows = await conn.execute(select(found).order_by(found.c.position.desc()).limit(_MAX_ROWS))
    first: dict[int, Gathered] = {}
    reasons: dict[int, set[str]] = {}
    for row in rows:  # newest first, so the last one seen is the first that was published
        first[row.story_id] = Gathered(channel.id, row.story_id, row.id, "", row.position)
        reasons.setdefault(row.story_id, set()).add(row.reason)
    return [
        replace(story, reasons=",".join(sorted(reasons[story.story_id])))
        for story in first.values()
    ]
