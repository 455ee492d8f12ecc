"""Stores the synthetic archive, a million entries in minutes, for the search bench."""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import islice
from typing import Any

from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bench.search_archive import Archive, Made
from bot.search.index import add_documents
from bot.storage.database import Database
from bot.storage.fulltext import TextRow
from bot.storage.tables import entry, entry_topic, publication

BATCH = 2_000


async def fill(db: Database, archive: Archive) -> tuple[float, float]:
    """Store and index the archive; gives the seconds it took to make it up and to store it."""
    making = storing = 0.0
    async with db.write() as conn:
        names = [{"id": n, "name": f"Publication {n}"} for n in range(1, 13)]
        await conn.execute(insert(publication), names)
    made = archive.entries()
    first = 1
    while True:
        started = time.perf_counter()
        batch = list(islice(made, BATCH))
        making += time.perf_counter() - started
        if not batch:
            return making, storing
        started = time.perf_counter()
        async with db.write() as conn:
            await _store(conn, batch, first)
        storing += time.perf_counter() - started
        first += len(batch)


async def multiply(db: Database, archive: Archive, copies: int) -> float:
    """Store each text again, `copies` times in all, evenly in between; gives the seconds.

    A million different texts take an hour to make up; the index does not care.
    """
    started = time.perf_counter()
    for copy in range(1, copies):
        shift = {"shift": copy * archive.step // copies, "ids": copy * archive.size}
        async with db.write() as conn:
            for statement in (*_COPY, _COPY_INDEX) if db.is_sqlite else _COPY:
                own = statement.replace(", vector", "") if db.is_sqlite else statement
                names = text(own).compile().params
                given = {**shift, "distinct": archive.size}
                await conn.execute(text(own), {name: given[name] for name in names})
        print(f"    {(copy + 1) * archive.size:,} entries", flush=True)
    return time.perf_counter() - started


_COLUMNS = """publication_id, title, summary, content, authors, categories, show, published_at,
    first_seen_at, text_hash, history, roundup, facts"""
_COPY = (
    f"""INSERT INTO entry (id, position, {_COLUMNS})
    SELECT id + :ids, position + :shift, {_COLUMNS} FROM entry WHERE id <= :distinct""",
    """INSERT INTO entry_topic (entry_id, topic, score, main, evidence)
    SELECT entry_id + :ids, topic, score, main, evidence FROM entry_topic
    WHERE entry_id <= :distinct""",
    """INSERT INTO entry_text (position, title, body, tags, vector)
    SELECT t.position + :shift, t.title, t.body, t.tags, vector FROM entry_text t
    JOIN entry e ON e.position = t.position WHERE e.id <= :distinct ORDER BY t.position""",
)
_COPY_INDEX = """INSERT INTO entry_fts (rowid, title, body, tags)
    SELECT t.position, t.title, t.body, t.tags FROM entry_text t
    JOIN entry e ON e.position = t.position WHERE e.id > :ids AND e.id <= :ids + :distinct
    ORDER BY t.position"""


async def _store(conn: AsyncConnection, batch: Sequence[Made], first: int) -> None:
    rows = [_row(each, first + place) for place, each in enumerate(batch)]
    await conn.execute(insert(entry), rows)
    topics = [
        {"entry_id": first + place, "topic": each.topic, "score": 0.9, "evidence": []}
        for place, each in enumerate(batch)
        if each.topic
    ]
    await conn.execute(insert(entry_topic), topics)
    await add_documents(
        conn,
        [TextRow(each.position, each.made.title, each.made.body, each.made.tags) for each in batch],
    )


def _row(made: Made, entry_id: int) -> dict[str, Any]:
    return {
        "id": entry_id,
        "position": made.position,
        "publication_id": made.publication,
        "title": made.title,
        "summary": made.text,
        "show": "summary",
        "published_at": made.published,
        "first_seen_at": made.published,
        "text_hash": "-",
    }


async def settle(db: Database) -> None:
    """Let the engine put its house in order, as it does by itself in time.

    On PostgreSQL rows are laid in the order of time, as those of a real archive come.
    """
    if db.is_sqlite:
        async with db.write() as conn:
            await conn.execute(text("ANALYZE"))
        return
    engine = db.engine.execution_options(isolation_level="AUTOCOMMIT")
    async with engine.connect() as conn:
        for name in ("publication", "entry"):  # their ids were given
            own = f"pg_get_serial_sequence('{name}', 'id'), (SELECT max(id) FROM {name})"
            await conn.execute(text(f"SELECT setval({own})"))
        await conn.execute(text("CLUSTER entry_text USING entry_text_pkey"))
        await conn.execute(text("VACUUM ANALYZE"))


async def sizes(db: Database) -> str:
    """Say how large the index is."""
    async with db.read() as conn:
        if db.is_sqlite:
            pages = "SELECT sum(length(block)) FROM entry_fts_data"
            index = (await conn.scalar(text(pages))) or 0
            tokens = "SELECT sum(length(title) + length(body) + length(tags)) FROM entry_text"
            kept = (await conn.scalar(text(tokens))) or 0
            return f"index {index / 1e6:,.0f} MB, its tokens {kept / 1e6:,.0f} MB"
        index = (await conn.scalar(text("SELECT pg_relation_size('ix_entry_text_vector')"))) or 0
        kept = (await conn.scalar(text("SELECT pg_table_size('entry_text')"))) or 0
        return f"GIN {index / 1e6:,.0f} MB, its table {kept / 1e6:,.0f} MB"
