"""The newest matches on PostgreSQL, found in windows of time, the newest first.

A GIN index answers a question as a whole: to find the newest of a million matches it gathers all
of them. So every row's vector has tags for the windows of time that it lies in, and the question
is put to some windows at a time: of frequent words the index then reads only what lies there.
Windows are of four sizes, each four times the one before, as a question that names many is slow.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.fulltext_query import Span

_BITS = (40, 42, 44, 46)
"""Windows are 2**40 positions (twelve days) and more; the largest are of two years."""

_AT_ONCE = 6
"""How many windows a question names at most."""

_GROWTH = 8
"""How many times as far back as it has looked a search looks next, at most."""

_FEW = 4_000
"""Where fewer matches than these are expected, all are gathered at once."""

_LUMP = 100
"""How many matches the planner's guess weighs as much as: the newest weeks may tell of other things
than the years before, so a look at them corrects a guess and does not replace it."""

_STRIDE = 8
"""How many times as much time as the planner thinks enough is looked at in one go, at most: a full
archive may lie behind thin months."""

_TOGETHER = 64_000
"""How many matches of several words are expected at least. The planner takes each word for a thing
by itself, where news say them in one breath; a look at the newest windows tells."""


def window_tags(position: int) -> tuple[str, ...]:
    """Give the tags of the windows that a position lies in."""
    return tuple(_tag(size, position >> bits) for size, bits in enumerate(_BITS))


def _tag(size: int, number: int) -> str:
    return f"#w{size}={number}"


# A plan that is made once for any word is the wrong one for the very common and the very rare.
_BEGIN = text(
    "SELECT (SELECT position FROM entry_text ORDER BY position LIMIT 1), "
    "(SELECT position FROM entry_text ORDER BY position DESC LIMIT 1), "
    "set_config('plan_cache_mode', 'force_custom_plan', true), set_config('jit', 'off', true), "
    "set_config('enable_seqscan', 'off', true)"
)
_EXPECTED = text(
    "EXPLAIN (FORMAT JSON) SELECT 1 FROM entry_text WHERE vector @@ CAST(:query AS tsquery)"
)
_ROWS = text(
    "EXPLAIN (FORMAT JSON) SELECT 1 FROM entry_text WHERE position >= :low AND position < :high"
)
# The planner must not walk all positions in search of a rare word, nor collect a range of them to
# intersect it: written so, the bounds are no business of the index on positions.
_NEWEST = text(
    "WITH found AS MATERIALIZED (SELECT position FROM entry_text "
    "WHERE vector @@ CAST(:query AS tsquery) AND position + 0 >= :low AND position + 0 < :high), "
    "newest AS (SELECT position FROM found ORDER BY position DESC LIMIT :limit) "
    "SELECT string_agg(CAST(position AS text), ' ' ORDER BY position DESC) AS positions, "
    "(SELECT max(position) FROM entry_text WHERE position < :low) AS older FROM newest"
)
_COUNT = text(
    "SELECT count(*) FROM (SELECT 1 FROM entry_text WHERE vector @@ CAST(:query AS tsquery) "
    "AND position + 0 >= :low AND position + 0 < :high LIMIT :limit) AS counted"
)


async def newest(
    conn: AsyncConnection, query: str, span: Span, limit: int, *, rare: bool
) -> tuple[int, ...]:
    """Give the positions of the newest `limit` rows that match, newest first.

    What is known to be `rare` needs no windows.
    """
    low, high, *_ = (await conn.execute(_BEGIN)).one()
    if low is None:
        return ()
    archive = Span(low, high + 1)
    left = Span(max(low, span.low), min(high + 1, span.high))
    whole = left
    expected = 0.0 if rare else await _expected(conn, query)
    found: list[int] = []
    done, share = 0, 0.0
    while left.low < left.high and len(found) < limit:
        if done:
            share = await _share(conn, Span(left.high, whole.high), archive)
        course = Course(archive, left, done, share, expected, len(found), limit)
        part, asked = choose(course, query)
        row = (await conn.execute(_NEWEST, _given(asked, part, limit - len(found)))).one()
        found += map(int, row.positions.split(" ")) if row.positions else ()
        done += part.high - part.low
        # Time in which nothing at all was published is stepped over, and tells nothing.
        left = Span(left.low, left.low if row.older is None else row.older + 1)
    return tuple(found)


async def count(conn: AsyncConnection, query: str, span: Span, at_most: int) -> int:
    """Count the rows that match, up to `at_most`."""
    return int(await conn.scalar(_COUNT, _given(query, span, at_most)) or 0)


async def _share(conn: AsyncConnection, part: Span, archive: Span) -> float:
    """Give which share of an archive's rows lies in a part of it, as the planner knows it."""
    rows = [
        float(
            (await conn.scalar(_ROWS, {"low": span.low, "high": span.high}))[0]["Plan"]["Plan Rows"]
        )
        for span in (part, archive)
    ]
    return rows[0] / max(rows[1], 1.0)


async def _expected(conn: AsyncConnection, query: str) -> float:
    """Give how many rows can be expected to match in all."""
    plan = await conn.scalar(_EXPECTED, {"query": query})
    planned = float(plan[0]["Plan"]["Plan Rows"])
    several = " & " in query or " <-> " in query
    return max(planned, _TOGETHER) if several else planned


def _given(query: str, span: Span, limit: int) -> dict[str, Any]:
    return {"query": query, "low": span.low, "high": span.high, "limit": limit}


@dataclass(frozen=True, slots=True)
class Course:
    """How far a search has come: of the `archive` it is to look in what is `left`; in so many
    positions as are `done`, where the `share` of all rows lies, it found `found` of at most `limit`
    rows."""

    archive: Span
    left: Span
    done: int
    share: float
    expected: float
    found: int
    limit: int

    @property
    def likely(self) -> float:
        """How many matches the whole archive may have: as expected, then more and more as found."""
        return (self.found + _LUMP) / (self.share + _LUMP / max(self.expected, 1.0))

    @property
    def are_few(self) -> bool:
        """Whether so few matches are likely in the whole archive that the index can gather them
        all: without a window it does, whatever is left."""
        return self.likely < _FEW

    @property
    def extent(self) -> int:
        """How many positions should hold what is missing."""
        whole = self.archive.high - self.archive.low
        planned = int(whole * self.limit / max(self.expected, 1.0))
        if not self.done:
            return planned
        enough = int(whole * (self.limit - self.found) * 5 / (self.likely * 4))
        return min(enough, self.done * _GROWTH, planned * _STRIDE)


def choose(course: Course, query: str) -> tuple[Span, str]:
    """Choose what is asked next, the newest of what is left; gives it and the question. Pure."""
    left = course.left
    if course.are_few:
        return left, query
    tags: list[str] = []
    low, end = left.high, max(left.low, left.high - course.extent)
    while left.low < low and len(tags) < _AT_ONCE and (not tags or end < low):
        size = _largest(low, low - end, course.archive.high)
        number = (low - 1) >> _BITS[size]
        tags.append(f"'{_tag(size, number)}'")
        low = max(number << _BITS[size], left.low)
    return Span(low, left.high), f"({' | '.join(tags)}) & {query}"


def _largest(high: int, extent: int, newest: int) -> int:
    """Give the size of the window that reaches furthest back from `high`, and not far over
    `extent`. It may reach beyond `high` too, where little or nothing is: up to `newest`."""
    reaches = [0]
    for bits in _BITS[1:]:
        begin = (high - 1) >> bits << bits
        beyond = min(begin + (1 << bits), newest) - high
        fits = high - begin <= extent * 3 // 2 and beyond * 2 <= high - begin
        reaches.append(high - begin if fits else 0)
    return max(range(len(reaches)), key=reaches.__getitem__)
