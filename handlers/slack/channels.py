"""Events of channels: archived, renamed, and the bot brought in or taken out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.subscriptions.model import Actor, ChannelRef
from handlers.slack.desk import Desk
from handlers.slack.payloads import workspace_of
from handlers.slack.welcome import offer_topics

BOT = Actor("exportnews", "exportnews", admin=True)
GONE = "The channel was archived or deleted."
TAKEN_OUT = "I was taken out of the channel; invite me again."


def register(app: AsyncApp, desk: Desk) -> None:
    """Add every event's listener; the manifest names the same events."""
    watch = _Channels(desk)
    for event in ("channel_archive", "channel_deleted", "group_archive", "group_deleted"):
        app.event(event)(watch.gone)
    for event in ("channel_unarchive", "group_unarchive"):
        app.event(event)(watch.back)
    for event in ("channel_rename", "group_rename"):
        app.event(event)(watch.renamed)
    for event in ("channel_left", "group_left"):
        app.event(event)(watch.taken_out)
    app.event("member_left_channel")(watch.left)
    app.event("member_joined_channel")(watch.joined)


class _Channels:
    """Pauses what cannot be written to any more, and resumes what can again."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._subscriptions = desk.engine.subscriptions

    async def gone(self, body: dict[str, Any]) -> None:
        await self._pause(body, GONE)

    async def back(self, body: dict[str, Any]) -> None:
        await self._resume(body, GONE)

    async def renamed(self, body: dict[str, Any]) -> None:
        await self._subscriptions.rename(_channel(body))

    async def taken_out(self, body: dict[str, Any]) -> None:
        await self._pause(body, TAKEN_OUT)

    async def left(self, body: dict[str, Any]) -> None:
        if await self._is_bot(body):
            await self.taken_out(body)

    async def joined(self, body: dict[str, Any], client: AsyncWebClient) -> None:
        if await self._is_bot(body):
            await self._resume(body, TAKEN_OUT)
            await offer_topics(self._desk, client, body)

    async def _is_bot(self, body: dict[str, Any]) -> bool:
        bot = await self._desk.engine.slack.bot_user(workspace_of(body))
        return bool(bot) and body["event"].get("user") == bot

    async def _pause(self, body: dict[str, Any], reason: str) -> None:
        known = await self._subscriptions.settings(_channel(body))
        if known is not None and known.paused_at is None:
            async with self._desk.engine.db.write() as conn:
                await self._subscriptions.pause(conn, known.id, reason, _when(body))

    async def _resume(self, body: dict[str, Any], reason: str) -> None:
        known = await self._subscriptions.settings(_channel(body))
        if known is not None and known.paused_reason == reason:
            await self._subscriptions.resume(known.ref, BOT)


def _when(body: dict[str, Any]) -> datetime | None:
    """Give when an event was: Slack sends it again for an hour, and maybe to another process."""
    told = body["event"].get("event_ts") or body.get("event_time")
    try:
        return datetime.fromtimestamp(float(told or ""), UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def _channel(body: dict[str, Any]) -> ChannelRef:
    channel = body["event"]["channel"]
    if isinstance(channel, dict):
        channel_id, name = str(channel.get("id")), str(channel.get("name") or "")
        return ChannelRef("slack", workspace_of(body), channel_id, name)
    return ChannelRef("slack", workspace_of(body), str(channel))
