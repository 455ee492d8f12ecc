"""What the subscriptions room hands on: channels, their settings, what they asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Platform = Literal["slack", "teams", "webhook", "console"]
Mode = Literal["instant", "daily", "weekly"]
SubscriptionKind = Literal["topic", "watch", "search"]


@dataclass(frozen=True, slots=True)
class ChannelRef:
    """A channel as its platform names it: `workspace` and `channel` are the platform's ids."""

    platform: Platform
    workspace: str
    channel: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks: the platform's user id (or `cli`), and a name to show."""

    id: str
    name: str = ""


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


@dataclass(frozen=True, slots=True)
class Changed:
    """What a change did, target by target (topics by id, watches and searches as written)."""

    channel: ChannelSettings
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    already: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())
