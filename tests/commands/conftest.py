"""A desk on each database."""

from __future__ import annotations

import pytest

from bot.storage.database import Database
from tests.commands.desk import Desk
from tests.support.clock import SetClock


@pytest.fixture
async def desk(db: Database, clock: SetClock) -> Desk:
    desk = Desk(db, clock)
    await desk.subscriptions.install("slack", "T1", "Acme")
    return desk
