"""One story to 10,000 channels in 100 workspaces: `python -m bench.fanout`.

Measures the time to match and enqueue, and deliveries a second with 1, 2 and 4 workers, all
bookkeeping in PostgreSQL included, beside two bare loops of slack_sdk's `chat_postMessage` in the
same run, to the same look-alike (a process of its own): the client as it comes, and with one
shared aiohttp session. Every way posts the same alert and keeps as many calls under way.
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
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import func, insert, select, text

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
    """The look-alike's address and tokens."""

    api: str
    tokens: dict[str, str]


@asynccontextmanager
async def look_alike(workspaces: int, channels: int) -> AsyncIterator[Slack]:
    argument = json.dumps({"workspaces": workspaces, "channels": channels})
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.slack_server", argument, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        process.stdout._limit = 1_000_000  # type: ignore[attr-defined]
        yield Slack(**json.loads(await process.stdout.readline()))
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
) -> float:
    """Post to every channel with slack_sdk and nothing else; gives posts a second."""
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
        began = time.monotonic()
        await asyncio.gather(*(post(clients) for _ in range(PLACES)))
        return len(places) / (time.monotonic() - began)


@asynccontextmanager
async def workers(number: int, url: str, slack: Slack) -> AsyncIterator[None]:
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
    yield
    for process in processes:
        process.terminate()
        await process.wait()


async def dispatched(db: Database, url: str, slack: Slack, number: int, story: int) -> Rate:
    """Owe a story while workers wait, and measure until all is sent and written."""
    async with workers(number, url, slack):
        enqueued = await enqueue(db, story)
        began = time.monotonic()
        owed = select(func.count()).select_from(delivery).where(delivery.c.state.in_(OWED))
        while True:
            async with db.read() as conn:
                if not await conn.scalar(owed):
                    break
            await asyncio.sleep(0.05)
        took = time.monotonic() - began
    async with db.read() as conn:
        sent = select(func.count()).select_from(delivery).where(delivery.c.state == "sent")
        return Rate(int(await conn.scalar(sent) or 0), took, enqueued)


@dataclass(frozen=True, slots=True)
class Rate:
    """How many deliveries there are by now, how long these took, how long owing them took."""

    sent: int
    seconds: float
    enqueued: float


async def run(url: str, asked: argparse.Namespace) -> None:
    places = names(asked.workspaces, asked.channels)
    db = Database(url)
    await furnish(db, places)
    message = await the_alert(db)
    story = itertools.count(1)
    rates: dict[str, list[float]] = {}
    owing: list[float] = []
    before = 0
    async with look_alike(asked.workspaces, asked.channels) as slack:
        for _ in range(asked.runs):
            for name, shared in (("as it comes", False), ("shared session", True)):
                rate = await loop(slack, places, message, shared=shared)
                rates.setdefault(name, []).append(rate)
            for number in asked.workers:
                found = await dispatched(db, url, slack, number, next(story))
                assert found.sent - before == len(places), "every channel once"
                before = found.sent
                rates.setdefault(f"{number} workers", []).append(len(places) / found.seconds)
                owing.append(found.enqueued)
    await db.close()
    base = statistics.median(rates["shared session"])
    print(
        f"{asked.channels} channels in {asked.workspaces} workspaces, median of {asked.runs} runs"
    )
    print(f"matched and enqueued in {statistics.median(owing):.2f} s")
    for name, values in rates.items():
        rate = statistics.median(values)
        print(f"{name:>15}: {rate:6.0f} a second, {rate / base:.2f} of the shared-session loop")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--channels", type=int, default=10_000)
    parser.add_argument("--workspaces", type=int, default=100)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    asked = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="exportnews-fanout-") as folder,
        PostgresServer.start(Path(folder)) as server,
    ):
        asyncio.run(run(server.url(server.create_database()), asked))


if __name__ == "__main__":
    main()
