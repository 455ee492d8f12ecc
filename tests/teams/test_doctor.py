"""Promise: `exportnews doctor` says whether the registration for Teams works."""

from __future__ import annotations

from typing import Any

import pytest

from bot.doctor import collect
from bot.settings import load_settings
from tests.support.clock import SetClock
from tests.support.teams import TENANT, TeamsLookalike


async def findings(sqlite_url: str, clock: SetClock, **settings: Any) -> dict[str, tuple[str, str]]:
    told = load_settings(database_url=sqlite_url, **settings)
    return {one.subject: (one.state, one.text) for one in await collect(told, clock)}


async def test_without_a_registration_teams_is_off(sqlite_url: str, clock: SetClock) -> None:
    found = await findings(sqlite_url, clock)
    assert found["teams"] == ("note", "CLIENT_ID is not set; Microsoft Teams is off.")


async def test_a_registration_that_works_is_said_to_and_a_stand_in_is_wrong(
    sqlite_url: str, clock: SetClock, teams: TeamsLookalike
) -> None:
    found = await findings(sqlite_url, clock, **teams.settings())
    assert found["teams"][0] == "ok"
    assert "every tenant" in found["teams"][1]
    assert found["teams log-in"][0] == "wrong"
    teams.login_tenant = TENANT
    found = await findings(sqlite_url, clock, **teams.settings(tenant_id=TENANT))
    assert found["teams"][0] == "ok"
    assert TENANT in found["teams"][1]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"client_secret": "expired"}, "AADSTS7000215"),
        ({"client_secret": None}, "CLIENT_SECRET is missing"),
        ({"tenant_id": TENANT}, "AADSTS7000215"),
        ({"exportnews_teams_login_url": "http://127.0.0.1:9"}, "cannot be reached"),
    ],
)
async def test_a_registration_that_does_not_work_says_why(
    sqlite_url: str, clock: SetClock, teams: TeamsLookalike, wrong: dict[str, Any], said: str
) -> None:
    found = await findings(sqlite_url, clock, **teams.settings(**wrong))
    state, text = found["teams"]
    assert state == "wrong"
    assert said in text
    assert "expired" not in text
