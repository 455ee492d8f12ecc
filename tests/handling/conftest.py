"""A team with an alert in its channel, on each database."""

from __future__ import annotations

import pytest

from bot.storage.database import Database
from tests.handling.team import Team
from tests.support.clock import SetClock


@pytest.fixture
async def team(db: Database, clock: SetClock) -> Team:
    team = Team(db, clock)
    await team.begin()
    return team
