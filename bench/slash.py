"""`/exportnews` end to end with a large archive, while entries are being taken in.

    python -m bench.search --folder DIR --engine sqlite        # builds the archive
    python -m bench.slash --database sqlite+aiosqlite:///DIR/search-50000x20.sqlite3 [--rounds 60]

Starts `exportnews web` and a process that takes in ten entries at a time, as a poll does, as
fast as it can with a rest of `--rest` seconds between. Prints p50 and p95 from the signed HTTP
request to the reply posted at the look-alike's `response_url`, for each kind of query.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import socket
import statistics
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import aiohttp

from bench.search import cases, p95
from bench.search_archive import Archive, Made
from bot.demo.slack import SlackLookalike
from bot.feeds.catalogue import put_publication
from bot.feeds.intake import keep, taking
from bot.feeds.model import FeedEntry, FeedRecord
from bot.ingest import NewsIngest
from bot.news.analyst import Analyst
from bot.news.taxonomy import load_taxonomy
from bot.storage import dialects
from bot.storage.database import Database

CHANNEL, USER = "C0NEWS0001", "U0MEMBER01"
AT_ONCE = 10
GOAL = 300


@asynccontextmanager
async def process(
    *arguments: str, env: dict[str, str]
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run Python with arguments, until the end of the block."""
    started = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", *arguments), env=os.environ | env
    )
    try:
        yield started
    finally:
        if started.returncode is None:
            started.terminate()
        await started.wait()


async def ready(web: asyncio.subprocess.Process, address: str) -> None:
    """Wait until the web process answers."""
    async with aiohttp.ClientSession() as session, asyncio.timeout(60):
        while True:
            if web.returncode is not None:
                raise SystemExit("exportnews web did not start; it says why above.")
            try:
                async with session.get(f"{address}/readyz") as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.1)


async def ingest(database: str, rest: float) -> None:
    """Take in entries as a poll does, a transaction for ten, until the process is ended."""
    db = Database(database)
    taker = NewsIngest(db, Analyst(load_taxonomy()))
    async with db.write() as conn:
        name = "Bench wire"
        feed = FeedRecord(
            0, await put_publication(conn, name), name, "", "feed", "summary", timedelta(days=1)
        )
    begun = datetime.now(UTC)
    some: list[FeedEntry] = []
    taken, stored = 0, time.monotonic()
    for number, made in enumerate(Archive(1_000_000, seed=int(begun.timestamp())).entries()):
        some.append(entry(made, begun + timedelta(milliseconds=number)))
        if len(some) < AT_ONCE:
            continue
        analyses = await taker.prepare(feed, some)
        async with db.write() as conn:
            await dialects.serialise_ingest(conn)
            [new] = await keep(conn, [taking(feed, some, analyses, await db.now(conn))])
            await taker.ingest(conn, feed, replace(new, history=False))
        taken += len(some)
        some = []
        if time.monotonic() > stored + 5:
            print(
                f"    taken in: {taken / (time.monotonic() - stored):.0f} entries a second",
                flush=True,
            )
            taken, stored = 0, time.monotonic()
        await asyncio.sleep(rest)


def entry(made: Made, published: datetime) -> FeedEntry:
    link = f"https://news.example/{published.timestamp():.3f}"
    return FeedEntry(made.title, link=link, guid=link, summary=made.text, published=published)


async def measure(database: str, rounds: int, rest: float) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    async with SlackLookalike(limits=False) as slack:
        slack.add_channel(CHANNEL, "export-controls")
        slack.add_user(USER, "Mara Lindqvist")
        env = {
            "DATABASE_URL": database,
            "SLACK_BOT_TOKEN": slack.bot_token,
            "SLACK_SIGNING_SECRET": slack.signing_secret,
            "EXPORTNEWS_SLACK_API_URL": slack.api_url,
            "EXPORTNEWS_LOG_LEVEL": "WARNING",
        }
        serving = ("bot", "web", "--host", "127.0.0.1", "--port", str(port))
        async with process(*serving, env=env) as web:
            await ready(web, f"http://127.0.0.1:{port}")
            slack.http_target = f"http://127.0.0.1:{port}/slack/events"
            await slack.slash("help", channel=CHANNEL, user=USER)
            await _table(slack, rounds, "at rest")
            taking = ("bench.slash", "--database", database, "--rest", str(rest), "--ingest")
            async with process(*taking, env={}) as ingesting:
                await asyncio.sleep(10)
                await _table(slack, rounds, "while entries are taken in")
                if ingesting.returncode is not None:
                    raise SystemExit("Entries were not taken in; it says why above.")


async def _table(slack: SlackLookalike, rounds: int, when: str) -> None:
    print(f"\n  {when:36}{'p50 ms':>8}{'p95 ms':>8}   goal {GOAL} ms", flush=True)
    every: list[float] = []
    for case in cases(Archive(50_000)):
        times = []
        for round_ in range(rounds):
            query = case.queries[round_ % len(case.queries)]
            started = time.perf_counter()
            await slack.slash(query, channel=CHANNEL, user=USER)
            times.append((time.perf_counter() - started) * 1000)
        every += times
        print(f"  {case.name:36}{statistics.median(times):>8.0f}{p95(times):>8.0f}", flush=True)
    verdict = "ok" if p95(every) < GOAL else "SLOW"
    print(f"  {'all':36}{statistics.median(every):>8.0f}{p95(every):>8.0f}   {verdict}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", required=True)
    parser.add_argument("--rounds", type=int, default=60, help="of each kind of query")
    parser.add_argument("--rest", type=float, default=0.5, help="seconds between two batches")
    parser.add_argument("--ingest", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.ingest:
        asyncio.run(ingest(given.database, given.rest))
    else:
        asyncio.run(measure(given.database, given.rounds, given.rest))


if __name__ == "__main__":
    main()
