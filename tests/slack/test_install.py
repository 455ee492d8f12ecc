"""Promise: workspaces install the bot by themselves, keep their own token, and leave for good."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from sqlalchemy import select, update
from structlog.testing import capture_logs

from bot.demo.setting import DemoClock
from bot.demo.slack import SlackLookalike
from bot.demo.slack.faults import CutBefore
from bot.demo.slack.workspace import Workspace
from bot.errors import DeliveryError
from bot.retention import prune
from bot.runtime import Runtime
from bot.serving import build_app, serve
from bot.storage.tables import channel, slack_bots, workspace
from bot.subscriptions.model import Actor, ChannelRef
from handlers.slack.front import NOT_INSTALLED
from handlers.slack.install import AWAY
from tests.support.bot import open_bot, settings_for, write_catalogue
from tests.support.slack import open_slack, until

FIRST, SECOND, ORGANISATION = "T0FIRST001", "T0SECOND01", "E0ORG00001"
PERSON, PLACE = "U0OWNER001", "C0TRADE001"


@dataclass
class Market:
    """Workspaces that may install the bot, which answers over signed HTTP."""

    slack: SlackLookalike
    bot: Runtime
    browser: httpx.AsyncClient
    clock: DemoClock

    async def begin(self) -> tuple[str, str]:
        """Open the install page; give the state and the cookie that goes with it."""
        page = await self.browser.get("/slack/install")
        assert page.status_code == 200
        address = next(part for part in page.text.split('"') if "oauth/v2/authorize" in part)
        (state,) = parse_qs(urlsplit(address.replace("&amp;", "&")).query)["state"]
        cookie = SimpleCookie(page.headers["set-cookie"])
        return state, "; ".join(f"{name}={morsel.value}" for name, morsel in cookie.items())

    async def come_back(self, cookie: str = "", **query: str) -> httpx.Response:
        """Come back from Slack's page."""
        headers = {"Cookie": cookie} if cookie else {}
        return await self.browser.get("/slack/oauth_redirect", params=query, headers=headers)

    async def install(self, where: Workspace) -> httpx.Response:
        """Install the bot in a workspace."""
        state, cookie = await self.begin()
        return await self.come_back(cookie, code=self.slack.oauth_code(where), state=state)


@pytest.fixture
async def market(database_url: str, tmp_path: Path) -> AsyncIterator[Market]:
    async with AsyncExitStack() as stack:
        clock = DemoClock()
        slack = await stack.enter_async_context(open_slack())
        for team, name in ((FIRST, "First"), (SECOND, "Second")):
            where = slack.add_workspace(team, name)
            where.add_user(PERSON, "Olga Owner", admin=True)
            where.add_channel(PLACE, "trade")
        settings = settings_for(
            database_url,
            write_catalogue(tmp_path),
            slack_client_id=slack.client_id,
            slack_client_secret=slack.client_secret,
            slack_signing_secret=slack.signing_secret,
            exportnews_slack_api_url=slack.api_url,
            exportnews_secret_key="a long random text",
        )
        bot = await stack.enter_async_context(open_bot(settings, clock))
        app = build_app([route for front in bot.fronts for route in front.routes])
        address = await stack.enter_async_context(
            serve(app, host="127.0.0.1", port=0, stop_seconds=1)
        )
        slack.http_target = f"{address}/slack/events"
        browser = await stack.enter_async_context(
            httpx.AsyncClient(base_url=address, trust_env=False)
        )
        yield Market(slack, bot, browser, clock)


async def test_an_install_greets_who_installed_it_and_works_in_that_workspace(
    market: Market,
) -> None:
    first = market.slack.workspaces[FIRST]
    done = await market.install(first)
    assert done.status_code == 200
    (hello,) = market.slack.messages(first.direct(PERSON).id, FIRST)
    assert "Thank you for installing me" in hello.shown
    assert len([e for b in hello.blocks for e in b.get("elements", [])]) == 3
    replies = await market.slack.slash(
        "subscribe sanctions", channel=PLACE, user=PERSON, team=FIRST
    )
    assert "Sanctions" in replies.text
    other = await market.slack.slash(
        "subscriptions", channel=PLACE, user=PERSON, team=SECOND, expect=0
    )
    assert other.text == NOT_INSTALLED


async def test_the_greeting_sets_up_a_subscription_in_two_clicks(market: Market) -> None:
    first = market.slack.workspaces[FIRST]
    await market.install(first)
    direct = first.direct(PERSON).id
    (hello,) = market.slack.messages(direct, FIRST)
    await market.slack.click(direct, hello.ts, "next-0", user=PERSON, team=FIRST)
    await until(market.slack, lambda: bool(market.slack.modals(PERSON, FIRST)))
    await market.slack.submit_view(None, {"channel": {"channel": PLACE}}, user=PERSON, team=FIRST)
    await until(market.slack, lambda: bool(market.slack.ephemerals(PLACE, PERSON, FIRST)))
    ref = ChannelRef("slack", FIRST, PLACE)
    settings = await market.bot.engine.subscriptions.settings(ref)
    assert settings is not None
    assert {one.target for one in settings.subscriptions} == {"chip-controls", "entity-list"}


async def test_a_state_and_a_code_each_work_once(market: Market) -> None:
    first = market.slack.workspaces[FIRST]
    code = market.slack.oauth_code(first)
    state, cookie = await market.begin()
    assert (await market.come_back(cookie, code=code, state=state)).status_code == 200
    assert (await market.come_back(cookie, code=code, state=state)).status_code == 401
    state, cookie = await market.begin()
    again = await market.come_back(cookie, code=code, state=state)
    assert again.status_code == 401
    assert code not in again.text


@pytest.mark.parametrize("trouble", ["no cookie", "other state", "made up"])
async def test_a_state_of_another_browser_is_refused(market: Market, trouble: str) -> None:
    code = market.slack.oauth_code(market.slack.workspaces[FIRST])
    state, cookie = await market.begin()
    other, _cookie = await market.begin()
    given = {"no cookie": ("", state), "other state": (cookie, other), "made up": (cookie, "x")}
    answer = await market.come_back(given[trouble][0], code=code, state=given[trouble][1])
    assert answer.status_code in {400, 401}
    with pytest.raises(DeliveryError):
        await market.bot.engine.slack.token(FIRST)


async def test_who_says_no_reads_a_page_and_nothing_is_kept(market: Market) -> None:
    _state, cookie = await market.begin()
    answer = await market.come_back(cookie, error="access_denied<script>")
    assert answer.status_code == 200
    assert "<script>" not in answer.text
    with pytest.raises(DeliveryError):
        await market.bot.engine.slack.token(FIRST)


async def test_a_slack_that_is_away_is_one_sentence(market: Market) -> None:
    market.slack.plan("oauth.v2.access", CutBefore())
    answer = await market.install(market.slack.workspaces[FIRST])
    assert (answer.status_code, answer.text) == (503, AWAY)


async def test_a_whole_organisation_installs_and_its_workspaces_share_the_token(
    market: Market,
) -> None:
    where = market.slack.workspaces[FIRST]
    where.enterprise, where.org_install = ORGANISATION, True
    await market.install(where)
    assert await market.bot.engine.slack.token(ORGANISATION) == where.bot_token
    await market.slack.slash("subscribe sanctions", channel=PLACE, user=PERSON, team=FIRST)
    ref = ChannelRef("slack", ORGANISATION, PLACE)
    assert await market.bot.engine.subscriptions.settings(ref) is not None


async def test_a_token_that_ends_is_renewed_before_it_does(market: Market) -> None:
    first = market.slack.workspaces[FIRST]
    market.slack.rotation = True
    await market.install(first)
    before = first.bot_token
    assert await market.bot.engine.slack.token(FIRST) == before
    await _expire(market)
    renewed = await market.bot.engine.slack.token(FIRST)
    assert renewed == first.bot_token != before
    assert await market.bot.engine.slack.token(FIRST) == renewed
    replies = await market.slack.slash("topics", channel=PLACE, user=PERSON, team=FIRST)
    assert replies.text


async def test_a_token_that_cannot_be_renewed_just_now_is_used_as_it_is(market: Market) -> None:
    first = market.slack.workspaces[FIRST]
    market.slack.rotation = True
    await market.install(first)
    await _expire(market)
    market.slack.plan("oauth.v2.access", CutBefore())
    assert await market.bot.engine.slack.token(FIRST) == first.bot_token


async def _expire(market: Market) -> None:
    """Let the stored token end within the hour."""
    soon = datetime.fromtimestamp(time.time() + 3_000, UTC).replace(tzinfo=None)
    async with market.bot.engine.db.write() as conn:
        await conn.execute(update(slack_bots).values(bot_token_expires_at=soon))


@pytest.mark.parametrize(
    "event", [{"type": "app_uninstalled"}, {"type": "tokens_revoked", "tokens": {"bot": ["U1"]}}]
)
async def test_a_workspace_that_leaves_is_forgotten_after_the_set_time(
    market: Market, event: dict[str, object]
) -> None:
    for team in (FIRST, SECOND):
        await market.install(market.slack.workspaces[team])
        ref = ChannelRef("slack", team, PLACE)
        await market.bot.engine.subscriptions.subscribe(ref, Actor(PERSON), ["sanctions"])
    assert (await market.slack.event(event, team=FIRST)).acked
    engine = market.bot.engine
    for _ in range(200):
        async with engine.db.read() as conn:
            left = (await conn.scalars(select(slack_bots.c.team_id))).all()
        if left == [SECOND]:
            break
        await market.slack.change(market.slack.version, timeout=0.05)
    with pytest.raises(DeliveryError):
        await engine.slack.token(FIRST)
    assert await engine.slack.token(SECOND)
    market.clock.skip(29 * 86_400)
    assert (await prune(engine.db, engine.settings)).workspaces == 0
    market.clock.skip(2 * 86_400)
    assert (await prune(engine.db, engine.settings)).workspaces == 1
    async with engine.db.read() as conn:
        kept = select(workspace.c.external_id).select_from(channel).join(workspace)
        assert (await conn.scalars(kept)).all() == [SECOND]


async def test_an_uninstall_that_is_told_again_after_a_new_install_takes_nothing(
    market: Market,
) -> None:
    """Another process may hear it again than heard it at first."""
    first = market.slack.workspaces[FIRST]
    await market.install(first)
    market.slack.clock = lambda: datetime.now(UTC) - timedelta(seconds=60)
    with capture_logs() as lines:
        assert (await market.slack.event({"type": "app_uninstalled"}, team=FIRST)).acked
        for _ in range(200):
            if any(line["event"] == "slack.uninstalled_before_installed" for line in lines):
                break
            await market.slack.change(market.slack.version, timeout=0.05)
    assert [line["workspace"] for line in lines if "uninstalled" in line["event"]] == [FIRST]
    assert await market.bot.engine.slack.token(FIRST) == first.bot_token
