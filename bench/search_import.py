"""The import's rate, beside bare bulk inserts with an FTS5 index in the same run.

What an import writes is more than title and text: keys to know an entry again, topics with their
evidence, references, companies, tokens and tags. So it stands beside two inserts without any work
on the texts: of title and text alone, and of all those very rows.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from bench.search_archive import Archive, Made
from bot import memory
from bot.import_reading import begin, read_batch
from bot.importing import Importer
from bot.storage import schema
from bot.storage.database import Database
from bot.storage.tables import metadata

BATCH = 2_000
_READ = 3_000


@dataclass(frozen=True, slots=True)
class Rates:
    """Entries a second: bare inserts of title and text, and of all rows that an import writes; the
    import, with all it does; and how many of them one process reads and classifies."""

    texts: float
    rows: float
    imported: float
    read: float


def measure(archive: Archive, folder: Path) -> Rates:
    """Import an archive into SQLite and insert the same bare, in `folder`."""
    made = list(archive.entries())
    lines = [_line(number, one) for number, one in enumerate(made)]
    texts = _bare_texts(made, folder / "texts.sqlite3")
    imported = asyncio.run(_import(lines, folder / "imported.sqlite3"))
    rows = _bare_rows(folder / "imported.sqlite3", folder / "rows.sqlite3")
    size = len(made)
    return Rates(size / texts, size / rows, size / imported, _reading(lines))


def _line(number: int, made: Made) -> bytes:
    fields = {
        "id": number,
        "title": made.title,
        "summary": made.text,
        "url": f"https://news.example/{number}",
        "published": made.published.isoformat(),
        "source": f"Publication {made.publication}",
    }
    return json.dumps(fields).encode()


async def _import(lines: Sequence[bytes], path: Path) -> float:
    db = Database(f"sqlite+aiosqlite:///{path}")
    await schema.upgrade(db)
    memory.settle()
    started = time.perf_counter()
    done = await Importer(db).run(lines)
    seconds = time.perf_counter() - started
    await db.close()
    if done.new != len(lines):
        raise SystemExit(f"only {done.new:,} of {len(lines):,} entries were imported")
    return seconds


def _reading(lines: Sequence[bytes]) -> float:
    begin(None, None)
    read_batch(list(enumerate(lines[:_READ])))
    worked = time.process_time()
    read_batch(list(enumerate(lines[:_READ])))
    return _READ / (time.process_time() - worked)


def _bare_texts(made: Sequence[Made], path: Path) -> float:
    conn = _bare(path)
    conn.execute("CREATE TABLE entry (position INTEGER PRIMARY KEY, title, summary, published)")
    options = "content='entry', content_rowid='position'"
    conn.execute(f"CREATE VIRTUAL TABLE fts USING fts5(title, summary, {options})")
    rows = [(m.position, m.title, m.text, m.published.isoformat()) for m in made]
    seconds = _insert(conn, "entry VALUES (?, ?, ?, ?)", rows)
    indexed = [row[:3] for row in rows]
    return seconds + _insert(conn, "fts(rowid, title, summary) VALUES (?, ?, ?)", indexed)


def _bare_rows(imported: Path, path: Path) -> float:
    """Insert all rows of an imported archive into an empty one."""
    asyncio.run(_empty(path))
    source, conn = sqlite3.connect(imported), _bare(path)
    tables = [table.name for table in metadata.sorted_tables if table.name != "notice"]
    seconds = 0.0
    for name in (*tables, "search_form", "entry_text"):
        rows = source.execute(f"SELECT * FROM {name}").fetchall()
        if rows:
            marks = ", ".join("?" * len(rows[0]))
            seconds += _insert(conn, f"{name} VALUES ({marks})", rows)
    indexed = "entry_fts(rowid, title, body, tags) VALUES (?, ?, ?, ?)"
    return seconds + _insert(conn, indexed, rows)


async def _empty(path: Path) -> None:
    db = Database(f"sqlite+aiosqlite:///{path}")
    await schema.upgrade(db)
    await db.close()


def _bare(path: Path) -> sqlite3.Connection:
    conn = sqlite3.connect(path)
    conn.execute("PRAGMA journal_mode=WAL")
    conn.execute("PRAGMA synchronous=NORMAL")
    return conn


def _insert(conn: sqlite3.Connection, into: str, rows: Sequence[Any]) -> float:
    """Insert rows, a transaction for each batch; gives the seconds."""
    left: Iterator[Any] = iter(rows)
    started = time.perf_counter()
    while batch := list(islice(left, BATCH)):
        with conn:
            conn.executemany(f"INSERT INTO {into}", batch)
    return time.perf_counter() - started
