"""The composition root: settings become objects, which start and stop in order."""

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
from bot.clock import Clock, system_clock
from bot.commands.service import Commands
from bot.delivery.composer import StoredComposer
from bot.delivery.dispatcher import Dispatcher, DispatchReport, Timing
from bot.delivery.model import Sender
from bot.delivery.senders.console import ConsoleSender
from bot.delivery.senders.slack import SlackSender
from bot.delivery.senders.teams import TeamsSender
from bot.delivery.senders.webhook import WebhookSender
from bot.engine import Engine
from bot.errors import DeliveryError
from bot.feeds.catalogue import load_catalogue, sync_catalogue
from bot.feeds.fetcher import Fetcher
from bot.feeds.poller import Poller
from bot.feeds.records import not_due
from bot.feeds.report import NO_NETWORK, PollReport
from bot.feeds.websub import WebSub
from bot.fronts import Front, load_fronts
from bot.ingest import NewsIngest, owe_left_over
from bot.installations import SlackIdentity, SlackInstallations
from bot.metrics import ENTRIES, POLLS
from bot.news.analyst import Analyst
from bot.news.taxonomy import load_taxonomy
from bot.notices import OperatorNotices
from bot.retention import prune
from bot.schedule import Schedule
from bot.search.search import Search
from bot.serving import build_app, serve
from bot.settings import Settings
from bot.storage import schema
from bot.storage.database import Database
from bot.storage.secrets import Vault
from bot.subscriptions.digests import owe_digests
from bot.subscriptions.model import Actor, ChannelRef
from bot.subscriptions.quiet import release_held
from bot.subscriptions.service import Subscriptions
from bot.teams.account import TeamsAccount
from bot.teams.conversations import Conversations
from bot.wakeups import DELIVERIES as DELIVERIES_DUE
from bot.wakeups import Wakeups
from bot.watch import Watch

log = structlog.get_logger(__name__)

CONSOLE = ChannelRef("console", "console", "console", "console")
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

    async def once(self) -> OnceReport:
        """Poll every due feed once, send all that is due: alerts, and digests whose hour it is."""
        db = self.engine.db
        async with db.read() as conn:
            waiting, next_poll = await not_due(conn, await db.now(conn))
        polls = await self._poll()
        await self._digests()
        return OnceReport(polls, await self.dispatcher.dispatch_due(), waiting, next_poll)

    async def work(self, stop: asyncio.Event) -> None:
        """Poll, dispatch and keep house until `stop` is set; then finish what is under way."""
        await self._watch.started()
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
        app = build_app(routes)
        async with serve(app, host=host, port=port, stop_seconds=seconds) as address:
            if told is not None:
                told(address)
            await stop.wait()

    async def connect(self) -> bool:
        """Open the fronts' own connections (Socket Mode); whether any was opened."""
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
    stop: asyncio.Event | None = None,
) -> AsyncIterator[Runtime]:
    """Put the process together, and take it down in reverse order at the end.

    `catalogue`: bring the feeds of the catalogue into the database first. `stop`: wait for a
    Slack that cannot be reached until this is set. Raises a BotError when a setting, the
    database or Slack's credentials will not do, or when Slack is away and nobody waits.
    """
    async with AsyncExitStack() as stack:
        db = Database(settings.database_url, clock=clock)
        stack.push_async_callback(db.close)
        await (schema.upgrade(db) if settings.uses_sqlite else schema.check(db))
        worker = f"{socket.gethostname()[:20]}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        notices = OperatorNotices(settings.exportnews_operator_channel, now=db.now)
        engine = await _open_engine(stack, settings, db, clock or system_clock, notices, worker)
        await _know_workspace(engine, stop)
        if catalogue:
            async with db.write() as conn:
                await sync_catalogue(
                    conn, load_catalogue(settings.exportnews_catalogue), await db.now(conn)
                )
        dispatcher = Dispatcher(
            db,
            await _senders(stack, engine),
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


async def _open_engine(
    stack: AsyncExitStack,
    settings: Settings,
    db: Database,
    clock: Clock,
    notices: OperatorNotices,
    worker: str,
) -> Engine:
    vault = Vault(settings.exportnews_secret_key)
    taxonomy = load_taxonomy(settings.exportnews_taxonomy)
    search = Search(db, taxonomy)
    subscriptions = Subscriptions(db, taxonomy, vault=vault)
    fetcher = await stack.enter_async_context(Fetcher.from_settings(settings, vault))
    news = NewsIngest(db, Analyst(taxonomy))
    poller = Poller(
        db, fetcher, prepare=news.prepare, ingest=news.ingest, notify=notices, worker=worker
    )
    stack.push_async_callback(poller.finish, settings.exportnews_shutdown_seconds)
    return Engine(
        settings=settings,
        db=db,
        clock=clock,
        vault=vault,
        taxonomy=taxonomy,
        search=search,
        subscriptions=subscriptions,
        commands=Commands(db, taxonomy, search, subscriptions),
        slack=await stack.enter_async_context(SlackInstallations(settings, db, vault)),
        teams=await stack.enter_async_context(TeamsAccount(settings, db)),
        conversations=Conversations(db, subscriptions),
        poller=poller,
        websub=WebSub(db, fetcher, vault, settings.exportnews_public_url),
    )


async def _know_workspace(engine: Engine, stop: asyncio.Event | None) -> None:
    """Ask Slack who the bot is; without Slack and Teams, let the terminal have the alerts."""
    if engine.settings.slack_bot_token is not None:
        who = await _identify(engine.slack, stop)
        await engine.subscriptions.install("slack", who.workspace, who.workspace_name)
    elif not engine.slack.configured and not engine.teams.configured:
        topics = [topic.id for topic in engine.taxonomy.topics]
        await _listen_on_console(engine.subscriptions, topics)


async def _identify(slack: SlackInstallations, stop: asyncio.Event | None) -> SlackIdentity:
    pause = 2.0
    while True:
        try:
            return await slack.identify()
        except DeliveryError as error:
            if stop is None or stop.is_set():
                raise
            log.warning("slack.away", reason=str(error), again_in_seconds=pause)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), pause)
            pause = min(pause * 2, 60.0)


async def _listen_on_console(subscriptions: Subscriptions, topics: list[str]) -> None:
    """Without Slack the console gets every topic, until somebody has chosen."""
    if await subscriptions.settings(CONSOLE) is None:
        await subscriptions.install("console", CONSOLE.workspace, "This terminal")
        await subscriptions.subscribe(CONSOLE, Actor("cli", "exportnews"), topics)


async def _senders(stack: AsyncExitStack, engine: Engine) -> dict[str, Sender]:
    private = engine.settings.exportnews_allow_private_network
    senders: dict[str, Sender] = {
        "slack": SlackSender(engine.slack),
        "console": ConsoleSender(),
        "webhook": await stack.enter_async_context(WebhookSender(allow_private=private)),
    }
    # Without credentials Teams' channels are left to workers that have them.
    return senders | ({"teams": TeamsSender(engine.teams)} if engine.teams.configured else {})


def stop_on_signals() -> asyncio.Event:
    """Give an event that SIGTERM and SIGINT set."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        with suppress(NotImplementedError):  # Windows; there Ctrl+C ends the process
            loop.add_signal_handler(number, stop.set)
    return stop
