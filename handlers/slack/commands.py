"""`/exportnews`."""

from __future__ import annotations

from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.metrics import ANSWER_SECONDS
from handlers.slack.desk import Desk

_CHANGING = frozenset(
    {
        "subscribe",
        "unsubscribe",
        "subscriptions",
        "watch",
        "unwatch",
        "save",
        "drop",
        "digest",
        "quiet",
        "urgent",
        "timezone",
        "score",
        "updates",
        "resume",
        "settings",
        "permission",
        "permissions",
        "feeds",
        "try",
        "changes",
        "audit",
    }
)
"""Words after which Slack is asked for the person's rights; a search answers without."""


def register(app: AsyncApp, desk: Desk) -> None:
    """Add the slash command."""

    @app.command("/exportnews")
    async def exportnews(ack: AsyncAck, command: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        with ANSWER_SECONDS.labels("slack").time():
            text = str(command.get("text") or "")
            first = text.split(maxsplit=1)[0].lower() if text.split() else ""
            context = await desk.context(client, command, changes=first in _CHANGING)
            answer = await desk.engine.commands.answer(text, context)
            await desk.reply(answer, client, command)
