"""The room that feed tests share."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.storage.database import Database
from tests.feeds.room import Room, open_room
from tests.support.clock import SetClock
from tests.support.newsroom import Newsroom, open_newsroom


@pytest.fixture
async def room(db: Database, clock: SetClock) -> AsyncIterator[Room]:
    """A newsroom, a poller and a database, on each engine."""
    async with open_room(db, clock) as opened:
        yield opened


@pytest.fixture
async def sqlite_room(sqlite_url: str, clock: SetClock) -> AsyncIterator[Room]:
    """The same on one engine, for what is tried in many ways."""
    database = Database(sqlite_url, clock=clock)
    async with open_room(database, clock) as opened:
        yield opened
    await database.close()


@pytest.fixture
async def newsroom() -> AsyncIterator[Newsroom]:
    """A real HTTP server on loopback."""
    async with open_newsroom() as opened:
        yield opened
