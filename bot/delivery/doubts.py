"""What a claim has to know of other messages: which ones its own answer, and where to look for
those that may have arrived."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.delivery.model import Owed
from bot.storage.tables import delivery, rate_limit, story


@dataclass(frozen=True, slots=True)
class Answered:
    """The delivery that a follow-up answers or an update renews, with the platform's id of its
    message; that is empty while it is still owed itself."""

    delivery_id: int
    external_id: str = ""


@dataclass(frozen=True, slots=True)
class Doubts:
    """What is known about deliveries that may have arrived.

    `after`: by delivery, the platform's id of the last message that its channel got before it.
    `closed`: by workspace and method, for how many seconds it must not be called.
    """

    after: Mapping[int, str] = field(default_factory=dict)
    closed: Mapping[tuple[int, str], float] = field(default_factory=dict)


NO_DOUBTS = Doubts()


async def load_threads(conn: AsyncConnection, owed: Sequence[Owed]) -> Mapping[int, Answered]:
    """Give, by delivery, what follow-ups answer and updates renew, where it is known."""
    wanted = [one.id for one in owed if one.kind in ("follow-up", "update")]
    if not wanted:
        return {}
    earlier = delivery.alias("earlier")
    answers = and_(delivery.c.kind == "follow-up", earlier.c.story_id == story.c.follows_id)
    renews = and_(delivery.c.kind == "update", earlier.c.entry_id == delivery.c.entry_id)
    there = or_(earlier.c.external_id.is_not(None), earlier.c.id.in_([one.id for one in owed]))
    rows = await conn.execute(
        select(delivery.c.id, earlier.c.id.label("earlier"), earlier.c.external_id)
        .join(story, story.c.id == delivery.c.story_id)
        .join(earlier, and_(earlier.c.channel_id == delivery.c.channel_id, or_(answers, renews)))
        .where(delivery.c.id.in_(wanted), earlier.c.kind.in_(("alert", "follow-up")), there)
        .order_by(earlier.c.position)
    )
    return {row.id: Answered(row.earlier, row.external_id or "") for row in rows}


async def load_doubts(
    conn: AsyncConnection, owed: Sequence[Owed], asking: Collection[int], now: datetime
) -> Doubts:
    """Give what is known about those of `owed` that may have arrived, and which limits hold for
    asking and for updates. `asking`: ids of other workspaces that will be asked."""
    doubtful = [one for one in owed if one.unknown]
    limited = [one for one in owed if one.unknown or one.kind == "update"]
    workspaces = {one.address.workspace_id for one in limited} | set(asking)
    if not workspaces:
        return NO_DOUBTS
    limits = await conn.execute(
        select(rate_limit).where(
            rate_limit.c.workspace_id.in_(workspaces),
            rate_limit.c.method.in_(("find", "update")),
            rate_limit.c.until > now,
        )
    )
    closed = {(row.workspace_id, row.method): (row.until - now).total_seconds() for row in limits}
    return Doubts(await _last_before(conn, [one.id for one in doubtful]), closed)


async def _last_before(conn: AsyncConnection, ids: Sequence[int]) -> Mapping[int, str]:
    if not ids:
        return {}
    earlier = delivery.alias("earlier")
    rows = await conn.execute(
        select(delivery.c.id, func.max(earlier.c.external_id).label("last"))
        .join(
            earlier,
            and_(
                earlier.c.channel_id == delivery.c.channel_id,
                earlier.c.state == "sent",
                earlier.c.sent_at < delivery.c.tried_at,
            ),
        )
        .where(delivery.c.id.in_(ids))
        .group_by(delivery.c.id)
    )
    return {row.id: row.last or "" for row in rows}
