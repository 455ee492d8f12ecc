"""The web process's pages, served for real, and a client on the same machine."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from bot.clock import Clock, system_clock
from bot.runtime import Runtime
from bot.serving import build_app, serve
from bot.storage.database import Database
from tests.support.bot import open_bot, settings_for, write_catalogue
from tests.support.newsroom import Newsroom, open_newsroom

TOKEN = "a-long-admin-token"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
ELSEWHERE = {"X-Forwarded-For": "203.0.113.9"}
"""Headers of a request that a proxy passed on from another machine."""


@dataclass
class Site:
    """The bot with its web process, its one feed's newsroom, and a client."""

    bot: Runtime
    client: httpx.AsyncClient
    newsroom: Newsroom
    address: str

    @property
    def db(self) -> Database:
        return self.bot.engine.db

    async def form_token(self, path: str = "/deliveries", **headers: str) -> str:
        """Give the token that stands in the forms of a page."""
        page = await self.client.get(path, headers=headers)
        found = re.search(r'name="form_token" value="([0-9a-f]+)"', page.text)
        assert found is not None, page.text
        return found.group(1)


@asynccontextmanager
async def open_site(
    database_url: str, folder: Path, clock: Clock = system_clock, **more: Any
) -> AsyncIterator[Site]:
    """Serve the pages of a bot on this database; `more`: further settings."""
    async with AsyncExitStack() as stack:
        newsroom = await stack.enter_async_context(open_newsroom())
        catalogue = write_catalogue(folder, newsroom.address("/feed.xml"))
        wanted = dict(more)
        if wanted.get("exportnews_slack_api_url") == "newsroom":
            wanted["exportnews_slack_api_url"] = newsroom.address("/api/")
        settings = settings_for(database_url, catalogue, **wanted)
        bot = await stack.enter_async_context(open_bot(settings, clock))
        (not_found,) = (front.not_found for front in bot.fronts if front.not_found)
        routes = [route for front in bot.fronts for route in front.routes]
        app = build_app(routes, not_found=not_found)
        address = await stack.enter_async_context(
            serve(app, host="127.0.0.1", port=0, stop_seconds=1)
        )
        client = await stack.enter_async_context(
            httpx.AsyncClient(base_url=address, trust_env=False)
        )
        yield Site(bot, client, newsroom, address)
