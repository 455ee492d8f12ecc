"""Questions to the full-text index: one tree, written for FTS5 and for a tsvector.

Only tokens that `bot.search.tokens` made get here, each quoted all the same, and the whole is a
bound parameter: nothing that a person types is ever part of a statement.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.dialects import is_postgresql
from bot.storage.fulltext import TextRow, entry_text

LOWEST, HIGHEST = -(1 << 62), 1 << 62
"""Below and above every position."""


@dataclass(frozen=True, slots=True)
class AnyPhrase:
    """At least one of these runs of tokens; one token is a run too."""

    phrases: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class AllOf:
    """All of these."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of these."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Without:
    """The one, but not the other."""

    wanted: Expression
    unwanted: Expression


Expression = AnyPhrase | AllOf | AnyOf | Without


@dataclass(frozen=True, slots=True)
class Span:
    """A range of positions: `low <= position < high`."""

    low: int = LOWEST
    high: int = HIGHEST


def fts5(part: Expression) -> str:
    """Write an expression as an FTS5 MATCH text."""
    if isinstance(part, AnyPhrase):
        return "(" + " OR ".join(f'"{_fts5_phrase(phrase)}"' for phrase in part.phrases) + ")"
    if isinstance(part, Without):
        return f"({fts5(part.wanted)} NOT {fts5(part.unwanted)})"
    joint = " AND " if isinstance(part, AllOf) else " OR "
    return "(" + joint.join(fts5(each) for each in part.parts) + ")"


def _fts5_phrase(phrase: Sequence[str]) -> str:
    return " ".join(phrase).replace('"', '""')


def tsquery(part: Expression) -> str:
    """Write an expression as a tsquery's text."""
    if isinstance(part, AnyPhrase):
        return "(" + " | ".join(_ts_phrase(phrase) for phrase in part.phrases) + ")"
    if isinstance(part, Without):
        return f"({tsquery(part.wanted)} & !{tsquery(part.unwanted)})"
    joint = " & " if isinstance(part, AllOf) else " | "
    return "(" + joint.join(tsquery(each) for each in part.parts) + ")"


def _ts_phrase(phrase: Sequence[str]) -> str:
    words = " <-> ".join("'" + t.replace("\\", "\\\\").replace("'", "''") + "'" for t in phrase)
    return f"({words})" if len(phrase) > 1 else words


_NEWEST = text(
    "SELECT t.position, t.title, t.body, t.tags FROM entry_fts f "
    "JOIN entry_text t ON t.position = f.rowid "
    "WHERE f.entry_fts MATCH :query AND f.rowid >= :low AND f.rowid < :high "
    "ORDER BY f.rowid DESC LIMIT :limit"
)
_COUNT = text(
    "SELECT count(*) FROM (SELECT 1 FROM entry_fts WHERE entry_fts MATCH :query "
    "AND rowid >= :low AND rowid < :high LIMIT :limit)"
)


async def newest(
    conn: AsyncConnection, wanted: Expression, span: Span, limit: int
) -> list[TextRow]:
    """Give the newest `limit` rows that match, newest first."""
    if is_postgresql(conn):
        return await _postgresql_newest(conn, tsquery(wanted), span, limit)
    rows = await conn.execute(_NEWEST, _given(fts5(wanted), span, limit))
    return [TextRow(*row) for row in rows]


async def count(conn: AsyncConnection, wanted: Expression, span: Span, at_most: int) -> int:
    """Count the rows that match, up to `at_most`."""
    if is_postgresql(conn):
        return len(await _postgresql_positions(conn, tsquery(wanted), span, at_most))
    found = await conn.scalar(_COUNT, _given(fts5(wanted), span, at_most))
    return int(found or 0)


def _given(query: str, span: Span, limit: int) -> dict[str, Any]:
    return {"query": query, "low": span.low, "high": span.high, "limit": limit}


_WALK = text(
    "SELECT position FROM entry_text WHERE vector @@ CAST(:query AS tsquery) "
    "AND position >= :low AND position < :high ORDER BY position DESC LIMIT :limit"
)
# The planner must not walk all positions in search of a rare word, so here it cannot.
_GATHER = text(
    "WITH found AS MATERIALIZED (SELECT position FROM entry_text "
    "WHERE vector @@ CAST(:query AS tsquery) AND position >= :low AND position < :high) "
    "SELECT position FROM found ORDER BY position DESC LIMIT :limit"
)


async def _postgresql_newest(
    conn: AsyncConnection, query: str, span: Span, limit: int
) -> list[TextRow]:
    positions = await _postgresql_positions(conn, query, span, limit)
    return await texts(conn, positions)


async def _postgresql_positions(
    conn: AsyncConnection, query: str, span: Span, limit: int
) -> list[int]:
    rows = await conn.execute(_GATHER, _given(query, span, limit))
    return [row.position for row in rows]


async def texts(conn: AsyncConnection, positions: Sequence[int]) -> list[TextRow]:
    """Give the rows at `positions` that there are, newest first."""
    rows = await conn.execute(
        select(*entry_text.c)
        .where(entry_text.c.position.in_(list(positions)))
        .order_by(entry_text.c.position.desc())
    )
    return [TextRow(*row) for row in rows]
