"""Digests: what a channel wanted daily or weekly, in one message at its local hour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage import dialects
from bot.storage.tables import (
    channel,
    collected,
    delivery,
    entry,
    feed,
    publication,
    workspace,
)
from bot.subscriptions import store
from bot.subscriptions.gathering import (
    ALERTS,
    CHUNK,
    Gathered,
    OwedSummary,
    forget_collected,
    in_parts,
    is_withdrawn,
    listed,
    owe,
    take_collected,
)
from bot.subscriptions.model import ChannelSettings
from bot.subscriptions.rules import next_digest, parse_reasons
from bot.subscriptions.summary import Coverage
from bot.subscriptions.times import next_moment

__all__ = ["MAX_AT_ONCE", "coverage", "next_digest", "owe_digests", "weights"]

MAX_AT_ONCE = 1000
"""Channels whose digests one call makes; the rest come with the next."""

_CHANNELS_A_STEP = 100
"""So few that making their digests does not hold up the event loop."""

_DAY, _WEEK = timedelta(days=1), timedelta(days=7)


async def owe_digests(conn: AsyncConnection, now: datetime) -> int:
    """Owe every digest that is due at `now`, and give their number.

    Call it in a writing transaction, every minute or so. A digest that was missed (no worker was
    up) is made late, once. A quiet day's digest is owed too: it says what was read.
    """
    due = (
        select(channel.c.id)
        .join(workspace)
        .where(
            channel.c.next_digest_at <= now,
            channel.c.paused_at.is_(None),
            workspace.c.removed_at.is_(None),
        )
        .order_by(channel.c.next_digest_at)
        .limit(MAX_AT_ONCE)
    )
    if dialects.is_postgresql(conn):
        due = due.with_for_update(of=channel, key_share=True, skip_locked=True)
    ids = list((await conn.scalars(due)).all())
    read: dict[datetime, Coverage] = {}
    made = 0
    for first in range(0, len(ids), _CHANNELS_A_STEP):
        some = ids[first : first + _CHANNELS_A_STEP]
        channels = await store.load_channels(conn, None, channel.c.id.in_(some))
        for since in {_since(settings, now) for settings in channels}:
            if since not in read:
                read[since] = await coverage(conn, since, now)
        made += await _owe_some(conn, channels, read, now)
    if made:
        await dialects.wake(conn, "deliveries")
    return made


async def _owe_some(
    conn: AsyncConnection,
    channels: Sequence[ChannelSettings],
    read: Mapping[datetime, Coverage],
    now: datetime,
) -> int:
    weekly = [settings.id for settings in channels if _weekly_too(settings, now)]
    mine = collected.c.channel_id.in_([settings.id for settings in channels])
    modes = (collected.c.mode == "daily") | (
        (collected.c.mode == "weekly") & collected.c.channel_id.in_(weekly)
    )
    waiting = await take_collected(conn, mine & modes, now)
    alerted = await _alerted(conn, [settings.id for settings in channels], now)
    reports = await weights(conn, [s.story_id for those in waiting.values() for s in those])
    owed, left_out = [], []
    for settings in channels:
        taken = waiting.get(settings.id, [])
        stories = _still_wanted(settings, taken, alerted, now)
        kept = {story.story_id for story in stories}
        left_out += [story for story in taken if story.story_id not in kept]
        stories.sort(key=lambda s: (-reports[s.story_id], -s.position))
        summary = replace(
            listed("digest", stories),
            since=(since := _since(settings, now)),
            until=now,
            coverage=read[since],
        )
        if stories or next_digest(settings, now) is not None:
            subject = f"digest:{_due(settings, now):%Y-%m-%dT%H:%M}"
            owed += in_parts(OwedSummary(settings.id, "digest", subject, summary))
    await forget_collected(conn, left_out)
    if channels:
        await conn.execute(
            update(channel)
            .where(channel.c.id == bindparam("of_channel"))
            .values(next_digest_at=bindparam("next_at")),
            [{"of_channel": one.id, "next_at": next_digest(one, now)} for one in channels],
        )
    return await owe(conn, owed, now)


def _due(settings: ChannelSettings, now: datetime) -> datetime:
    return settings.next_digest_at or now


def _weekly_too(settings: ChannelSettings, now: datetime) -> bool:
    """Whether the channel's weekday is among the moments that this digest stands for.

    A channel that has no weekly subscription any more gets what still waits.
    """
    if all(subscription.mode != "weekly" for subscription in settings.subscriptions):
        return True
    just_before = _due(settings, now) - timedelta(seconds=1)
    zone, weekday = settings.timezone, settings.digest_weekday
    return next_moment(just_before, settings.digest_at, zone, weekday) <= now


def _since(settings: ChannelSettings, now: datetime) -> datetime:
    weekly = any(subscription.mode == "weekly" for subscription in settings.subscriptions)
    return _due(settings, now) - (_WEEK if weekly and _weekly_too(settings, now) else _DAY)


def _still_wanted(
    settings: ChannelSettings,
    stories: Sequence[Gathered],
    alerted: set[tuple[int, int]],
    now: datetime,
) -> list[Gathered]:
    """Leave out what the channel was alerted to meanwhile, what it no longer asks for, and what
    it has muted."""
    wants = {
        (s.kind, s.target)
        for s in settings.subscriptions
        if s.muted_until is None or s.muted_until <= now
    }
    kept = []
    for story in stories:
        left = [reason for reason in parse_reasons(story.reasons) if reason in wants]
        if left and (story.channel_id, story.story_id) not in alerted:
            kept.append(replace(story, reasons=",".join(f"{kind}:{to}" for kind, to in left)))
    return kept


async def _alerted(
    conn: AsyncConnection, channel_ids: Sequence[int], taken_at: datetime
) -> set[tuple[int, int]]:
    """Give the channels and stories, of those just taken, that an alert told of meanwhile."""
    rows = await conn.execute(
        select(collected.c.channel_id, collected.c.story_id)
        .join(
            delivery,
            (delivery.c.channel_id == collected.c.channel_id)
            & (delivery.c.story_id == collected.c.story_id),
        )
        .where(
            collected.c.channel_id.in_(channel_ids),
            collected.c.told_at == taken_at,
            collected.c.delivery_id.is_(None),
            delivery.c.kind.in_(ALERTS),
            ~is_withdrawn(delivery),
        )
    )
    return {(row.channel_id, row.story_id) for row in rows}


async def weights(conn: AsyncConnection, story_ids: Sequence[int]) -> Mapping[int, int]:
    """Give how many entries report each story: what many report stands first."""
    found: dict[int, int] = {}
    distinct = sorted(set(story_ids))
    for first in range(0, len(distinct), CHUNK):
        rows = await conn.execute(
            select(entry.c.story_id, func.count().label("entries"))
            .where(entry.c.story_id.in_(distinct[first : first + CHUNK]))
            .group_by(entry.c.story_id)
        )
        found.update({row.story_id: row.entries for row in rows})
    return found


async def coverage(conn: AsyncConnection, since: datetime, now: datetime) -> Coverage:
    """Give what was read since a time (UTC): a publication counts as read when each of its feeds
    was, and is not failing now. Feeds that an operator paused do not count."""
    rows = await conn.execute(
        select(
            publication.c.name,
            feed.c.state,
            feed.c.last_success_at,
            feed.c.failing_since,
        )
        .join(feed)
        .where(feed.c.state != "paused")
    )
    fine: dict[str, bool] = {}
    latest: list[datetime] = []
    for row in rows:
        read = (
            row.state == "active"
            and row.failing_since is None
            and row.last_success_at is not None
            and row.last_success_at > since
        )
        fine[row.name] = fine.get(row.name, True) and read
        if row.last_success_at is not None:
            latest.append(row.last_success_at)
    seen = await conn.scalar(
        select(func.count())
        .select_from(entry)
        .where(entry.c.first_seen_at > since, entry.c.first_seen_at <= now, ~entry.c.history)
    )
    return Coverage(
        publications=len(fine),
        read=sum(fine.values()),
        entries=seen or 0,
        unread=tuple(sorted(name for name, read in fine.items() if not read)),
        read_by=max(latest, default=None),
    )
