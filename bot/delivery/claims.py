"""Claims: channels leased to one worker, with what is to be sent to them next.

A worker claims channels, not deliveries: who holds a channel's lease is the only one who sends to
it, so a channel's messages go out in order. A lease that ran out means that its worker was killed
or cut off: what it was sending has an unknown outcome, and the next to claim the channel finds
out. Statements are built once and take their values when they are executed; times are the
database's.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Row,
    Select,
    Update,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.delivery.doubts import NO_DOUBTS, Answered, Doubts, load_doubts, load_threads
from bot.delivery.model import Address, Owed, State
from bot.delivery.policy import DEFAULT_PACE, PACES
from bot.delivery.recall import Recall, load_recalls, settle_told
from bot.storage.batches import among
from bot.storage.dialects import is_postgresql
from bot.storage.tables import UtcDateTime, channel, delivery, rate_limit, workspace

OWED: tuple[State, ...] = ("pending", "failed", "sending")
"""States of what is not settled. `sending` without a lease was left behind by a killed worker."""


def is_owed(rows: FromClause) -> ColumnElement[bool]:
    """Give the condition that a delivery of `rows` is owed."""
    return in_state(rows, *OWED)


def in_state(rows: FromClause, *states: State) -> ColumnElement[bool]:
    """Give the condition that a delivery of `rows` is in one of these states, spelt out: only so
    do the indexes of what is owed, or dead, serve."""
    spelt: list[ColumnElement[str]] = [literal_column(f"'{state}'") for state in states]
    return rows.c.state == spelt[0] if len(spelt) == 1 else rows.c.state.in_(spelt)


_BURST = max(pace.burst for pace in PACES.values() if pace.seconds)


@dataclass(frozen=True, slots=True)
class Claim:
    """One channel, leased to this worker, with its next deliveries in order of publication.

    `threads`: for a follow-up's delivery, what it answers; for an update's, what it renews.
    `doubts`: what is known about the deliveries that may have arrived. `recall`: what has to be
    asked before anything can be sent; then nothing is `owed`.
    """

    address: Address
    owed: tuple[Owed, ...]
    threads: Mapping[int, Answered]
    doubts: Doubts = NO_DOUBTS
    recall: Recall | None = None
    sealed: bytes | None = None


async def claim(
    conn: AsyncConnection,
    worker: str,
    now: datetime,
    channel_ids: Sequence[int],
    *,
    platforms: Collection[str],
    lease: timedelta,
) -> list[Claim]:
    """Lease those of the channels that are still free and have something due, and mark what is to
    be sent to them as being sent."""
    if not channel_ids:
        return []
    postgresql = is_postgresql(conn)
    asked = {"ids": list(channel_ids), "now": now}
    free = {**asked, "platforms": list(platforms)}
    channels = (await conn.execute(_still_free(postgresql=postgresql), free)).all()
    by_channel: dict[int, list[Row[Any]]] = {}
    for row in await conn.execute(_next_deliveries(postgresql=postgresql), asked):
        by_channel.setdefault(row.channel_id, []).append(row)
    rows = [row for row in channels if row.id in by_channel]
    if not rows:
        return []
    lent = {"ids": [row.id for row in rows], "worker": worker, "until": now + lease}
    await conn.execute(_lend(postgresql=postgresql), lent)
    return await _take(conn, rows, by_channel, now)


async def _take(
    conn: AsyncConnection,
    rows: Sequence[Row[Any]],
    by_channel: Mapping[int, Sequence[Row[Any]]],
    now: datetime,
) -> list[Claim]:
    """Mark the next deliveries of leased channels as being sent, and load what sending needs."""
    restored = {row.id: row.recall_from for row in rows if row.recall_from is not None}
    recalls = await load_recalls(conn, restored)
    addresses = {row.id: _address(row) for row in rows}
    picked = [
        _owed(found, addresses[row.id])
        for row in rows
        if row.id not in recalls
        for found in by_channel[row.id][: PACES.get(row.platform, DEFAULT_PACE).burst]
    ]
    taken = await settle_told(conn, picked, restored, now)
    sending = {"ids": [found.id for found in taken], "now": now}
    await conn.execute(_mark_sending(postgresql=is_postgresql(conn)), sending)
    threads = await load_threads(conn, taken)
    asking = {row.workspace_id for row in rows if row.id in recalls}
    doubts = await load_doubts(conn, taken, asking, now)
    owed: dict[int, list[Owed]] = {}
    for found in taken:
        owed.setdefault(found.address.channel_id, []).append(found)
    return [
        Claim(
            address=addresses[row.id],
            owed=tuple(owed.get(row.id, ())),
            threads=threads,
            doubts=doubts,
            recall=recalls.get(row.id),
            sealed=row.address,
        )
        for row in rows
    ]


NOW = bindparam("now", type_=UtcDateTime)
"""The database's present moment, given when a statement is executed."""


def _may_be_claimed() -> ColumnElement[bool]:
    return and_(
        channel.c.paused_at.is_(None),
        or_(channel.c.next_send_at.is_(None), channel.c.next_send_at <= NOW),
        is_free(),
        workspace.c.removed_at.is_(None),
        workspace.c.platform.in_(bindparam("platforms", expanding=True)),
        ~exists().where(
            rate_limit.c.workspace_id == workspace.c.id,
            rate_limit.c.method == "send",
            rate_limit.c.until > NOW,
        ),
    )


def is_free() -> ColumnElement[bool]:
    """Give the condition, over `channel`, that nobody holds a lease."""
    return or_(channel.c.lease_until.is_(None), channel.c.lease_until <= NOW)


@cache
def _still_free(*, postgresql: bool) -> Select[Any]:
    query = (
        select(
            channel.c.id,
            channel.c.workspace_id,
            channel.c.external_id,
            channel.c.name,
            channel.c.address,
            channel.c.conversation,
            channel.c.recall_from,
            workspace.c.platform,
            workspace.c.external_id.label("workspace"),
        )
        .join(workspace, workspace.c.id == channel.c.workspace_id)
        .where(among(channel.c.id, "ids", postgresql=postgresql), _may_be_claimed())
    )
    if postgresql:
        # `key_share`: a foreign key's check by an ingest at the same time does not wait.
        query = query.with_for_update(of=channel, key_share=True, skip_locked=True)
    return query


@cache
def _lend(*, postgresql: bool) -> Update:
    return (
        update(channel)
        .where(among(channel.c.id, "ids", postgresql=postgresql))
        .values(lease_by=bindparam("worker"), lease_until=bindparam("until"))
    )


@cache
def _next_deliveries(*, postgresql: bool) -> Select[Any]:
    place = func.row_number().over(
        partition_by=delivery.c.channel_id, order_by=(delivery.c.position, delivery.c.id)
    )
    ranked = (
        select(delivery, place.label("place"))
        .where(
            among(delivery.c.channel_id, "ids", postgresql=postgresql),
            is_owed(delivery),
            delivery.c.due_at <= NOW,
        )
        .subquery()
    )
    return (
        select(ranked).where(ranked.c.place <= _BURST).order_by(ranked.c.channel_id, ranked.c.place)
    )


@cache
def _mark_sending(*, postgresql: bool) -> Update:
    left_behind = delivery.c.state == "sending"
    doubtful = or_(delivery.c.unknown, left_behind)
    return (
        update(delivery)
        .where(among(delivery.c.id, "ids", postgresql=postgresql))
        .values(
            state="sending",
            attempts=delivery.c.attempts + 1,
            unknown=doubtful,
            tried_at=case((doubtful, func.coalesce(delivery.c.tried_at, NOW)), else_=NOW),
        )
    )


def _address(row: Row[Any]) -> Address:
    return Address(
        channel_id=row.id,
        workspace_id=row.workspace_id,
        platform=row.platform,
        workspace=row.workspace,
        channel=row.external_id,
        name=row.name,
        conversation=row.conversation,
    )


def _owed(row: Row[Any], address: Address) -> Owed:
    return Owed(
        id=row.id,
        address=address,
        kind=row.kind,
        subject=row.subject,
        story_id=row.story_id,
        entry_id=row.entry_id,
        reasons=row.reasons,
        payload=row.payload,
        attempts=row.attempts + 1,
        unknown=row.unknown or row.state == "sending",
        created_at=row.created_at,
        position=row.position,
        tried_at=row.tried_at,
    )
