"""What a claim has to know of other messages: which ones its own answer, and where to look for
those that may have arrived."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.delivery.model import Owed
from bot.storage.tables import delivery, rate_limit, story


@dataclass(frozen=True, slots=True)
class Answered:
    """The delivery that a follow-up answers or an update renews, with the platform's id of its
    message and when that was sent; both are empty while it is still owed itself."""

    delivery_id: int
    external_id: str = ""
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Doubts:
    """What is known about deliveries that may have arrived.

    `after`: by delivery, the platform's id of the last message that its channel got before it.
    `closed`: by workspace and method, for how many seconds it must not be called.
    """

    after: Mapping[int, str] = field(default_factory=dict)
    closed: Mapping[tuple[int, str], float] = field(default_factory=dict)


NO_DOUBTS = Doubts()

_LONGEST = 40
"""Follow-ups of one thread, one after the other."""


async def load_threads(conn: AsyncConnection, owed: Sequence[Owed]) -> Mapping[int, Answered]:
    """Give, by delivery, what follow-ups answer and updates renew, where it is known.

    What follows a follow-up answers the alert that began the thread: a thread has no threads.
    """
    wanted = [one.id for one in owed if one.kind in ("follow-up", "update")]
    here = [one.id for one in owed]
    found = await _answered(conn, wanted, here)
    follow_ups = {one.id for one in owed if one.kind == "follow-up"}
    climbing = {one: row for one, row in found.items() if one in follow_ups}
    for _ in range(_LONGEST):
        climbing = {one: row for one, row in climbing.items() if row.kind == "follow-up"}
        if not climbing:
            break
        before = await _answered(conn, {row.earlier for row in climbing.values()}, here)
        climbing = {
            one: before[row.earlier] for one, row in climbing.items() if row.earlier in before
        }
        found |= climbing
    return {
        one: Answered(row.earlier, row.external_id or "", row.sent_at) for one, row in found.items()
    }


async def _answered(
    conn: AsyncConnection, ids: Collection[int], here: Sequence[int]
) -> dict[int, Row[*tuple[Any, ...]]]:
    """Give the deliveries that others (`ids`) directly answer or renew; of those that are still
    owed only the ones `here`, which may go out before."""
    if not ids:
        return {}
    earlier = delivery.alias("earlier")
    answers = and_(delivery.c.kind == "follow-up", earlier.c.story_id == story.c.follows_id)
    renews = and_(delivery.c.kind == "update", earlier.c.entry_id == delivery.c.entry_id)
    there = or_(earlier.c.external_id.is_not(None), earlier.c.id.in_(here))
    rows = await conn.execute(
        select(
            delivery.c.id,
            earlier.c.id.label("earlier"),
            earlier.c.kind,
            earlier.c.external_id,
            earlier.c.sent_at,
        )
        .join(story, story.c.id == delivery.c.story_id)
        .join(earlier, and_(earlier.c.channel_id == delivery.c.channel_id, or_(answers, renews)))
        .where(delivery.c.id.in_(ids), earlier.c.kind.in_(("alert", "follow-up")), there)
        .order_by(earlier.c.position)
    )
    return {row.id: row for row in rows}


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
