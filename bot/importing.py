"""Back-fill: entries of a file become history, stored, understood and searchable, never alerted.

Each batch is one transaction, and an entry is known again by its id, so an import that was
stopped is simply run again. Texts are analysed in processes of their own, ahead of the writing.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import UsageError
from bot.feeds.catalogue import put_publication
from bot.feeds.intake import take_in
from bot.feeds.model import FeedEntry, FeedRecord, NewEntries, NewEntry, Show
from bot.feeds.text import MAX_CONTENT, MAX_SUMMARY, to_line, to_text
from bot.ingest import NewsIngest, facts
from bot.news.analyst import Analyst
from bot.news.entries_file import FileEntry, read_line
from bot.news.model import Analysis
from bot.news.taxonomy import load_taxonomy
from bot.search.index import index_entries
from bot.storage import dialects
from bot.storage.database import Database
from bot.storage.tables import feed as feed_table

BATCH = 500
"""Entries in one transaction."""

STORIES_FOR = timedelta(days=60)
"""How old an entry may be for news of today to be part of its story."""

MAX_LINE = 4_000_000
"""Bytes of one line that are read."""

MAX_NAMED = 20
"""Bad lines that are told of one by one."""

NO_SOURCE = "Imported"
_IN_PROCESSES = 300
"""From how many entries on starting processes pays."""


@dataclass(frozen=True, slots=True)
class Imported:
    """How far an import has come. `problems` are sentences about bad lines, the first 20."""

    read: int = 0
    new: int = 0
    bad: int = 0
    bytes: int = 0
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Batch:
    """Some lines: their entries by who published them, and what was wrong."""

    sources: Mapping[str, Sequence[FeedEntry]]
    read: int
    bytes: int
    problems: tuple[str, ...]

    @property
    def count(self) -> int:
        return sum(len(entries) for entries in self.sources.values())


class Importer:
    """Imports entries into a database."""

    def __init__(
        self,
        db: Database,
        *,
        shown: Mapping[str, Show] | None = None,
        show: Show | None = None,
        processes: int | None = None,
    ) -> None:
        """`shown` says by publication what may be shown of it, `show` of all whatever it says.

        `processes` analyse texts; none given: as many as the machine has processors.
        """
        self._db = db
        self._shown = dict(shown or {})
        self._show = show
        self._processes = processes or os.cpu_count() or 1
        self._analyst = Analyst(load_taxonomy())
        self._ingest = NewsIngest(db, self._analyst)

    async def run(
        self, lines: Iterable[bytes], told: Callable[[Imported], None] = lambda _: None
    ) -> Imported:
        """Import `lines` of JSONL; `told` is called after each batch. Bad lines are left out."""
        done = Imported()
        async for batch, analyses in self._analysed(_batches(lines)):
            new = await self._store(batch, analyses)
            done = Imported(
                read=done.read + batch.read,
                new=done.new + new,
                bad=done.bad + len(batch.problems),
                bytes=done.bytes + batch.bytes,
                problems=(done.problems + batch.problems)[:MAX_NAMED],
            )
            told(done)
        return done

    async def _analysed(
        self, batches: Iterator[_Batch]
    ) -> AsyncIterator[tuple[_Batch, Mapping[str, Sequence[Analysis]]]]:
        """Analyse batches in order, a few ahead of what is being stored."""
        first = next(batches, None)
        if first is None:
            return
        with self._workers(first.count) as pool:
            waiting: deque[tuple[_Batch, asyncio.Future[Mapping[str, Sequence[Analysis]]]]] = (
                deque()
            )
            loop = asyncio.get_running_loop()
            batch: _Batch | None = first
            while batch is not None or waiting:
                while batch is not None and len(waiting) <= self._processes:
                    waiting.append((batch, loop.run_in_executor(pool, _analyse, batch.sources)))
                    batch = await asyncio.to_thread(next, batches, None)
                oldest, analyses = waiting.popleft()
                yield oldest, await analyses

    @contextmanager
    def _workers(self, entries: int) -> Iterator[Executor]:
        """Start processes for a large file; a thread does for a small one."""
        if self._processes == 1 or entries < _IN_PROCESSES:
            with ThreadPoolExecutor(1, initializer=_begin) as threads:
                yield threads
            return
        fresh = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(self._processes, fresh, initializer=_begin) as pool:
            try:
                yield pool
            finally:
                pool.shutdown(wait=True, cancel_futures=True)

    async def _store(self, batch: _Batch, analyses: Mapping[str, Sequence[Analysis]]) -> int:
        new = 0
        async with self._db.write() as conn:
            await dialects.serialise_ingest(conn)
            now = await self._db.now(conn)
            for source, entries in batch.sources.items():
                feed = await self._feed(conn, source)
                taken = await take_in(conn, feed, entries, analyses[source], now, history=True)
                await self._understand(conn, feed, taken, now)
                new += len(taken.new)
        return new

    async def _understand(
        self, conn: AsyncConnection, feed: FeedRecord, taken: NewEntries[Analysis], now: datetime
    ) -> None:
        """Recent entries are taken in as a feed's history is, with stories that news may follow.

        Older ones are stored with their facts and indexed, which is most of the time saved.
        """
        recent = [new for new in taken.new if _moment(new) > now - STORIES_FOR]
        older = [new for new in taken.new if _moment(new) <= now - STORIES_FOR]
        batch = NewEntries(new=tuple(recent), edited=taken.edited, history=True)
        await self._ingest.ingest(conn, feed, batch)
        await facts.write(conn, [(new.id, new.prepared) for new in older], {})
        await index_entries(conn, [new.id for new in older])

    async def _feed(self, conn: AsyncConnection, source: str) -> FeedRecord:
        """Give a feed that is no row: id 0, so that the entries belong to the publication only."""
        publication_id = await put_publication(conn, source)
        return FeedRecord(
            id=0,
            publication_id=publication_id,
            publication=source,
            url="",
            kind="feed",
            show=self._show or await self._shown_of(conn, source, publication_id),
            every=timedelta(days=1),
        )

    async def _shown_of(self, conn: AsyncConnection, source: str, publication_id: int) -> Show:
        """What a publication's feeds show holds for its history, the strictest first."""
        kept = await conn.scalars(
            select(feed_table.c.show).where(feed_table.c.publication_id == publication_id)
        )
        shows = {*kept, self._shown.get(source, "")} - {""}
        return "headline" if "headline" in shows else "summary"


def _moment(new: NewEntry[Analysis]) -> datetime:
    return new.entry.published or new.entry.updated or new.seen


def _batches(lines: Iterable[bytes]) -> Iterator[_Batch]:
    numbered = enumerate(lines, start=1)
    while some := list(islice(numbered, BATCH)):
        sources: dict[str, list[FeedEntry]] = {}
        problems: list[str] = []
        read = 0
        for number, line in some:
            try:
                found = _read(line, number)
            except UsageError as error:
                problems.append(str(error))
                continue
            if found is not None:
                read += 1
                source = " ".join(found.source.split())[:200] or NO_SOURCE
                sources.setdefault(source, []).append(_cleaned(found))
        size = sum(len(line) for _number, line in some)
        yield _Batch(sources, read, size, tuple(problems))


def _read(line: bytes, number: int) -> FileEntry | None:
    if len(line) > MAX_LINE:
        raise UsageError(f"Line {number} is longer than {MAX_LINE:,} bytes.")
    return read_line(line, number)


def _cleaned(found: FileEntry) -> FeedEntry:
    """Make the texts plain, as those of feeds are; the file's id is what it is known by."""
    entry = found.entry
    link = entry.link if entry.link.startswith(("http://", "https://")) else ""
    return replace(
        entry,
        title=to_line(entry.title),
        summary=to_text(entry.summary, limit=MAX_SUMMARY),
        content=to_text(entry.content, limit=MAX_CONTENT),
        link=link,
        guid=str(found.id),
    )


class _Worker:
    """What a process that analyses keeps."""

    analyst: Analyst | None = None


def _begin() -> None:
    _Worker.analyst = Analyst(load_taxonomy())


def _analyse(sources: Mapping[str, Sequence[FeedEntry]]) -> Mapping[str, Sequence[Analysis]]:
    analyst = _Worker.analyst
    if analyst is None:
        raise RuntimeError("begin first")
    return {
        source: [analyst.analyse(entry, source) for entry in entries]
        for source, entries in sources.items()
    }
