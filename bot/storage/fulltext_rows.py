"""Reads what a question to the full-text index finds: where the newest matches are, how many there
are, and what stands there.

A search reads thousands of rows, so they come as one long text for each column: a row each would
cost more than finding them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage import fulltext_windows
from bot.storage.dialects import is_postgresql
from bot.storage.fulltext_query import Expression, Span, fts5, tsquery


@dataclass(frozen=True, slots=True)
class Column:
    """One field of many rows: each text has a space at both ends, and `whole` has them all."""

    whole: str = ""
    each: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rows:
    """What stands at some positions. Titles and bodies are empty where only facts were read."""

    positions: tuple[int, ...] = ()
    titles: Column = Column()
    bodies: Column = Column()
    tags: Column = Column()


# Between two texts there is a new line, which no token has.
_SEPARATOR = " \n "
_READ_SQLITE = (
    "SELECT group_concat(t.position, ' ') AS positions, {columns} FROM json_each(:positions) AS at "
    "CROSS JOIN entry_text t ON t.position = at.value"
)
_READ_POSTGRESQL = (
    "SELECT string_agg(CAST(t.position AS text), ' ') AS positions, {columns} FROM (SELECT t.* "
    "FROM unnest(CAST(:positions AS bigint[])) WITH ORDINALITY AS at(position, place) "
    "JOIN entry_text t ON t.position = at.position ORDER BY at.place) AS t"
)
_COLUMNS = ("title", "body", "tags")
_FACTS = ("tags",)


def _reading(columns: Sequence[str], *, postgresql: bool) -> str:
    one = "string_agg(t.{0}, :by)" if postgresql else "group_concat(t.{0}, :by)"
    each = ", ".join(f"{one.format(name)} AS {name}" for name in columns)
    return (_READ_POSTGRESQL if postgresql else _READ_SQLITE).format(columns=each)


_READ = {
    (postgresql, columns): text(_reading(columns, postgresql=postgresql))
    for postgresql in (True, False)
    for columns in (_COLUMNS, _FACTS)
}


async def read(conn: AsyncConnection, positions: Sequence[int], *, texts: bool = True) -> Rows:
    """Give the rows at `positions`, in that order; one that is not indexed is left out.

    Without `texts`, only their tags are read.
    """
    if not positions:
        return Rows()
    postgresql = is_postgresql(conn)
    wanted = list(positions) if postgresql else json.dumps(list(positions))
    statement = _READ[postgresql, _COLUMNS if texts else _FACTS]
    row = (await conn.execute(statement, {"positions": wanted, "by": _SEPARATOR})).one()
    if row.positions is None:
        return Rows()
    columns = {name: _column(value) for name, value in zip(row._fields, row, strict=True)}
    return Rows(
        tuple(map(int, row.positions.split(" "))),
        columns.get("title", Column()),
        columns.get("body", Column()),
        columns["tags"],
    )


def _column(joined: str) -> Column:
    whole = f" {joined} "
    return Column(whole, tuple(whole.split("\n")))


_NEWEST = text(
    "SELECT group_concat(position, ' ') FROM (SELECT rowid AS position FROM entry_fts "
    "WHERE entry_fts MATCH :query AND rowid >= :low AND rowid < :high "
    "ORDER BY rowid DESC LIMIT :limit)"
)
_COUNT = text(
    "SELECT count(*) FROM (SELECT 1 FROM entry_fts WHERE entry_fts MATCH :query "
    "AND rowid >= :low AND rowid < :high LIMIT :limit)"
)


async def newest(
    conn: AsyncConnection, wanted: Expression, span: Span, limit: int, *, rare: bool = False
) -> tuple[int, ...]:
    """Give the positions of the newest `limit` rows that match, newest first.

    `rare`: few rows have it, which saves asking the planner.
    """
    if is_postgresql(conn):
        return await fulltext_windows.newest(conn, tsquery(wanted), span, limit, rare=rare)
    given = {"query": fts5(wanted), "low": span.low, "high": span.high, "limit": limit}
    found = await conn.scalar(_NEWEST, given)
    return tuple(map(int, found.split(" "))) if found else ()


async def count(conn: AsyncConnection, wanted: Expression, span: Span, at_most: int) -> int:
    """Count the rows that match, up to `at_most`."""
    if is_postgresql(conn):
        return await fulltext_windows.count(conn, tsquery(wanted), span, at_most)
    given = {"query": fts5(wanted), "low": span.low, "high": span.high, "limit": at_most}
    return int(await conn.scalar(_COUNT, given) or 0)
