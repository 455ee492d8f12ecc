"""Questions to the full-text index: one tree, written for FTS5 and for a tsvector.

Only tokens that `bot.search.tokens` made get here, each quoted all the same, and the whole is a
bound parameter: nothing that a person types is ever part of a statement.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.dialects import is_postgresql

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


@dataclass(frozen=True, slots=True)
class Seen:
    """The newest matches: how many, and the position of the oldest of them."""

    count: int
    oldest: int


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


class Candidate(NamedTuple):
    """A row that matches, ready to be searched in: each text has a space at both ends.

    A tuple, as a search makes thousands of them. Title and body are empty where only facts were
    asked for.
    """

    position: int
    title: str
    body: str
    tags: str


_TEXTS = "' ' || t.title || ' ', ' ' || t.body || ' ', ' ' || t.tags || ' '"
_FACTS = "'', '', ' ' || t.tags || ' '"


def _with_columns(statement: str) -> dict[bool, TextClause]:
    """Give a statement that reads texts and tags, and one that reads only tags."""
    return {
        texts: text(statement.replace("COLUMNS", _TEXTS if texts else _FACTS))
        for texts in (True, False)
    }


_NEWEST = _with_columns(
    "SELECT t.position, COLUMNS FROM entry_fts f JOIN entry_text t ON t.position = f.rowid "
    "WHERE f.entry_fts MATCH :query AND f.rowid >= :low AND f.rowid < :high "
    "ORDER BY f.rowid DESC LIMIT :limit"
)
_ONE = _with_columns("SELECT t.position, COLUMNS FROM entry_text t WHERE t.position = :position")
_COUNT = text(
    "SELECT count(*) FROM (SELECT 1 FROM entry_fts WHERE entry_fts MATCH :query "
    "AND rowid >= :low AND rowid < :high LIMIT :limit)"
)


class Newest(NamedTuple):
    """The newest rows that match, newest first, and how many there are in all, where known."""

    rows: list[Candidate]
    total: int | None = None


async def newest(
    conn: AsyncConnection, wanted: Expression, span: Span, limit: int, *, texts: bool = True
) -> Newest:
    """Give the newest `limit` rows that match; without `texts`, only their tags."""
    if is_postgresql(conn):
        return await _postgresql_newest(conn, tsquery(wanted), span, limit, texts)
    rows = await conn.execute(_NEWEST[texts], _given(fts5(wanted), span, limit))
    return Newest([Candidate._make(row) for row in rows.all()])


async def count(
    conn: AsyncConnection, wanted: Expression, span: Span, at_most: int, seen: Seen
) -> int:
    """Count the rows that match, up to `at_most`; the newest, `seen`, are counted already."""
    if is_postgresql(conn) and await _are_far_more(conn, span, at_most, seen):
        return at_most
    older = Span(span.low, seen.oldest)
    if is_postgresql(conn):
        given = _given(tsquery(wanted), older, at_most - seen.count)
        found = await conn.scalar(_COUNT_GATHERED, given)
    else:
        given = _given(fts5(wanted), older, at_most - seen.count)
        found = await conn.scalar(_COUNT, given)
    return seen.count + int(found or 0)


def _given(query: str, span: Span, limit: int) -> dict[str, Any]:
    return {"query": query, "low": span.low, "high": span.high, "limit": limit}


async def at(conn: AsyncConnection, position: int) -> Candidate | None:
    """Give the row at a position, if it is indexed."""
    row = (await conn.execute(_ONE[True], {"position": position})).one_or_none()
    return Candidate._make(row) if row is not None else None


# Only the newest are walked; with the limit met the walk stops before.
_WALK = _with_columns(
    "SELECT t.position, COLUMNS FROM (SELECT * FROM entry_text WHERE position >= :low "
    "AND position < :high ORDER BY position DESC LIMIT :window) t "
    "WHERE t.vector @@ CAST(:query AS tsquery) ORDER BY t.position DESC LIMIT :limit"
)
# The planner must not walk all positions in search of a rare word, so here it cannot.
_GATHER = _with_columns(
    "WITH found AS MATERIALIZED (SELECT position FROM entry_text "
    "WHERE vector @@ CAST(:query AS tsquery) AND position >= :low AND position < :high), "
    "newest AS MATERIALIZED (SELECT position FROM found ORDER BY position DESC LIMIT :limit) "
    "SELECT t.position, COLUMNS, (SELECT count(*) FROM found) FROM newest "
    "JOIN entry_text t ON t.position = newest.position ORDER BY t.position DESC"
)
_COUNT_GATHERED = text(
    "SELECT count(*) FROM (SELECT 1 FROM entry_text WHERE vector @@ CAST(:query AS tsquery) "
    "AND position >= :low AND position < :high LIMIT :limit) AS counted"
)
# A plan that is made once for any word is the wrong one for the very common and the very rare.
_PLAN_EACH = text(
    "SELECT set_config('plan_cache_mode', 'force_custom_plan', true), "
    "set_config('jit', 'off', true)"
)
_EXPECTED = text(
    "EXPLAIN (FORMAT JSON) SELECT 1 FROM entry_text WHERE vector @@ CAST(:query AS tsquery) "
    "AND position >= :low AND position < :high"
)
_EXPECTED_ROWS = text(
    "EXPLAIN (FORMAT JSON) SELECT 1 FROM entry_text WHERE position >= :low AND position < :high"
)
_BETWEEN = text(
    "SELECT count(*) FROM (SELECT 1 FROM entry_text WHERE position >= :low AND position < :high "
    "LIMIT :limit) AS newest"
)
_WINDOW = 40_000
"""How many of the newest rows are walked for a word that many have."""

_FREQUENT = 0.04
"""What share of rows the planner must expect to match before they are walked."""


async def _postgresql_newest(
    conn: AsyncConnection, query: str, span: Span, limit: int, texts: bool
) -> Newest:
    """Give the newest rows that match.

    A word that many rows have is soon met when the newest are walked. All others are gathered
    by the GIN index. The planner's expectation only chooses the way: a walk that does not meet
    enough inside its window is given up, so both ways give the same.
    """
    await conn.execute(_PLAN_EACH)
    if await _is_frequent(conn, query, span):
        given = {**_given(query, span, limit), "window": _WINDOW}
        walked = (await conn.execute(_WALK[texts], given)).all()
        if len(walked) == limit:
            return Newest([Candidate._make(row) for row in walked])
    rows = (await conn.execute(_GATHER[texts], _given(query, span, limit))).all()
    return Newest([Candidate._make(row[:4]) for row in rows], rows[0][4] if rows else 0)


async def _is_frequent(conn: AsyncConnection, query: str, span: Span) -> bool:
    expected = await _plan_rows(conn, _EXPECTED, _given(query, span, 0))
    return expected > _WINDOW * _FREQUENT and expected > _FREQUENT * await _plan_rows(
        conn, _EXPECTED_ROWS, _given(query, span, 0)
    )


async def _plan_rows(conn: AsyncConnection, statement: TextClause, given: dict[str, Any]) -> float:
    names = statement.compile().params
    plan = await conn.scalar(statement, {name: given[name] for name in names})
    rows: float = plan[0]["Plan"]["Plan Rows"] if plan else 0.0
    return rows


async def _are_far_more(conn: AsyncConnection, span: Span, at_most: int, seen: Seen) -> bool:
    """Whether the newest rows show that there are far more matches than `at_most`."""
    newer = await conn.scalar(_BETWEEN, {"low": seen.oldest, "high": span.high, "limit": _WINDOW})
    if not newer or newer >= _WINDOW:
        return False
    rows = await _plan_rows(conn, _EXPECTED_ROWS, _given("", span, 0))
    return float(seen.count / newer * rows) > 3 * at_most
