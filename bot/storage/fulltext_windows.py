"""The newest matches on PostgreSQL, found in windows of time, the newest first.

A GIN index answers a question as a whole: to find the newest of a million matches it gathers all
of them. So every row's vector has a tag for its window of twelve days, and the question is put to
some windows at a time: these tags are rare, so of frequent words the index reads only what lies
there.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.fulltext_query import Span

_BITS = 40
"""A window is 2**40 positions: 2**20 seconds."""

_FIRST = 2
_GROWTH = 5
_WIDEST = 200
"""How many windows are asked first, how many times as many next, and from how many on all are."""


def window_tag(position: int) -> str:
    """Give the tag of the window that a position lies in."""
    return f"#w={position >> _BITS}"


_BOUNDS = text(
    "SELECT (SELECT position FROM entry_text WHERE position >= :low AND position < :high "
    "ORDER BY position LIMIT 1), (SELECT position FROM entry_text WHERE position >= :low "
    "AND position < :high ORDER BY position DESC LIMIT 1)"
)
# The planner must not walk all positions in search of a rare word, so here it cannot.
_NEWEST = text(
    "WITH found AS MATERIALIZED (SELECT position FROM entry_text "
    "WHERE vector @@ CAST(:query AS tsquery) AND position >= :low AND position < :high) "
    "SELECT string_agg(CAST(position AS text), ' ' ORDER BY position DESC) FROM "
    "(SELECT position FROM found ORDER BY position DESC LIMIT :limit) AS newest"
)
_COUNT = text(
    "SELECT count(*) FROM (SELECT 1 FROM entry_text WHERE vector @@ CAST(:query AS tsquery) "
    "AND position >= :low AND position < :high LIMIT :limit) AS counted"
)
# A plan that is made once for any word is the wrong one for the very common and the very rare.
_PLAN_EACH = text(
    "SELECT set_config('plan_cache_mode', 'force_custom_plan', true), "
    "set_config('jit', 'off', true), set_config('enable_seqscan', 'off', true)"
)


async def newest(conn: AsyncConnection, query: str, span: Span, limit: int) -> tuple[int, ...]:
    """Give the positions of the newest `limit` rows that match, newest first."""
    await conn.execute(_PLAN_EACH)
    found: tuple[int, ...] = ()
    bounds = await _bounds(conn, span)
    width = _FIRST
    while bounds is not None and len(found) < limit:
        part, bounds = _newest_part(bounds, width)
        given = _given(query, part, limit - len(found))
        joined = await conn.scalar(_NEWEST, given)
        found += tuple(map(int, joined.split(" "))) if joined else ()
        width = _wider(width, len(found), limit)
    return found


async def count(conn: AsyncConnection, query: str, span: Span, at_most: int) -> int:
    """Count the rows that match, up to `at_most`."""
    total = 0
    bounds = await _bounds(conn, span)
    width = _FIRST * _GROWTH
    while bounds is not None and total < at_most:
        part, bounds = _newest_part(bounds, width)
        total += int(await conn.scalar(_COUNT, _given(query, part, at_most - total)) or 0)
        width = _wider(width, total, at_most)
    return total


async def _bounds(conn: AsyncConnection, span: Span) -> Span | None:
    """Give the part of a span in which there are rows at all."""
    low, high = (await conn.execute(_BOUNDS, {"low": span.low, "high": span.high})).one()
    return None if low is None else Span(low, high + 1)


def _newest_part(span: Span, width: int) -> tuple[Span, Span | None]:
    """Part a span into its newest windows and what is older."""
    newest = (span.high - 1) >> _BITS
    low = (newest - width + 1) << _BITS
    if width > _WIDEST or low <= span.low:
        return span, None
    return Span(low, span.high), Span(span.low, low)


def _wider(width: int, found: int, wanted: int) -> int:
    """Give how many windows to ask next: as many as should do, from what was found in these."""
    need = width * (wanted - found) * 5 // (found * 4) + 1 if found else width * _GROWTH
    return min(max(need, width), width * _GROWTH)


def _given(query: str, span: Span, limit: int) -> dict[str, Any]:
    windows = range(span.low >> _BITS, ((span.high - 1) >> _BITS) + 1)
    if len(windows) <= _WIDEST:
        tags = " | ".join(f"'#w={window}'" for window in windows)
        query = f"({tags}) & {query}"
    return {"query": query, "low": span.low, "high": span.high, "limit": limit}
