"""Events: the app added or removed, channels and teams that change."""

from __future__ import annotations

from dataclasses import replace

from microsoft_teams.api import ConversationUpdateActivity
from microsoft_teams.api.activities.install_update import InstalledActivity, UninstalledActivity
from microsoft_teams.apps import ActivityContext, App

from handlers.teams.desk import Desk, channels_of_team, conversation_of, id_of
from handlers.teams.replies import answered, cards_of, send


def register(app: App, desk: Desk) -> None:
    """Add every event's listener."""

    @app.on_install_add
    async def added(ctx: ActivityContext[InstalledActivity]) -> None:
        await answered(ctx, _added(desk, ctx), "install")

    @app.on_install_remove
    async def removed(ctx: ActivityContext[UninstalledActivity]) -> None:
        await desk.engine.conversations.uninstall(conversation_of(ctx.activity))

    @app.on_conversation_update
    async def updated(ctx: ActivityContext[ConversationUpdateActivity]) -> None:
        await _updated(desk, ctx.activity)


async def _updated(desk: Desk, activity: ConversationUpdateActivity) -> None:
    here = conversation_of(activity)
    conversations = desk.engine.conversations
    bot = activity.recipient.id
    event = activity.channel_data.event_type if activity.channel_data else None
    if any(one.id == bot for one in activity.members_added or ()):
        await conversations.install(here, id_of(activity.from_))
    elif any(one.id == bot for one in activity.members_removed or ()):
        await conversations.uninstall(here)
    elif activity.topic_name:
        await conversations.rename(replace(here, name=activity.topic_name))
    elif event in ("channelRenamed", "teamRenamed"):
        await conversations.rename(here)
    elif event == "channelCreated":
        await conversations.remember(here)
    elif event == "channelDeleted":
        await conversations.close(here)
    elif event == "channelRestored":
        await conversations.reopen(here)
    elif event in ("teamArchived", "teamDeleted", "teamHardDeleted"):
        await conversations.close(here, team=here.team)
    elif event in ("teamUnarchived", "teamRestored"):
        await conversations.reopen(here, team=here.team)


async def _added(desk: Desk, ctx: ActivityContext[InstalledActivity]) -> None:
    """Keep the conversation, all channels of its team, and offer topics."""
    conversations = desk.engine.conversations
    await conversations.install(conversation_of(ctx.activity), id_of(ctx.activity.from_))
    for channel in await channels_of_team(ctx.activity, ctx.api):
        await conversations.remember(channel)
    await send(ctx, cards_of(await desk.answer(ctx, "topics")))
