"""One worker process for the delivery benches: the real dispatcher, outbox and Slack sender.

Started with one JSON argument: database, api, name, tokens (by workspace), lease, call, settle,
tick and the rest of `Job`. Runs until SIGTERM.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot import logs, memory
from bot.delivery.composer import StoredComposer
from bot.delivery.dispatcher import PLACES, Dispatcher, Timing
from bot.delivery.model import Owed
from bot.delivery.policy import RetryPolicy
from bot.delivery.senders.slack import SlackSender
from bot.messages.model import Message
from bot.news.taxonomy import load_taxonomy
from bot.settings import LogFormat
from bot.storage.database import Database
from bot.storage.tables import story
from bot.wakeups import Wakeups


@dataclass(frozen=True, slots=True)
class Job:
    """What a worker is told."""

    database: str
    api: str
    name: str
    tokens: dict[str, str]
    lease: float = 90.0
    call: float = 15.0
    settle: float = 15.0
    first: float = 2.0
    tick: float = 5.0
    places: int = PLACES
    log: str = ""
    stored: bool = False
    """Whether messages are made by the real composer, from what is stored."""

    @property
    def argument(self) -> str:
        return json.dumps(asdict(self))


class Access:
    """Tokens as given, one session for all."""

    def __init__(self, job: Job, session: aiohttp.ClientSession) -> None:
        self._job = job
        self._client = AsyncWebClient(base_url=job.api, session=session)

    def client(self, token: str | None = None) -> AsyncWebClient:
        return self._client

    async def token(self, workspace: str) -> str:
        return self._job.tokens[workspace]


async def compose(conn: AsyncConnection, owed: Sequence[Owed]) -> Mapping[int, Message]:
    """Make each story's message once."""
    ids = {one.story_id for one in owed}
    rows = await conn.execute(select(story.c.id, story.c.title).where(story.c.id.in_(ids)))
    messages = {row.id: alert(row.title) for row in rows}
    return {one.id: messages[one.story_id] for one in owed if one.story_id in messages}


def alert(title: str) -> Message:
    """Give an alert of the usual size: about 1.5 KB of blocks."""
    text = f"<https://news.example/article|{title}>"
    why = "Topic *Entity List*: “added to the Entity List”, “presumption of denial”"
    summary = (
        "The agency adds twelve entities in three countries, and says that licence applications "
        "for them are reviewed under a presumption of denial. The rule takes effect on display."
    )
    buttons = [
        {
            "type": "button",
            "action_id": f"alert_{name.lower()}",
            "text": {"type": "plain_text", "text": name},
            "value": "1",
        }
        for name in ("Save", "Share", "Mute", "Wrong")
    ]
    blocks = (
        {"type": "section", "text": {"type": "mrkdwn", "text": f"*{text}*\n{summary}"}},
        {"type": "context", "elements": [{"type": "mrkdwn", "text": why}]},
        {"type": "actions", "elements": buttons},
    )
    return Message(text=title, blocks=blocks)


async def work(job: Job) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    db = Database(job.database)
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as session, Wakeups(db) as wakeups:
        dispatcher = Dispatcher(
            db,
            {"slack": SlackSender(Access(job, session))},
            StoredComposer(load_taxonomy()) if job.stored else compose,
            worker=job.name,
            places=job.places,
            policy=RetryPolicy(first=job.first, longest=job.first * 4, settle=job.settle),
            timing=Timing(call=job.call, lease=job.lease, stop=job.call),
        )
        if not db.is_sqlite:
            await wakeups.ready.wait()
        memory.settle()
        print("ready", flush=True)
        await dispatcher.run(stop, tick=job.tick, wakeups=wakeups)
    await db.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("job", type=json.loads, help="JSON, the fields of Job")
    job = Job(**parser.parse_args().job)
    if job.log:
        sys.stderr = Path(job.log).open("a")  # noqa: SIM115 - open to the end
    logs.configure(LogFormat.json, "INFO" if job.log else "ERROR")
    asyncio.run(work(job))


if __name__ == "__main__":
    main()
