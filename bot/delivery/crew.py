"""The sends under way of one worker: claimed, served, and given to what keeps their results."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from bot.clock import steady
from bot.delivery import claims
from bot.delivery.claims import Claim
from bot.delivery.due import look
from bot.delivery.means import DispatchReport, Means
from bot.delivery.model import Owed
from bot.delivery.outbox import Settled
from bot.delivery.policy import Outcome
from bot.delivery.results import Results
from bot.delivery.sending import Bounds, Office, serve
from bot.delivery.shortlist import Candidate, Shortlist
from bot.errors import BotError
from bot.messages.model import Message
from bot.storage.database import is_passing

log = structlog.get_logger(__name__)

BATCH = 100
"""Claims and outcomes in one transaction."""

_SHARE = 8
"""One workspace takes at most this fraction of the places."""

_LOOKS = 3
"""How often to look anew when other workers were quicker with all that was seen."""


class Crew:
    """Serves up to `places` channels at a time."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._running: dict[asyncio.Task[None], int] = {}
        self._results = Results(means)
        self._shortlist = Shortlist()
        self._after = 0
        self._stopping = False
        self._offices = {
            platform: Office(sender, means.policy, means.unknown, means.rng, lambda: self._stopping)
            for platform, sender in means.senders.items()
        }
        self.left_out = False
        """Whether the last claim left out workspaces that have their share of the places."""
        self.changed = asyncio.Event()
        """Set when a batch of outcomes is there, or nothing is under way any more."""
        self.report = DispatchReport()
        """What was written so far."""

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
        return not self._running and not self._results

    @property
    def unwritten(self) -> int:
        """Outcomes that wait to be written."""
        return len(self._results)

    async def start_more(self) -> int:
        """Claim channels for the free places and begin to serve them; gives their number.

        A workspace that has its share of the places is left out.
        """
        busy = Counter(self._running.values())
        full = [workspace_id for workspace_id, number in busy.items() if number >= self._share]
        self.left_out = bool(full)
        for _ in range(_LOOKS):
            while (started := await self._start(self._shortlist, busy)) is not None:
                if started:
                    return started
            found = await self._look(full)
            if not found:
                break
            self._shortlist.fill(found, steady())
        return await self._start(self._shortlist, busy) or 0

    @property
    def _share(self) -> int:
        return max(1, self._means.places // _SHARE)

    async def _look(self, without: Sequence[int]) -> Sequence[Candidate]:
        means = self._means
        async with means.db.read() as conn:
            now = await means.db.now(conn)
            found = await look(
                conn, now, platforms=means.senders, without=without, after=self._after
            )
        self._after = found.after
        return [one for one in found.candidates if one.channel_id not in self._results.held]

    async def _start(self, shortlist: Shortlist, busy: Mapping[int, int]) -> int | None:
        """Begin to serve channels of the list; gives their number, None when there is none on it
        for which there is a place."""
        means = self._means
        began = steady()
        picked = shortlist.pick(min(self.free, self.batch), busy, self._share, began)
        if not picked:
            return None
        ids = [one.channel_id for one in picked if one.channel_id not in self._results.held]
        async with means.db.write() as conn:
            now = await means.db.now(conn)
            claimed = await claims.claim(
                conn,
                means.worker,
                now,
                ids,
                platforms=means.senders,
                lease=timedelta(seconds=means.timing.lease),
            )
        if not claimed:
            return 0
        self._results.held.update(one.address.channel_id for one in claimed)
        try:
            messages = await self._compose(claimed)
        except BaseException:
            for one in claimed:
                self._results.add(_untouched(one))
            raise
        # A call must have ended before the lease has, or two workers might send at once.
        until = began + means.timing.lease - means.timing.call - 1.0
        bounds = Bounds(means.timing.call, until)
        for one in claimed:
            serving = self._serve(one, messages, now, bounds)
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
        settled: Settled | None = None
        try:
            office = self._offices[claim.address.platform]
            settled = await serve(office, self._opened(claim), messages, now, bounds)
        except BotError as error:  # its secret address cannot be opened
            settled = replace(_untouched(claim), pause=str(error))
        finally:
            self._results.add(settled or _untouched(claim))
            task = asyncio.current_task()
            if task is not None:
                self._running.pop(task, None)
            if len(self._results) >= self.batch or not self._running:
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
        report = await self._results.write()
        self.report += report
        return report

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
