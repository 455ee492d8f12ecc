"""Which channel a command means, and whether it may be touched."""

from __future__ import annotations

from dataclasses import replace

from bot.commands.context import CommandContext, Place
from bot.commands.model import Mention
from bot.errors import UsageError
from bot.subscriptions.model import Actor, ChannelRef, ChannelSettings
from bot.subscriptions.service import Subscriptions

INVITE = "type `/invite @exportnews` there"


async def find_place(
    context: CommandContext, mention: Mention | None, subscriptions: Subscriptions
) -> Place:
    """Give the channel that a command is about: the one named, else the one it came from.

    Raises UsageError when none is meant, it cannot be found, or it is private and the person is
    not in it.
    """
    if mention is None:
        if context.direct:
            raise UsageError("Say which channel, for example: `subscribe entity-list #trade`.")
        return context.place
    if mention.channel == context.channel.channel and not context.direct:
        return context.place
    place = await _look_up(context, mention, subscriptions)
    if place is None:
        name = mention.name or mention.channel
        raise UsageError(
            f"There is no channel #{name[:80]} that I can see. If it is private, {INVITE} first."
        )
    if place.private and not place.member:
        raise UsageError(
            "That channel is private; only its members may see or change its settings."
        )
    return place


async def _look_up(
    context: CommandContext, mention: Mention, subscriptions: Subscriptions
) -> Place | None:
    if context.directory is not None:
        return await context.directory.find(mention.channel, mention.name)
    here = context.channel
    for known in await subscriptions.channels(here.platform, here.workspace):
        if mention.channel == known.ref.channel or (
            not mention.channel and mention.name == known.ref.name.casefold()
        ):
            return Place(known.ref)
    if mention.channel:
        return Place(ChannelRef(here.platform, here.workspace, mention.channel, mention.name))
    return None


def actor_at(context: CommandContext, place: Place) -> Actor:
    """Give the person who asks, as seen from a channel."""
    return replace(context.actor, member=place.member)


def access_note(place: Place) -> str:
    """Give a sentence when the bot cannot post in a channel as it is, else nothing."""
    if place.access != "none":
        return ""
    return f"I am not in this channel yet, so nothing can arrive: {INVITE}."


def is_here(context: CommandContext, settings: ChannelSettings | ChannelRef) -> bool:
    """Whether a channel is the one that the command came from."""
    ref = settings if isinstance(settings, ChannelRef) else settings.ref
    here = context.channel
    return (ref.platform, ref.workspace, ref.channel) == (
        here.platform,
        here.workspace,
        here.channel,
    )
