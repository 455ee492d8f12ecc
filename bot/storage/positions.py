"""Positions: the order of entries in time, as one number that never repeats."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.tables import entry

_PER_SECOND = 1 << 20
_CHUNK = 400


def first_position(moment: datetime) -> int:
    """Give the lowest position that an entry published at `moment` (UTC, to the second) can have.

    A range of time is a range of positions: `first_position(a) <= position < first_position(b)`.
    """
    return int(moment.timestamp()) * _PER_SECOND


def moment_of(position: int) -> datetime:
    """Give the second (UTC) that a position lies in."""
    return datetime.fromtimestamp(position // _PER_SECOND, UTC)


async def allocate(conn: AsyncConnection, published: Sequence[datetime]) -> list[int]:
    """Give a free position for each of `published` (aware), in order.

    Call it inside the writing transaction that stores the entries, after
    `dialects.serialise_ingest`: nobody else allocates meanwhile.
    """
    firsts = [first_position(moment) for moment in published]
    taken: set[int] = set()
    for start in range(0, len(firsts), _CHUNK):
        part = firsts[start : start + _CHUNK]
        taken.update(await conn.scalars(select(entry.c.position).where(entry.c.position.in_(part))))
    repeated = {first for first, times in Counter(firsts).items() if times > 1}
    last = await _last_positions(conn, sorted(taken | repeated))
    positions = []
    for first in firsts:
        last[first] = last.get(first, first - 1) + 1
        positions.append(last[first])
    return positions


async def _last_positions(conn: AsyncConnection, firsts: Sequence[int]) -> dict[int, int]:
    """Give the highest position in use of each second that has any."""
    last: dict[int, int] = {}
    for start in range(0, len(firsts), _AT_ONCE):
        part = firsts[start : start + _AT_ONCE]
        padded = [*part, *([-1] * (_AT_ONCE - len(part)))]
        bounds = {f"first{n}": first for n, first in enumerate(padded)}
        bounds |= {f"end{n}": first + _PER_SECOND for n, first in enumerate(padded)}
        found = (await conn.execute(_LAST, bounds)).one()
        last |= {f: int(top) for f, top in zip(part, found, strict=False) if top is not None}
    return last


_AT_ONCE = 32
_LAST = select(
    *(
        select(func.max(entry.c.position))
        .where(entry.c.position >= bindparam(f"first{n}"))
        .where(entry.c.position < bindparam(f"end{n}"))
        .scalar_subquery()
        .label(f"last{n}")
        for n in range(_AT_ONCE)
    )
)
"""The highest position of many seconds at once; one statement, made and compiled once."""
