"""What Slack hands out with an interaction: trigger ids and response addresses."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.demo.slack.errors import Refused
from bot.demo.slack.model import Replies, StoredMessage
from bot.demo.slack.workspace import Workspace

TRIGGER_SECONDS = 3
RESPONSE_URL_USES = 5
RESPONSE_URL_MINUTES = 30
KEPT = 10_000
"""How many of each are remembered; older ones count as expired."""


@dataclass(slots=True)
class _Trigger:
    workspace: Workspace
    user: str
    at: datetime
    used: bool = False


class Triggers:
    """Trigger ids: each opens one view, within three seconds."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._given: dict[str, _Trigger] = {}

    def give(self, workspace: Workspace, user: str) -> str:
        """Make a trigger id for a person's interaction."""
        trigger = f"{secrets.randbelow(10**12)}.{workspace.team_id}.{secrets.token_hex(16)}"
        self._given[trigger] = _Trigger(workspace, user, self._clock())
        if len(self._given) > KEPT:
            del self._given[next(iter(self._given))]
        return trigger

    def use(self, trigger: str, workspace: Workspace) -> str:
        """Exchange a trigger id for its user. Raises Refused as Slack does."""
        found = self._given.get(trigger)
        if found is None or found.workspace is not workspace:
            raise Refused("invalid_trigger_id")
        if found.used:
            raise Refused("exchanged_trigger_id")
        if self._clock() - found.at > timedelta(seconds=TRIGGER_SECONDS):
            raise Refused("expired_trigger_id")
        found.used = True
        return found.user


@dataclass(slots=True)
class ResponseUrl:
    """A response address: what it answers, and how often it was used."""

    workspace: Workspace
    channel: str
    user: str
    replies: Replies
    at: datetime
    source: StoredMessage | None = None
    used: int = 0


class ResponseUrls:
    """Response addresses: five uses within thirty minutes."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._given: dict[str, ResponseUrl] = {}

    def give(
        self,
        workspace: Workspace,
        channel: str,
        user: str,
        replies: Replies,
        source: StoredMessage | None = None,
    ) -> str:
        """Make an address; give its path."""
        key = secrets.token_hex(12)
        self._given[key] = ResponseUrl(workspace, channel, user, replies, self._clock(), source)
        if len(self._given) > KEPT:
            del self._given[next(iter(self._given))]
        return f"/response/{workspace.team_id}/{key}"

    def use(self, key: str) -> ResponseUrl:
        """Count one use. Raises Refused (`expired_url`, `used_url`)."""
        found = self._given.get(key)
        if found is None or self._clock() - found.at > timedelta(minutes=RESPONSE_URL_MINUTES):
            raise Refused("expired_url")
        if found.used >= RESPONSE_URL_USES:
            raise Refused("used_url")
        found.used += 1
        return found
