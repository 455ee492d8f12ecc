"""Back-fill: entries of a file become history, stored, understood and searchable, never alerted.

Each batch is one transaction, and an entry is known again by its id, so an import that was
stopped is simply run again. Lines are read in processes of their own, ahead of the writing.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.feeds.catalogue import put_publication
from bot.feeds.intake import keep, taking
from bot.feeds.model import EditedEntry, FeedRecord, NewEntries, NewEntry, Show
from bot.import_reading import Batch, Understood, begin, begin_process, read_batch
from bot.ingest import NewsIngest, facts
from bot.news.analyst import Analyst
from bot.news.model import Analysis
from bot.news.taxonomy import load_taxonomy
from bot.search.document import published_by
from bot.search.index import index_new
from bot.storage import dialects
from bot.storage.database import Database
from bot.storage.tables import feed as feed_table

BATCH = 1_000
"""Entries in one transaction."""

BATCH_BYTES = 32_000_000
"""Bytes of lines in one batch, which are in memory several times."""

STORIES_FOR = timedelta(days=60)
"""How old an entry may be for news of today to be part of its story."""

MAX_NAMED = 20
"""Bad lines that are told of one by one."""


@dataclass(frozen=True, slots=True)
class Imported:
    """How far an import has come. `problems` are sentences about bad lines, the first 20;
    `notes` about entries that were kept without their address or time, also the first 20 of
    `lacking`. `undated` entries are those whose time is not known, `unsourced` those of nobody."""

    read: int = 0
    new: int = 0
    bad: int = 0
    bytes: int = 0
    problems: tuple[str, ...] = ()
    lacking: int = 0
    notes: tuple[str, ...] = ()
    undated: int = 0
    unsourced: int = 0


class Importer:
    """Imports entries into a database."""

    def __init__(
        self,
        db: Database,
        *,
        shown: Mapping[str, Show] | None = None,
        show: Show | None = None,
        processes: int | None = None,
        taxonomy: Path | None = None,
        published: datetime | None = None,
    ) -> None:
        """`shown` says by publication what may be shown of it, `show` of all whatever it says.

        `processes` analyse texts; none given: as many as the machine has processors.
        `taxonomy`: the file that says which topics there are; none given: the one shipped.
        `published`: when what has no time was published; none given: when it is imported.
        """
        self._db = db
        self._shown = dict(shown or {})
        self._show = show
        self._processes = processes or os.cpu_count() or 1
        self._taxonomy = taxonomy
        self._published = published
        self._ingest = NewsIngest(db, Analyst(load_taxonomy(taxonomy)))
        self._feeds: dict[str, FeedRecord] = {}

    async def run(
        self, lines: Iterable[bytes], told: Callable[[Imported], None] = lambda _: None
    ) -> Imported:
        """Import `lines` of JSONL; `told` is called after each batch. Bad lines are left out."""
        done = Imported()
        self._feeds.clear()
        async for batch in self._read(lines):
            new = await self._store(batch)
            done = Imported(
                read=done.read + batch.read,
                new=done.new + new,
                bad=done.bad + len(batch.problems),
                bytes=done.bytes + batch.bytes,
                problems=(done.problems + batch.problems)[:MAX_NAMED],
                lacking=done.lacking + len(batch.lacking),
                notes=(done.notes + batch.lacking)[:MAX_NAMED],
                undated=done.undated + batch.undated,
                unsourced=done.unsourced + batch.unsourced,
            )
            told(done)
        return done

    async def _read(self, lines: Iterable[bytes]) -> AsyncIterator[Batch]:
        """Read batches in order, a few ahead of what is being stored."""
        numbered = enumerate(lines, start=1)
        some = _some(numbered)
        with self._workers(large=_is_full(some)) as pool:
            waiting: deque[asyncio.Future[Batch]] = deque()
            loop = asyncio.get_running_loop()
            while some or waiting:
                while some and len(waiting) <= self._processes:
                    waiting.append(loop.run_in_executor(pool, read_batch, some))
                    some = await asyncio.to_thread(_some, numbered)
                yield await waiting.popleft()

    @contextmanager
    def _workers(self, *, large: bool) -> Iterator[Executor]:
        """Start processes for a large file; a thread does for what is one batch."""
        ready = (self._taxonomy, self._published)
        if self._processes == 1 or not large:
            with ThreadPoolExecutor(1, initializer=begin, initargs=ready) as threads:
                yield threads
            return
        fresh = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(self._processes, fresh, begin_process, ready) as pool:
            try:
                yield pool
            finally:
                pool.shutdown(wait=True, cancel_futures=True)

    async def _store(self, batch: Batch) -> int:
        older: list[tuple[int, NewEntry[Understood]]] = []
        async with self._db.write() as conn:
            await dialects.serialise_ingest(conn)
            now = await self._db.now(conn)
            feeds = [await self._feed(conn, source) for source in batch.sources]
            takings = [
                taking(feed, [entry for entry, _ in pairs], [made for _, made in pairs], now)
                for feed, pairs in zip(feeds, batch.sources.values(), strict=True)
            ]
            brought = await keep(conn, takings)
            for feed, taken in zip(feeds, brought, strict=True):
                await self._ingest.ingest(conn, feed, _recent(taken, now))
                older += [(feed.publication_id, n) for n in taken.new if _is_old(n, now)]
            await _keep_older(conn, older, batch.forms)
        return sum(len(taken.new) for taken in brought)

    async def _feed(self, conn: AsyncConnection, source: str) -> FeedRecord:
        """Give a feed that is no row: id 0, so that the entries belong to the publication only.

        It is looked up once in a run.
        """
        if source in self._feeds:
            return self._feeds[source]
        publication_id = await put_publication(conn, source)
        self._feeds[source] = FeedRecord(
            id=0,
            publication_id=publication_id,
            publication=source,
            url="",
            kind="feed",
            show=self._show or await self._shown_of(conn, source, publication_id),
            every=timedelta(days=1),
        )
        return self._feeds[source]

    async def _shown_of(self, conn: AsyncConnection, source: str, publication_id: int) -> Show:
        """What a publication's feeds show holds for its history, the strictest first."""
        kept = await conn.scalars(
            select(feed_table.c.show).where(feed_table.c.publication_id == publication_id)
        )
        shows = {*kept, self._shown.get(source, "")} - {""}
        return "headline" if "headline" in shows else "summary"


def _some(numbered: Iterator[tuple[int, bytes]]) -> list[tuple[int, bytes]]:
    """Give the lines of the next batch."""
    some: list[tuple[int, bytes]] = []
    size = 0
    for number, line in numbered:
        some.append((number, line))
        size += len(line)
        if len(some) >= BATCH or size >= BATCH_BYTES:
            break
    return some


def _is_full(some: Sequence[tuple[int, bytes]]) -> bool:
    return len(some) >= BATCH or sum(len(line) for _, line in some) >= BATCH_BYTES


async def _keep_older(
    conn: AsyncConnection,
    older: Sequence[tuple[int, NewEntry[Understood]]],
    forms: Mapping[str, str],
) -> None:
    """Store what was understood of entries too old for a story of today, and index them."""
    await facts.write(conn, [(new.id, new.prepared.analysis) for _, new in older], {})
    documents = {
        new.id: published_by(publication, new.prepared.document) for publication, new in older
    }
    await index_new(conn, documents, forms)


def _recent(taken: NewEntries[Understood], now: datetime) -> NewEntries[Analysis]:
    """Give what is taken in as a feed's history is, with stories that news may follow."""
    return NewEntries(
        new=tuple(
            NewEntry(new.id, new.entry, new.seen, new.prepared.analysis)
            for new in taken.new
            if not _is_old(new, now)
        ),
        edited=tuple(
            EditedEntry(e.id, e.before, e.entry, e.substance, e.prepared.analysis)
            for e in taken.edited
        ),
        history=True,
    )


def _is_old(new: NewEntry[Understood], now: datetime) -> bool:
    moment = new.entry.published or new.entry.updated or new.seen
    return moment <= now - STORIES_FOR
