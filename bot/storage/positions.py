"""Positions: the order of entries in time, as one number that never repeats."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.batches import as_numbers, numbers
from bot.storage.dialects import is_postgresql
from bot.storage.tables import entry

_PER_SECOND = 1 << 20


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
    postgresql = is_postgresql(conn)
    seconds = as_numbers(sorted(set(firsts)), postgresql=postgresql)
    found = await conn.execute(_highest(postgresql), {"seconds": seconds})
    last = {first: int(top) for first, top in found if top is not None}
    positions = []
    for first in firsts:
        last[first] = last.get(first, first - 1) + 1
        positions.append(last[first])
    return positions


@cache
def _highest(postgresql: bool) -> Select[Any]:
    """Give the query for the highest position in use of each second (by its first position)."""
    second = numbers("seconds", postgresql=postgresql)
    highest = (
        select(func.max(entry.c.position))
        .where(entry.c.position >= second, entry.c.position < second + _PER_SECOND)
        .scalar_subquery()
    )
    return select(second, highest)
