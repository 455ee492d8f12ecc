"""Who asks, and where: what a command needs to know besides its text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from bot.subscriptions.model import Actor, ChannelRef

Access = Literal["in", "open", "none", "unknown"]
"""Whether the bot can post in a channel: it is in it; it is public, so that it can join; it is
private and the bot is not in it; nobody has asked the platform."""


@dataclass(frozen=True, slots=True)
class Place:
    """A channel as the platform knows it; `member`: whether the person who asks is in it."""

    ref: ChannelRef
    access: Access = "unknown"
    member: bool = True
    private: bool = False


class Directory(Protocol):
    """Finds channels of one workspace on its platform, for one person."""

    async def find(self, channel: str, name: str) -> Place | None:
        """Give the channel with this id, or with this name where the id is empty.

        None when there is none that this person may know of.
        """


@dataclass(frozen=True, slots=True)
class CommandContext:
    """Where a command was given, and by whom.

    `timezone`: the person's own (IANA). `direct`: in a direct message, so settings need a
    channel to be named. `directory`: finds channels that are named; without one only those whose
    settings are stored are found. `guest`: somebody of another organisation, in a channel that
    is shared with it; the bot is not theirs, so it does nothing for them.
    """

    channel: ChannelRef
    actor: Actor
    timezone: str = "UTC"
    access: Access = "unknown"
    direct: bool = False
    directory: Directory | None = None
    guest: bool = False

    @property
    def place(self) -> Place:
        """The channel that the command was given in."""
        return Place(self.channel, self.access, self.actor.member)
