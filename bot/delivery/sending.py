"""Serving one channel: its messages one after another, each settled before the next."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from typing import TypeVar

import structlog

from bot.clock import steady
from bot.delivery.claims import Claim
from bot.delivery.model import Outgoing, Owed, SaidPage, Sender, Sought
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
    put_off,
)
from bot.delivery.recall import REST, Recall, ask
from bot.errors import DeliveryError
from bot.messages.model import Message
from bot.settings import UnknownOutcome
from bot.subscriptions.gathering import ALERTS, WITHDRAWN

log = structlog.get_logger(__name__)

T = TypeVar("T")

NO_MESSAGE = "The message could not be made; the log says why."
NOT_SETTLED = (
    "It may have arrived and the platform cannot be asked; not sent again, as "
    "EXPORTNEWS_UNKNOWN_OUTCOME=drop says."
)


ALOUD_AFTER = timedelta(days=3)
"""How old a message is that nobody looks at any more: what answers it is also shown below."""
ALOUD_BELOW = 0.3
"""Likelihood of one story below which about half of those that may be one are two."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one claim may cost, in seconds: `call` for one call to the platform, `until` the
    moment (`steady`) after which no call may begin, for then the lease runs out."""

    call: float
    until: float

    @property
    def over(self) -> bool:
        """Whether no call may begin any more."""
        return steady() > self.until


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
    if claim.recall is not None:
        return await _recall(office, claim, claim.recall, bounds)
    outcomes: list[Outcome] = []
    limits: list[Limit] = []
    arrived: dict[int, str] = {}
    pause, rest = "", 0.0
    pace = PACES.get(claim.address.platform, DEFAULT_PACE)
    for owed in claim.owed:
        if pause or rest or office.stopping() or bounds.over:
            outcomes.append(Outcome(owed.id, "back", unknown=owed.unknown))
            continue
        task = _Task(claim, owed, messages.get(owed.id), _thread(claim, owed, arrived), now, bounds)
        verdict = await _deliver(office, task)
        outcomes.append(verdict.outcome)
        if verdict.outcome.external_id:
            arrived[owed.id] = verdict.outcome.external_id
        pause = verdict.pause
        rest = verdict.outcome.wait if verdict.holds_up else 0.0
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
        owed=claim.owed,
    )


@dataclass(frozen=True, slots=True)
class _Task:
    """One delivery of a claim, with its message (none: it could not be made) and its thread."""

    claim: Claim
    owed: Owed
    message: Message | None
    thread: str
    now: datetime
    bounds: Bounds


def _thread(claim: Claim, owed: Owed, arrived: Mapping[int, str]) -> str:
    """Give the message that a follow-up answers or an update renews; it may just have gone out."""
    answered = claim.threads.get(owed.id)
    if answered is None:
        return ""
    return answered.external_id or arrived.get(answered.delivery_id, "")


def _is_aloud(task: _Task) -> bool:
    """Whether a follow-up answers a message that the channel has long scrolled past, or may well
    tell of another event, of which nobody who leaves that thread alone would hear."""
    answered = task.claim.threads.get(task.owed.id)
    if task.owed.kind != "follow-up" or answered is None:
        return False
    if answered.likely is not None and answered.likely < ALOUD_BELOW:
        return True
    return answered.sent_at is not None and task.now - answered.sent_at > ALOUD_AFTER


async def _recall(office: Office, claim: Claim, recall: Recall, bounds: Bounds) -> Settled:
    """Ask a channel what it was told; nothing is sent yet."""
    address = claim.address
    closed = claim.doubts.closed.get((address.workspace_id, "find"))
    if closed:
        wait = closed * (1 + office.rng.random())
        return Settled(address.channel_id, address.workspace_id, outcomes=(), rest=wait)

    async def call(page: Awaitable[SaidPage]) -> SaidPage:
        return await _call(page, bounds)

    found, error = await ask(
        office.sender,
        address,
        recall,
        call,
        lambda: not (office.stopping() or bounds.over),
    )
    settled = Settled(
        channel_id=address.channel_id,
        workspace_id=address.workspace_id,
        outcomes=(),
        rest=REST if found.done else 0.0,
        recalled=found,
    )
    if error is None:
        return settled
    log.info("delivery.not_recalled", channel=address.channel_id, reason=str(error))
    if error.permanent:
        return replace(settled, pause=error.sentence)
    wait = error.retry_after or office.policy.settle
    limits = (Limit("find", wait),) if error.retry_after is not None else ()
    return replace(settled, rest=wait * (1 + office.rng.random()), limits=limits)


async def _deliver(office: Office, task: _Task) -> Verdict:
    owed, message, address, bounds = task.owed, task.message, task.claim.address, task.bounds
    if owed.unknown:
        settled = await _settle_unknown(office, task)
        if settled is not None:
            return settled
        if bounds.over:
            return Verdict(Outcome(owed.id, "back", unknown=True))
    if owed.kind in ALERTS and not owed.reasons:
        return Verdict(Outcome(owed.id, "dead", reason=WITHDRAWN))
    if message is None:
        return Verdict(Outcome(owed.id, "dead", reason=NO_MESSAGE))
    outgoing = Outgoing(owed.id, owed.story_id, message, thread=task.thread, aloud=_is_aloud(task))
    try:
        if owed.kind == "update":
            return await _update(office, task, outgoing)
        sent = await _call(office.sender.send(address, outgoing), bounds)
    except DeliveryError as error:
        return _failed(office, task, error, "send")
    return Verdict(Outcome(owed.id, "sent", external_id=sent))


async def _update(office: Office, task: _Task, outgoing: Outgoing) -> Verdict:
    """Put a new text in place. Nothing that the channel is owed besides has to wait for it."""
    owed, address = task.owed, task.claim.address
    if not task.thread:  # nothing was sent yet, and what will be sent has the new text
        return Verdict(Outcome(owed.id, "sent"))
    closed = task.claim.doubts.closed.get((address.workspace_id, "update"))
    if closed:
        return replace(put_off(owed.id, closed, office.rng), holds_up=False)
    try:
        await _call(office.sender.update(address, task.thread, outgoing), task.bounds)
    except DeliveryError as error:
        verdict = replace(_failed(office, task, error, "update"), holds_up=False)
        if not office.sender.edits:
            return verdict
        return replace(verdict, outcome=replace(verdict.outcome, unknown=False))
    return Verdict(Outcome(owed.id, "sent", external_id=task.thread))


def _failed(office: Office, task: _Task, error: DeliveryError, method: Method) -> Verdict:
    owed = task.owed
    log.warning(
        "delivery.failed",
        delivery=owed.id,
        story=owed.story_id,
        channel=task.claim.address.channel_id,
        reason=str(error),
        detail=error.detail,
    )
    return judge(error, owed.id, owed.attempts, method, office.policy, office.rng)


async def _settle_unknown(office: Office, task: _Task) -> Verdict | None:
    """Find out whether the message arrived at an earlier attempt; None when it is to be sent."""
    owed, doubts = task.owed, task.claim.doubts
    if owed.kind == "update" and office.sender.edits:
        return None
    closed = doubts.closed.get((task.claim.address.workspace_id, "find"))
    if closed:
        return ask_later(owed.id, closed, office.rng)
    since = owed.tried_at or owed.created_at
    doubted = (task.now - since).total_seconds()
    after = doubts.after.get(owed.id, "")
    sought = Sought(owed.id, since, after, task.thread, owed.marks)
    try:
        found = await _call(office.sender.find(task.claim.address, sought), task.bounds)
    except DeliveryError as error:
        log.info(
            "delivery.unsettled",
            delivery=owed.id,
            story=owed.story_id,
            reason=str(error),
            detail=error.detail,
        )
        verdict = cannot_tell(error, owed.id, owed.attempts, doubted, office.policy, office.rng)
        if verdict is not None:
            return verdict
        if office.unknown is UnknownOutcome.drop:
            return Verdict(Outcome(owed.id, "dead", reason=NOT_SETTLED))
        return None
    if found is None:
        return None
    log.info("delivery.found", delivery=owed.id, story=owed.story_id)
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
