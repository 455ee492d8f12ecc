"""Buttons and menus: every value says by itself what to do, so one listener serves all."""

from __future__ import annotations

import re
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.messages import actions
from handlers.slack import home
from handlers.slack.desk import Desk

_PAGES = (actions.SearchPage, actions.LatestPage, actions.SavedPage, actions.DigestPage)


def register(app: AsyncApp, desk: Desk) -> None:
    """Add the listener for every action."""

    @app.action(re.compile(".*"))
    async def act(
        ack: AsyncAck,
        action: dict[str, Any],
        body: dict[str, Any],
        client: AsyncWebClient,
        respond: AsyncRespond,
    ) -> None:
        await ack()
        asked = actions.read(action)
        if asked is None:
            return
        context = await desk.context(client, body)
        answer = await desk.engine.commands.act(asked, context)
        if not body.get("response_url"):
            await desk.show(answer, client, body)
            if (body.get("view") or {}).get("type") == "home":
                await home.publish(desk, client, body)
            return
        replace = isinstance(asked, _PAGES) and bool(
            (body.get("container") or {}).get("is_ephemeral")
        )
        await desk.reply(answer, client, respond, body, replace=replace)
