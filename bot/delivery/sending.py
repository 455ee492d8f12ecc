"""Serving one channel: its messages one after another, each settled before the next."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random
from typing import TypeVar

import structlog

from bot.delivery.claims import Claim
from bot.delivery.model import Outgoing, Owed, Sender
from bot.delivery.outbox import Settled
from bot.delivery.policy import (
    DEFAULT_PACE,
    PACES,
    Limit,
    Method,
    Outcome,
    RetryPolicy,
    Verdict,
    ask_later,
    cannot_tell,
    judge,
)
from bot.errors import DeliveryError
from bot.messages.model import Message
from bot.settings import UnknownOutcome

log = structlog.get_logger(__name__)

T = TypeVar("T")

NO_MESSAGE = "The message could not be made; the log says why."
NOT_SETTLED = (
    "It may have arrived and the platform cannot be asked; not sent again, as "
    "EXPORTNEWS_UNKNOWN_OUTCOME=drop says."
)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one claim may cost, in seconds: `call` for one call to the platform, `until` the
    moment (`time.monotonic`) after which no call may begin, for then the lease runs out."""

    call: float
    until: float


@dataclass(frozen=True, slots=True)
class Office:
    """What serving a channel needs besides the claim."""

    sender: Sender
    policy: RetryPolicy
    unknown: UnknownOutcome
    rng: Random
    stopping: Callable[[], bool]


async def serve(
    office: Office,
    claim: Claim,
    messages: Mapping[int, Message],
    now: datetime,
    bounds: Bounds,
) -> Settled:
    """Send a claim's deliveries in order, and say what became of each. Never raises.

    The first that fails ends it: what comes after stays owed, so that the order is kept.
    """
    outcomes: list[Outcome] = []
    limits: list[Limit] = []
    pause, rest = "", 0.0
    pace = PACES.get(claim.address.platform, DEFAULT_PACE)
    for owed in claim.owed:
        if pause or rest or office.stopping() or time.monotonic() > bounds.until:
            outcomes.append(Outcome(owed.id, "back", unknown=owed.unknown))
            continue
        verdict = await _deliver(office, claim, owed, messages.get(owed.id), now, bounds)
        outcomes.append(verdict.outcome)
        pause = verdict.pause
        rest = verdict.outcome.wait
        if verdict.limit is not None:
            limits.append(verdict.limit)
    tried = sum(outcome.result != "back" for outcome in outcomes)
    return Settled(
        channel_id=claim.address.channel_id,
        workspace_id=claim.address.workspace_id,
        outcomes=tuple(outcomes),
        rest=max(rest, tried * pace.seconds),
        limits=tuple(limits),
        pause=pause,
    )


async def _deliver(
    office: Office,
    claim: Claim,
    owed: Owed,
    message: Message | None,
    now: datetime,
    bounds: Bounds,
) -> Verdict:
    if owed.unknown:
        settled = await _settle_unknown(office, claim, owed, now, bounds)
        if settled is not None:
            return settled
    if message is None:
        return Verdict(Outcome(owed.id, "dead", reason=NO_MESSAGE))
    thread = claim.threads.get(owed.id, "")
    outgoing = Outgoing(owed.id, owed.story_id, message, thread=thread)
    method: Method = "send"
    try:
        if owed.kind == "update":
            method = "update"
            if thread:
                await _call(office.sender.update(claim.address, thread, outgoing), bounds)
            # Where nothing was sent yet, what will be sent has the new text.
            return Verdict(Outcome(owed.id, "sent", external_id=thread or None))
        sent = await _call(office.sender.send(claim.address, outgoing), bounds)
    except DeliveryError as error:
        log.warning(
            "delivery.failed",
            delivery=owed.id,
            channel=claim.address.channel_id,
            reason=str(error),
            detail=error.detail,
        )
        verdict = judge(error, owed.id, owed.attempts, method, office.policy, office.rng)
        return _unless_harmless(verdict, owed)
    return Verdict(Outcome(owed.id, "sent", external_id=sent))


def _unless_harmless(verdict: Verdict, owed: Owed) -> Verdict:
    """An update put twice is put once, so its outcome need not be known."""
    if owed.kind == "update" and verdict.outcome.unknown:
        return replace(verdict, outcome=replace(verdict.outcome, unknown=False))
    return verdict


async def _settle_unknown(
    office: Office, claim: Claim, owed: Owed, now: datetime, bounds: Bounds
) -> Verdict | None:
    """Find out whether the message arrived at an earlier attempt; None when it is to be sent."""
    if owed.kind == "update":
        return None
    if claim.ask_after:
        return ask_later(owed.id, claim.ask_after, office.rng)
    since = owed.tried_at or owed.created_at
    doubted = (now - since).total_seconds()
    try:
        thread = claim.threads.get(owed.id, "")
        found = await _call(office.sender.find(claim.address, owed.id, since, thread), bounds)
    except DeliveryError as error:
        log.info("delivery.unsettled", delivery=owed.id, reason=str(error), detail=error.detail)
        verdict = cannot_tell(error, owed.id, owed.attempts, doubted, office.policy, office.rng)
        if verdict is not None:
            return verdict
        if office.unknown is UnknownOutcome.drop:
            return Verdict(Outcome(owed.id, "dead", reason=NOT_SETTLED))
        return None
    if found is None:
        return None
    log.info("delivery.found", delivery=owed.id)
    return Verdict(Outcome(owed.id, "sent", external_id=found))


async def _call(call: Awaitable[T], bounds: Bounds) -> T:
    """Await one call to the platform; whatever goes wrong is a DeliveryError."""
    try:
        async with asyncio.timeout(bounds.call):
            return await call
    except DeliveryError:
        raise
    except TimeoutError:
        raise DeliveryError(
            f"The platform did not answer within {bounds.call:g} seconds.", unknown=True
        ) from None
    except asyncio.CancelledError:
        # Only `Crew.finish` cuts off, and then needs to know what is in doubt.
        raise DeliveryError("It was cut off when the worker stopped.", unknown=True) from None
    except Exception as error:
        log.exception("delivery.sender_failed")
        raise DeliveryError(
            "Sending failed in a way that was not foreseen; the log says how.",
            detail=type(error).__name__,
            unknown=True,
        ) from error
