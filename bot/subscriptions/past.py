"""What was: changes as recorded, and subscriptions tried on the entries already stored."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.tables import change, channel, entry, entry_topic, publication, workspace
from bot.subscriptions.model import Change, ChannelRef, PastAlert, Platform, Trial

MAX_CHANGES = 500
MAX_LISTED = 50


async def changes(
    conn: AsyncConnection,
    platform: Platform,
    external_id: str,
    *,
    ref: ChannelRef | None,
    limit: int,
    before: int | None,
) -> tuple[Change, ...]:
    """Give the changes of one workspace (of one channel), newest first; `before`: an id, to read
    on from."""
    query = (
        select(change, channel.c.name, channel.c.external_id.label("channel"))
        .select_from(change)
        .join(workspace, workspace.c.id == change.c.workspace_id)
        .outerjoin(channel, channel.c.id == change.c.channel_id)
        .where(workspace.c.platform == platform, workspace.c.external_id == external_id)
        .order_by(change.c.id.desc())
        .limit(min(limit, MAX_CHANGES))
    )
    if ref is not None:
        query = query.where(channel.c.external_id == ref.channel)
    if before is not None:
        query = query.where(change.c.id < before)
    return tuple(
        Change(
            id=row.id,
            channel=row.name or row.channel or "",
            actor=row.actor,
            action=row.action,
            before=row.before or {},
            after=row.after or {},
            at=row.at,
        )
        for row in await conn.execute(query)
    )


async def trial(
    conn: AsyncConnection,
    topics: Sequence[str],
    *,
    min_score: float,
    now: datetime,
    days: int,
    limit: int,
) -> Trial:
    """Try a subscription to `topics` (ids) on the last `days`: how many stories it would have
    told of, and the newest `limit` of them."""
    if not topics:
        return Trial(days=days, alerts=0)
    wanted = and_(
        entry_topic.c.topic.in_(topics),
        entry_topic.c.score >= min_score,
        entry.c.published_at > now - timedelta(days=days),
        entry.c.published_at <= now,
        entry.c.story_id.is_not(None),
        ~entry.c.roundup,
    )
    # A story is told of by its first entry that matches.
    stories = (
        select(func.min(entry.c.position).label("position"))
        .join(entry_topic)
        .where(wanted)
        .group_by(entry.c.story_id)
        .subquery()
    )
    alerts = await conn.scalar(select(func.count()).select_from(stories))
    newest = (
        select(stories.c.position)
        .order_by(stories.c.position.desc())
        .limit(min(limit, MAX_LISTED))
        .subquery()
    )
    rows = await conn.execute(
        select(entry, publication.c.name.label("publication"), entry_topic.c.topic)
        .join(newest, newest.c.position == entry.c.position)
        .join(publication)
        .join(entry_topic)
        .where(entry_topic.c.topic.in_(topics), entry_topic.c.score >= min_score)
        .order_by(entry.c.position.desc(), entry_topic.c.score.desc())
    )
    found: dict[int, PastAlert] = {}
    for row in rows:
        before = found[row.id].topics if row.id in found else ()
        found[row.id] = PastAlert(
            story_id=row.story_id,
            entry_id=row.id,
            title=row.title,
            link=row.link or "",
            publication=row.publication,
            published=row.published_at,
            topics=(*before, row.topic),
        )
    return Trial(days=days, alerts=alerts or 0, stories=tuple(found.values()))
