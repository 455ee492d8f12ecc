"""Events: people who write to the bot, workspaces that leave; channels are in `channels`."""

from __future__ import annotations

from typing import Any

import structlog
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.commands.blocks import render
from bot.messages.blocks import notice_message
from handlers.slack import channels, home
from handlers.slack.desk import Desk
from handlers.slack.payloads import workspace_of

log = structlog.get_logger(__name__)

NEEDS_FORM = "That needs a form; type `/exportnews settings` in the channel."


def register(app: AsyncApp, desk: Desk) -> None:
    """Add every event's listener; the manifest names the same events."""
    _register_people(app, desk)
    channels.register(app, desk)
    _register_workspaces(app, desk)


def _register_people(app: AsyncApp, desk: Desk) -> None:
    @app.event("app_home_opened")
    async def opened(body: dict[str, Any], client: AsyncWebClient) -> None:
        if body["event"].get("tab") == "home":
            await home.publish(desk, client, body)

    @app.event("app_mention")
    async def mentioned(body: dict[str, Any], client: AsyncWebClient) -> None:
        await answer_in(desk, body, client)

    @app.event("message")
    async def written(body: dict[str, Any], client: AsyncWebClient) -> None:
        event = body["event"]
        if event.get("channel_type") == "im" and not event.get("subtype"):
            await answer_in(desk, body, client)


async def answer_in(desk: Desk, body: dict[str, Any], client: AsyncWebClient) -> None:
    """Answer what was written to the bot, in a thread where others read along."""
    event = body["event"]
    text = without_mention(str(event.get("text") or ""))
    answer = await desk.engine.commands.answer(text, await desk.context(client, body))
    reply = await desk.with_file(render(answer), client, body)
    message = reply.message or notice_message(NEEDS_FORM)
    direct = event.get("channel_type") == "im"
    await client.chat_postMessage(
        channel=str(event["channel"]),
        text=message.text,
        blocks=[dict(block) for block in message.blocks],
        thread_ts=event.get("thread_ts") or (None if direct else event.get("ts")),
        unfurl_links=False,
        unfurl_media=False,
    )


def without_mention(text: str) -> str:
    """Take the bot's own mention from the start of a message."""
    head, _, rest = text.strip().partition(">")
    return rest.strip() if head.startswith("<@") else text.strip()


def _register_workspaces(app: AsyncApp, desk: Desk) -> None:
    async def left(body: dict[str, Any]) -> None:
        workspace = workspace_of(body)
        at = body.get("event_time")
        if isinstance(at, int) and await desk.engine.slack.installed_after(workspace, at + 1):
            # Slack sends an event again for an hour, and maybe to another process than at first.
            log.info("slack.uninstalled_before_installed", workspace=workspace)
            return
        await desk.engine.slack.forget(workspace)
        await desk.engine.subscriptions.remove_workspace("slack", workspace)
        log.info("slack.uninstalled", workspace=workspace)

    app.event("app_uninstalled")(left)

    @app.event("tokens_revoked")
    async def revoked(body: dict[str, Any]) -> None:
        if (body["event"].get("tokens") or {}).get("bot"):
            await left(body)
