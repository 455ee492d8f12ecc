"""What the Teams tests share: the look-alike, and a dispatcher that sends to it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pytest

from bot.delivery.composer import StoredComposer
from bot.delivery.dispatcher import Dispatcher, Timing
from bot.delivery.senders.teams import TeamsSender
from bot.demo.setting import DemoClock
from bot.news.taxonomy import load_taxonomy
from bot.runtime import Runtime
from bot.serving import build_app, serve
from bot.settings import load_settings
from bot.storage.database import Database
from bot.subscriptions.model import ChannelRef, ChannelSettings
from bot.teams.account import TeamsAccount
from bot.teams.endpoints import ANY_TENANT
from tests.support.bot import open_bot, settings_for, write_catalogue
from tests.support.clock import SetClock
from tests.support.newsroom import Item, Newsroom, open_newsroom, rss
from tests.support.outbox import Told, add_channels, add_story, add_workspace, owe
from tests.support.teams import TENANT, Person, Room, TeamsLookalike, furnish
from tests.support.teams import Post as Card


@pytest.fixture
async def teams(clock: SetClock) -> AsyncIterator[TeamsLookalike]:
    """A Teams with people and rooms."""
    async with TeamsLookalike(clock=clock) as lookalike:
        furnish(lookalike)
        yield lookalike


@dataclass
class Post:
    """A database, a Teams, and dispatchers between them; waiting moves the clock."""

    db: Database
    clock: SetClock
    teams: TeamsLookalike
    account: TeamsAccount
    workspace: int

    def dispatcher(self, **options: Any) -> Dispatcher:
        async def sleep(seconds: float) -> None:
            self.clock.advance(seconds=seconds)

        options.setdefault("timing", Timing(call=5, lease=90, patience=60, stop=5))
        return Dispatcher(
            self.db,
            {"teams": TeamsSender(self.account)},
            StoredComposer(load_taxonomy()),
            worker="one",
            rng=Random(1),
            sleep=sleep,
            **options,
        )

    async def channel(self, room: Room, *, known: bool = True) -> int:
        """Make a channel of a room that the bot is in; `known`: Teams has told how to reach it."""
        room.with_bot = True
        columns: dict[str, Any] = {"owner": "29:1mara-a"}
        if known:
            columns["conversation"] = {"service_url": self.teams.service_url, "team": room.team}
        made = await add_channels(self.db, self.workspace, [room.id], self.clock(), **columns)
        return made[0]

    async def story(self, title: str, *, follows: Told | None = None) -> Told:
        return await add_story(self.db, title, self.clock(), follows=follows)

    async def owe(self, told: Told, *channel_ids: int, **columns: Any) -> list[int]:
        return await owe(self.db, told, channel_ids, self.clock(), **columns)


@pytest.fixture
async def post(db: Database, clock: SetClock, teams: TeamsLookalike) -> AsyncIterator[Post]:
    """An outbox whose channels are in Teams."""
    settings = load_settings(**teams.settings())
    async with TeamsAccount(settings, db, monotonic=lambda: clock().timestamp()) as account:
        yield Post(
            db, clock, teams, account, await add_workspace(db, TENANT, clock(), platform="teams")
        )


@dataclass
class Office:
    """A tenant with the whole bot in it: a newsroom it reads, the web server that Teams calls."""

    teams: TeamsLookalike
    bot: Runtime
    newsroom: Newsroom
    clock: DemoClock
    mara: Person
    ken: Person

    def room(self, name: str) -> Room:
        """A room of the tenant: general, chips, group."""
        end = "v2" if name == "group" else "tacv2"
        return self.teams.rooms[f"19:{name}-a@thread.{end}"]

    async def settings(self, room: Room) -> ChannelSettings | None:
        ref = ChannelRef("teams", room.tenant, room.id)
        return await self.bot.engine.subscriptions.settings(ref)

    async def publish(self, *items: Item) -> None:
        """Publish, and let what follows from it happen."""
        self.newsroom.serve("/f.xml", rss(*items))
        self.clock.skip(65)
        await self.bot.once()

    async def send(self) -> None:
        """Send what is owed, once the pace of the channel allows it."""
        self.clock.skip(30)
        await self.bot.dispatcher.dispatch_due()

    async def alert(self, room: Room) -> Card:
        """Let one alert come to a room where the bot is installed by this."""
        await self.teams.install(room, self.mara)
        await self.teams.say(room, self.mara, "subscribe entity-list")
        await self.publish(KNOWN)
        await self.publish(FRESH, KNOWN)
        return self.teams.posts(room)[-1]


KNOWN = Item("Ministry plans a fair", "https://wire.example/1", "g1")
FRESH = Item("BIS adds firms to the Entity List", "https://wire.example/2", "g2")


@asynccontextmanager
async def open_office(database_url: str, folder: Path, **settings: object) -> AsyncIterator[Office]:
    """Open a newsroom, a Teams, and the bot between them."""
    clock = DemoClock()
    async with (
        open_newsroom() as newsroom,
        TeamsLookalike(
            clock=clock, login_tenant=str(settings.get("tenant_id", ANY_TENANT))
        ) as teams,
    ):
        furnish(teams)
        catalogue = write_catalogue(folder, newsroom.address("/f.xml"))
        told = settings_for(database_url, catalogue, **teams.settings(**settings))
        async with open_bot(told, clock) as bot:
            app = build_app([route for front in bot.fronts for route in front.routes])
            async with serve(app, host="127.0.0.1", port=0, stop_seconds=1) as address:
                teams.bot_url = f"{address}/api/messages"
                mara, ken = teams.people["29:1mara-a"], teams.people["29:1ken-a"]
                yield Office(teams, bot, newsroom, clock, mara, ken)


@pytest.fixture
async def office(database_url: str, tmp_path: Path) -> AsyncIterator[Office]:
    """The whole bot, on each database."""
    async with open_office(database_url, tmp_path) as opened:
        yield opened


@pytest.fixture
async def small_office(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Office]:
    """The whole bot, where it does not matter on which database."""
    async with open_office(sqlite_url, tmp_path) as opened:
        yield opened
