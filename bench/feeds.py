"""Polling many feeds, beside the `reader` library on the same loopback server.

    python -m venv /tmp/reader && /tmp/reader/bin/pip install reader
    python -m bench.feeds --peer /tmp/reader/bin/python [--feeds 1000] [--workers 10]

Three cases, each on a fresh SQLite file: a first poll; a second where nothing changed and
validators work; a second where nothing changed and the server ignores validators. The analysis
of entries is left out on both sides: this is the feeds room alone.

    python -m bench.feeds --memory [--feeds 10000] [--entries 1]

polls twice and says only how much memory the worker took at most.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import structlog
from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot import memory
from bot.feeds.catalogue import put_publication
from bot.feeds.fetcher import Fetcher, Request
from bot.feeds.model import FeedEntry, FeedRecord, IngestOutcome, NewEntries, Notice
from bot.feeds.poller import Poller
from bot.storage import schema
from bot.storage.database import Database
from bot.storage.tables import feed

PER_HOST = 16


class Nobody:
    """Takes over entries and does nothing with them."""

    async def prepare(self, feed: FeedRecord, entries: Sequence[FeedEntry]) -> Sequence[None]:
        return [None] * len(entries)

    async def ingest(
        self, conn: AsyncConnection, feed: FeedRecord, batch: NewEntries[None]
    ) -> IngestOutcome:
        return IngestOutcome()

    async def notify(self, conn: AsyncConnection, notice: Notice) -> None:
        return None


async def ours(base: str, feeds: int, kind: str) -> tuple[float, float]:
    """Give the seconds of a first and of a second poll."""
    with tempfile.TemporaryDirectory() as folder:
        db = Database(f"sqlite+aiosqlite:///{folder}/bench.sqlite3")
        await schema.upgrade(db)
        await _add(db, base, feeds, kind)
        seconds, nobody = [], Nobody()
        async with Fetcher(allow_private=True, per_host=PER_HOST) as fetcher:
            memory.settle()  # as the worker does
            poller = Poller(
                db,
                fetcher,
                prepare=nobody.prepare,
                ingest=nobody.ingest,
                notify=nobody.notify,
                worker="bench",
            )
            for _ in range(2):
                started = time.perf_counter()
                report = await poller.poll_due()
                seconds.append(time.perf_counter() - started)
                if report.polled != feeds or report.failed:
                    raise SystemExit(f"not a fair run: {report}")
                async with db.write() as conn:
                    await conn.execute(update(feed).values(next_poll_at=await db.now(conn)))
            await poller.finish(1)
        await db.close()
    return seconds[0], seconds[1]


async def _add(db: Database, base: str, feeds: int, kind: str) -> None:
    async with db.write() as conn:
        now = await db.now(conn) - timedelta(hours=1)
        publication_id = await put_publication(conn, "Bench")
        await conn.execute(
            insert(feed),
            [
                {
                    "publication_id": publication_id,
                    "url": f"{base}/{kind}/{number}",
                    "next_poll_at": now,
                    "created_at": now,
                }
                for number in range(feeds)
            ],
        )


async def fetch_alone(base: str, feeds: int, kind: str, *, validated: bool) -> float:
    """Give the seconds that fetching alone takes."""
    async with Fetcher(allow_private=True, per_host=PER_HOST) as fetcher:
        memory.settle()
        started = time.perf_counter()

        async def one(number: int) -> None:
            etag = f'"{number}"' if validated else ""
            await fetcher.fetch(Request(f"{base}/{kind}/{number}", etag=etag))

        await asyncio.gather(*(one(number) for number in range(feeds)))
        return time.perf_counter() - started


def theirs(
    python: str, base: str, feeds: int, entries: int, kind: str, workers: int
) -> tuple[float, float]:
    """Give the same of `reader`."""
    script = Path(__file__).with_name("feeds_reader.py")
    done = subprocess.run(
        [python, str(script), base, str(feeds), kind, str(workers)],
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(done.stdout.splitlines()[-1])
    if found["entries"] != feeds * entries:
        raise SystemExit(f"not a fair run: reader stored {found['entries']} entries")
    return found["first"], found["second"]


@contextmanager
def server(feeds: int, entries: int) -> Iterator[str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.feeds_server", str(feeds), str(entries)],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
    finally:
        process.kill()
        process.wait()


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--peer", help="the Python that has `reader`")
    options.add_argument("--feeds", type=int, default=1000)
    options.add_argument("--entries", type=int, default=50)
    options.add_argument("--workers", type=int, nargs="+", default=[1, 4, 10, 20])
    options.add_argument("--memory", action="store_true")
    chosen = options.parse_args()
    logging.basicConfig(level=logging.ERROR)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    feeds, entries = chosen.feeds, chosen.entries
    with server(feeds, entries) as base:
        if chosen.memory:
            asyncio.run(ours(base, feeds, "v"))
            print(f"{feeds} feeds of {entries} entries: {_peak()} MB at most")
            return
        first, unchanged = asyncio.run(ours(base, feeds, "v"))
        _, ignored = asyncio.run(ours(base, feeds, "n"))
        raw_full = asyncio.run(fetch_alone(base, feeds, "n", validated=False))
        raw_304 = asyncio.run(fetch_alone(base, feeds, "v", validated=True))
        peer = (float("nan"),) * 3
        if chosen.peer:
            runs = [theirs(chosen.peer, base, feeds, entries, "v", w) for w in chosen.workers]
            again = [theirs(chosen.peer, base, feeds, entries, "n", w) for w in chosen.workers]
            peer = (
                min(run[0] for run in (*runs, *again)),
                min(run[1] for run in runs),
                min(run[1] for run in again),
            )
    print(f"{feeds} feeds of {entries} entries; feeds a second, and the share of fetching alone")
    for name, mine, other, raw in (
        ("first poll", first, peer[0], raw_full),
        ("nothing changed, 304", unchanged, peer[1], raw_304),
        ("nothing changed, validators ignored", ignored, peer[2], raw_full),
    ):
        print(
            f"{name:36} {feeds / mine:8.1f}   reader {feeds / other:8.1f}   "
            f"x{other / mine:6.1f}   fetching {raw / mine:4.0%}"
        )
    print(f"peak memory {_peak()} MB")


def _peak() -> int:
    """Give the most memory that this process took, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main()
