"""Workspaces: installed, removed, and who may change settings in them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Select, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import UsageError
from bot.storage import dialects
from bot.storage.tables import channel, delivery, workspace
from bot.subscriptions import store
from bot.subscriptions.model import Actor, Known, Platform
from bot.subscriptions.permissions import (
    DEFAULT,
    WhoMayChange,
    may_change_permission,
    read_permission,
    with_permission,
)

REMOVED = "The bot was removed from this workspace."


async def install(
    conn: AsyncConnection, platform: Platform, external_id: str, name: str, by: str, now: datetime
) -> int:
    """Note that the bot is installed in a workspace, anew or again, and give its id.

    What the workspace had before its removal, and was not deleted since, is there again.
    """
    known = (await conn.execute(_find(platform, external_id))).first()
    news: dict[str, str | None] = {"removed_at": None}
    if name:
        news["name"] = name
    if by:
        news["installed_by"] = by
    await conn.execute(
        dialects.insert(conn, workspace)
        .values(
            platform=platform,
            external_id=external_id,
            name=name,
            installed_by=by or None,
            installed_at=now,
        )
        .on_conflict_do_update(index_elements=["platform", "external_id"], set_=news)
    )
    row = (await conn.execute(_find(platform, external_id))).one()
    if known is None or known.removed_at is not None:
        await store.record(
            conn,
            workspace_id=row.id,
            channel_id=None,
            actor=Actor(by or "exportnews"),
            action="install",
            before={},
            after={"name": name},
            now=now,
        )
    return int(row.id)


async def is_installed(conn: AsyncConnection, platform: Platform, external_id: str) -> bool:
    """Whether the bot is in a workspace: an operator may name one before it is."""
    row = (
        await conn.execute(
            select(workspace.c.name, workspace.c.installed_by).where(
                workspace.c.platform == platform,
                workspace.c.external_id == external_id,
                workspace.c.removed_at.is_(None),
            )
        )
    ).first()
    return row is not None and bool(row.name or row.installed_by)


async def was_installed(conn: AsyncConnection, platform: Platform, external_id: str) -> bool:
    """Whether the bot is or ever was in a workspace."""
    row = (
        await conn.execute(
            select(workspace.c.name, workspace.c.installed_by, workspace.c.removed_at).where(
                workspace.c.platform == platform, workspace.c.external_id == external_id
            )
        )
    ).first()
    return row is not None and any(row)


async def known(conn: AsyncConnection) -> tuple[Known, ...]:
    """Give every workspace that the bot was not removed from, by platform and name."""
    rows = await conn.execute(
        select(workspace.c.platform, workspace.c.external_id, workspace.c.name)
        .where(workspace.c.removed_at.is_(None))
        .order_by(workspace.c.platform, workspace.c.name, workspace.c.external_id)
    )
    return tuple(Known(*row) for row in rows)


async def remove(
    conn: AsyncConnection, platform: Platform, external_id: str, now: datetime
) -> None:
    """Stop everything that a workspace is owed, at once. `bot.retention` deletes its data later."""
    row = (await conn.execute(_find(platform, external_id))).first()
    if row is None or row.removed_at is not None:
        return
    await conn.execute(update(workspace).where(workspace.c.id == row.id).values(removed_at=now))
    await conn.execute(
        update(delivery)
        .where(
            delivery.c.state.in_(["pending", "failed"]),
            delivery.c.channel_id.in_(select(channel.c.id).where(channel.c.workspace_id == row.id)),
        )
        .values(state="dead", last_error=REMOVED)
    )
    await store.record(
        conn,
        workspace_id=row.id,
        channel_id=None,
        actor=Actor("exportnews"),
        action="remove",
        before={},
        after={},
        now=now,
    )


async def permission(conn: AsyncConnection, platform: Platform, external_id: str) -> WhoMayChange:
    """Give who may change settings in a workspace."""
    row = (await conn.execute(_find(platform, external_id))).first()
    return DEFAULT if row is None else read_permission(row.settings)


async def set_permission(
    conn: AsyncConnection,
    platform: Platform,
    external_id: str,
    actor: Actor,
    who: WhoMayChange,
    now: datetime,
) -> None:
    """Set who may change settings in a workspace. Raises UsageError unless `actor` may."""
    if not may_change_permission(actor):
        raise UsageError("Only admins of this workspace may say who changes its settings.")
    workspace_id = await store.ensure_workspace(conn, platform, external_id, now)
    found = select(workspace.c.settings).where(workspace.c.id == workspace_id).with_for_update()
    settings = (await conn.execute(found)).scalar_one()
    await conn.execute(
        update(workspace)
        .where(workspace.c.id == workspace_id)
        .values(settings=with_permission(settings, who))
    )
    await store.record(
        conn,
        workspace_id=workspace_id,
        channel_id=None,
        actor=actor,
        action="permission",
        before={"who": read_permission(settings)},
        after={"who": who},
        now=now,
    )


def _find(platform: Platform, external_id: str) -> Select[tuple[int, datetime | None, Any]]:
    return select(workspace.c.id, workspace.c.removed_at, workspace.c.settings).where(
        workspace.c.platform == platform, workspace.c.external_id == external_id
    )
