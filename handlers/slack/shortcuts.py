"""Shortcuts: search from anywhere, watch a company that a message names."""

from __future__ import annotations

from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.commands.views import search_form
from handlers.slack.desk import Desk

SEARCH, WATCH = "search_news", "watch_company"
"""Callback ids of the shortcuts; docs/slack-manifest.json has the same."""

_MOST = 100


def register(app: AsyncApp, desk: Desk) -> None:
    """Add the shortcuts."""

    @app.shortcut(SEARCH)
    async def search(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=search_form())

    @app.shortcut(WATCH)
    async def watch(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        words = str((body.get("message") or {}).get("text") or "").split()
        context = await desk.context(client, body)
        answer = await desk.engine.commands.answer(f"watch {' '.join(words)[:_MOST]}", context)
        await desk.show(answer, client, body)
