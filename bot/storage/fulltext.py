"""The full-text index: one table of our own tokens, indexed by FTS5 or as a tsvector.

Texts arrive here as tokens that `bot.search` has made, separated by spaces, so that both engines
index exactly the same words. A row is `entry_text(position, title, body, tags)`; `position` is
`entry.position`, so newest first is the index's own order. Rows are only inserted and deleted,
never updated, and a row goes with its entry by the foreign key. On PostgreSQL the index is on a
column; on SQLite rows enter it here, many at once, and leave it by a trigger.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence, Set
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from sqlalchemy import (
    BigInteger,
    Connection,
    Engine,
    bindparam,
    column,
    delete,
    event,
    table,
    text,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.dialects import is_postgresql
from bot.storage.fulltext_windows import window_tags

BODY_STARTS = 100
"""How far in a tsvector the body's positions begin after the title's, so that no phrase spans
both. FTS5 has a column for each."""

MAX_POSITIONS = 16_000
MAX_OF_A_TOKEN = 250
"""What a tsvector holds of one row: positions to 16,383, and 256 of one word."""

FILLER = "_"
"""Stands where a token is not indexed, so that its neighbours are not neighbours."""

entry_text = table(
    "entry_text",
    column("position", BigInteger),
    column("title"),
    column("body"),
    column("tags"),
)
search_form = table("search_form", column("form"), column("stem"))


class TextRow(NamedTuple):
    """One entry's tokens, each field's separated by single spaces.

    A tuple, as a search makes thousands of them.
    """

    position: int
    title: str
    body: str
    tags: str


_INSERT_ROWS = "INSERT INTO entry_text(position, title, body, tags) VALUES (?, ?, ?, ?)"
_INSERT_INDEX = "INSERT INTO entry_fts(rowid, title, body, tags) VALUES (?, ?, ?, ?)"
_INSERT_FORMS = "INSERT OR IGNORE INTO search_form(form, stem) VALUES (?, ?)"
_INSERT_VECTORS = text(
    "INSERT INTO entry_text(position, title, body, tags, vector) "
    "SELECT position, title, body, tags, CAST(vector AS tsvector) FROM unnest("
    "CAST(:position AS bigint[]), CAST(:title AS text[]), CAST(:body AS text[]), "
    "CAST(:tags AS text[]), CAST(:vector AS text[])) AS given(position, title, body, tags, vector)"
)


async def insert_texts(conn: AsyncConnection, rows: Sequence[TextRow]) -> None:
    """Index rows that are not indexed yet (`delete_texts` comes first)."""
    if not rows:
        return
    if is_postgresql(conn):
        columns: dict[str, Any] = {
            name: [row[place] for row in rows] for place, name in enumerate(TextRow._fields)
        }
        columns["vector"] = [_vector(row) for row in rows]
        await conn.execute(_INSERT_VECTORS, columns)
    else:
        plain = [tuple(row) for row in rows]
        await conn.exec_driver_sql(_INSERT_ROWS, plain)
        await conn.exec_driver_sql(_INSERT_INDEX, plain)


def _vector(row: TextRow) -> str:
    """Write a tsvector: the title's words weigh A, the body's D, tags have no place.

    It has more tags than the row: those of its windows of time.
    """
    places: dict[str, list[str]] = {}
    for place, token in enumerate(row.title.split(" "), start=1):
        places.setdefault(token, []).append(f"{place}A")
    start = row.title.count(" ") + 1 + BODY_STARTS
    for place, token in enumerate(row.body.split(" "), start=start):
        places.setdefault(token, []).append(str(place))
    for token in (*row.tags.split(" "), *window_tags(row.position)):
        places.setdefault(token, [])
    places.pop(FILLER, None)
    places.pop("", None)
    return " ".join(
        f"{_lexeme(token)}:{','.join(where)}" if where else _lexeme(token)
        for token, where in places.items()
    )


def _lexeme(token: str) -> str:
    doubled = token.replace("\\", "\\\\").replace("'", "''")
    return f"'{doubled}'"


async def delete_texts(conn: AsyncConnection, positions: Iterable[int]) -> None:
    """Take rows out of the index; those that are not there do no harm."""
    wanted = list(positions)
    for first in range(0, len(wanted), 500):
        some = wanted[first : first + 500]
        await conn.execute(delete(entry_text).where(entry_text.c.position.in_(some)))


_KNOWN: WeakKeyDictionary[Engine, set[str]] = WeakKeyDictionary()
_MAX_KNOWN = 400_000


def is_form(token: str) -> bool:
    """Whether a token is a word: of letters, or a name of letters and digits ("3a090")."""
    return len(token) > 2 and token.isascii() and token.isalnum() and not token.isdigit()


async def add_forms(conn: AsyncConnection, tokens: Set[str], stem: Callable[[str], str]) -> None:
    """Remember the words among `tokens` and their stems, in the caller's transaction.

    Those that this process has committed before are passed over: they are nearly all. New ones go
    in by their order, so that two writers never deadlock.
    """
    known = _KNOWN.setdefault(conn.sync_engine, set())
    new = sorted(filter(is_form, tokens - known))
    if not new:
        return
    if is_postgresql(conn):
        await conn.execute(
            text(
                "INSERT INTO search_form(form, stem) SELECT * FROM unnest(CAST(:forms AS text[]), "
                "CAST(:stems AS text[])) ON CONFLICT DO NOTHING"
            ),
            {"forms": new, "stems": [stem(form) for form in new]},
        )
    else:
        pairs = [(form, stem(form)) for form in new]
        await conn.exec_driver_sql(_INSERT_FORMS, pairs)

    def committed(_conn: Connection) -> None:
        if len(known) + len(new) <= _MAX_KNOWN:
            known.update(new)

    if conn.sync_connection is not None:
        event.listen(conn.sync_connection, "commit", committed)


async def forms_of(conn: AsyncConnection, stems: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Give the indexed words of each stem."""
    found: dict[str, list[str]] = {}
    query = text("SELECT stem, form FROM search_form WHERE stem IN :stems ORDER BY stem, form")
    rows = await conn.execute(
        query.bindparams(bindparam("stems", expanding=True)), {"stems": list(stems)}
    )
    for row in rows:
        found.setdefault(row.stem, []).append(row.form)
    return {stem: tuple(forms) for stem, forms in found.items()}


async def forms_starting(conn: AsyncConnection, beginning: str, limit: int) -> list[str]:
    """Give indexed words that begin so, the shortest first."""
    rows = await conn.scalars(
        text(
            "SELECT form FROM search_form WHERE form >= :first AND form < :after "
            "ORDER BY length(form), form LIMIT :limit"
        ),
        {
            "first": beginning,
            "after": beginning[:-1] + chr(ord(beginning[-1]) + 1),
            "limit": limit,
        },
    )
    return list(rows.all())


async def forms_beginning(
    conn: AsyncConnection, first: str, sizes: tuple[int, int], limit: int
) -> list[str]:
    """Give indexed words that begin with the letter `first`, of so many letters, both included."""
    rows = await conn.scalars(
        text(
            "SELECT form FROM search_form WHERE form >= :first AND form < :after "
            "AND length(form) BETWEEN :least AND :most ORDER BY form LIMIT :limit"
        ),
        {
            "first": first,
            "after": chr(ord(first) + 1),
            "least": sizes[0],
            "most": sizes[1],
            "limit": limit,
        },
    )
    return list(rows.all())
