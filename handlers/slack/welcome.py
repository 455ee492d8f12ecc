"""The first words: to who installed the bot, and in a channel that it was invited to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.commands.answers import Offer, Sentence
from bot.commands.blocks import render, sentence
from bot.messages.actions import SettingsForm
from handlers.slack.desk import FAILED, Desk, reason_of

log = structlog.get_logger(__name__)

HELLO = Sentence(
    "Thank you for installing me. I watch export-control news and bring each story once, to the "
    "channel that asks for its topic. Choose what to begin with; each of these asks for a channel, "
    "and can be changed at any time with `/exportnews settings`.",
    offers=(
        Offer("Chips and the Entity List", SettingsForm(preset="chips"), primary=True),
        Offer("Sanctions and enforcement", SettingsForm(preset="sanctions")),
        Offer("Everything, as a daily digest", SettingsForm(preset="everything")),
    ),
)


async def greet(client: AsyncWebClient, user: str) -> None:
    """Write to who installed the bot. That it cannot be done stops nothing."""
    message = sentence(HELLO)
    try:
        await client.chat_postMessage(
            channel=user,
            text=message.text,
            blocks=[dict(block) for block in message.blocks],
            unfurl_links=False,
            unfurl_media=False,
        )
    except FAILED as error:
        log.warning("slack.not_greeted", reason=reason_of(error))


async def offer_topics(desk: Desk, client: AsyncWebClient, body: Mapping[str, Any]) -> None:
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
