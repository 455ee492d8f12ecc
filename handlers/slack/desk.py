"""Between Slack's payloads and the engine: who asks, from where, and how the answer gets back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import aiohttp
import structlog
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.commands.answers import Answer, SubscriptionChange
from bot.commands.blocks import render
from bot.commands.context import CommandContext
from bot.commands.reply import Reply
from bot.commands.views import message_view
from bot.engine import Engine
from bot.messages.model import Message
from bot.subscriptions.model import Actor, ChannelRef
from handlers.slack.people import People, SlackDirectory, access_here

log = structlog.get_logger(__name__)

TITLE = "Export news"
"""The title of a window that only shows something."""

_FAILED = (SlackApiError, aiohttp.ClientError, TimeoutError, OSError)


class Desk:
    """Makes contexts, and hands answers over. One for the app; it keeps who people are."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._people = People()

    async def context(
        self, client: AsyncWebClient, body: Mapping[str, Any], *, changes: bool = True
    ) -> CommandContext:
        """Say who asks and where. `changes`: settings may be touched, so ask Slack for the
        person's rights and for the bot's access to the channel."""
        workspace, user = workspace_of(body), user_of(body)
        channel, name = channel_of(body)
        context = CommandContext(
            channel=ChannelRef("slack", workspace, channel, name),
            actor=Actor(user),
            direct=not channel or channel.startswith("D"),
            directory=SlackDirectory(client, workspace, user),
        )
        if not changes:
            return context
        person = await self._people.person(client, workspace, user)
        return CommandContext(
            channel=context.channel,
            actor=Actor(user, person.name, admin=person.admin),
            timezone=person.timezone,
            access="in" if context.direct else await access_here(client, channel),
            direct=context.direct,
            directory=context.directory,
        )

    async def reply(
        self,
        answer: Answer,
        client: AsyncWebClient,
        respond: AsyncRespond,
        body: Mapping[str, Any],
        *,
        replace: bool = False,
    ) -> None:
        """Give an answer back to where it was asked: a form, a reply for the person alone, or a
        message for all. `replace`: a page of a list takes the place of the one before."""
        await self.join(answer, client)
        reply = render(answer)
        if reply.view is not None:
            await client.views_open(trigger_id=body["trigger_id"], view=dict(reply.view))
        elif reply.public:
            await self.post(reply, client)
        elif reply.message is not None:
            await respond(
                text=reply.message.text,
                blocks=[dict(block) for block in reply.message.blocks],
                response_type="ephemeral",
                replace_original=replace,
                unfurl_links=False,
                unfurl_media=False,
            )

    async def show(self, answer: Answer, client: AsyncWebClient, body: Mapping[str, Any]) -> None:
        """Give an answer back to a person who asked in a form or on the Home tab: as a form."""
        await self.join(answer, client)
        reply = render(answer)
        if reply.public:
            await self.post(reply, client)
            return
        view = reply.view
        if view is None and reply.message is not None:
            view = message_view(reply.message, TITLE)
        if view is not None:
            await client.views_open(trigger_id=body["trigger_id"], view=dict(view))

    async def tell(self, message: Message, client: AsyncWebClient, channel: str, user: str) -> None:
        """Tell a person something in a channel, or in a direct message where that cannot be."""
        blocks = [dict(block) for block in message.blocks]
        if channel and not channel.startswith("D"):
            try:
                await client.chat_postEphemeral(
                    channel=channel, user=user, text=message.text, blocks=blocks
                )
            except _FAILED as error:
                log.info("slack.not_told_in_channel", channel=channel, reason=reason_of(error))
            else:
                return
        await client.chat_postMessage(
            channel=user, text=message.text, blocks=blocks, unfurl_links=False, unfurl_media=False
        )

    async def post(self, reply: Reply, client: AsyncWebClient) -> None:
        """Post a message for all."""
        if reply.message is None:
            return
        await client.chat_postMessage(
            channel=reply.channel,
            text=reply.message.text,
            blocks=[dict(block) for block in reply.message.blocks],
            unfurl_links=False,
            unfurl_media=False,
        )

    async def join(self, answer: Answer, client: AsyncWebClient) -> None:
        """Join the public channel that was just subscribed, so that its history can be asked."""
        if not isinstance(answer, SubscriptionChange) or not answer.added:
            return
        channel = answer.channel.ref.channel
        if answer.access or not channel.startswith("C"):
            return
        try:
            await client.conversations_join(channel=channel)
        except _FAILED as error:
            log.info("slack.not_joined", channel=channel, reason=reason_of(error))


def workspace_of(body: Mapping[str, Any]) -> str:
    """Give the workspace's id: a payload has it as `team.id`, `team_id` or the user's team."""
    team = body.get("team")
    found = team.get("id") if isinstance(team, Mapping) else body.get("team_id")
    user = body.get("user")
    if not found and isinstance(user, Mapping):
        found = user.get("team_id")
    return str(found or "")


def user_of(body: Mapping[str, Any]) -> str:
    """Give the id of the person who acts."""
    user = body.get("user")
    if isinstance(user, Mapping):
        return str(user.get("id") or "")
    event = body.get("event")
    if isinstance(event, Mapping):
        return str(event.get("user") or "")
    return str(body.get("user_id") or "")


def channel_of(body: Mapping[str, Any]) -> tuple[str, str]:
    """Give the channel's id and name; nothing where there is none (Home tab, global shortcut)."""
    channel = body.get("channel")
    if isinstance(channel, Mapping):
        return str(channel.get("id") or ""), str(channel.get("name") or "")
    event = body.get("event")
    if isinstance(event, Mapping):
        return str(event.get("channel") or ""), ""
    container = body.get("container")
    if not body.get("channel_id") and isinstance(container, Mapping):
        return str(container.get("channel_id") or ""), ""
    return str(body.get("channel_id") or ""), str(body.get("channel_name") or "")


def reason_of(error: BaseException) -> str:
    """Give an error's name for the log: Slack's own word where there is one."""
    if isinstance(error, SlackApiError):
        return str(error.response.get("error"))
    return type(error).__name__
