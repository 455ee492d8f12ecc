"""What people say of alerts: that one was not relevant, that a topic of it is wrong.

It is kept and counted (`bot.news.quality`); it changes no alert, score or subscription by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage import dialects
from bot.storage.tables import channel, entry, feedback, workspace

Verdict = Literal["not-relevant", "wrong-topic"]
_TOPIC, _ACTOR = 64, 128


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody said of an entry. `topic`: the one that is wrong; `actor`: the platform's id of
    who said it (`cli`: an operator); `channel` is empty for what was said in no channel."""

    id: int
    at: datetime
    verdict: Verdict
    topic: str
    actor: str
    platform: str
    workspace: str
    channel: str
    channel_name: str
    entry: int
    title: str
    link: str


async def note(
    conn: AsyncConnection,
    entry_id: int,
    channel_id: int | None,
    actor: str,
    verdict: Verdict,
    topics: Sequence[str],
    now: datetime,
) -> int:
    """Keep what somebody said, of each topic (an empty one where it is of none); gives how much of
    it is new: the same said twice is said once."""
    new = 0
    for topic in topics:
        mine = _mine(entry_id, channel_id, actor, verdict) & (feedback.c.topic == topic[:_TOPIC])
        if await conn.scalar(select(feedback.c.id).where(mine)) is not None:
            continue  # the unique key tells none apart where there is no channel
        added = await conn.execute(
            dialects.insert(conn, feedback)
            .values(
                entry_id=entry_id,
                channel_id=channel_id,
                actor=actor[:_ACTOR],
                verdict=verdict,
                topic=topic[:_TOPIC],
                at=now,
            )
            .on_conflict_do_nothing()
            .returning(feedback.c.id)
        )
        new += added.first() is not None
    return new


async def take_back(
    conn: AsyncConnection,
    entry_id: int,
    channel_id: int | None,
    actor: str,
    verdict: Verdict,
    topic: str = "",
) -> int:
    """Forget what somebody said in a place, of one topic or of all; what others said stays. Gives
    how much there was."""
    mine = _mine(entry_id, channel_id, actor, verdict)
    if topic:
        mine &= feedback.c.topic == topic[:_TOPIC]
    gone = await conn.execute(delete(feedback).where(mine).returning(feedback.c.id))
    return len(gone.all())


async def listed(
    conn: AsyncConnection,
    *,
    platform: str = "",
    workspace_id: str = "",
    channel_id: str = "",
    actor: str = "",
    limit: int = 100,
) -> tuple[Said, ...]:
    """Give what was said, the newest first: all of it, or that of a platform, a workspace, a
    channel (by their platform's ids) or a person."""
    conditions: list[ColumnElement[bool]] = []
    for column, value in (
        (workspace.c.platform, platform),
        (workspace.c.external_id, workspace_id),
        (channel.c.external_id, channel_id),
        (feedback.c.actor, actor[:_ACTOR]),
    ):
        if value:
            conditions.append(column == value)
    rows = await conn.execute(
        select(
            feedback,
            entry.c.title,
            entry.c.link,
            channel.c.external_id.label("channel"),
            channel.c.name.label("channel_name"),
            workspace.c.platform,
            workspace.c.external_id.label("workspace"),
        )
        .join(entry, entry.c.id == feedback.c.entry_id)
        .outerjoin(channel, channel.c.id == feedback.c.channel_id)
        .outerjoin(workspace, workspace.c.id == channel.c.workspace_id)
        .where(and_(True, *conditions))
        .order_by(feedback.c.at.desc(), feedback.c.id.desc())
        .limit(limit)
    )
    return tuple(_said(row) for row in rows)


def _mine(
    entry_id: int, channel_id: int | None, actor: str, verdict: Verdict
) -> ColumnElement[bool]:
    return and_(
        feedback.c.entry_id == entry_id,
        feedback.c.channel_id.is_not_distinct_from(channel_id),
        feedback.c.actor == actor[:_ACTOR],
        feedback.c.verdict == verdict,
    )


def _said(row: Any) -> Said:  # noqa: ANN401 - a row
    return Said(
        id=row.id,
        at=row.at,
        verdict=row.verdict,
        topic=row.topic,
        actor=row.actor,
        platform=row.platform or "",
        workspace=row.workspace or "",
        channel=row.channel or "",
        channel_name=row.channel_name or "",
        entry=row.entry_id,
        title=row.title,
        link=row.link or "",
    )
