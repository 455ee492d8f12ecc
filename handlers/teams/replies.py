"""Answers on their way back to Teams: messages in the conversation, or an invoke's own answer."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from contextlib import suppress
from typing import Any

import httpx
from microsoft_teams.api import ActivityBase, ConversationAccount
from microsoft_teams.api.activities.message import MessageActivityInput
from microsoft_teams.api.models.attachment import Attachment
from microsoft_teams.api.models.conversation import ConversationReference
from microsoft_teams.apps import ActivityContext

from bot.commands.answers import Answer, Offer, Sentence, SettingsFormAnswer
from bot.commands.card_forms import Channels
from bot.commands.cards import render
from bot.commands.reply import CardReply
from bot.errors import BotError
from bot.messages import actions
from bot.messages.card_kit import CONTENT_TYPE
from handlers.teams.trouble import or_apologise

_DIALOG_WIDTH, _DIALOG_HEIGHT = "medium", "large"
_DONE = "Done."


def cards_of(answer: Answer, channels: Channels = ()) -> CardReply:
    """Render an answer to something typed: a form is one button away, for only a button can open
    a dialog."""
    if isinstance(answer, SettingsFormAnswer):
        channel = answer.channel.ref.channel
        offer = Offer("Open the form", actions.SettingsForm(channel), primary=True)
        answer = Sentence("Choose what comes here, and when.", offers=(offer,))
    return render(answer, channels=channels)


async def send(ctx: ActivityContext[Any], reply: CardReply) -> None:
    """Post an answer: in the thread it was asked in, or where a shared article goes."""
    where = _elsewhere(ctx.activity, reply.channel) if reply.public else None
    for card in reply.cards:
        await ctx.send(_message(card, reply.text), where)


async def answered(ctx: ActivityContext[Any], work: Awaitable[None], kind: str) -> None:
    """Do the work that answers; when it fails say so, if that can be."""
    text = await or_apologise(_quietly(work), str, kind)
    if text:
        with suppress(httpx.HTTPError, BotError):
            await ctx.send(text)


async def _quietly(work: Awaitable[None]) -> str:
    await work
    return ""


def _elsewhere(activity: ActivityBase, channel: str) -> ConversationReference | None:
    """Give how to reach another conversation of the tenant; None for the one asked in."""
    if channel == activity.conversation.id.partition(";")[0]:
        return None
    return ConversationReference(
        channel_id="msteams",
        service_url=activity.service_url or "",
        bot=activity.recipient,
        conversation=ConversationAccount(id=channel),
    )


def _message(card: Mapping[str, Any], text: str) -> MessageActivityInput:
    message = MessageActivityInput(summary=text[:500])
    return message.add_attachments(Attachment(content_type=CONTENT_TYPE, content=dict(card)))


def replaced(card: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to a button that puts a card in the place of the one pressed, for this person."""
    return _invoked({"statusCode": 200, "type": CONTENT_TYPE, "value": dict(card)})


def said(text: str) -> dict[str, Any]:
    """The answer to a button that tells this person a sentence."""
    kind = "application/vnd.microsoft.activity.message"
    return _invoked({"statusCode": 200, "type": kind, "value": text})


def dialog(reply: CardReply) -> dict[str, Any]:
    """The answer that opens a dialog with a card, or shows one in the dialog that is open."""
    value = {
        "title": reply.title,
        "width": _DIALOG_WIDTH,
        "height": _DIALOG_HEIGHT,
        "card": {"contentType": CONTENT_TYPE, "content": dict(reply.cards[0])},
    }
    return _invoked({"task": {"type": "continue", "value": value}})


def dialog_said(text: str) -> dict[str, Any]:
    """The answer that ends a dialog with a sentence."""
    return _invoked({"task": {"type": "message", "value": text or _DONE}})


def found(attachments: list[dict[str, Any]], text: str = "Nothing was found.") -> dict[str, Any]:
    """The answer of a message extension: results to choose from, or why there are none."""
    if not attachments:
        return _invoked({"composeExtension": {"type": "message", "text": text}})
    body = {"type": "result", "attachmentLayout": "list", "attachments": attachments}
    return _invoked({"composeExtension": body})


def _invoked(body: dict[str, Any]) -> dict[str, Any]:
    return {"status": 200, "body": body}
