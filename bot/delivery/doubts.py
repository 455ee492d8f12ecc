"""What a claim has to know of other messages: which ones its own answer, and where to look for
those that may have arrived."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.delivery.model import Owed
from bot.storage.tables import delivery, rate_limit, story
from bot.subscriptions.gathering import ALERTS
from bot.subscriptions.lineage import followed_by


@dataclass(frozen=True, slots=True)
class Answered:
    """The delivery that a follow-up answers or an update renews, with the platform's id of its
    message and when that was sent; both are empty while it is still owed itself. `likely`: how
    likely the follow-up tells that very story, where it may and it is not sure."""

    delivery_id: int
    external_id: str = ""
    sent_at: datetime | None = None
    likely: float | None = None


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
    """Give, by delivery, what follow-ups answer and updates renew, where it is known.

    A follow-up answers the alert that began the thread, however many steps lie between, and
    whether or not the channel was told of each: a thread has no threads.
    """
    here = [one.id for one in owed]
    found: dict[int, Answered] = {}
    updates = [one for one in owed if one.kind == "update" and one.entry_id]
    of_entry = delivery.c.entry_id.in_({one.entry_id for one in updates})
    rows = await _told(conn, updates, of_entry, here)
    renewed = {(row.channel_id, row.entry_id): row for row in rows}
    for one in updates:
        if (row := renewed.get((one.address.channel_id, one.entry_id))) is not None:
            found[one.id] = _answered(row)
    answers = [one for one in owed if one.kind == "follow-up" and one.story_id]
    before = await followed_by(conn, {one.story_id for one in answers if one.story_id})
    of_matter = delivery.c.story_id.in_({each for line in before.values() for each in line})
    rows = await _told(conn, answers, of_matter, here)
    told = {(row.channel_id, row.story_id): row for row in rows}
    likely = await _likely(conn, before)
    for one in answers:
        places = [(one.address.channel_id, each) for each in before.get(one.story_id or 0, ())]
        thread = [told[place] for place in places if place in told]
        if thread:
            began = next((row for row in thread if row.kind == "alert"), thread[-1])
            found[one.id] = replace(_answered(began), likely=likely.get(one.story_id or 0))
    return found


async def _likely(conn: AsyncConnection, story_ids: Collection[int]) -> Mapping[int, float]:
    """Give how likely stories are the ones that they follow, of those that may be."""
    if not story_ids:
        return {}
    rows = await conn.execute(
        select(story.c.id, story.c.perhaps).where(
            story.c.id.in_(story_ids), story.c.perhaps.is_not(None)
        )
    )
    return {row.id: row.perhaps for row in rows}


async def _told(
    conn: AsyncConnection,
    owed: Sequence[Owed],
    which: ColumnElement[bool],
    here: Sequence[int],
) -> Sequence[Row[Any]]:
    """Give the alerts and follow-ups that stand in the channels of `owed`; of those that are still
    owed only the ones `here`, which may go out before."""
    if not owed:
        return ()
    columns = ("id", "channel_id", "story_id", "entry_id", "kind", "external_id", "sent_at")
    rows = await conn.execute(
        select(*(delivery.c[name] for name in columns))
        .where(
            which,
            delivery.c.channel_id.in_({one.address.channel_id for one in owed}),
            delivery.c.kind.in_(ALERTS),
            or_(delivery.c.external_id.is_not(None), delivery.c.id.in_(here)),
        )
        .order_by(delivery.c.position)
    )
    return rows.all()


def _answered(row: Row[Any]) -> Answered:
    return Answered(row.id, row.external_id or "", row.sent_at)


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
