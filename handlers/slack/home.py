"""The Home tab, and the welcome in a channel that the bot was invited to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.commands.blocks import render
from bot.commands.home import home_view
from handlers.slack.desk import Desk, user_of


async def publish(desk: Desk, client: AsyncWebClient, body: Mapping[str, Any]) -> None:
    """Publish a person's Home tab as it is now."""
    page = await desk.engine.commands.home(await desk.context(client, body))
    await client.views_publish(user_id=user_of(body), view=home_view(page))


async def welcome(desk: Desk, client: AsyncWebClient, body: Mapping[str, Any]) -> None:
    """Offer topics in a channel that the bot has just been invited to.

    Only the person who invited it sees the offer; without one (the bot joined by itself) none
    is made.
    """
    event = body["event"]
    inviter = str(event.get("inviter") or "")
    if not inviter:
        return
    asked = {**body, "event": {**event, "user": inviter}}
    answer = await desk.engine.commands.answer("topics", await desk.context(client, asked))
    reply = render(answer)
    if reply.message is not None:
        await desk.tell(reply.message, client, str(event["channel"]), inviter)
