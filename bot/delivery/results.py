"""What came of a worker's sends, kept until it is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import structlog

from bot.delivery import outbox, trail
from bot.delivery.means import DispatchReport, Means
from bot.delivery.outbox import Settled
from bot.delivery.pausing import pause_channels, tell_given_up
from bot.storage.database import is_away

log = structlog.get_logger(__name__)


class Results:
    """Keeps what came of sends; writes many in one transaction.

    A channel stays `held` from its claim until what came of it is written: claimed anew before,
    it would lose its new lease to the old outcome.
    """

    def __init__(self, means: Means) -> None:
        self._means = means
        self._kept: list[Settled] = []
        self.held: set[int] = set()
        """Ids of the channels that this worker must not claim now."""

    def __len__(self) -> int:
        return len(self._kept)

    def add(self, settled: Settled) -> None:
        """Keep what came of a claim."""
        self._kept.append(settled)

    async def write(self) -> DispatchReport:
        """Write all that is kept.

        When the database cannot be used it is kept for the next call, and the error is raised.
        """
        batch, self._kept = self._kept, []
        if not batch:
            return DispatchReport()
        try:
            written = await self._write(batch)
        except BaseException:
            self._kept = batch + self._kept
            raise
        self.held.difference_update(one.channel_id for one in batch)
        return _count(written)

    async def _write(self, batch: Sequence[Settled]) -> Sequence[Settled]:
        """Write a batch, and give what could be written of it.

        What cannot is tried by itself, so that it holds up no other; if it cannot be written then
        either, its lease runs out, and it is in doubt.
        """
        try:
            await self._settle(batch)
        except Exception as error:
            if is_away(error):
                raise
            log.exception("delivery.not_written", channels=[one.channel_id for one in batch])
        else:
            return batch
        if len(batch) == 1:
            return []
        return [written for one in batch for written in await self._write([one])]

    async def _settle(self, batch: Sequence[Settled]) -> None:
        means = self._means
        async with means.db.write() as conn:
            now = await means.db.now(conn)
            await outbox.settle(conn, means.worker, now, batch)
            await pause_channels(conn, batch, means.tell, now)
            await tell_given_up(conn, batch, means.tell, now)
        trail.note(batch, now)


def _count(batch: Sequence[Settled]) -> DispatchReport:
    results = Counter(outcome.result for one in batch for outcome in one.outcomes)
    return DispatchReport(
        sent=results["sent"], failed=results["failed"] + results["kept"], dead=results["dead"]
    )
