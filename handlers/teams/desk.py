"""Between Teams' activities and the engine: who asks, from where."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import structlog
from microsoft_teams.api import Account, ActivityBase, ApiClient
from microsoft_teams.api.models.channel_data import ChannelData
from microsoft_teams.apps import ActivityContext

from bot.commands.answers import Answer
from bot.commands.context import CommandContext, Place
from bot.commands.forms import AssignSubmitted, SettingsSubmitted, Submitted
from bot.engine import Engine
from bot.errors import UsageError
from bot.messages.actions import Action
from bot.subscriptions.model import Actor, ChannelRef
from bot.subscriptions.times import parse_zone
from bot.teams.conversations import Conversation
from handlers.teams.people import FAILED, People
from handlers.teams.shelf import Shelf

log = structlog.get_logger(__name__)

_ASKED = 50
"""Channels whose members are asked for to offer them in a form."""

_TEAM_CHANNELS = 1_000
"""Channels of one team; Teams has no more."""


def conversation_of(activity: ActivityBase) -> Conversation:
    """Give the conversation that an activity came from; a channel's, whatever the thread.

    Its service address was checked against the token's by the server.
    """
    about = activity.conversation
    data = activity.channel_data or ChannelData()
    base = about.id.partition(";")[0]
    personal = about.conversation_type == "personal"
    team, team_name = (data.team.id or "", data.team.name or "") if data.team else ("", "")
    id_, name = base, (activity.from_.name if personal else about.name) or ""
    if data.channel is not None and data.channel.id:
        id_, name = data.channel.id, data.channel.name or ""
    if id_ == team:
        name = team_name  # Teams gives the General channel no name
    return Conversation(
        tenant=(data.tenant.id if data.tenant else None) or about.tenant_id or "",
        id=id_,
        service_url=activity.service_url or "",
        name=name,
        personal=personal,
        team=team,
    )


async def channels_of_team(activity: ActivityBase, api: ApiClient) -> list[Conversation]:
    """Give the channels of the team that an activity came from, as Teams lists them."""
    here = conversation_of(activity)
    if not here.team:
        return []
    try:
        listed = await api.teams.get_conversations(here.team)
    except FAILED as error:
        log.warning("teams.channels_unknown", team=here.team, reason=type(error).__name__)
        return []
    team = activity.channel_data.team if activity.channel_data else None
    team_name = (team.name if team else None) or ""
    return [
        replace(here, id=one.id, name=team_name if one.id == here.team else one.name or "")
        for one in listed[:_TEAM_CHANNELS]
        if one.id
    ]


def id_of(person: Account) -> str:
    """Give a person's id: that of the directory, as in its people pickers, where it is told."""
    return person.aad_object_id or person.id


def is_guest(activity: ActivityBase, here: Conversation) -> bool:
    """Whether somebody of another tenant acts, in a channel that is shared with it."""
    theirs = activity.from_.tenant_id
    return bool(theirs) and theirs != here.tenant


class Desk:
    """Asks the engine for the people of Teams. One for the app; it keeps who people are."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._people = People()
        self.shelf = Shelf()

    async def answer(self, ctx: ActivityContext[Any], text: str) -> Answer:
        """Answer what a person typed."""
        answer = await self.engine.commands.answer(text, await self._here(ctx))
        return await self._named(answer, ctx)

    async def act(self, ctx: ActivityContext[Any], action: Action) -> Answer:
        """Do what a button asks for."""
        answer = await self.engine.commands.act(action, await self._here(ctx))
        return await self._named(answer, ctx)

    async def submit(self, ctx: ActivityContext[Any], form: Submitted) -> Answer:
        """Carry out a form that was sent."""
        if isinstance(form, AssignSubmitted):
            here = conversation_of(ctx.activity)
            names = await self._people.names([form.assignee], ctx.api, here.tenant, here.id)
            form = replace(form, assignee_name=names.get(form.assignee, ""))
        answer = await self.engine.commands.submit(form, await self._here(ctx))
        return await self._named(answer, ctx)

    async def try_form(self, ctx: ActivityContext[Any], form: SettingsSubmitted) -> Answer:
        """Say what a settings form, as it is filled in, would have sent."""
        return await self.engine.commands.try_form(form, await self._here(ctx))

    async def find(self, ctx: ActivityContext[Any], action: Action) -> Answer:
        """Search for somebody who writes in a conversation where the bot need not be."""
        return await self.engine.commands.act(action, self._context(ctx))

    def directory(self, ctx: ActivityContext[Any]) -> TeamsDirectory:
        """Give what finds channels for the person who acts."""
        here = conversation_of(ctx.activity)
        return TeamsDirectory(self.engine, ctx.api, here.tenant, id_of(ctx.activity.from_))

    async def _here(self, ctx: ActivityContext[Any]) -> CommandContext:
        """Say who asks and where, and keep how to reach the conversation."""
        await self.engine.conversations.remember(conversation_of(ctx.activity))
        return self._context(ctx)

    def _context(self, ctx: ActivityContext[Any]) -> CommandContext:
        here, person = conversation_of(ctx.activity), ctx.activity.from_
        self._people.saw(here.tenant, id_of(person), person.name or "")
        return CommandContext(
            channel=here.ref,
            actor=Actor(id_of(person), person.name or ""),
            timezone=_zone(ctx.activity),
            access="in",
            directory=self.directory(ctx),
            guest=is_guest(ctx.activity, here),
        )

    async def _named(self, answer: Answer, ctx: ActivityContext[Any]) -> Answer:
        here = conversation_of(ctx.activity)
        return await self._people.named(answer, ctx.api, here.tenant, here.id)


class TeamsDirectory:
    """Finds channels of one tenant for one person; `Directory` for the commands room.

    Only those that the bot was in and that the person is in: a bot is not told which of a
    tenant's channels are open to all.
    """

    def __init__(self, engine: Engine, api: ApiClient, tenant: str, person: str) -> None:
        self._engine = engine
        self._api = api
        self._tenant = tenant
        self._person = person

    async def find(self, channel: str, name: str) -> Place | None:
        """Give a channel by its id, or by its name."""
        for ref in await self._engine.conversations.rooms(self._tenant):
            named = ref.channel == channel if channel else _same(ref.name, name)
            if named and await self._is_member(ref.channel):
                return Place(ref, "in")
        return None

    async def mine(self) -> tuple[ChannelRef, ...]:
        """Give the channels that the person is in, of the first fifty that the bot is in."""
        known = (await self._engine.conversations.rooms(self._tenant))[:_ASKED]
        members = await asyncio.gather(*(self._is_member(ref.channel) for ref in known))
        return tuple(ref for ref, member in zip(known, members, strict=True) if member)

    async def _is_member(self, channel: str) -> bool:
        try:
            await self._api.conversations.get_member_by_id(channel, self._person)
        except FAILED as error:
            log.info("teams.not_a_member", channel=channel, reason=type(error).__name__)
            return False
        return True


def _same(name: str, asked: str) -> bool:
    """Whether a channel's name is the one asked for; in commands a name has no spaces."""
    return "-".join(name.casefold().split()) == asked.casefold()


def _zone(activity: ActivityBase) -> str:
    """Give the person's time zone (IANA) where Teams says it."""
    said: Any = (activity.model_extra or {}).get("localTimezone")
    try:
        return parse_zone(str(said)) if said else "UTC"
    except UsageError:
        return "UTC"
