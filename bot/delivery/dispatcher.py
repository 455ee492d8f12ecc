"""Sends what is owed: claims channels, serves many at a time, writes what came of it in batches.

A slow or dead channel costs one of many places and never holds up another; one workspace may
take an eighth of the places, so a huge one cannot starve a small one.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from random import Random

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.delivery import notices
from bot.delivery.crew import Crew
from bot.delivery.due import next_due
from bot.delivery.means import DispatchReport, Means, Timing
from bot.delivery.model import Composer, Sender
from bot.delivery.pausing import Tell
from bot.delivery.policy import RetryPolicy
from bot.errors import BotError
from bot.settings import UnknownOutcome
from bot.storage.database import Database, is_away
from bot.storage.secrets import Vault
from bot.wakeups import DELIVERIES, Wakeups

__all__ = ["DispatchReport", "Dispatcher", "Timing"]

log = structlog.get_logger(__name__)

PLACES = 400
"""Channels served at a time: enough that calls are under way while a batch is written and the
next one claimed."""

_BEAT = 0.25
"""How long outcomes and free places are collected, unless a batch is full before, seconds."""

_AWAY = 2.0
"""How long to wait before a database that is away is asked again, seconds."""


async def _record(conn: AsyncConnection, key: str, text: str, now: datetime) -> None:
    await notices.record(conn, key, text, now)


class Dispatcher:
    """Sends deliveries; any number of them, on any machines, share one database.

    `senders` by platform; channels of other platforms are left to workers that have them.
    `vault` opens the secret addresses of webhooks. `tell` tells the operators of channels that
    cannot be reached.
    """

    def __init__(
        self,
        db: Database,
        senders: Mapping[str, Sender],
        composer: Composer,
        *,
        worker: str,
        vault: Vault | None = None,
        policy: RetryPolicy | None = None,
        timing: Timing | None = None,
        unknown: UnknownOutcome = UnknownOutcome.repeat,
        places: int = PLACES,
        rng: Random | None = None,
        tell: Tell = _record,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._means = Means(
            db=db,
            senders=dict(senders),
            composer=composer,
            worker=worker,
            vault=vault or Vault(None),
            policy=policy or RetryPolicy(),
            timing=timing or Timing(),
            unknown=unknown,
            places=places,
            rng=rng or Random(),  # noqa: S311 - spreads retries, guards nothing
            tell=tell,
        )
        self._sleep = sleep

    async def dispatch_due(self) -> DispatchReport:
        """Send until nothing is due any more, waiting a little for what only a pace holds up.

        Raises StorageError or a driver's error when the database cannot be used.
        """
        report = DispatchReport()
        waited = 0.0
        while True:
            report += await self._drain()
            wait = await self._until_next()
            if wait is None or waited + wait > self._means.timing.patience:
                return report
            before = await self._now()
            await self._sleep(wait)
            waited += wait
            if await self._now() <= before:  # a clock that stands still, as tests have
                return report

    async def run(
        self, stop: asyncio.Event, *, tick: float = 5.0, wakeups: Wakeups | None = None
    ) -> DispatchReport:
        """Send what becomes due until `stop` is set; then finish what is in flight.

        Looks at least every `tick` seconds, at once when `wakeups` says so, and when a wait ends.
        A database that is away is waited for.
        """
        crew = Crew(self._means)
        wake = wakeups.event(DELIVERIES) if wakeups else asyncio.Event()
        look_at, backlog = 0.0, False
        while not stop.is_set():
            try:
                full = backlog and crew.free >= crew.batch
                if wake.is_set() or full or time.monotonic() >= look_at:
                    wake.clear()
                    backlog = await self._write_and_start(crew)
                    look_at = time.monotonic() + await self._rest(crew, tick, backlog=backlog)
                else:
                    await crew.write()
            except Exception as error:  # whatever happens, the worker goes on
                if not is_away(error):
                    log.exception("dispatch.failed")
                else:
                    log.warning("dispatch.database_away", reason=type(error).__name__)
                look_at = time.monotonic() + _AWAY
                await _first_of(_AWAY, stop)
                continue
            await self._beat(crew, look_at - time.monotonic(), stop, wake)
        await self._stop(crew)
        return crew.report

    async def _write_and_start(self, crew: Crew) -> bool:
        """Write what came of sends while more are begun; whether any were begun."""
        wrote, started = await asyncio.gather(
            crew.write(), self._start(crew), return_exceptions=True
        )
        for failed in (wrote, started):
            if isinstance(failed, BaseException):
                raise failed
        return bool(started)

    async def _start(self, crew: Crew) -> int:
        return await crew.start_more() if crew.free else 0

    async def _rest(self, crew: Crew, tick: float, *, backlog: bool) -> float:
        """Give the seconds until the next look for what is due."""
        if backlog or crew.left_out or not crew.free:
            return 0.0 if backlog and crew.free >= crew.batch else _BEAT
        wait = await self._until_next()
        return tick if wait is None else min(max(wait, 0.02), tick)

    async def _beat(
        self, crew: Crew, seconds: float, stop: asyncio.Event, wake: asyncio.Event
    ) -> None:
        """Wait for whichever is first: a batch of outcomes, the next look, a wake-up, the end."""
        if crew.unwritten:
            seconds = min(seconds, _BEAT)
        if seconds > 0:
            await _first_of(seconds, stop, wake, crew.changed)
        else:
            await asyncio.sleep(0)

    async def _drain(self) -> DispatchReport:
        """Serve until nothing more can be claimed and all is written."""
        crew = Crew(self._means)
        more = True
        try:
            while more or not crew.idle:
                while more and crew.free:
                    more = bool(await crew.start_more())
                    if crew.free < crew.batch:
                        break
                if not crew.idle:
                    await _first_of(_BEAT, crew.changed)
                more = more or bool(crew.unwritten)
                await crew.write()
        except BaseException:
            await self._stop(crew)
            raise
        return crew.report

    async def _stop(self, crew: Crew) -> None:
        """Let what is in flight end, write what came of it, and give the leases back."""
        await crew.finish(self._means.timing.stop)
        try:
            await crew.write()
        except (BotError, SQLAlchemyError, OSError) as error:
            # Their leases run out, and the next worker settles them.
            log.warning("dispatch.stopped_unwritten", reason=type(error).__name__)

    async def _now(self) -> datetime:
        async with self._means.db.read() as conn:
            return await self._means.db.now(conn)

    async def _until_next(self) -> float | None:
        """Give the seconds until something can next be sent; None when nothing is owed."""
        async with self._means.db.read() as conn:
            now = await self._means.db.now(conn)
            moment = await next_due(conn, now, self._means.senders)
        return None if moment is None else (moment - now).total_seconds()


async def _first_of(seconds: float, *events: asyncio.Event) -> None:
    """Wait until one of the events is set, at most so many seconds."""
    if any(event.is_set() for event in events):
        return
    waits = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
