"""Promise: whole bots share one database, and go on when it was away; what is said is said once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import make_url

from bot.clock import system_clock
from bot.demo.setting import DemoClock
from bot.demo.slack import SlackLookalike
from bot.runtime import Runtime
from tests.support.bot import open_bot, settings_for, write_catalogue
from tests.support.databases import PostgresServer
from tests.support.newsroom import Item, Newsroom, open_newsroom, rss
from tests.support.slack import CHANNEL, MEMBER, open_slack, until

FEED = "/feed.xml"
KNOWN = Item("Known before", "https://wire.example/0", "g0")
SECONDS = 60


@dataclass
class World:
    """A newsroom, a Slack, and what a bot between them is told."""

    newsroom: Newsroom
    slack: SlackLookalike
    url: str
    catalogue: Path
    clock: DemoClock

    @asynccontextmanager
    async def bot(self) -> AsyncIterator[Runtime]:
        settings = settings_for(self.url, self.catalogue, self.slack, exportnews_poll_seconds=0.2)
        async with open_bot(settings, self.clock) as bot:
            yield bot

    def publish(self, *items: Item) -> None:
        at = system_clock() - timedelta(minutes=1)
        for item in items:
            item.at = at
        self.newsroom.serve(FEED, rss(*items))

    def titles(self) -> list[str]:
        return [message.text for message in self.slack.messages(CHANNEL)]


HEADLINES = (
    "BIS adds Norvik Optics to the Entity List",
    "Halden Aerospace of Turkey is put on the Entity List over drone parts",
    "Entity List grows by three Pakistani firms for missile work",
    "A quantum laboratory in Hefei joins the Entity List",
    "Two Emirati traders are placed on the Entity List for shipments to Russia",
)
LISTINGS = [
    Item(headline, f"https://wire.example/{number}", f"g{number}")
    for number, headline in enumerate(HEADLINES, 1)
]


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with AsyncExitStack() as stack:
        newsroom = await stack.enter_async_context(open_newsroom())
        slack = await stack.enter_async_context(open_slack())
        catalogue = write_catalogue(tmp_path, newsroom.address(FEED))
        yield World(newsroom, slack, database_url, catalogue, DemoClock())


async def _subscribed(world: World, bot: Runtime) -> None:
    """Let the first poll be history, and the channel want what comes then."""
    assert await bot.connect()
    await world.slack.slash("subscribe entity-list", channel=CHANNEL, user=MEMBER)
    world.publish(KNOWN)
    await bot.once()
    world.clock.skip(65)


async def test_two_bots_on_one_database_say_each_story_once(world: World) -> None:
    stop = asyncio.Event()
    async with world.bot() as one, world.bot() as two:
        await _subscribed(world, one)
        working = asyncio.gather(one.work(stop), two.work(stop))
        for number in range(1, len(LISTINGS) + 1):
            world.publish(*LISTINGS[:number], KNOWN)
            world.clock.skip(65)
            await until(world.slack, partial(_has, world, number), timeout=SECONDS)
        world.clock.skip(65)
        world.clock.skip(65)
        stop.set()
        await asyncio.wait_for(working, SECONDS)
    for headline in HEADLINES:
        assert sum(headline in said for said in world.titles()) == 1


def _has(world: World, number: int) -> bool:
    return len(world.titles()) >= number


async def test_a_database_that_was_away_is_waited_for_and_commands_say_so(
    world: World, request: pytest.FixtureRequest
) -> None:
    if not world.url.startswith("postgresql"):
        pytest.skip("an embedded database is never away")
    server: PostgresServer = request.getfixturevalue("postgres")
    name = str(make_url(world.url).database)
    stop = asyncio.Event()
    async with world.bot() as bot:
        await _subscribed(world, bot)
        working = asyncio.create_task(bot.work(stop))
        with server.away(name):
            world.publish(LISTINGS[0], KNOWN)
            world.clock.skip(65)
            replies = await world.slack.slash("subscriptions", channel=CHANNEL, user=MEMBER)
            assert "database" in replies.messages[0]["text"]
            assert "Traceback" not in str(replies.messages)
        world.clock.skip(65)
        await until(world.slack, lambda: len(world.titles()) == 1, timeout=SECONDS)
        replies = await world.slack.slash("subscriptions", channel=CHANNEL, user=MEMBER)
        assert "Entity List" in str(replies.messages)
        stop.set()
        await asyncio.wait_for(working, SECONDS)
    assert len(world.titles()) == 1
