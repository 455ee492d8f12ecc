"""The composition root: what one process is made of, which starts and stops in order."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import uuid
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime

import structlog

from bot import memory
from bot.assembly import open_engine, open_senders
from bot.clock import Clock, system_clock
from bot.delivery.composer import StoredComposer
from bot.delivery.dispatcher import Dispatcher, DispatchReport, Timing
from bot.engine import Engine
from bot.feeds.catalogue import load_catalogue, sync_catalogue
from bot.feeds.records import not_due
from bot.feeds.report import NO_NETWORK, PollReport
from bot.fronts import Front, load_fronts
from bot.ingest import owe_left_over
from bot.meeting import know_workspace, listen_on_console, until_answered
from bot.metrics import ENTRIES, POLLS
from bot.notices import OperatorNotices
from bot.retention import prune
from bot.schedule import Schedule
from bot.serving import build_app, serve
from bot.settings import Settings
from bot.storage import schema
from bot.storage.database import Database
from bot.subscriptions.digests import owe_digests
from bot.subscriptions.quiet import release_held
from bot.wakeups import DELIVERIES as DELIVERIES_DUE
from bot.wakeups import Wakeups
from bot.watch import Watch

log = structlog.get_logger(__name__)

DIGEST_TICK_SECONDS = 30.0
WEBSUB_TICK_SECONDS = 60.0
WATCH_TICK_SECONDS = 20.0
PRUNE_TICK_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class OnceReport:
    """What `run --once` did. `waiting` feeds were not due; the first of them is at `next_poll`."""

    polls: PollReport
    deliveries: DispatchReport
    waiting: int
    next_poll: datetime | None


class Runtime:
    """One process's parts. Made by `open_runtime`, which also takes them down again."""

    def __init__(
        self,
        engine: Engine,
        dispatcher: Dispatcher,
        fronts: Sequence[Front],
        wakeups: Wakeups,
        watch: Watch,
    ) -> None:
        self.engine = engine
        self.dispatcher = dispatcher
        self.fronts = fronts
        self._wakeups = wakeups
        self._watch = watch
        self._meeting = asyncio.Lock()

    async def once(self) -> OnceReport:
        """Poll every due feed once, send all that is due: alerts, and digests whose hour it is."""
        db = self.engine.db
        async with db.read() as conn:
            waiting, next_poll = await not_due(conn, await db.now(conn))
        polls = await self._poll()
        await self._digests()
        return OnceReport(polls, await self.dispatcher.dispatch_due(), waiting, next_poll)

    async def meet(self, stop: asyncio.Event) -> bool:
        """Ask Slack who the bot is until it answers; whether it did before `stop` was set.

        Raises SettingsError when Slack refuses the token.
        """
        async with self._meeting:
            if self.engine.slack.awaited:
                await until_answered(lambda: know_workspace(self.engine), stop)
            return not self.engine.slack.awaited

    async def work(self, stop: asyncio.Event) -> None:
        """Poll, dispatch and keep house until `stop` is set; then finish what is under way.

        Feeds are read at once; messages go out when Slack has said who the bot is.
        Raises SettingsError when Slack refuses the token.
        """
        memory.settle()
        schedule = Schedule()
        poll_seconds = self.engine.settings.exportnews_poll_seconds
        schedule.every(poll_seconds, "poll", self._poll)
        schedule.every(DIGEST_TICK_SECONDS, "digests", self._digests)
        schedule.every(WEBSUB_TICK_SECONDS, "websub", self.engine.websub.renew)
        schedule.every(WATCH_TICK_SECONDS, "watch", self._watch.look)
        schedule.every(PRUNE_TICK_SECONDS, "prune", self._prune)
        schedule.start()
        try:
            if await self.meet(stop):
                await self._watch.started()
                await self.dispatcher.run(stop, tick=poll_seconds, wakeups=self._wakeups)
        finally:
            seconds = self.engine.settings.exportnews_shutdown_seconds
            await asyncio.gather(schedule.stop(seconds), self.engine.poller.finish(seconds))

    async def serve(
        self,
        host: str,
        port: int,
        stop: asyncio.Event,
        *,
        only: Collection[str] | None = None,
        told: Callable[[str], None] | None = None,
    ) -> None:
        """Serve HTTP until `stop` is set; `only` these paths, or all.

        `told` hears the address once it answers. Raises SettingsError when it cannot be had.
        """
        routes = [
            route
            for front in self.fronts
            for route in front.routes
            if only is None or getattr(route, "path", None) in only
        ]
        seconds = self.engine.settings.exportnews_shutdown_seconds
        answers = [front.not_found for front in self.fronts if front.not_found and only is None]
        app = build_app(routes, not_found=next(iter(answers), None))
        async with serve(app, host=host, port=port, stop_seconds=seconds) as address:
            if told is not None:
                told(address)
            await stop.wait()

    async def connect(self) -> bool:
        """Open the fronts' own connections (Socket Mode); whether any was opened.

        Raises SettingsError when a platform refuses the credentials, DeliveryError when it is away.
        """
        return any([await front.connect() for front in self.fronts])

    async def _poll(self) -> PollReport:
        report = await self.engine.poller.poll_due()
        POLLS.labels("done").inc(report.polled - report.failed)
        POLLS.labels("failed").inc(report.failed)
        ENTRIES.inc(report.new)
        if report.polled == report.failed > 1:
            log.warning("poll.nothing_read", reason=f"No feed could be read; {NO_NETWORK}")
        if report.deliveries:
            self._wakeups.wake(DELIVERIES_DUE)
        return report

    async def _digests(self) -> None:
        async with self.engine.db.write() as conn:
            now = await self.engine.db.now(conn)
            owed = await owe_left_over(conn, now)
            owed += await release_held(conn, now) + await owe_digests(conn, now)
        if owed:
            self._wakeups.wake(DELIVERIES_DUE)

    async def _prune(self) -> None:
        await prune(self.engine.db, self.engine.settings)


@asynccontextmanager
async def open_runtime(
    settings: Settings,
    *,
    clock: Clock | None = None,
    catalogue: bool = True,
    meet: bool = True,
) -> AsyncIterator[Runtime]:
    """Put the process together, and take it down in reverse order at the end.

    `catalogue`: bring the feeds of the catalogue into the database first. `meet`: ask Slack who
    the bot is first; without it the caller does (`Runtime.meet`). Raises a BotError when a
    setting, the database or Slack's credentials will not do, or when Slack is away.
    """
    async with AsyncExitStack() as stack:
        db = Database(settings.database_url, clock=clock)
        stack.push_async_callback(db.close)
        await (schema.upgrade(db) if settings.uses_sqlite else schema.check(db))
        worker = f"{socket.gethostname()[:20]}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        notices = OperatorNotices(settings.exportnews_operator_channel, now=db.now)
        engine = await open_engine(stack, settings, db, clock or system_clock, notices, worker)
        if meet:
            await know_workspace(engine)
        await listen_on_console(engine)
        if catalogue:
            async with db.write() as conn:
                await sync_catalogue(
                    conn, load_catalogue(settings.exportnews_catalogue), await db.now(conn)
                )
        dispatcher = Dispatcher(
            db,
            await open_senders(stack, engine),
            StoredComposer(engine.taxonomy),
            worker=worker,
            vault=engine.vault,
            timing=Timing(stop=settings.exportnews_shutdown_seconds),
            unknown=settings.exportnews_unknown_outcome,
            tell=notices.tell,
        )
        fronts = load_fronts(engine)
        for front in fronts:
            stack.push_async_callback(front.close)
        wakeups = await stack.enter_async_context(Wakeups(db))
        watch = Watch(db, notices.tell, engine.clock)
        yield Runtime(engine, dispatcher, fronts, wakeups, watch)
    log.info("process.stopped")


def stop_on_signals() -> asyncio.Event:
    """Give an event that SIGTERM and SIGINT set."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        with suppress(NotImplementedError):  # Windows; there Ctrl+C ends the process
            loop.add_signal_handler(number, stop.set)
    return stop
