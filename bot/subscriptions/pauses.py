"""A channel that cannot be reached: paused with the reason, and resumed without a flood."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, exists, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage import dialects
from bot.storage.tables import change, channel, delivery
from bot.subscriptions import store
from bot.subscriptions.editing import Edit
from bot.subscriptions.gathering import gather_alerts
from bot.subscriptions.model import Actor, ChannelSettings

_BOT = Actor("exportnews", "exportnews")
_MAX_KEPT = 50_000


async def pause_channel(
    conn: AsyncConnection,
    channel_id: int,
    reason: str,
    now: datetime,
    since: datetime | None = None,
) -> None:
    """Pause a channel; one that is paused keeps its first reason. What it is owed stays owed.

    One that was resumed after `since` goes on: platforms repeat old news of a channel.
    """
    after = () if since is None else (~_resumed_after(channel_id, since),)
    workspace_id = (
        await conn.execute(
            update(channel)
            .where(channel.c.id == channel_id, channel.c.paused_at.is_(None), *after)
            .values(paused_at=now, paused_reason=reason)
            .returning(channel.c.workspace_id)
        )
    ).scalar_one_or_none()
    if workspace_id is None:
        return
    await store.record(
        conn,
        workspace_id=workspace_id,
        channel_id=channel_id,
        actor=_BOT,
        action="pause",
        before={},
        after={"reason": reason},
        now=now,
    )


def _resumed_after(channel_id: int, moment: datetime) -> ColumnElement[bool]:
    return exists().where(
        change.c.channel_id == channel_id, change.c.action == "resume", change.c.at > moment
    )


async def resume_channel(edit: Edit) -> ChannelSettings:
    """Resume a channel; the alerts kept for it go out as one message."""
    if edit.channel.paused_at is None:
        return await edit.unchanged()
    here = edit.channel.id
    await edit.conn.execute(
        update(channel).where(channel.c.id == here).values(paused_at=None, paused_reason=None)
    )
    await gather_alerts(
        edit.conn,
        delivery.c.channel_id == here,
        edit.now,
        kind="catch-up",
        cause="pause",
        limit=_MAX_KEPT,
    )
    waiting = (delivery.c.channel_id == here) & delivery.c.state.in_(["pending", "failed"])
    if (await edit.conn.execute(select(delivery.c.id).where(waiting).limit(1))).first():
        await dialects.wake(edit.conn, "deliveries")
    return await edit.done("resume", {"reason": edit.channel.paused_reason}, {})
