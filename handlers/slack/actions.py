"""Buttons and menus: every value says by itself what to do, so one listener serves all."""

from __future__ import annotations

import re
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.commands import forms
from bot.commands.blocks import render
from bot.commands.context import CommandContext
from bot.commands.views import message_view
from bot.messages import action_values, actions
from handlers.slack import home
from handlers.slack.desk import TITLE, Desk

_PAGES = (actions.SearchPage, actions.LatestPage, actions.SavedPage, actions.DigestPage)


async def _try_form(
    desk: Desk, client: AsyncWebClient, body: dict[str, Any], context: CommandContext
) -> None:
    """Show over a settings form what it would have sent; the form stays as it is filled in."""
    form = forms.read_view(body.get("view") or {})
    if not isinstance(form, forms.SettingsSubmitted):
        return
    reply = render(await desk.engine.commands.try_form(form, context))
    if reply.message is not None:
        view = message_view(reply.message, TITLE)
        await client.views_push(trigger_id=body["trigger_id"], view=dict(view))


def register(app: AsyncApp, desk: Desk) -> None:
    """Add the listener for every action."""

    @app.action(re.compile(".*"))
    async def act(
        ack: AsyncAck,
        action: dict[str, Any],
        body: dict[str, Any],
        client: AsyncWebClient,
    ) -> None:
        await ack()
        asked = action_values.read(action)
        if asked is None:
            return
        context = await desk.context(client, body)
        if isinstance(asked, actions.TryForm):
            await _try_form(desk, client, body, context)
            return
        answer = await desk.engine.commands.act(asked, context)
        if not body.get("response_url"):
            await desk.show(answer, client, body)
            if (body.get("view") or {}).get("type") == "home":
                await home.publish(desk, client, body)
            return
        replace = isinstance(asked, _PAGES) and bool(
            (body.get("container") or {}).get("is_ephemeral")
        )
        await desk.reply(answer, client, body, replace=replace)
