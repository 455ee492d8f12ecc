"""Slack's rate limits, by the look-alike's own clock.

docs.slack.dev/apis/web-api/rate-limits: methods have tiers, per method and workspace; posting is
about one message a second and channel with short bursts, and several hundred a minute over all.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

from bot.clock import Clock
from bot.demo.slack.errors import RateLimited

PER_MINUTE = {1: 1, 2: 20, 3: 50, 4: 100}
POSTING, UNLIMITED = 0, -1
CHANNEL_BURST, CHANNEL_PER_SECOND = 4, 1.0
WORKSPACE_BURST, WORKSPACE_PER_SECOND = 300, 5.0
RESTRICTED_HISTORY = frozenset({"conversations.history", "conversations.replies"})


@dataclass(slots=True)
class _Bucket:
    """A token bucket: `size` at once, refilled `rate` a second."""

    size: float
    rate: float
    level: float
    at: datetime

    def wait(self, now: datetime) -> float:
        """Give the seconds until one more call is allowed; 0 when it is now."""
        passed = max(0.0, (now - self.at).total_seconds())
        self.level = min(self.size, self.level + passed * self.rate)
        self.at = now
        return 0.0 if self.level >= 1 else (1 - self.level) / self.rate


class RateLimits:
    """Counts calls. `on` may be switched at any time; switched off, calls are not counted."""

    def __init__(self, clock: Clock, *, on: bool, restricted_history: bool = False) -> None:
        self.on = on
        self.restricted_history = restricted_history
        self._clock = clock
        self._buckets: dict[tuple[str, ...], _Bucket] = {}

    def take(self, method: str, tier: int, team: str, channel: str) -> None:
        """Count one call. Raises RateLimited when it is one too many."""
        if not self.on or tier == UNLIMITED:
            return
        now = self._clock()
        buckets = [
            self._bucket(key, *shape, now) for key, shape in self._keys(method, tier, team, channel)
        ]
        wait = max(bucket.wait(now) for bucket in buckets)
        if wait > 0:
            raise RateLimited(max(1, math.ceil(wait)))
        for bucket in buckets:
            bucket.level -= 1

    def _keys(
        self, method: str, tier: int, team: str, channel: str
    ) -> list[tuple[tuple[str, ...], tuple[float, float]]]:
        if tier == POSTING:
            return [
                ((method, team, channel), (CHANNEL_BURST, CHANNEL_PER_SECOND)),
                ((method, team), (WORKSPACE_BURST, WORKSPACE_PER_SECOND)),
            ]
        if self.restricted_history and method in RESTRICTED_HISTORY:
            return [((method, team), (1, 1 / 60))]
        return [((method, team), (PER_MINUTE[tier], PER_MINUTE[tier] / 60))]

    def _bucket(self, key: tuple[str, ...], size: float, rate: float, now: datetime) -> _Bucket:
        return self._buckets.setdefault(key, _Bucket(size, rate, size, now))
