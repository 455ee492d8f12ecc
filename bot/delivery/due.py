"""What is due, workspace by workspace: the channels that can be claimed, and when to look again.

One index holds what is owed by workspace and time. A look steps along it from workspace to
workspace, a hundred at a time, and takes the oldest of each; so it costs the same whether a
thousand deliveries are owed or a million, and a huge workspace is stepped over like a small one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Row,
    Select,
    and_,
    bindparam,
    func,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.delivery.claims import NOW, is_free, is_owed
from bot.delivery.shortlist import Candidate
from bot.storage.batches import read_in_index_order
from bot.storage.dialects import is_postgresql
from bot.storage.tables import channel, delivery, rate_limit, workspace

_WORKSPACES = 100
"""Workspaces that are stepped to at a time."""

_LOOKED_AT = 1000
"""Due deliveries that one look takes at most, shared among its workspaces."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look saw: channels, workspaces in turn, and the id of the workspace after which the
    next look begins (0: at the beginning)."""

    candidates: tuple[Candidate, ...]
    after: int = 0


async def look(
    conn: AsyncConnection,
    now: datetime,
    *,
    platforms: Collection[str],
    without: Collection[int] = (),
    after: int = 0,
) -> Seen:
    """Give free channels that have something due, workspaces in turn, a thousand at most.

    Begins `after` a workspace and goes round until something is found. `without`: ids of
    workspaces to leave out. Nothing is claimed by it: another worker may be quicker.
    """
    await read_in_index_order(conn)
    left_out = set(without)
    async for some, last in _round(conn, after):
        limits = await _limits(conn, some, now, platforms)
        ids = [one for one in some if limits.get(one, now) is None and one not in left_out]
        if not ids:
            continue
        asked = {"now": now, "most": max(1, _LOOKED_AT // len(ids))}
        found = await _of_each(conn, _claimable, ids, asked)
        if found:
            return Seen(_in_turn(found), last)
    return Seen(())


async def next_due(
    conn: AsyncConnection, now: datetime, platforms: Collection[str]
) -> datetime | None:
    """Give when, after `now`, something can next be sent; None when nothing is owed.

    Looks at what is due and held up by a pace, a lease or a limit (where much is, the longest due
    stands for the rest), and at what becomes due.
    """
    await read_in_index_order(conn)
    moments: list[datetime] = []
    async for some, _last in _round(conn, 0):
        limits = await _limits(conn, some, now, platforms)
        moments += [until for until in limits.values() if until is not None]
        ids = [one for one, until in limits.items() if until is None]
        asked = {"now": now, "most": max(1, _LOOKED_AT // max(1, len(ids)))}
        for row in await _of_each(conn, _due, ids, asked):
            moments += [at for at in (row.next_send_at, row.lease_until) if at and at > now]
        coming = await _of_each(conn, _coming, ids, {"now": now, "most": 1})
        moments += [row.due_at for row in coming]
    return min(moments, default=None)


def _in_turn(rows: Iterable[Row[Any]]) -> tuple[Candidate, ...]:
    """Put channels in the order of their turns: the longest waiting of each workspace first."""
    turns: Counter[int] = Counter()
    ranked: dict[int, tuple[int, datetime, int, int]] = {}
    for row in sorted(rows, key=lambda row: (row.due_at, row.channel_id)):
        if row.channel_id not in ranked:
            turn = turns[row.workspace_id]
            ranked[row.channel_id] = (turn, row.due_at, row.channel_id, row.workspace_id)
            turns[row.workspace_id] += 1
    return tuple(Candidate(channel_id, home) for _, _, channel_id, home in sorted(ranked.values()))


# Workspaces --------------------------------------------------------------------------------


async def _round(conn: AsyncConnection, after: int) -> AsyncIterator[tuple[Sequence[int], int]]:
    """Step once round the workspaces that are owed something, from `after` on: their ids, a
    hundred at a time, each with the id to go on after (0 at the end)."""
    for begin, end in [(after, None), (0, after)] if after else [(0, None)]:
        more, last = True, begin
        while more:
            found = sorted(await conn.scalars(_steps(), {"after": last}))
            ids = [one for one in found if end is None or one <= end]
            more = len(ids) == _WORKSPACES
            last = ids[-1] if ids else last
            if ids:
                yield ids, last if more else 0


@cache
def _steps() -> Select[Any]:
    """Give the next workspaces that are owed something: each found in the index by the one
    before, so that nothing of what they are owed is read."""
    first = select(func.min(delivery.c.workspace_id).label("id"), literal(1).label("step"))
    first = first.where(is_owed(delivery), delivery.c.workspace_id > bindparam("after"))
    walk = first.cte("walk", recursive=True)
    later = delivery.alias("later")
    following = (
        select(func.min(later.c.workspace_id))
        .where(is_owed(later), later.c.workspace_id > walk.c.id)
        .scalar_subquery()
    )
    walk = walk.union_all(
        select(following, walk.c.step + 1).where(walk.c.id.is_not(None), walk.c.step < _WORKSPACES)
    )
    return select(walk.c.id).where(walk.c.id.is_not(None))


async def _limits(
    conn: AsyncConnection, ids: Sequence[int], now: datetime, platforms: Collection[str]
) -> Mapping[int, datetime | None]:
    """Give those of the workspaces that this worker sends to, each with the moment until which it
    must not (none: it may now)."""
    limited = and_(
        rate_limit.c.workspace_id == workspace.c.id,
        rate_limit.c.method == "send",
        rate_limit.c.until > now,
    )
    rows = await conn.execute(
        select(workspace.c.id, rate_limit.c.until)
        .outerjoin(rate_limit, limited)
        .where(
            workspace.c.id.in_(ids),
            workspace.c.removed_at.is_(None),
            workspace.c.platform.in_(platforms),
        )
    )
    return {row.id: row.until for row in rows}


# What each of them is owed -----------------------------------------------------------------

_Query = Callable[[ColumnElement[int]], Select[Any]]
"""Gives what is asked of one workspace, by its id; `now` and `most` are given on execution."""


async def _of_each(
    conn: AsyncConnection, query: _Query, ids: Sequence[int], asked: Mapping[str, Any]
) -> list[Row[Any]]:
    """Ask the same of each workspace: in one journey on PostgreSQL; SQLite has none to save."""
    if not ids:
        return []
    if is_postgresql(conn):
        return list((await conn.execute(_laterally(query), {**asked, "ids": ids})).all())
    rows: list[Row[Any]] = []
    for one in ids:
        rows += (await conn.execute(_singly(query), {**asked, "workspace": one})).all()
    return rows


@cache
def _laterally(query: _Query) -> Select[Any]:
    ids = func.unnest(bindparam("ids", type_=ARRAY(BigInteger)))
    place = ids.table_valued("id").render_derived(name="place")
    each = query(place.c.id).lateral("each")
    return select(each).select_from(place).join(each, true())


@cache
def _singly(query: _Query) -> Select[Any]:
    return query(bindparam("workspace"))


def _claimable(workspace_id: ColumnElement[int]) -> Select[Any]:
    rested = or_(channel.c.next_send_at.is_(None), channel.c.next_send_at <= NOW)
    return _due(workspace_id).where(is_free(), rested)


def _due(workspace_id: ColumnElement[int]) -> Select[Any]:
    return _owed_to(workspace_id).where(delivery.c.due_at <= NOW)


def _coming(workspace_id: ColumnElement[int]) -> Select[Any]:
    return _owed_to(workspace_id).where(delivery.c.due_at > NOW)


def _owed_to(workspace_id: ColumnElement[int]) -> Select[Any]:
    return (
        select(
            delivery.c.workspace_id,
            delivery.c.channel_id,
            delivery.c.due_at,
            channel.c.next_send_at,
            channel.c.lease_until,
        )
        .join(channel, channel.c.id == delivery.c.channel_id)
        .where(
            is_owed(delivery),
            delivery.c.workspace_id == workspace_id,
            channel.c.paused_at.is_(None),
        )
        .order_by(delivery.c.due_at, delivery.c.channel_id)
        .limit(bindparam("most"))
    )
