"""Between Slack's payloads and the engine: who asks, from where, and how the answer gets back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.commands.answers import Answer, SubscriptionChange
from bot.commands.blocks import render
from bot.commands.context import CommandContext
from bot.commands.reply import Reply
from bot.commands.views import message_view
from bot.engine import Engine
from bot.messages.blocks import notice_message
from bot.messages.model import Message
from bot.subscriptions.model import Actor, ChannelRef
from handlers.slack.files import give_file
from handlers.slack.payloads import channel_of, home_of, team_of, user_of, workspace_of
from handlers.slack.people import People, SlackDirectory, access_here

log = structlog.get_logger(__name__)

TITLE = "Export news"
"""The title of a window that only shows something."""

DOUBTFUL = (
    "Slack did not say whether it took the message. Look whether it is there before you share it "
    "again."
)

CUT = (aiohttp.ClientError, TimeoutError, OSError)
FAILED = (SlackApiError, *CUT)
"""What a call to Slack may raise; `CUT`: nobody knows whether it was carried out."""


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
        home = home_of(body)
        context = CommandContext(
            channel=ChannelRef("slack", workspace, channel, name),
            actor=Actor(user),
            direct=not channel or channel.startswith("D"),
            directory=SlackDirectory(client, workspace, user, team_of(body)),
        )
        abroad = home not in {"", workspace, team_of(body)}
        if not changes and not abroad:
            return context
        person = await self._people.person(client, workspace, user)
        if abroad or person.team not in {"", workspace, team_of(body)}:
            enterprise = await self.engine.slack.enterprise(workspace)
            if not enterprise or enterprise not in {home, person.enterprise}:
                log.info("slack.guest", workspace=workspace, home=home or person.team)
                return replace(context, guest=True)
        return replace(
            context,
            actor=Actor(user, person.name, admin=person.admin),
            timezone=person.timezone,
            access="in" if context.direct else await access_here(client, channel),
        )

    async def name_of(self, client: AsyncWebClient, body: Mapping[str, Any], user: str) -> str:
        """Give a person's name, or nothing where Slack will not say."""
        return (await self._people.person(client, workspace_of(body), user)).name

    async def reply(
        self,
        answer: Answer,
        client: AsyncWebClient,
        body: Mapping[str, Any],
        *,
        replace: bool = False,
    ) -> None:
        """Give an answer back to where it was asked: a form, a reply for the person alone, or a
        message for all. `replace`: a page of a list takes the place of the one before."""
        await self.join(answer, client)
        reply = await self.with_file(render(answer), client, body)
        if reply.view is not None:
            await client.views_open(trigger_id=body["trigger_id"], view=dict(reply.view))
        elif reply.public:
            await self.post(reply, client, user_of(body))
        elif reply.message is not None:
            await respond(client, body, reply.message, replace=replace)

    async def show(self, answer: Answer, client: AsyncWebClient, body: Mapping[str, Any]) -> None:
        """Give an answer back to a person who asked in a form or on the Home tab: as a form."""
        await self.join(answer, client)
        reply = await self.with_file(render(answer), client, body)
        if reply.public:
            await self.post(reply, client, user_of(body))
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
            except FAILED as error:
                log.info("slack.not_told_in_channel", channel=channel, reason=reason_of(error))
            else:
                return
        await client.chat_postMessage(
            channel=user, text=message.text, blocks=blocks, unfurl_links=False, unfurl_media=False
        )

    async def post(self, reply: Reply, client: AsyncWebClient, user: str) -> None:
        """Post a message for all, once; tell the person when nobody knows whether it arrived."""
        if reply.message is None:
            return
        try:
            await client.chat_postMessage(
                channel=reply.channel,
                text=reply.message.text,
                blocks=[dict(block) for block in reply.message.blocks],
                unfurl_links=False,
                unfurl_media=False,
            )
        except CUT as error:
            log.warning("slack.post_doubtful", channel=reply.channel, reason=reason_of(error))
            await self.tell(notice_message(DOUBTFUL), client, reply.channel, user)

    async def with_file(
        self, reply: Reply, client: AsyncWebClient, body: Mapping[str, Any]
    ) -> Reply:
        """Give the reply's file to the person, and a reply that says what came of it."""
        if reply.file is None:
            return reply
        said = await give_file(reply.file, client, user_of(body))
        return Reply(notice_message(f"{reply.file.sentence} {said}"))

    async def join(self, answer: Answer, client: AsyncWebClient) -> None:
        """Join the public channel that was just subscribed, so that its history can be asked."""
        if not isinstance(answer, SubscriptionChange) or not answer.added:
            return
        channel = answer.channel.ref.channel
        if answer.access or not channel.startswith("C"):
            return
        try:
            await client.conversations_join(channel=channel)
        except FAILED as error:
            log.info("slack.not_joined", channel=channel, reason=reason_of(error))


async def respond(
    client: AsyncWebClient, body: Mapping[str, Any], message: Message, *, replace: bool = False
) -> None:
    """Answer the person alone, at the payload's `response_url`. One call, never repeated."""
    webhook = AsyncWebhookClient(
        str(body["response_url"]),
        timeout=client.timeout,
        session=client.session,
        retry_handlers=[],
    )
    answer = await webhook.send_dict(
        {
            "text": message.text,
            "blocks": [dict(block) for block in message.blocks],
            "response_type": "ephemeral",
            "replace_original": replace,
            "unfurl_links": False,
            "unfurl_media": False,
        }
    )
    if answer.status_code != 200:
        log.warning("slack.not_answered", status=answer.status_code, reason=answer.body[:200])


def reason_of(error: BaseException) -> str:
    """Give an error's name for the log: Slack's own word where there is one."""
    if isinstance(error, SlackApiError):
        return str(error.response.get("error"))
    return type(error).__name__
