"""Notices: one plain sentence to the people who can act, sent as a delivery like any other."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, Select, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage import dialects
from bot.storage.positions import first_position
from bot.storage.tables import channel, delivery, notice, workspace

DIRECT = "dm"
"""The kind of a channel that is one person's direct messages."""

_KEY_LENGTH = 160
_SUBJECT_LENGTH = 80


async def record(conn: AsyncConnection, key: str, text: str, now: datetime) -> bool:
    """Keep a notice for the operators, once for each `key`; whether it is a new one."""
    fresh = dialects.insert(conn, notice).values(key=key[:_KEY_LENGTH], text=text, at=now)
    row = await conn.execute(fresh.on_conflict_do_nothing().returning(notice.c.id))
    return row.first() is not None


async def mark_told(conn: AsyncConnection, key: str, now: datetime) -> None:
    """Note that a recorded notice was owed to somebody."""
    await conn.execute(update(notice).where(notice.c.key == key[:_KEY_LENGTH]).values(told_at=now))


async def owe_notice(
    conn: AsyncConnection,
    workspace_id: int,
    to: str,
    *,
    kind: str,
    subject: str,
    text: str,
    now: datetime,
    about: Mapping[str, str] | None = None,
    due: datetime | None = None,
) -> bool:
    """Owe a notice to a channel, or to a person (`kind` is then "dm"), by the platform's id `to`.

    The same `subject` is owed to a channel once. `about`: `title` and `link` of the article it is
    about. `due`: when it is to be sent, at once without. Gives whether it is new.
    """
    place = dialects.insert(conn, channel).values(
        workspace_id=workspace_id, external_id=to, kind=kind, created_at=now
    )
    await conn.execute(place.on_conflict_do_nothing())
    found = select(channel.c.id).where(
        channel.c.workspace_id == workspace_id, channel.c.external_id == to
    )
    channel_id = (await conn.execute(found)).scalar_one()
    fresh = dialects.insert(conn, delivery).values(
        channel_id=channel_id,
        workspace_id=workspace_id,
        kind="notice",
        subject=subject[:_SUBJECT_LENGTH],
        payload={"text": text, **(about or {})},
        position=first_position(due or now),
        due_at=due or now,
        created_at=now,
    )
    made = await conn.execute(fresh.on_conflict_do_nothing().returning(delivery.c.id))
    if made.first() is None:
        return False
    await dialects.wake(conn, "deliveries")
    return True


async def home_of(conn: AsyncConnection, platform: str, external_id: str) -> int | None:
    """Give the id of the workspace that a channel is in: the one where the channel is known, else
    the one that was installed first; None when the platform has no workspace."""
    here = _live(platform).join(channel).where(channel.c.external_id == external_id)
    for query in (here, _live(platform)):
        found: int | None = await conn.scalar(query.order_by(workspace.c.id).limit(1))
        if found is not None:
            return found
    return None


def _live(platform: str) -> Select[tuple[int]]:
    conditions: list[ColumnElement[bool]] = [
        workspace.c.platform == platform,
        workspace.c.removed_at.is_(None),
    ]
    return select(workspace.c.id).where(*conditions)
