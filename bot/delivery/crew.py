"""The sends under way of one worker: started from claims, their outcomes written in batches."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

import structlog
from sqlalchemy.exc import DBAPIError

from bot.delivery import claims, outbox, trail
from bot.delivery.claims import Claim
from bot.delivery.model import Composer, Owed, Sender
from bot.delivery.outbox import Settled
from bot.delivery.pausing import Tell, pause_channels, tell_given_up
from bot.delivery.policy import Outcome, RetryPolicy
from bot.delivery.sending import Bounds, Office, serve
from bot.delivery.shortlist import Candidate, Shortlist, look
from bot.errors import BotError
from bot.messages.model import Message
from bot.settings import UnknownOutcome
from bot.storage.database import Database, is_passing
from bot.storage.secrets import Vault

log = structlog.get_logger(__name__)

BATCH = 100
"""Claims and outcomes in one transaction."""

_SHARE = 4
"""One workspace takes at most this fraction of the places."""

_NEWCOMERS_EVERY = 0.25
"""How often, seconds, workspaces that are not being served are looked for on their own."""


_LOOKS = 3
"""How often to look anew when other workers were quicker with all that was seen."""


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


class Crew:
    """Serves up to `places` channels at a time."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._running: dict[asyncio.Task[None], int] = {}
        self._done: list[Settled] = []
        self._shortlist = Shortlist()
        self._newcomers_at = 0.0
        self._stopping = False
        self.left_out = False
        """Whether the last claim left out workspaces that have their share of the places."""
        self.changed = asyncio.Event()
        """Set when a batch of outcomes is there, or nothing is under way any more."""

    @property
    def free(self) -> int:
        """Places that are free."""
        return self._means.places - len(self._running)

    @property
    def batch(self) -> int:
        """Claims that are worth a transaction."""
        return min(BATCH, self._means.places)

    @property
    def idle(self) -> bool:
        """Whether nothing is under way and nothing is left to write."""
        return not self._running and not self._done

    @property
    def unwritten(self) -> int:
        """Outcomes that wait to be written."""
        return len(self._done)

    async def start_more(self) -> int:
        """Claim channels for the free places and begin to serve them; gives their number.

        A workspace that is not being served comes first; one that has its share is left out.
        """
        busy = Counter(self._running.values())
        full = [workspace_id for workspace_id, number in busy.items() if number >= self._share]
        began = time.monotonic()
        if len(busy) > len(full) and began >= self._newcomers_at:
            newcomers = Shortlist()
            newcomers.fill(await self._look(list(busy)), began)
            started = await self._start(newcomers, busy)
            ended = time.monotonic()
            self._newcomers_at = ended + max(_NEWCOMERS_EVERY, 10 * (ended - began))
            if started:
                return started
        self.left_out = bool(full)
        for _ in range(_LOOKS):
            while (started := await self._start(self._shortlist, busy)) is not None:
                if started:
                    return started
            found = await self._look(full)
            if not found:
                break
            self._shortlist.fill(found, time.monotonic())
        return await self._start(self._shortlist, busy) or 0

    @property
    def _share(self) -> int:
        return max(1, self._means.places // _SHARE)

    async def _look(self, without: Sequence[int]) -> Sequence[Candidate]:
        means = self._means
        async with means.db.read() as conn:
            now = await means.db.now(conn)
            return await look(conn, now, platforms=means.senders, without=without)

    async def _start(self, shortlist: Shortlist, busy: Mapping[int, int]) -> int | None:
        """Begin to serve channels of the list; gives their number, None when there is none on it
        for which there is a place."""
        means = self._means
        began = time.monotonic()
        candidates = shortlist.pick(min(self.free, self.batch), busy, self._share, began)
        if not candidates:
            return None
        async with means.db.write() as conn:
            now = await means.db.now(conn)
            claimed = await claims.claim(
                conn,
                means.worker,
                now,
                [one.channel_id for one in candidates],
                platforms=means.senders,
                lease=timedelta(seconds=means.timing.lease),
            )
        if not claimed:
            return 0
        try:
            messages = await self._compose(claimed)
        except BaseException:
            self._done += [_untouched(one) for one in claimed]
            raise
        # A call must have ended before the lease has, or two workers might send at once.
        until = began + means.timing.lease - means.timing.call - 1.0
        for one in claimed:
            serving = self._serve(one, messages, now, Bounds(means.timing.call, until))
            self._running[asyncio.create_task(serving)] = one.address.workspace_id
        return len(claimed)

    async def _compose(self, claimed: Sequence[Claim]) -> Mapping[int, Message]:
        owed = [found for one in claimed for found in one.owed]
        try:
            async with self._means.db.read() as conn:
                return await self._means.composer(conn, owed)
        except Exception as error:
            if is_passing(error):
                raise
            log.exception("delivery.composer_failed")
        messages: dict[int, Message] = {}
        for one in owed:  # so that one bad delivery holds up no other
            messages |= await self._compose_one(one)
        return messages

    async def _compose_one(self, owed: Owed) -> Mapping[int, Message]:
        try:
            async with self._means.db.read() as conn:
                return await self._means.composer(conn, [owed])
        except Exception as error:
            if is_passing(error):
                raise
            log.exception("delivery.not_composed", delivery=owed.id)
            return {}

    async def _serve(
        self, claim: Claim, messages: Mapping[int, Message], now: datetime, bounds: Bounds
    ) -> None:
        means = self._means
        settled = _untouched(claim)
        try:
            office = Office(
                means.senders[claim.address.platform],
                means.policy,
                means.unknown,
                means.rng,
                lambda: self._stopping,
            )
            settled = await serve(office, self._opened(claim), messages, now, bounds)
        except BotError as error:  # its secret address cannot be opened
            settled = replace(_untouched(claim), pause=str(error))
        finally:
            self._done.append(replace(settled, owed=claim.owed))
            task = asyncio.current_task()
            if task is not None:
                self._running.pop(task, None)
            if len(self._done) >= self.batch or not self._running:
                self.changed.set()

    def _opened(self, claim: Claim) -> Claim:
        if claim.sealed is None:
            return claim
        secret = self._means.vault.open(claim.sealed)
        return replace(claim, address=replace(claim.address, secret=secret))

    async def write(self) -> DispatchReport:
        """Write the outcomes that are there, in one transaction.

        When the database cannot be used they are kept for the next call, and the error is raised.
        """
        self.changed.clear()
        batch = self._done
        if not batch:
            return DispatchReport()
        self._done = []
        means = self._means
        try:
            async with means.db.write() as conn:
                now = await means.db.now(conn)
                await outbox.settle(conn, means.worker, now, batch)
                await pause_channels(conn, batch, means.tell, now)
                await tell_given_up(conn, batch, means.tell, now)
        except BaseException:
            self._done = batch + self._done
            raise
        trail.note(batch, now)
        return _count(batch)

    async def finish(self, seconds: float) -> None:
        """Begin nothing new; let what is under way end within `seconds`, then cut it off."""
        self._stopping = True
        tasks = list(self._running)
        if not tasks:
            return
        _ended, cut = await asyncio.wait(tasks, timeout=seconds)
        for task in cut:
            task.cancel()
        if cut:
            log.warning("dispatch.cut_off", channels=len(cut))
            await asyncio.wait(cut)


def _untouched(claim: Claim) -> Settled:
    """Give a claim back as it was."""
    return Settled(
        channel_id=claim.address.channel_id,
        workspace_id=claim.address.workspace_id,
        outcomes=tuple(Outcome(o.id, "back", unknown=o.unknown) for o in claim.owed),
    )


def _count(batch: Sequence[Settled]) -> DispatchReport:
    results = Counter(outcome.result for one in batch for outcome in one.outcomes)
    return DispatchReport(
        sent=results["sent"], failed=results["failed"] + results["kept"], dead=results["dead"]
    )


def is_away(error: BaseException) -> bool:
    """Whether an error says that the database is away, so that waiting helps."""
    return isinstance(error, OSError) or (
        isinstance(error, BotError | DBAPIError) and is_passing(error)
    )
