"""Which channel an operator means: what is not named is found, where there is only one."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import cast

from bot.errors import UsageError
from bot.settings import Settings
from bot.subscriptions.model import ChannelRef, ChannelSettings, Known, Platform
from bot.subscriptions.service import Subscriptions

_SHOWN = 8
_SLACK_CHANNEL = re.compile(r"[CDG][A-Z0-9]+")


class PlatformName(StrEnum):
    """Where a channel is."""

    slack = "slack"
    teams = "teams"
    console = "console"
    webhook = "webhook"


TITLES = {
    PlatformName.slack: "Slack",
    PlatformName.teams: "Teams",
    PlatformName.console: "console",
    PlatformName.webhook: "webhook",
}
_OWN = frozenset({PlatformName.console, PlatformName.webhook})
"""Platforms that are one workspace, called as they are."""


@dataclass(frozen=True, slots=True)
class Words:
    """What was typed of a channel; empty where nothing was."""

    platform: PlatformName | None
    workspace: str
    channel: str


@dataclass(frozen=True, slots=True)
class Found:
    """The channel that is meant, and what an operator should know of it."""

    ref: ChannelRef
    notes: tuple[str, ...] = ()


async def find(door: Subscriptions, words: Words, settings: Settings, *, new: bool) -> Found:
    """Find the channel that `words` mean; `new`: it may be one that has nothing yet. One that was
    not named, where there are several places, is named in a note.

    Raises UsageError, naming what is known, where it is none or could be several.
    """
    found = await _find(door, words, settings, new=new)
    if words.channel or found.ref.platform in _OWN or len(await door.workspaces()) < 2:
        return found
    place = _place(found.ref.platform, found.ref.workspace)
    note = f"No channel was named; this is {found.ref.channel} in {place}. --channel names another."
    return Found(found.ref, (note, *found.notes))


async def _find(door: Subscriptions, words: Words, settings: Settings, *, new: bool) -> Found:
    platform, workspace, sure = await _workspace(door, words, settings)
    known = await door.channels(platform, workspace)
    named = words.channel or _only(platform, known)
    for one in known:
        if named == one.ref.channel:
            return Found(one.ref, await _connected(door, one.ref))
    called = [one for one in known if one.ref.name and one.ref.name == named.removeprefix("#")]
    if len(called) == 1:
        return Found(called[0].ref, await _connected(door, called[0].ref))
    ref = ChannelRef(platform, workspace, named)
    place = _place(platform, workspace)
    if platform == PlatformName.webhook or (platform == PlatformName.console == named):
        return Found(ref)
    if new and sure:
        return Found(ref, (*_strange(ref, known), *await _connected(door, ref)))
    if new:
        raise UsageError(
            f"There is no channel {named} in {place}; known: {listed(known) or 'console'}. For "
            "Slack or Teams name the workspace with --workspace."
        )
    if known:
        raise UsageError(f"{named} gets nothing yet in {place}; these do: {listed(known)}.")
    return Found(ref)


async def all_channels(door: Subscriptions, words: Words) -> Sequence[ChannelSettings]:
    """Give the channels of the workspaces that `words` leave, by platform and name."""
    places = [
        (one.platform, one.workspace)
        for one in await door.workspaces()
        if words.platform in (None, one.platform) and words.workspace in ("", one.workspace)
    ]
    return [channel for place in places for channel in await door.channels(*place)]


def listed(channels: Collection[ChannelSettings]) -> str:
    """Name channels as they are given to --channel, and by their names."""
    names = [
        f"{one.ref.channel} (#{one.ref.name})"
        if one.ref.platform == "slack" and one.ref.name
        else one.ref.channel
        for one in channels
    ]
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


async def other_workspaces(door: Subscriptions, workspace: str) -> str:
    """Name the workspaces that are known, or none where `workspace` is one of them."""
    known = await door.workspaces()
    if any(one.workspace == workspace for one in known):
        return ""
    return _named(known)


async def _workspace(
    door: Subscriptions, words: Words, settings: Settings
) -> tuple[Platform, str, bool]:
    """Give platform and workspace, and whether they were named or only found."""
    platform = words.platform
    if platform is None and words.channel.startswith("https://"):
        platform = PlatformName.webhook
    if platform in _OWN:
        return platform.value, words.workspace or platform.value, True
    known = [one for one in await door.workspaces() if platform in (None, one.platform)]
    if words.workspace:
        there = next((one.platform for one in known if one.workspace == words.workspace), None)
        return there or cast(Platform, platform or "slack"), words.workspace, True
    if platform is None:
        known = await _likely(door, known, words.channel, chat=_has_chat(settings))
    if len(known) == 1:
        return known[0].platform, known[0].workspace, known[0].platform not in _OWN
    if not known and platform is None and not _has_chat(settings):
        return "console", "console", False
    where = f"{TITLES[platform]} workspace" if platform else "workspace"
    if not known:
        raise UsageError(
            f"No {where} is known here yet: name it with --workspace, or start `exportnews run` "
            "once. Alerts also go to --platform teams, webhook or console."
            if platform is not PlatformName.teams
            else "No Teams workspace is known here yet: name it with --workspace, or write to the "
            "bot in Teams once. Alerts also go to --platform slack, webhook or console."
        )
    raise UsageError(f"Name the {where} with --workspace; known: {_named(known)}.")


async def _likely(
    door: Subscriptions, known: list[Known], channel: str, *, chat: bool
) -> list[Known]:
    """Leave the workspaces that have the channel, if any, or that are no trial in the terminal."""
    having = [
        one
        for one in known
        if channel
        and any(
            channel == each.ref.channel or channel.removeprefix("#") == each.ref.name
            for each in await door.channels(one.platform, one.workspace)
        )
    ]
    real = [one for one in known if one.platform not in _OWN]
    return having or real or ([] if chat else known)


def _has_chat(settings: Settings) -> bool:
    return any((settings.slack_bot_token, settings.slack_client_id, settings.client_id))


def _only(platform: Platform, known: Sequence[ChannelSettings]) -> str:
    """Give the channel that is meant where none was named. Raises UsageError for several."""
    if platform == PlatformName.console:
        return "console"
    if len(known) == 1:
        return known[0].ref.channel
    told = f"known: {listed(known)}" if known else "none has anything yet"
    raise UsageError(f"Name the channel with --channel; {told}.")


def _strange(ref: ChannelRef, known: Sequence[ChannelSettings]) -> tuple[str, ...]:
    """Note a channel that may be a slip: another one of the console, or a name for an id."""
    if ref.platform == PlatformName.console:
        has = listed(known) or "console"
        marked = f"what comes to it is marked [{ref.channel}]"
        return (f"{ref.channel} is new in the console, which has {has}; {marked}.",)
    if ref.platform == PlatformName.slack and not _SLACK_CHANNEL.fullmatch(ref.channel):
        has = f"; known here: {listed(known)}" if known else ""
        return (f"{ref.channel} is no channel's id in Slack, which looks like C0123456789{has}.",)
    return ()


async def _connected(door: Subscriptions, ref: ChannelRef) -> tuple[str, ...]:
    """Note when nothing can come there yet, perhaps for a slip in the workspace's id."""
    if ref.platform in _OWN or await door.is_installed(ref.platform, ref.workspace):
        return ()
    where = f"{TITLES[PlatformName(ref.platform)]} workspace {ref.workspace}"
    note = f"No {where} is connected yet, so nothing comes there. Check the id if it should be."
    return (note,)


def _place(platform: Platform, workspace: str) -> str:
    if platform in _OWN:
        return f"the {platform}"
    return f"the {TITLES[PlatformName(platform)]} workspace {workspace}"


def _named(workspaces: Sequence[Known]) -> str:
    names = [
        one.workspace if one.platform in _OWN else f"{one.workspace} ({_called(one)})"
        for one in workspaces
    ]
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def _called(one: Known) -> str:
    title = TITLES[PlatformName(one.platform)]
    return f"{title}: {one.name}" if one.name else title
