"""Promise: a feed with a hub is pushed: verified, signed, alerted without waiting for a poll."""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path
from urllib.parse import parse_qs

import httpx
from aiohttp import web

from bot.demo.setting import DemoClock
from bot.serving import build_app, serve
from tests.support.bot import open_bot, settings_for, write_catalogue
from tests.support.newsroom import Item, open_newsroom, rss
from tests.support.slack import CHANNEL, MEMBER, open_slack

KNOWN = Item("One", "https://wire.example/1", "g1")
FRESH = Item("BIS adds firms to the Entity List", "https://wire.example/2", "g2")


async def test_a_push_is_verified_checked_and_alerted(database_url: str, tmp_path: Path) -> None:
    asked: list[dict[str, str]] = []

    async def hub(request: web.Request) -> web.StreamResponse:
        form = parse_qs(await request.text())
        asked.append({name: values[0] for name, values in form.items()})
        return web.Response(status=202)

    async with open_newsroom() as newsroom, open_slack() as slack:
        hub_url = newsroom.handle("/hub", hub)
        feed_url = newsroom.address("/f.xml")
        links = "".join(
            f'<atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="{rel}" href="{href}"/>'
            for rel, href in (("hub", hub_url), ("self", feed_url))
        )
        newsroom.serve("/f.xml", rss(KNOWN, extra=links))
        settings = settings_for(
            database_url,
            write_catalogue(tmp_path, feed_url),
            slack,
            exportnews_secret_key="a long random text",
            exportnews_public_url="https://bot.example",
        )
        clock = DemoClock()
        async with open_bot(settings, clock) as bot:
            await bot.connect()
            await slack.slash("subscribe entity-list", channel=CHANNEL, user=MEMBER)
            await bot.once()
            assert await bot.engine.websub.renew() == 1
            path = asked[0]["hub.callback"].removeprefix("https://bot.example")
            app = build_app([route for front in bot.fronts for route in front.routes])
            async with (
                serve(app, host="127.0.0.1", port=0, stop_seconds=1) as address,
                httpx.AsyncClient(base_url=address, trust_env=False, timeout=30) as client,
            ):
                intent = {
                    "hub.mode": "subscribe",
                    "hub.topic": asked[0]["hub.topic"],
                    "hub.challenge": "c-123",
                    "hub.lease_seconds": "86400",
                }
                assert (await client.get(path, params=intent)).text == "c-123"
                other = {**intent, "hub.topic": "https://elsewhere.example/feed"}
                assert (await client.get(path, params=other)).status_code == 404

                for guessed in ("/websub/1", "/websub/1-0", "/websub/x", f"/websub/{'9' * 26}"):
                    assert (await client.get(guessed, params=intent)).status_code == 404
                    assert (await client.post(guessed, content=b"x")).status_code == 202

                body = rss(FRESH, KNOWN)
                forged = {"X-Hub-Signature": "sha256=" + "0" * 64}
                assert (await client.post(path, content=body, headers=forged)).status_code == 202
                await bot.dispatcher.dispatch_due()
                assert slack.messages(CHANNEL) == [], "a forged push is dropped"

                secret = asked[0]["hub.secret"].encode()
                digest = hmac.new(secret, body, hashlib.sha256).hexdigest()
                signed = {"X-Hub-Signature": f"sha256={digest}", "Content-Type": "text/xml"}
                assert (await client.post(path, content=body, headers=signed)).status_code == 202
                await bot.dispatcher.dispatch_due()
    assert [FRESH.title in message.text for message in slack.messages(CHANNEL)] == [True]
