"""What one worker sends with, within which bounds, and what it reports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from bot.delivery.model import Composer, Sender
from bot.delivery.pausing import Tell
from bot.delivery.policy import RetryPolicy
from bot.settings import UnknownOutcome
from bot.storage.database import Database
from bot.storage.secrets import Vault


@dataclass(frozen=True, slots=True)
class DispatchReport:
    """How many deliveries were sent, failed for now, and were given up."""

    sent: int = 0
    failed: int = 0
    dead: int = 0

    def __add__(self, other: DispatchReport) -> DispatchReport:
        return DispatchReport(
            self.sent + other.sent, self.failed + other.failed, self.dead + other.dead
        )


@dataclass(frozen=True, slots=True)
class Timing:
    """Bounds of one worker, in seconds. `call`: one call to a platform. `lease`: how long a
    claimed channel is held, and so how long a killed worker's channels wait. `patience`: how long
    `dispatch_due` waits for what is held up by a pace or a limit. `stop`: how long what is in
    flight may take when the worker stops."""

    call: float = 15.0
    lease: float = 90.0
    patience: float = 30.0
    stop: float = 20.0


@dataclass(frozen=True, slots=True)
class Means:
    """What a worker sends with."""

    db: Database
    senders: Mapping[str, Sender]
    composer: Composer
    worker: str
    vault: Vault
    policy: RetryPolicy
    timing: Timing
    unknown: UnknownOutcome
    places: int
    rng: Random
    tell: Tell
