"""A workspace with the bot in it, and a newsroom that it reads."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.demo.setting import DemoClock
from bot.demo.slack import SlackLookalike
from bot.demo.slack.model import StoredMessage
from bot.runtime import Runtime
from bot.subscriptions.model import ChannelRef, ChannelSettings
from tests.support.bot import open_bot, settings_for, write_catalogue
from tests.support.newsroom import Item, Newsroom, open_newsroom, rss
from tests.support.slack import CHANNEL, MEMBER, open_slack

KNOWN = Item("Ministry plans a fair", "https://wire.example/1", "g1")
FRESH = Item("BIS adds firms to the Entity List", "https://wire.example/2", "g2")


@dataclass
class Office:
    """A workspace with the bot in it."""

    slack: SlackLookalike
    bot: Runtime
    newsroom: Newsroom
    clock: DemoClock

    async def settings(self, channel: str = CHANNEL) -> ChannelSettings | None:
        """Give what is stored for a channel."""
        ref = ChannelRef("slack", self.slack.team_id, channel)
        return await self.bot.engine.subscriptions.settings(ref)

    async def alert(self, fresh: Item = FRESH) -> str:
        """Let one alert come to CHANNEL; give its `ts`."""
        await self.slack.slash("subscribe entity-list", channel=CHANNEL, user=MEMBER)
        self.newsroom.serve("/f.xml", rss(KNOWN))
        await self.bot.once()
        await self.publish(fresh, KNOWN)
        (message,) = self.slack.messages(CHANNEL)
        return message.ts

    async def publish(self, *items: Item) -> None:
        """Let the feed have these, and poll and send."""
        self.newsroom.serve("/f.xml", rss(*items))
        self.clock.skip(65)
        await self.bot.once()

    async def send(self) -> None:
        """Send all that is due."""
        await self.bot.dispatcher.dispatch_due()

    def direct_messages(self, user: str) -> list[StoredMessage]:
        """Give what stands in a person's direct messages with the bot."""
        return self.slack.messages(self.slack.of("").direct(user).id)

    async def comes(self, holds: Callable[[], Awaitable[bool]]) -> None:
        """Wait (real time) until something is so. Raises TimeoutError."""
        for _ in range(200):
            if await holds():
                return
            await self.slack.change(self.slack.version, timeout=0.05)
        raise TimeoutError("it never came about")


@asynccontextmanager
async def open_office(database_url: str, folder: Path, **settings: object) -> AsyncIterator[Office]:
    """Open a workspace, a newsroom and the bot between them, over Socket Mode."""
    async with AsyncExitStack() as stack:
        newsroom = await stack.enter_async_context(open_newsroom())
        slack = await stack.enter_async_context(open_slack())
        clock = DemoClock()
        catalogue = write_catalogue(folder, newsroom.address("/f.xml"))
        bot = await stack.enter_async_context(
            open_bot(settings_for(database_url, catalogue, slack, **settings), clock)
        )
        await bot.connect()
        yield Office(slack, bot, newsroom, clock)
