"""Workspaces, channels and subscriptions as rows: found, made, read and recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Row, String, Table, and_, func, select, update
from sqlalchemy import cast as sql_cast
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import UsageError
from bot.news.taxonomy import Taxonomy
from bot.storage import dialects
from bot.storage.tables import (
    change,
    channel,
    collected,
    saved_search,
    subscription,
    watch,
    workspace,
)
from bot.subscriptions.model import (
    Actor,
    ChannelRef,
    ChannelSettings,
    Mode,
    Platform,
    Subscription,
    SubscriptionKind,
)
from bot.subscriptions.rules import next_digest

DIRECT = "dm"
"""The kind of a channel that is one person's direct messages."""

_TEXT = 200


async def ensure_workspace(
    conn: AsyncConnection, platform: Platform, external_id: str, now: datetime
) -> int:
    """Give the id of a workspace, made when it is new.

    Raises UsageError when the bot was removed from it.
    """
    await conn.execute(
        dialects.insert(conn, workspace)
        .values(platform=platform, external_id=external_id, installed_at=now)
        .on_conflict_do_nothing()
    )
    row = (
        await conn.execute(
            select(workspace.c.id, workspace.c.removed_at).where(
                workspace.c.platform == platform, workspace.c.external_id == external_id
            )
        )
    ).one()
    if row.removed_at is not None:
        raise UsageError("exportnews was removed from this workspace; install it again first.")
    return int(row.id)


async def ensure_channel(
    conn: AsyncConnection, ref: ChannelRef, owner: str, now: datetime, address: bytes | None
) -> int:
    """Give the id of a channel, made (with its workspace) when it is new.

    `address` is a webhook's sealed address. Raises UsageError when the bot was removed there.
    """
    workspace_id = await ensure_workspace(conn, ref.platform, ref.workspace, now)
    await conn.execute(
        dialects.insert(conn, channel)
        .values(
            workspace_id=workspace_id,
            external_id=ref.channel,
            name=ref.name[:_TEXT],
            kind=_kind(ref),
            owner=owner,
            address=address,
            created_at=now,
        )
        .on_conflict_do_nothing()
    )
    here = and_(channel.c.workspace_id == workspace_id, channel.c.external_id == ref.channel)
    channel_id = int((await conn.execute(select(channel.c.id).where(here))).scalar_one())
    # A channel that only had notices until now has no owner.
    news: dict[str, Any] = {"owner": func.coalesce(channel.c.owner, owner)}
    if ref.name:
        news["name"] = ref.name[:_TEXT]
    if address is not None:
        news["address"] = address
    await conn.execute(update(channel).where(channel.c.id == channel_id).values(news))
    return channel_id


async def lock_channel(conn: AsyncConnection, ref: ChannelRef) -> None:
    """Lock a channel to the end of the transaction, so that two changes at once come one after
    the other. Foreign keys' checks of others do not wait for it."""
    query = select(channel.c.id).join(workspace).where(is_channel(ref))
    await conn.execute(query.with_for_update(of=channel, key_share=True))


def _kind(ref: ChannelRef) -> str:
    # Slack's ids of direct conversations start with D.
    return DIRECT if ref.platform == "slack" and ref.channel.startswith("D") else "channel"


def is_channel(ref: ChannelRef) -> ColumnElement[bool]:
    """Give the condition that picks `ref` out of `channel` joined to `workspace`."""
    return and_(
        workspace.c.platform == ref.platform,
        workspace.c.external_id == ref.workspace,
        workspace.c.removed_at.is_(None),
        channel.c.external_id == ref.channel,
    )


async def load_channels(
    conn: AsyncConnection, taxonomy: Taxonomy | None, where: ColumnElement[bool]
) -> tuple[ChannelSettings, ...]:
    """Give the channels that `where` picks (of `channel` joined to `workspace`), by name.

    Without a taxonomy a topic's label is its id.
    """
    rows = (
        await conn.execute(
            select(channel, workspace.c.platform, workspace.c.external_id.label("workspace"))
            .join(workspace)
            .where(where)
            .order_by(channel.c.name, channel.c.external_id)
        )
    ).all()
    wanted = await load_subscriptions(conn, taxonomy, [row.id for row in rows])
    return tuple(_channel(row, wanted.get(row.id, ())) for row in rows)


def _channel(row: Row[Any], subscriptions: tuple[Subscription, ...]) -> ChannelSettings:
    return ChannelSettings(
        id=row.id,
        ref=ChannelRef(cast(Platform, row.platform), row.workspace, row.external_id, row.name),
        timezone=row.timezone,
        digest_at=row.digest_at,
        digest_weekday=row.digest_weekday,
        quiet_from=row.quiet_from,
        quiet_to=row.quiet_to,
        min_score=row.min_score,
        wants_updates=row.wants_updates,
        paused_at=row.paused_at,
        paused_reason=row.paused_reason or "",
        subscriptions=subscriptions,
        urgent_topics=tuple(row.urgent_topics),
        next_digest_at=row.next_digest_at,
        owner=row.owner or "",
        direct=row.kind == DIRECT,
    )


_CHUNK = 500


async def load_subscriptions(
    conn: AsyncConnection, taxonomy: Taxonomy | None, channel_ids: Sequence[int]
) -> Mapping[int, tuple[Subscription, ...]]:
    """Give what each of these channels wants, topics first, each kind by its label."""
    found: dict[int, list[Subscription]] = {}
    for first in range(0, len(channel_ids), _CHUNK):
        rows = await conn.execute(
            select(subscription, watch.c.term, watch.c.aliases, saved_search.c.query)
            .outerjoin(watch, _is("watch", watch))
            .outerjoin(saved_search, _is("search", saved_search))
            .where(subscription.c.channel_id.in_(channel_ids[first : first + _CHUNK]))
        )
        for row in rows:
            found.setdefault(row.channel_id, []).append(_subscription(row, taxonomy))
    order = {"topic": 0, "watch": 1, "search": 2}
    return {
        channel_id: tuple(sorted(those, key=lambda s: (order[s.kind], s.label.casefold(), s.id)))
        for channel_id, those in found.items()
    }


def _is(kind: SubscriptionKind, table: Table) -> ColumnElement[bool]:
    return and_(
        subscription.c.kind == kind,
        table.c.channel_id == subscription.c.channel_id,
        subscription.c.target == sql_cast(table.c.id, String),
    )


def _subscription(row: Row[Any], taxonomy: Taxonomy | None) -> Subscription:
    topic = taxonomy.get(row.target) if taxonomy is not None and row.kind == "topic" else None
    label = topic.title if topic else row.term or row.query or row.target
    return Subscription(
        id=row.id,
        kind=cast(SubscriptionKind, row.kind),
        target=row.target,
        label=label,
        mode=cast(Mode, row.mode),
        min_score=row.min_score,
        created_by=row.created_by or "",
        created_at=row.created_at,
        muted_until=row.muted_until,
        aliases=tuple(row.aliases or ()),
        gone=taxonomy is not None and row.kind == "topic" and topic is None,
    )


async def reschedule(conn: AsyncConnection, channel_id: int, now: datetime) -> ChannelSettings:
    """Set when the channel's next digest is due, after its settings were changed.

    A digest that is due already stays due. A channel that has no digest any more gets a last one
    when something still waits for it.
    """
    (settings,) = await load_channels(conn, None, channel.c.id == channel_id)
    moment = settings.next_digest_at
    if moment is None or moment > now:
        moment = next_digest(settings, now) or (moment if await _waits(conn, channel_id) else None)
        await conn.execute(
            update(channel).where(channel.c.id == channel_id).values(next_digest_at=moment)
        )
    return settings


async def _waits(conn: AsyncConnection, channel_id: int) -> bool:
    waiting = select(collected.c.story_id).where(
        collected.c.channel_id == channel_id, collected.c.told_at.is_(None)
    )
    return (await conn.execute(waiting.limit(1))).first() is not None


async def record(
    conn: AsyncConnection,
    *,
    workspace_id: int,
    channel_id: int | None,
    actor: Actor,
    action: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    now: datetime,
) -> None:
    """Write down a change: who, when, what was, what is."""
    await conn.execute(
        change.insert().values(
            workspace_id=workspace_id,
            channel_id=channel_id,
            actor=actor.id[:128],
            action=action,
            before=dict(before),
            after=dict(after),
            at=now,
        )
    )
