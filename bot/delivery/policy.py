"""What follows from how a send went: pure decisions about retries, pace and giving up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Literal

from bot.errors import DeliveryError

Method = Literal["send", "find", "update"]
"""What is limited for a workspace: Slack's `chat.postMessage`, `conversations.history`,
`chat.update`."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast one channel may be written to: `burst` messages at once, then each message
    costs `seconds` of waiting."""

    seconds: float
    burst: int


PACES: Mapping[str, Pace] = {
    # docs.slack.dev/apis/web-api/rate-limits: one a second and channel, short bursts allowed.
    "slack": Pace(1.0, 3),
    # learn.microsoft.com, "rate limiting for bots": 60 in 30 s, 1,800 an hour in a conversation.
    "teams": Pace(2.0, 4),
    # A Workflows webhook is throttled above four requests a second.
    "webhook": Pace(1.0, 2),
    "console": Pace(0.0, 100),
}
DEFAULT_PACE = Pace(1.0, 1)


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """When a failed delivery is tried again, and how often. Times in seconds.

    The wait doubles from `first` to `longest`, with up to half of it taken off by chance, so that
    those that failed together do not come back together. With these numbers a platform may be
    away for about seven hours before anything is given up.
    """

    first: float = 2.0
    longest: float = 600.0
    attempts: int = 48
    refusals: int = 10
    """How often a message is tried that the platform refuses for a reason that is not known, which
    may be the message's own: for about a quarter of an hour."""
    settle: float = 15.0
    """How long after an unknown outcome the platform is asked whether the message is there; what
    was cut off may still be on its way."""
    settle_within: float = 600.0
    settle_attempts: int = 8
    """How long, and how often at least, the platform is asked before the setting decides."""

    def wait(self, attempts: int, rng: Random) -> float:
        """Give the seconds to wait after `attempts` attempts."""
        # 2.0**1100 is too large for a float.
        full = min(self.longest, self.first * 2.0 ** min(max(attempts - 1, 0), 64))
        return full * (1 - 0.5 * rng.random())


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one delivery.

    `sent`: it is there, as `external_id`. `failed`: to be tried again after `wait` seconds.
    `dead`: given up. `kept`: it stays owed, for the channel is paused. `back`: it was not tried.
    """

    delivery_id: int
    result: Literal["sent", "failed", "dead", "kept", "back"]
    external_id: str | None = None
    reason: str | None = None
    wait: float = 0.0
    unknown: bool = False
    counts: bool = True
    """Whether the attempt counts towards giving up; being told to wait does not."""


@dataclass(frozen=True, slots=True)
class Limit:
    """That a workspace must not be asked for `method` for so many seconds."""

    method: Method
    seconds: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an error means for the delivery, its channel and its workspace.

    `holds_up`: whether what the channel is owed besides has to wait for this, so that it comes in
    order; a message that is refused for itself holds up nothing.
    """

    outcome: Outcome
    limit: Limit | None = None
    pause: str = ""
    holds_up: bool = True


def judge(
    error: DeliveryError,
    delivery_id: int,
    attempts: int,
    method: Method,
    policy: RetryPolicy,
    rng: Random,
) -> Verdict:
    """Decide what an error of sending or updating means; `attempts` counts this one."""
    reason = error.sentence
    if error.retry_after is not None:
        later = Outcome(delivery_id, "failed", reason=reason, wait=error.retry_after, counts=False)
        return Verdict(later, limit=Limit(method, error.retry_after))
    if error.permanent and error.of_message:
        return Verdict(Outcome(delivery_id, "dead", reason=reason))
    if error.permanent:
        return Verdict(Outcome(delivery_id, "kept", reason=reason, counts=False), pause=reason)
    if attempts >= (policy.refusals if error.of_message else policy.attempts):
        given_up = f"Given up after {attempts} attempts. {reason}"
        return Verdict(Outcome(delivery_id, "dead", reason=given_up, unknown=error.unknown))
    wait = policy.wait(attempts, rng)
    if error.unknown:
        wait = max(wait, policy.settle)
    outcome = Outcome(delivery_id, "failed", reason=reason, wait=wait, unknown=error.unknown)
    return Verdict(outcome, holds_up=not error.of_message)


def cannot_tell(
    error: DeliveryError,
    delivery_id: int,
    attempts: int,
    unknown_for: float,
    policy: RetryPolicy,
    rng: Random,
) -> Verdict | None:
    """Decide what follows when the platform did not say whether a message is there.

    `unknown_for`: seconds since the message may have been sent. Gives None when nobody will ever
    say, so that the setting must decide; else what to do meanwhile. An error with `retry_after` or
    `unknown` means "ask later"; without either this platform cannot be asked.
    """
    reason = error.sentence
    if error.permanent:
        kept = Outcome(delivery_id, "kept", reason=reason, unknown=True, counts=False)
        return Verdict(kept, pause=reason)
    asked_enough = unknown_for >= policy.settle_within and attempts > policy.settle_attempts
    if asked_enough or (error.retry_after is None and not error.unknown):
        return None
    wait = min(max(error.retry_after or 0.0, policy.wait(attempts, rng)), policy.settle_within)
    limit = None if error.retry_after is None else Limit("find", error.retry_after)
    return Verdict(Outcome(delivery_id, "failed", reason=reason, wait=wait, unknown=True), limit)


def ask_later(delivery_id: int, seconds: float, rng: Random) -> Verdict:
    """Put off asking whether a message is there while the workspace's limit holds."""
    put = put_off(delivery_id, seconds, rng)
    reason = "It may have arrived; the platform can be asked only so often."
    return Verdict(replace(put.outcome, reason=reason, unknown=True))


def put_off(delivery_id: int, seconds: float, rng: Random) -> Verdict:
    """Put off a call while the workspace's limit holds, spread over as much time again: all that
    wait are told the same moment, and one may be let in at a time."""
    reason = "The platform asked to wait."
    wait = seconds * (1 + rng.random())
    return Verdict(Outcome(delivery_id, "failed", reason=reason, wait=wait, counts=False))
