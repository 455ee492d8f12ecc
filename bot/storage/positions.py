"""Positions: the order of entries in time, as one number that never repeats."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.tables import entry

_PER_SECOND = 1 << 20


def first_position(moment: datetime) -> int:
    """Give the lowest position that an entry published at `moment` (UTC, to the second) can have.

    A range of time is a range of positions: `first_position(a) <= position < first_position(b)`.
    """
    return int(moment.timestamp()) * _PER_SECOND


async def allocate(conn: AsyncConnection, published: Sequence[datetime]) -> list[int]:
    """Give a free position for each of `published` (aware), in order.

    Call it inside the writing transaction that stores the entries, after
    `dialects.serialise_ingest`: nobody else allocates meanwhile.
    """
    given: dict[int, int] = {}
    positions = []
    for moment in published:
        first = first_position(moment)
        last = given.get(first)
        if last is None:
            inside = (entry.c.position >= first) & (entry.c.position < first + _PER_SECOND)
            found = await conn.scalar(select(func.max(entry.c.position)).where(inside))
            last = first - 1 if found is None else int(found)
        given[first] = last + 1
        positions.append(last + 1)
    return positions
