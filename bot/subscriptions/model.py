"""What the subscriptions room hands on: channels, their settings, what they asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Platform = Literal["slack", "teams", "webhook", "console"]
Mode = Literal["instant", "daily", "weekly"]
SubscriptionKind = Literal["topic", "watch", "search"]

OPERATOR = "cli"
"""The id of whoever sits at the command line: nobody that a platform knows."""


@dataclass(frozen=True, slots=True)
class ChannelRef:
    """A channel as its platform names it: `workspace` and `channel` are the platform's ids."""

    platform: Platform
    workspace: str
    channel: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """A workspace that the bot is in, or that an operator has named: the platform's id, and its
    name where that is known."""

    platform: Platform
    workspace: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks: the platform's user id (or `cli`), and a name to show.

    `admin`: whether the platform knows them as an admin of the workspace; `member`: whether they
    are in the channel that they want to change.
    """

    id: str
    name: str = ""
    admin: bool = False
    member: bool = True


@dataclass(frozen=True, slots=True)
class Subscription:
    """One thing a channel wants. `target`: the topic, or the id of the watch or saved search;
    `label`: what a person reads (topic's title, watched term, query)."""

    id: int
    kind: SubscriptionKind
    target: str
    label: str
    mode: Mode
    min_score: float | None
    created_by: str
    created_at: datetime
    muted_until: datetime | None = None
    aliases: tuple[str, ...] = ()
    """The other names of a watch."""
    gone: bool = False
    """Whether it is a topic that the taxonomy has no more: nothing comes of it."""


@dataclass(frozen=True, slots=True)
class ChannelSettings:
    """A channel with its team's settings. Times of day are `HH:MM` in `timezone`."""

    id: int
    ref: ChannelRef
    timezone: str = "UTC"
    digest_at: str = "08:00"
    digest_weekday: int = 0
    quiet_from: str | None = None
    quiet_to: str | None = None
    min_score: float = 0.5
    wants_updates: bool = False
    paused_at: datetime | None = None
    paused_reason: str = ""
    subscriptions: tuple[Subscription, ...] = ()
    urgent_topics: tuple[str, ...] = ()
    """Topics whose alerts pass quiet hours."""
    next_digest_at: datetime | None = None
    owner: str = ""
    """Who set the channel up: told when nothing can be delivered to it."""
    direct: bool = False
    """Whether it is one person's direct messages."""


@dataclass(frozen=True, slots=True)
class Changed:
    """What a change did, target by target (topics by id, watches and searches as written).

    `before`: what was there already and was changed or removed, as it was.
    """

    channel: ChannelSettings
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    already: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())
    before: tuple[Subscription, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """One change as recorded: who, when, what, and the settings before and after."""

    id: int
    channel: str
    actor: str
    action: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True)
class PastAlert:
    """A story that a channel would have been told of; `topics` are those that it asked for."""

    story_id: int
    entry_id: int
    title: str
    link: str
    publication: str
    published: datetime
    topics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trial:
    """What a subscription would have sent: `alerts` in the last `days`, the newest of them
    listed in `stories`. `more`: there were more than were counted; `notes`: what of
    a search could not be read."""

    days: int
    alerts: int
    stories: tuple[PastAlert, ...] = ()
    more: bool = False
    notes: tuple[str, ...] = ()
