"""The outbox: what became of claims, written in batches.

Every function works inside the caller's transaction; times are the database's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Update, bindparam, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.delivery.model import Owed
from bot.delivery.policy import Limit, Outcome
from bot.delivery.recall import Recalled, keep
from bot.storage import dialects
from bot.storage.batches import among, set_text_each
from bot.storage.dialects import is_postgresql
from bot.storage.tables import channel, delivery, rate_limit


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of a claim: its deliveries' outcomes, how long the channel rests (seconds),
    what its workspace said of limits, why it is paused, if it is, what it was asked for, if
    it was (`bot.delivery.recall`), and what it was owed."""

    channel_id: int
    workspace_id: int
    outcomes: tuple[Outcome, ...]
    rest: float = 0.0
    limits: tuple[Limit, ...] = ()
    pause: str = ""
    recalled: Recalled | None = None
    owed: tuple[Owed, ...] = ()


async def settle(
    conn: AsyncConnection, worker: str, now: datetime, settled: Sequence[Settled]
) -> None:
    """Write what became of claims, and give their channels free again."""
    outcomes = [outcome for one in settled for outcome in one.outcomes]
    sent = [o for o in outcomes if o.result == "sent"]
    if sent:
        # Whoever holds the lease by now: that it was sent is known.
        await set_text_each(
            conn,
            delivery,
            delivery.c.external_id,
            [(o.delivery_id, o.external_id) for o in sent],
            where=delivery.c.state != "sent",
            also={"state": "sent", "sent_at": now, "unknown": False, "last_error": None},
        )
    others = [_other(o, now) for o in outcomes if o.result != "sent"]
    if others:
        await conn.execute(_write_others(), [{**other, "worker": worker} for other in others])
    for one in settled:
        if one.recalled is not None:
            await keep(conn, one.channel_id, one.recalled, now)
    by_rest: dict[float, list[int]] = {}
    for one in settled:
        by_rest.setdefault(one.rest, []).append(one.channel_id)
    for rest, ids in sorted(by_rest.items()):
        free = {"ids": ids, "worker": worker, "free_at": now + timedelta(seconds=rest)}
        await conn.execute(_give_back(postgresql=is_postgresql(conn)), free)
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


@cache
def _give_back(*, postgresql: bool) -> Update:
    return (
        update(channel)
        .where(
            among(channel.c.id, "ids", postgresql=postgresql),
            channel.c.lease_by == bindparam("worker"),
        )
        .values(lease_by=None, lease_until=None, next_send_at=bindparam("free_at"))
    )


@cache
def _write_others() -> Update:
    mine = select(channel.c.id).where(
        channel.c.id == delivery.c.channel_id, channel.c.lease_by == bindparam("worker")
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
