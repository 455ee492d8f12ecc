"""What is owed, in the database: claimed with a lease, settled in batches.

A worker claims channels, not deliveries: who holds a channel's lease is the only one who sends to
it, so a channel's messages go out in order. A lease that ran out means that its worker was killed
or cut off: what it was sending has an unknown outcome, and the next to claim the channel finds
out. Every function works inside the caller's writing transaction; times are the database's.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
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
from bot.delivery.policy import DEFAULT_PACE, PACES, Limit, Outcome
from bot.storage import dialects
from bot.storage.tables import channel, delivery, rate_limit, story, workspace

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


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of a claim: its deliveries' outcomes, how long the channel rests (seconds),
    what its workspace said of limits, and why it is paused, if it is."""

    channel_id: int
    workspace_id: int
    outcomes: tuple[Outcome, ...]
    rest: float = 0.0
    limits: tuple[Limit, ...] = ()
    pause: str = ""


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
    free = _free_channels(conn, now, platforms, limit, share, without)
    rows = (await conn.execute(free)).all()
    if not rows:
        return []
    ids = [row.id for row in rows]
    await conn.execute(
        update(channel)
        .where(channel.c.id.in_(ids))
        .values(lease_by=worker, lease_until=now + lease)
    )
    by_channel: dict[int, list[Row[Any]]] = {}
    for row in await conn.execute(_next_deliveries(ids, now)):
        by_channel.setdefault(row.channel_id, []).append(row)
    picked = {
        row.id: by_channel.get(row.id, [])[: PACES.get(row.platform, DEFAULT_PACE).burst]
        for row in rows
    }
    taken = [found for those in picked.values() for found in those]
    await _mark_sending(conn, [found.id for found in taken], now)
    threads = await _threads(conn, taken)
    closed = await _closed(conn, {row.workspace_id for row in rows}, now)
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


def may_claim(now: datetime, platforms: Collection[str]) -> ColumnElement[bool]:
    """Give the condition, over `channel` and `workspace`, that a channel may be claimed now."""
    return and_(
        channel.c.paused_at.is_(None),
        or_(channel.c.next_send_at.is_(None), channel.c.next_send_at <= now),
        or_(channel.c.lease_until.is_(None), channel.c.lease_until <= now),
        workspace.c.removed_at.is_(None),
        workspace.c.platform.in_(platforms),
        ~exists().where(
            rate_limit.c.workspace_id == workspace.c.id,
            rate_limit.c.method == "send",
            rate_limit.c.until > now,
        ),
    )


def _free_channels(
    conn: AsyncConnection,
    now: datetime,
    platforms: Collection[str],
    limit: int,
    share: int,
    without: Collection[int],
) -> Select[Any]:
    due = (
        select(delivery.c.channel_id, channel.c.workspace_id, delivery.c.due_at)
        .join(channel, channel.c.id == delivery.c.channel_id)
        .join(workspace, workspace.c.id == channel.c.workspace_id)
        .where(
            delivery.c.state.in_(OWED),
            delivery.c.due_at <= now,
            may_claim(now, platforms),
            channel.c.workspace_id.not_in(without),
        )
        .order_by(delivery.c.due_at)
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
            turns.c.turn <= share,
            # Again, on the row as it is once it is locked.
            or_(channel.c.lease_until.is_(None), channel.c.lease_until <= now),
        )
        .order_by(turns.c.turn, turns.c.since, channel.c.id)
        .limit(limit)
    )
    if dialects.is_postgresql(conn):
        # `key_share`: a foreign key's check by an ingest at the same time does not wait.
        query = query.with_for_update(of=channel, key_share=True, skip_locked=True)
    return query


def _next_deliveries(channel_ids: Sequence[int], now: datetime) -> Select[Any]:
    place = func.row_number().over(
        partition_by=delivery.c.channel_id, order_by=(delivery.c.position, delivery.c.id)
    )
    ranked = (
        select(delivery, place.label("place"))
        .where(
            delivery.c.channel_id.in_(channel_ids),
            delivery.c.state.in_(OWED),
            delivery.c.due_at <= now,
        )
        .subquery()
    )
    return (
        select(ranked).where(ranked.c.place <= _BURST).order_by(ranked.c.channel_id, ranked.c.place)
    )


async def _mark_sending(conn: AsyncConnection, ids: Sequence[int], now: datetime) -> None:
    left_behind = delivery.c.state == "sending"
    doubtful = or_(delivery.c.unknown, left_behind)
    await conn.execute(
        update(delivery)
        .where(delivery.c.id.in_(ids))
        .values(
            state="sending",
            attempts=delivery.c.attempts + 1,
            unknown=doubtful,
            tried_at=case((doubtful, func.coalesce(delivery.c.tried_at, now)), else_=now),
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


async def settle(
    conn: AsyncConnection, worker: str, now: datetime, settled: Sequence[Settled]
) -> None:
    """Write what became of claims, and give their channels free again."""
    outcomes = [outcome for one in settled for outcome in one.outcomes]
    sent = [o for o in outcomes if o.result == "sent"]
    if sent:
        # Whoever holds the lease by now: that it was sent is known.
        await conn.execute(
            update(delivery)
            .where(delivery.c.id == bindparam("of"), delivery.c.state != "sent")
            .values(
                state="sent",
                external_id=bindparam("ref"),
                sent_at=now,
                unknown=False,
                last_error=None,
            ),
            [{"of": o.delivery_id, "ref": o.external_id} for o in sent],
        )
    others = [_other(o, now) for o in outcomes if o.result != "sent"]
    if others:
        await conn.execute(_write_others(worker), others)
    await conn.execute(
        update(channel)
        .where(channel.c.id == bindparam("of"), channel.c.lease_by == worker)
        .values(lease_by=None, lease_until=None, next_send_at=bindparam("free_at")),
        [{"of": one.channel_id, "free_at": now + timedelta(seconds=one.rest)} for one in settled],
    )
    await _note_limits(conn, now, settled)


def _other(outcome: Outcome, now: datetime) -> dict[str, Any]:
    state = {"failed": "failed", "dead": "dead", "kept": "pending", "back": "pending"}
    return {
        "of": outcome.delivery_id,
        "to": state[outcome.result],
        "reason": outcome.reason,
        "doubtful": outcome.unknown,
        "due": now + timedelta(seconds=outcome.wait),
        "uncounted": 0 if outcome.counts and outcome.result != "back" else 1,
    }


def _write_others(worker: str) -> Any:  # noqa: ANN401 - an Update
    mine = select(channel.c.id).where(
        channel.c.id == delivery.c.channel_id, channel.c.lease_by == worker
    )
    return (
        update(delivery)
        .where(delivery.c.id == bindparam("of"), delivery.c.state == "sending", exists(mine))
        .values(
            state=bindparam("to"),
            last_error=func.coalesce(bindparam("reason"), delivery.c.last_error),
            unknown=bindparam("doubtful"),
            due_at=bindparam("due"),
            attempts=delivery.c.attempts - bindparam("uncounted"),
        )
    )


async def _note_limits(conn: AsyncConnection, now: datetime, settled: Sequence[Settled]) -> None:
    longest: dict[tuple[int, str], float] = {}
    for one in settled:
        for found in one.limits:
            key = (one.workspace_id, found.method)
            longest[key] = max(longest.get(key, 0.0), found.seconds)
    for (workspace_id, method), seconds in sorted(longest.items()):
        until = now + timedelta(seconds=seconds)
        fresh = dialects.insert(conn, rate_limit).values(
            workspace_id=workspace_id, method=method, until=until
        )
        await conn.execute(
            fresh.on_conflict_do_update(
                index_elements=["workspace_id", "method"],
                set_={"until": until},
                where=rate_limit.c.until < until,
            )
        )


async def next_due(
    conn: AsyncConnection, now: datetime, platforms: Collection[str]
) -> datetime | None:
    """Give when, after `now`, something can next be sent; None when nothing is owed.

    Looks at what is due and held up by a pace or a limit, and at what becomes due.
    """
    held_up = (
        select(
            func.min(channel.c.next_send_at).filter(channel.c.next_send_at > now),
            func.min(rate_limit.c.until).filter(rate_limit.c.until > now),
            func.min(channel.c.lease_until).filter(channel.c.lease_until > now),
        )
        .select_from(delivery)
        .join(channel, channel.c.id == delivery.c.channel_id)
        .join(workspace, workspace.c.id == channel.c.workspace_id)
        .outerjoin(
            rate_limit,
            and_(rate_limit.c.workspace_id == workspace.c.id, rate_limit.c.method == "send"),
        )
        .where(
            delivery.c.state.in_(OWED),
            delivery.c.due_at <= now,
            channel.c.paused_at.is_(None),
            workspace.c.removed_at.is_(None),
            workspace.c.platform.in_(platforms),
        )
    )
    moments = [moment for moment in (await conn.execute(held_up)).one() if moment is not None]
    for state in ("pending", "failed"):
        coming = await conn.scalar(
            select(delivery.c.due_at)
            .join(channel, channel.c.id == delivery.c.channel_id)
            .where(
                delivery.c.state == state,
                delivery.c.due_at > now,
                channel.c.paused_at.is_(None),
            )
            .order_by(delivery.c.due_at)
            .limit(1)
        )
        if coming is not None:
            moments.append(coming)
    return min(moments, default=None)
