"""Events: people who write to the bot, channels that change, workspaces that leave."""

from __future__ import annotations

from typing import Any

import structlog
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.say.async_say import AsyncSay
from slack_sdk.web.async_client import AsyncWebClient

from bot.commands.blocks import render
from bot.subscriptions.model import Actor, ChannelRef
from handlers.slack import home
from handlers.slack.desk import Desk, workspace_of

log = structlog.get_logger(__name__)

BOT = Actor("exportnews", "exportnews", admin=True)
GONE = "The channel was archived or deleted."


def register(app: AsyncApp, desk: Desk) -> None:
    """Add every event's listener; the manifest names the same events."""
    _register_people(app, desk)
    _register_channels(app, desk)
    _register_workspaces(app, desk)


def _register_people(app: AsyncApp, desk: Desk) -> None:
    @app.event("app_home_opened")
    async def opened(body: dict[str, Any], client: AsyncWebClient) -> None:
        if body["event"].get("tab") == "home":
            await home.publish(desk, client, body)

    @app.event("app_mention")
    async def mentioned(body: dict[str, Any], client: AsyncWebClient, say: AsyncSay) -> None:
        await _answer(desk, body, client, say)

    @app.event("message")
    async def written(body: dict[str, Any], client: AsyncWebClient, say: AsyncSay) -> None:
        event = body["event"]
        if event.get("channel_type") == "im" and not event.get("subtype"):
            await _answer(desk, body, client, say)


async def _answer(desk: Desk, body: dict[str, Any], client: AsyncWebClient, say: AsyncSay) -> None:
    """Answer what was written to the bot, in a thread where others read along."""
    event = body["event"]
    text = without_mention(str(event.get("text") or ""))
    answer = await desk.engine.commands.answer(text, await desk.context(client, body))
    reply = render(answer)
    if reply.message is None:
        await say("That needs a form; type `/exportnews settings` in the channel.")
        return
    direct = event.get("channel_type") == "im"
    await say(
        text=reply.message.text,
        blocks=[dict(block) for block in reply.message.blocks],
        thread_ts=None if direct else event.get("thread_ts") or event.get("ts"),
        unfurl_links=False,
        unfurl_media=False,
    )


def without_mention(text: str) -> str:
    """Take the bot's own mention from the start of a message."""
    head, _, rest = text.strip().partition(">")
    return rest.strip() if head.startswith("<@") else text.strip()


def _register_channels(app: AsyncApp, desk: Desk) -> None:
    subscriptions = desk.engine.subscriptions

    async def gone(body: dict[str, Any]) -> None:
        known = await subscriptions.settings(_channel_of_event(body))
        if known is not None:
            async with desk.engine.db.write() as conn:
                await subscriptions.pause(conn, known.id, GONE)

    async def back(body: dict[str, Any]) -> None:
        known = await subscriptions.settings(_channel_of_event(body))
        if known is not None and known.paused_reason == GONE:
            await subscriptions.resume(known.ref, BOT)

    async def renamed(body: dict[str, Any]) -> None:
        await subscriptions.rename(_channel_of_event(body))

    for event in ("channel_archive", "channel_deleted", "group_archive", "group_deleted"):
        app.event(event)(gone)
    for event in ("channel_unarchive", "group_unarchive"):
        app.event(event)(back)
    for event in ("channel_rename", "group_rename"):
        app.event(event)(renamed)


def _channel_of_event(body: dict[str, Any]) -> ChannelRef:
    channel = body["event"]["channel"]
    if isinstance(channel, dict):
        channel_id, name = str(channel.get("id")), str(channel.get("name") or "")
        return ChannelRef("slack", workspace_of(body), channel_id, name)
    return ChannelRef("slack", workspace_of(body), str(channel))


def _register_workspaces(app: AsyncApp, desk: Desk) -> None:
    async def left(body: dict[str, Any]) -> None:
        workspace = workspace_of(body)
        await desk.engine.slack.forget(workspace)
        await desk.engine.subscriptions.remove_workspace("slack", workspace)
        log.info("slack.uninstalled", workspace=workspace)

    app.event("app_uninstalled")(left)

    @app.event("tokens_revoked")
    async def revoked(body: dict[str, Any]) -> None:
        if (body["event"].get("tokens") or {}).get("bot"):
            await left(body)

    @app.event("member_joined_channel")
    async def joined(body: dict[str, Any], client: AsyncWebClient) -> None:
        event = body["event"]
        identity = desk.engine.slack.identity
        if identity is not None and event.get("user") == identity.bot_user_id:
            await home.welcome(desk, client, body)
