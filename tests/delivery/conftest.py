"""What the delivery room's tests share: a dispatcher that sends to the look-alike."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

import aiohttp
import pytest

from bot.delivery.composer import StoredComposer
from bot.delivery.dispatcher import Dispatcher, Timing
from bot.delivery.senders.slack import SlackSender
from bot.demo.slack import SlackLookalike
from bot.news.taxonomy import load_taxonomy
from bot.storage.database import Database
from tests.support.clock import SetClock
from tests.support.outbox import Access, Told, add_channels, add_story, add_workspace, owe


@dataclass
class Desk:
    """A database, a Slack, and dispatchers between them; waiting moves the clock."""

    db: Database
    clock: SetClock
    slack: SlackLookalike
    sender: SlackSender
    workspaces: dict[str, int] = field(default_factory=dict)

    def dispatcher(self, worker: str = "one", **options: Any) -> Dispatcher:
        async def sleep(seconds: float) -> None:
            self.clock.advance(seconds=seconds)

        options.setdefault("timing", Timing(call=5, lease=90, patience=60, stop=5))
        return Dispatcher(
            self.db,
            {"slack": self.sender},
            StoredComposer(load_taxonomy()),
            worker=worker,
            rng=Random(1),
            sleep=sleep,
            **options,
        )

    async def channels(self, *names: str, team: str = "", **columns: Any) -> list[int]:
        """Make channels in Slack and in the database, and give their ids."""
        home = self.slack.of(team)
        for name in names:
            home.add_channel(name, name.lower())
        if home.team_id not in self.workspaces:
            made = await add_workspace(self.db, home.team_id, self.clock())
            self.workspaces[home.team_id] = made
        here = self.workspaces[home.team_id]
        return await add_channels(self.db, here, names, self.clock(), **columns)

    async def story(
        self, title: str, *, follows: Told | None = None, perhaps: float | None = None
    ) -> Told:
        return await add_story(self.db, title, self.clock(), follows=follows, perhaps=perhaps)

    async def owe(self, told: Told, *channel_ids: int, **columns: Any) -> list[int]:
        return await owe(self.db, told, channel_ids, self.clock(), **columns)

    def shown(self, name: str, team: str = "") -> list[str]:
        """What stands in a channel, oldest first."""
        return [message.shown for message in self.slack.messages(name, team)]

    def titles(self, name: str, team: str = "") -> list[str]:
        """The titles of the alerts in a channel, as far as they begin with "Story", in order."""
        return [word for text in self.shown(name, team) for word in _titles(text)]


def _titles(text: str) -> list[str]:
    words = text.replace("*", " ").replace("|", " ").replace(">", " ").replace("<", " ").split()
    return [f"Story {after}" for word, after in itertools.pairwise(words) if word == "Story"]


@pytest.fixture
async def desk(db: Database, clock: SetClock) -> AsyncIterator[Desk]:
    async with SlackLookalike(clock=clock, limits=False) as slack, aiohttp.ClientSession() as http:
        yield Desk(db, clock, slack, SlackSender(Access(slack, http)))
