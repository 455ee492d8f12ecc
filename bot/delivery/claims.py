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
    Row,
    Select,
    Update,
    and_,
    bindparam,
    case,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.delivery.model import Address, Owed
from bot.delivery.policy import DEFAULT_PACE, PACES
from bot.storage.batches import among, read_in_index_order
from bot.storage.dialects import is_postgresql
from bot.storage.tables import UtcDateTime, channel, delivery, rate_limit, story, workspace

OWED = ("pending", "failed", "sending")
"""States of what is not settled. `sending` without a lease was left behind by a killed worker."""

_LOOKED_AT = 1000
"""Due deliveries looked at in one claim; among them workspaces take turns."""

_BURST = max(pace.burst for pace in PACES.values() if pace.seconds)


@dataclass(frozen=True, slots=True)
class Claim:
    """One channel, leased to this worker, with its next deliveries in order of publication.

    `threads`: for a follow-up's delivery, the platform's id of the message that it answers; for
    an update's, of the message that it renews. `ask_after`: for how many seconds the workspace
    must not be asked about messages.
    """

    address: Address
    owed: tuple[Owed, ...]
    threads: Mapping[int, str]
    sealed: bytes | None = None
    ask_after: float = 0.0


async def claim(
    conn: AsyncConnection,
    worker: str,
    now: datetime,
    *,
    platforms: Collection[str],
    limit: int,
    share: int,
    lease: timedelta,
    without: Collection[int] = (),
) -> list[Claim]:
    """Lease up to `limit` channels that have something due, workspaces in turn, and mark what is
    to be sent as being sent.

    `share`: how many of them may be of one workspace. `without`: ids of workspaces to leave out.
    """
    postgresql = is_postgresql(conn)
    asked = {
        "now": now,
        "platforms": list(platforms),
        "limit": limit,
        "share": share,
        "without": list(without),
    }
    await read_in_index_order(conn)
    rows = (await conn.execute(_free_channels(postgresql=postgresql), asked)).all()
    if not rows:
        return []
    ids = [row.id for row in rows]
    lent = {"ids": ids, "worker": worker, "until": now + lease}
    await conn.execute(_lend(postgresql=postgresql), lent)
    by_channel: dict[int, list[Row[Any]]] = {}
    due = {"ids": ids, "now": now}
    for row in await conn.execute(_next_deliveries(postgresql=postgresql), due):
        by_channel.setdefault(row.channel_id, []).append(row)
    picked = {
        row.id: by_channel.get(row.id, [])[: PACES.get(row.platform, DEFAULT_PACE).burst]
        for row in rows
    }
    taken = [found for those in picked.values() for found in those]
    sending = {"ids": [found.id for found in taken], "now": now}
    await conn.execute(_mark_sending(postgresql=postgresql), sending)
    threads = await _threads(conn, taken)
    in_doubt = any(found.unknown or found.state == "sending" for found in taken)
    closed = await _closed(conn, {row.workspace_id for row in rows}, now) if in_doubt else {}
    return [
        Claim(
            address=(address := _address(row)),
            owed=tuple(_owed(found, address) for found in picked[row.id]),
            threads={f.id: threads[f.id] for f in picked[row.id] if f.id in threads},
            sealed=row.address,
            ask_after=closed.get(row.workspace_id, 0.0),
        )
        for row in rows
    ]


_NOW = bindparam("now", type_=UtcDateTime)


def _may_be_claimed() -> ColumnElement[bool]:
    """Give the condition, over `channel` and `workspace`, that a channel may be claimed now."""
    return and_(
        channel.c.paused_at.is_(None),
        or_(channel.c.next_send_at.is_(None), channel.c.next_send_at <= _NOW),
        _is_free(),
        workspace.c.removed_at.is_(None),
        workspace.c.platform.in_(bindparam("platforms", expanding=True)),
        ~exists().where(
            rate_limit.c.workspace_id == workspace.c.id,
            rate_limit.c.method == "send",
            rate_limit.c.until > _NOW,
        ),
    )


def _is_free() -> ColumnElement[bool]:
    return or_(channel.c.lease_until.is_(None), channel.c.lease_until <= _NOW)


@cache
def _free_channels(*, postgresql: bool) -> Select[Any]:
    due = (
        select(delivery.c.channel_id, channel.c.workspace_id, delivery.c.due_at)
        .join(channel, channel.c.id == delivery.c.channel_id)
        .join(workspace, workspace.c.id == channel.c.workspace_id)
        .where(
            delivery.c.state.in_(OWED),
            delivery.c.due_at <= _NOW,
            _may_be_claimed(),
            ~among(channel.c.workspace_id, "without", postgresql=postgresql),
        )
        # As the index is ordered, so that only so many rows are read, however much is owed.
        .order_by(delivery.c.state, delivery.c.due_at)
        .limit(_LOOKED_AT)
        .subquery("due")
    )
    waiting = (
        select(due.c.channel_id, due.c.workspace_id, func.min(due.c.due_at).label("since"))
        .group_by(due.c.channel_id, due.c.workspace_id)
        .subquery("waiting")
    )
    turn = func.row_number().over(
        partition_by=waiting.c.workspace_id, order_by=(waiting.c.since, waiting.c.channel_id)
    )
    turns = select(waiting.c.channel_id, waiting.c.since, turn.label("turn")).subquery("turns")
    query = (
        select(
            channel.c.id,
            channel.c.workspace_id,
            channel.c.external_id,
            channel.c.name,
            channel.c.address,
            channel.c.conversation,
            workspace.c.platform,
            workspace.c.external_id.label("workspace"),
        )
        .join(turns, turns.c.channel_id == channel.c.id)
        .join(workspace, workspace.c.id == channel.c.workspace_id)
        .where(
            turns.c.turn <= bindparam("share"),
            _is_free(),  # again, on the row as it is once it is locked
        )
        .order_by(turns.c.turn, turns.c.since, channel.c.id)
        .limit(bindparam("limit"))
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
            delivery.c.state.in_(OWED),
            delivery.c.due_at <= _NOW,
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
            tried_at=case((doubtful, func.coalesce(delivery.c.tried_at, _NOW)), else_=_NOW),
        )
    )


async def _threads(conn: AsyncConnection, taken: Sequence[Row[Any]]) -> Mapping[int, str]:
    """Give the platform's ids of the messages that follow-ups answer and updates renew."""
    wanted = [row.id for row in taken if row.kind in ("follow-up", "update")]
    if not wanted:
        return {}
    earlier = delivery.alias("earlier")
    answers = and_(delivery.c.kind == "follow-up", earlier.c.story_id == story.c.follows_id)
    renews = and_(delivery.c.kind == "update", earlier.c.entry_id == delivery.c.entry_id)
    rows = await conn.execute(
        select(delivery.c.id, earlier.c.external_id)
        .join(story, story.c.id == delivery.c.story_id)
        .join(earlier, and_(earlier.c.channel_id == delivery.c.channel_id, or_(answers, renews)))
        .where(
            delivery.c.id.in_(wanted),
            earlier.c.kind.in_(("alert", "follow-up")),
            earlier.c.external_id.is_not(None),
        )
        .order_by(earlier.c.position)
    )
    return {row.id: row.external_id for row in rows}


async def _closed(
    conn: AsyncConnection, workspace_ids: Collection[int], now: datetime
) -> Mapping[int, float]:
    rows = await conn.execute(
        select(rate_limit.c.workspace_id, rate_limit.c.until).where(
            rate_limit.c.workspace_id.in_(workspace_ids),
            rate_limit.c.method == "find",
            rate_limit.c.until > now,
        )
    )
    return {row.workspace_id: (row.until - now).total_seconds() for row in rows}


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
        tried_at=row.tried_at,
    )
