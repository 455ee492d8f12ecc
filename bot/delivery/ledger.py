"""What was sent, is owed or was given up: listed, counted, and taken up again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import get_args

from sqlalchemy import func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.delivery.claims import in_state
from bot.delivery.model import State
from bot.errors import UsageError
from bot.storage import dialects
from bot.storage.tables import channel, delivery, entry, workspace
from bot.subscriptions.gathering import is_withdrawn
from bot.subscriptions.model import ChannelRef

STATES: tuple[State, ...] = get_args(State)


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One delivery as operators see it. `title` is empty for a summary or notice; `paused` says
    why its channel is paused, if it is."""

    id: int
    state: State
    platform: str
    workspace: str
    channel: str
    channel_name: str
    kind: str
    title: str
    attempts: int
    in_doubt: bool
    error: str
    paused: str
    created_at: datetime
    due_at: datetime
    sent_at: datetime | None
    reasons: str = ""


async def lines(
    conn: AsyncConnection, *, state: str | None = None, limit: int = 100
) -> Sequence[LedgerLine]:
    """Give the newest deliveries, of one state or all. Raises UsageError for an unknown state."""
    known = next((one for one in STATES if one == state), None)
    if state is not None and known is None:
        raise UsageError(f"There is no state {state}; it is one of {', '.join(STATES)}.")
    query = (
        select(
            delivery,
            workspace.c.platform,
            workspace.c.external_id.label("workspace"),
            channel.c.external_id.label("channel"),
            channel.c.name,
            channel.c.paused_reason,
            entry.c.title,
        )
        .join(channel, channel.c.id == delivery.c.channel_id)
        .join(workspace, workspace.c.id == channel.c.workspace_id)
        .outerjoin(entry, entry.c.id == delivery.c.entry_id)
        .order_by(delivery.c.id.desc())
        .limit(limit)
    )
    if known is not None:
        query = query.where(in_state(delivery, known))
    return [
        LedgerLine(
            id=row.id,
            state=row.state,
            platform=row.platform,
            workspace=row.workspace,
            channel=row.channel,
            channel_name=row.name,
            kind=row.kind,
            title=row.title or "",
            attempts=row.attempts,
            in_doubt=row.unknown,
            error=row.last_error or "",
            paused=row.paused_reason or "",
            reasons=row.reasons,
            created_at=row.created_at,
            due_at=row.due_at,
            sent_at=row.sent_at,
        )
        for row in await conn.execute(query)
    ]


async def counts(conn: AsyncConnection) -> Mapping[str, int]:
    """Give how many deliveries there are in each state."""
    found = await conn.execute(
        select(delivery.c.state, func.count().label("number")).group_by(delivery.c.state)
    )
    return {row.state: row.number for row in found}


async def retry(conn: AsyncConnection, delivery_id: int, now: datetime) -> None:
    """Take a failed or dead delivery up again, at once and with all its attempts.

    Raises UsageError when there is none, or it is neither failed nor dead.
    """
    state = await conn.scalar(select(delivery.c.state).where(delivery.c.id == delivery_id))
    if state is None:
        raise UsageError(f"There is no delivery {delivery_id}.")
    if state not in ("dead", "failed"):
        raise UsageError(
            f"Delivery {delivery_id} is {state}; only failed or dead ones are retried."
        )
    await conn.execute(
        update(delivery)
        .where(delivery.c.id == delivery_id, delivery.c.state.in_(("dead", "failed")))
        .values(state="pending", attempts=0, due_at=now)
    )
    await dialects.wake(conn, "deliveries")


async def retry_all(conn: AsyncConnection, now: datetime) -> int:
    """Take every dead delivery up again but those that nobody asks for any more, and give their
    number."""
    done = await conn.execute(
        update(delivery)
        .where(in_state(delivery, "dead"), ~is_withdrawn(delivery))
        .values(state="pending", attempts=0, due_at=now)
    )
    await dialects.wake(conn, "deliveries")
    return done.rowcount


async def paused_channels(conn: AsyncConnection, word: str | None = None) -> Sequence[ChannelRef]:
    """Give the channels that are paused: all, or those whose id or name is `word`."""
    query = (
        select(
            workspace.c.platform,
            workspace.c.external_id.label("workspace"),
            channel.c.external_id,
            channel.c.name,
        )
        .join(channel, channel.c.workspace_id == workspace.c.id)
        .where(channel.c.paused_at.is_not(None), workspace.c.removed_at.is_(None))
        .order_by(channel.c.id)
    )
    if word is not None:
        name = word.removeprefix("#")
        query = query.where(or_(channel.c.external_id == word, channel.c.name == name))
    return [ChannelRef(*row) for row in await conn.execute(query)]
