"""One story to 10,000 channels in 100 workspaces: `python -m bench.fanout`.

Measures the time to match and enqueue, and deliveries a second with 1, 2 and 4 workers, all
bookkeeping in PostgreSQL included, beside two bare loops of slack_sdk's `chat_postMessage` in the
same run, to the same look-alike (a process of its own): the client as it comes, and with one
shared aiohttp session. Every way posts the same alert and keeps as many calls under way. On few
cores all of them share, so what each part used of the processors is told too.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import func, insert, select, text

from bench import cpu
from bench.delivery_worker import Job
from bench.slack_server import names
from bot.delivery.composer import StoredComposer
from bot.delivery.dispatcher import PLACES
from bot.delivery.model import Address, Owed
from bot.messages.model import Message
from bot.news.taxonomy import load_taxonomy
from bot.storage.database import Database
from bot.storage.tables import channel, delivery, entry_topic, subscription, workspace
from bot.subscriptions.matching import StoredEntry, owe_alerts
from tests.support.databases import PostgresServer
from tests.support.outbox import Told, add_story

OWED = ("pending", "failed", "sending")
TOPIC = "entity-list"


@dataclass(frozen=True, slots=True)
class Slack:
    """The look-alike's address and tokens, and its process."""

    api: str
    tokens: dict[str, str]
    pid: int = 0


@asynccontextmanager
async def look_alike(workspaces: int, channels: int) -> AsyncIterator[Slack]:
    argument = json.dumps({"workspaces": workspaces, "channels": channels})
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.slack_server", argument, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        process.stdout._limit = 1_000_000  # type: ignore[attr-defined]
        yield Slack(**json.loads(await process.stdout.readline()), pid=process.pid)
    finally:
        process.terminate()
        await process.wait()


async def furnish(db: Database, places: Sequence[tuple[str, str]]) -> None:
    """Make the workspaces and channels, each subscribed to the topic."""
    now = datetime.now(UTC)
    teams = sorted({team for team, _ in places})
    async with db.write() as conn:
        await conn.execute(
            insert(workspace),
            [{"platform": "slack", "external_id": t, "installed_at": now} for t in teams],
        )
        found = await conn.execute(select(workspace.c.external_id, workspace.c.id))
        ids = {row.external_id: row.id for row in found}
        await conn.execute(
            insert(channel),
            [
                {"workspace_id": ids[team], "external_id": name, "created_at": now}
                for team, name in places
            ],
        )
        wishes = [
            {"channel_id": one, "kind": "topic", "target": TOPIC, "created_at": now}
            for one in await conn.scalars(select(channel.c.id))
        ]
        await conn.execute(insert(subscription), wishes)
    async with db.engine.connect() as conn:
        await (await conn.execution_options(isolation_level="AUTOCOMMIT")).execute(text("ANALYZE"))


async def publish(db: Database, number: int) -> Told:
    """Store a story of the topic."""
    told = await add_story(db, f"Agency adds twelve entities, part {number}", datetime.now(UTC))
    async with db.write() as conn:
        await conn.execute(
            insert(entry_topic).values(entry_id=told.entry_id, topic=TOPIC, score=0.9, main=True)
        )
    return told


async def the_alert(db: Database) -> Message:
    """Give an alert as the workers post it."""
    told, now = await publish(db, 0), datetime.now(UTC)
    address = Address(0, 0, "slack", "T0", "C0")
    owed = Owed(
        id=1,
        address=address,
        kind="alert",
        subject=f"story:{told.story_id}",
        story_id=told.story_id,
        entry_id=told.entry_id,
        reasons=f"topic:{TOPIC}",
        payload=None,
        attempts=1,
        unknown=False,
        created_at=now,
    )
    async with db.read() as conn:
        return (await StoredComposer(load_taxonomy())(conn, [owed]))[owed.id]


async def enqueue(db: Database, number: int) -> float:
    """Store a story and owe it to every channel; gives the seconds that owing took."""
    told, now = await publish(db, number), datetime.now(UTC)
    began = time.monotonic()
    async with db.write() as conn:
        entry = StoredEntry(told.entry_id, told.story_id, told.position, "new")
        await owe_alerts(conn, entry, now)
        await conn.execute(text("SELECT pg_notify('exportnews_wake', 'deliveries')"))
    return time.monotonic() - began


async def loop(
    slack: Slack, places: Sequence[tuple[str, str]], message: Message, *, shared: bool
) -> Rate:
    """Post to every channel with slack_sdk and nothing else."""
    blocks = [dict(block) for block in message.blocks]
    waiting = iter(places)

    async def post(clients: dict[str, AsyncWebClient]) -> None:
        for number, (team, name) in enumerate(waiting):
            payload = {"delivery": number, "story": 1, "marks": list(message.marks)}
            await clients[team].chat_postMessage(
                channel=name,
                text=message.text,
                blocks=blocks,
                metadata={"event_type": "exportnews_alert", "event_payload": payload},
                unfurl_links=False,
                unfurl_media=False,
            )

    connector = aiohttp.TCPConnector(limit=2 * PLACES)
    async with aiohttp.ClientSession(connector=connector) as session:
        clients = {
            team: AsyncWebClient(
                token=token, base_url=slack.api, session=session if shared else None
            )
            for team, token in slack.tokens.items()
        }
        used, there = time.process_time(), cpu.used_by(slack.pid)
        began = time.monotonic()
        await asyncio.gather(*(post(clients) for _ in range(PLACES)))
        took = time.monotonic() - began
        spent = {"loop": time.process_time() - used, "look-alike": cpu.used_by(slack.pid) - there}
        return Rate(len(places), took, spent)


@asynccontextmanager
async def workers(number: int, url: str, slack: Slack) -> AsyncIterator[list[int]]:
    processes = []
    for one in range(number):
        job = Job(url, slack.api, f"w{one}", slack.tokens, tick=30.0, stored=True)
        processes.append(
            await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "bench.delivery_worker",
                job.argument,
                stdout=asyncio.subprocess.PIPE,
            )
        )
    for process in processes:
        assert process.stdout is not None
        await process.stdout.readline()  # it says that it listens
    yield [process.pid for process in processes]
    for process in processes:
        process.terminate()
        await process.wait()


async def dispatched(
    db: Database, url: str, slack: Slack, postmaster: int, number: int, story: int
) -> tuple[Rate, float]:
    """Owe a story while workers wait, and measure until all is sent and written; with the seconds
    that owing it took."""
    owed = select(func.count()).select_from(delivery).where(delivery.c.state.in_(OWED))
    sent = select(func.count()).select_from(delivery).where(delivery.c.state == "sent")
    async with workers(number, url, slack) as pids:

        def used() -> dict[str, float]:
            return {
                "workers": sum(map(cpu.used_by, pids)),
                "PostgreSQL": cpu.used_by_family(postmaster),
                "look-alike": cpu.used_by(slack.pid),
            }

        async with db.read() as conn:
            before = await conn.scalar(sent) or 0
        enqueued = await enqueue(db, story)
        at_first, began = used(), time.monotonic()
        while True:
            async with db.read() as conn:
                if not await conn.scalar(owed):
                    break
            await asyncio.sleep(0.05)
        took = time.monotonic() - began
        spent = {name: seconds - at_first[name] for name, seconds in used().items()}
    async with db.read() as conn:
        return Rate((await conn.scalar(sent) or 0) - before, took, spent), enqueued


@dataclass(frozen=True, slots=True)
class Rate:
    """How many messages were posted, in how many seconds, and what processes spent on them."""

    posted: int
    seconds: float
    spent: Mapping[str, float]

    @property
    def a_second(self) -> float:
        return self.posted / self.seconds


async def run(url: str, postmaster: int, asked: argparse.Namespace) -> None:
    places = names(asked.workspaces, asked.channels)
    db = Database(url)
    await furnish(db, places)
    message = await the_alert(db)
    story = itertools.count(1)
    rates: dict[str, list[Rate]] = {}
    owing: list[float] = []
    async with look_alike(asked.workspaces, asked.channels) as slack:
        for _ in range(asked.runs):
            for name, shared in (("as it comes", False), ("shared session", True)):
                rate = await loop(slack, places, message, shared=shared)
                rates.setdefault(name, []).append(rate)
            for number in asked.workers:
                rate, enqueued = await dispatched(db, url, slack, postmaster, number, next(story))
                assert rate.posted == len(places), "every channel once"
                rates.setdefault(f"{number} workers", []).append(rate)
                owing.append(enqueued)
    await db.close()
    print(
        f"{asked.channels} channels in {asked.workspaces} workspaces, median of {asked.runs} runs"
    )
    print(f"matched and enqueued in {statistics.median(owing):.2f} s")
    base = statistics.median(rate.a_second for rate in rates["shared session"])
    for name, values in rates.items():
        print(_line(name, values, base))


def _line(name: str, rates: Sequence[Rate], base: float) -> str:
    rate = statistics.median(rate.a_second for rate in rates)
    parts = {
        part: statistics.median(1000 * rate.spent[part] / rate.posted for rate in rates)
        for part in rates[0].spent
    }
    spent = ", ".join(f"{part} {each:.2f}" for part, each in parts.items())
    return (
        f"{name:>15}: {rate:6.0f} a second, {rate / base:.2f} of the shared; CPU ms each: {spent}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--channels", type=int, default=10_000)
    parser.add_argument("--workspaces", type=int, default=100)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    asked = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="exportnews-fanout-") as folder,
        PostgresServer.start(Path(folder), durable=True) as server,
    ):
        postmaster = int((Path(folder) / "postmaster.pid").read_text().split()[0])
        asyncio.run(run(server.url(server.create_database()), postmaster, asked))


if __name__ == "__main__":
    main()
