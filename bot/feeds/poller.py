"""The poller: due feeds to stored new entries, and what they cause.

Any number of workers may poll one database. A feed is claimed with a lease, fetched and parsed
outside any transaction, and everything that a poll brings (entries, matches, stories, deliveries,
the feed's own bookkeeping) is written in one transaction.
"""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Generic, TypeVar

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import FeedError, StorageError
from bot.feeds import outcomes, records
from bot.feeds.addresses import shown
from bot.feeds.bookkeeper import Bookkeeper
from bot.feeds.cadence import is_catch_up, is_flood
from bot.feeds.documents import ParseTask, address_to_ask
from bot.feeds.fetcher import Document, Fetcher, Request
from bot.feeds.identity import Identified, IdRule, choose_rule, identify
from bot.feeds.intake import Survey, add_keys, keep, survey, titled
from bot.feeds.model import NewEntries, ParsedFeed
from bot.feeds.parsing import ParserPool
from bot.feeds.ports import Ingest, Notify, Prepare
from bot.feeds.records import FeedState, LeaseLost
from bot.feeds.sources import wants_next_page
from bot.storage import dialects
from bot.storage.database import Database, is_passing

log = structlog.get_logger(__name__)

P = TypeVar("P")

CONCURRENCY = 32
MAX_PAGES = 20
_LOOK_AGAIN_SECONDS = 5.0
_IN_THREAD_ABOVE = 200


@dataclass(frozen=True, slots=True)
class PollReport:
    """What polling did. `unchanged` and `failed` are among the `polled`."""

    polled: int = 0
    failed: int = 0
    unchanged: int = 0
    new: int = 0
    edited: int = 0
    deliveries: int = 0

    def __add__(self, other: PollReport) -> PollReport:
        return PollReport(
            self.polled + other.polled,
            self.failed + other.failed,
            self.unchanged + other.unchanged,
            self.new + other.new,
            self.edited + other.edited,
            self.deliveries + other.deliveries,
        )


class Poller(Generic[P]):
    """Polls feeds. `worker` names this process in its leases."""

    def __init__(
        self,
        db: Database,
        fetcher: Fetcher,
        *,
        prepare: Prepare[P],
        ingest: Ingest[P],
        notify: Notify,
        worker: str,
        parser: ParserPool | None = None,
        concurrency: int = CONCURRENCY,
        rng: random.Random | None = None,
    ) -> None:
        self._db = db
        self._fetcher = fetcher
        self._prepare = prepare
        self._ingest = ingest
        self._notify = notify
        self._worker = worker
        self._parser = parser or ParserPool()
        self._concurrency = concurrency
        self._rng = rng or random.Random()  # noqa: S311 - spreads requests, keeps no secret
        self._books = Bookkeeper(db, self._rng)
        self._under_way: dict[asyncio.Task[PollReport], FeedState] = {}
        self._stopping = False

    async def poll_due(self, limit: int | None = None) -> PollReport:
        """Poll every feed that is due, or `limit` of them; one that fails disturbs no other.

        Raises StorageError or SQLAlchemy's errors when the database is away.
        """
        report = PollReport()
        waiting: set[asyncio.Task[PollReport]] = set()
        left = limit
        while not self._stopping:
            claimed = []
            if left != 0 and len(waiting) <= self._concurrency:  # many at a time: claims cost
                free = self._concurrency * 2 - len(waiting)
                claimed = await self._claim(free if left is None else min(free, left))
            left = None if left is None else left - len(claimed)
            waiting |= {self._start(state) for state in claimed}
            if not waiting:
                break
            # One slow feed must not keep others waiting that have come due meanwhile.
            done, waiting = await asyncio.wait(
                waiting, timeout=_LOOK_AGAIN_SECONDS, return_when=asyncio.FIRST_COMPLETED
            )
            report = sum((task.result() for task in done), report)
        if waiting:
            done, _ = await asyncio.wait(waiting)
            report = sum((t.result() for t in done if not t.cancelled()), report)
        return report

    async def poll_feed(self, feed_id: int) -> PollReport:
        """Poll one active feed now, due or not; an empty report when another worker has it."""
        async with self._db.write() as conn:
            now = await self._db.now(conn)
            state = await records.claim_one(conn, feed_id, now, self._worker)
        return PollReport() if state is None else await self._start(state)

    async def take_pushed(self, feed_id: int, body: bytes, content_type: str) -> PollReport:
        """Take in a document that a hub has pushed (WebSub), as if it had been polled."""
        async with self._db.write() as conn:
            now = await self._db.now(conn)
            state = await records.claim_one(conn, feed_id, now, self._worker)
        if state is None:
            return PollReport()
        document = Document(state.record.url, 200, body, content_type=content_type)
        return await self._guarded(state, document)

    async def finish(self, seconds: float) -> None:
        """Claim no more, let what is under way end within `seconds`, then give the rest back."""
        self._stopping = True
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=seconds)
        left = dict(self._under_way)
        for task in left:
            task.cancel()
        if left:
            await asyncio.wait(left)
            async with self._db.write() as conn:
                await records.release(conn, [(s.record.id, s.claim) for s in left.values()])
        self._parser.close()

    async def _claim(self, limit: int) -> list[FeedState]:
        async with self._db.write() as conn:
            now = await self._db.now(conn)
            return await records.claim_due(conn, now, self._worker, limit)

    def _start(self, state: FeedState) -> asyncio.Task[PollReport]:
        task = asyncio.create_task(self._guarded(state), name=f"poll feed {state.record.id}")
        self._under_way[task] = state
        task.add_done_callback(lambda ended: self._under_way.pop(ended, None))
        return task

    async def _guarded(self, state: FeedState, pushed: Document | None = None) -> PollReport:
        """Poll one feed; whatever happens is written down, and nothing gets out."""
        try:
            return await self._poll(state, pushed)
        except LeaseLost:
            log.warning("feeds.lease_lost", feed=state.record.id)
            return PollReport(polled=1)
        except FeedError as error:
            failure = error
        except (SQLAlchemyError, StorageError) as error:
            log.warning(
                "feeds.not_stored",
                feed=state.record.id,
                reason=type(error).__name__,
                passing=is_passing(error),
                exc_info=not is_passing(error),
            )
            failure = FeedError("Its entries could not be stored; the log says why.")
        except Exception:  # one feed must not stop the others
            log.exception("feeds.poll_broke", feed=state.record.id)
            failure = FeedError("Its entries could not be processed; the log says why.")
        return await self._fail(state, failure)

    async def _poll(self, state: FeedState, pushed: Document | None) -> PollReport:
        """Fetch, parse, keep the new, understand it, owe deliveries, commit."""
        document = pushed or await self._fetch(state)
        if document.unchanged or (document.sha256 and document.sha256 == state.body_hash):
            return await self._unchanged(state, document)
        parsed = await self._parse(state, document)
        rule, found = await self._identify(state, parsed)
        seen = Survey(found)
        if state.baseline_at is not None:
            async with self._db.read() as conn:
                seen = await survey(conn, state.record, found, rule)
        prepared = await self._prepare(state.record, [one.entry for one in seen.wanted])
        pairs = list(zip(seen.wanted, prepared, strict=True))
        async with self._db.write() as conn:
            if pairs:
                await dialects.serialise_ingest(conn)
            report = await self._store(conn, state, document, parsed, seen, pairs, rule)
        log.info(
            "feeds.polled",
            feed=state.record.id,
            new=report.new,
            edited=report.edited,
            history=state.baseline_at is None,
        )
        return report

    async def _fetch(self, state: FeedState) -> Document:
        credentials = self._fetcher.open_credentials(state.credentials, state.credentials_env)
        return await self._fetcher.fetch(
            Request(
                url=address_to_ask(state.record.url, state.record.kind),
                etag=state.etag,
                last_modified=state.last_modified,
                credentials=credentials,
            )
        )

    async def _parse(self, state: FeedState, document: Document) -> ParsedFeed:
        """Parse the document; of a source with pages, also the older ones since the last time."""
        parsed = page = await self._parser.parse(self._task(state, document))
        for _ in range(MAX_PAGES - 1):
            if not wants_next_page(page, state.last_success_at):
                break
            older = await self._fetcher.fetch(Request(url=page.next_url))
            page = await self._parser.parse(self._task(state, older))
            parsed = replace(parsed, entries=parsed.entries + page.entries)
        return parsed

    @staticmethod
    def _task(state: FeedState, document: Document) -> ParseTask:
        return ParseTask(
            document.body, document.url, state.record.kind, document.content_type, state.select
        )

    @staticmethod
    async def _identify(
        state: FeedState, parsed: ParsedFeed
    ) -> tuple[IdRule, tuple[Identified, ...]]:
        def work() -> tuple[IdRule, tuple[Identified, ...]]:
            entries = [titled(entry) for entry in parsed.entries]
            rule = state.id_rule or choose_rule(entries)
            record = state.record
            return rule, identify(
                entries, publication_id=record.publication_id, feed_id=record.id, rule=rule
            )

        if len(parsed.entries) > _IN_THREAD_ABOVE:
            return await asyncio.to_thread(work)
        return work()

    async def _store(
        self,
        conn: AsyncConnection,
        state: FeedState,
        document: Document,
        parsed: ParsedFeed,
        seen: Survey,
        pairs: list[tuple[Identified, P]],
        rule: IdRule,
    ) -> PollReport:
        now = await self._db.now(conn)
        history = state.baseline_at is None
        batch = await keep(conn, state.record, pairs, rule, now, history=history)
        await add_keys(conn, seen.aliases)
        if not history and batch.new:
            batch = self._judge(batch, state, now)
        deliveries = 0
        if batch.new or batch.edited:
            deliveries = (await self._ingest(conn, state.record, batch)).deliveries
        after = outcomes.after_document(
            state,
            document,
            parsed,
            [one.entry for one in batch.new],
            rule="link" if seen.unstable_guids else rule,
            flood=batch.flood,
            now=now,
            rng=self._rng,
        )
        await self._write_down(conn, state, after, now)
        if deliveries:
            await dialects.wake(conn, "deliveries")
        return PollReport(
            polled=1, new=len(batch.new), edited=len(batch.edited), deliveries=deliveries
        )

    @staticmethod
    def _judge(batch: NewEntries[P], state: FeedState, now: datetime) -> NewEntries[P]:
        """Tell what was missed in an outage, and a flood, from the usual."""
        count = len(batch.new)
        if is_catch_up(count, state.last_success_at, state.record.every, now):
            return replace(batch, catch_up=True)
        return replace(batch, flood=is_flood(count, state.rhythm.published))

    async def _unchanged(self, state: FeedState, document: Document) -> PollReport:
        outcome = await self._books.unchanged(state, document)
        if outcome is not None:
            async with self._db.write() as conn:
                await self._write_down(conn, state, outcome, await self._db.now(conn))
        return PollReport(polled=1, unchanged=1)

    async def _fail(self, state: FeedState, error: FeedError) -> PollReport:
        log.warning(
            "feeds.failed",
            feed=state.record.id,
            url=shown(state.record.url),
            reason=str(error),
            detail=error.detail,
        )
        try:
            async with self._db.write() as conn:
                now = await self._db.now(conn)
                after = outcomes.after_failure(state, error, now, self._rng)
                await self._write_down(conn, state, after, now)
        except (SQLAlchemyError, StorageError, LeaseLost) as trouble:
            # The lease ends by itself, and another poll will find the same.
            log.warning(
                "feeds.failure_not_stored", feed=state.record.id, reason=type(trouble).__name__
            )
        return PollReport(polled=1, failed=1)

    async def _write_down(
        self,
        conn: AsyncConnection,
        state: FeedState,
        after: outcomes.Outcome,
        now: datetime,
    ) -> None:
        values, notices = after.values, after.notices
        if after.moves_to and await records.is_taken(conn, after.moves_to):
            values = {name: value for name, value in values.items() if name != "url"}
            notices = tuple(notice for notice in notices if notice.kind != "moved")
        for notice in notices:
            await self._notify(conn, notice)
        await records.save(conn, state, now, values)
