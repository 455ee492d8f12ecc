"""The poller: due feeds to stored new entries, and what they cause.

Any number of workers may poll one database. A feed is claimed with a lease, fetched and parsed
outside any transaction; what it brings is written by `bot.feeds.storing`.
"""

from __future__ import annotations

import asyncio
import random
from collections import deque
from dataclasses import replace
from typing import Generic, TypeVar

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.errors import FeedError, StorageError
from bot.feeds import outcomes, records
from bot.feeds.addresses import shown
from bot.feeds.bookkeeper import Bookkeeper
from bot.feeds.documents import ParseTask, address_to_ask
from bot.feeds.federal_register import wants_next_page
from bot.feeds.fetcher import Document, Fetcher, Request
from bot.feeds.parsing import ParserPool
from bot.feeds.ports import Ingest, Notify, Prepare
from bot.feeds.reading import Owner, Reading, identified
from bot.feeds.records import FeedState, LeaseLost
from bot.feeds.report import PollReport
from bot.feeds.storing import Storeroom
from bot.storage.database import Database, is_passing

log = structlog.get_logger(__name__)

P = TypeVar("P")

CONCURRENCY = 32
CLAIMED = 192
"""Feeds that are claimed at once: a claim costs as much as several polls that bring nothing."""

RENEW_SECONDS = 15.0
"""How often claims are renewed, whose lease is a minute."""

MAX_PAGES = 20
_LOOK_AGAIN_SECONDS = 5.0


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
        self._worker = worker
        self._parser = parser or ParserPool()
        self._concurrency = concurrency
        self._rng = rng or random.Random()  # noqa: S311 - spreads requests, keeps no secret
        self._books = Bookkeeper(db, notify)
        self._storeroom = Storeroom(
            db, prepare=prepare, ingest=ingest, notify=notify, rng=self._rng
        )
        self._claimed: deque[FeedState] = deque()
        self._under_way: dict[asyncio.Task[PollReport], FeedState] = {}
        self._beat: asyncio.Task[None] | None = None
        self._stopping = False

    async def poll_due(self, limit: int | None = None) -> PollReport:
        """Poll every feed that is due, or `limit` of them; one that fails disturbs no other.

        Raises StorageError or SQLAlchemy's errors when the database is away.
        """
        report = PollReport()
        waiting: set[asyncio.Task[PollReport]] = set()
        left = limit
        while not self._stopping:
            if not self._claimed and left != 0 and len(waiting) <= self._concurrency:
                self._claimed += await self._claim(CLAIMED if left is None else min(CLAIMED, left))
                left = None if left is None else left - len(self._claimed)
            while self._claimed and len(waiting) < self._concurrency * 2:
                waiting.add(self._start(self._claimed.popleft()))
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
        await asyncio.gather(*left, return_exceptions=True)
        await asyncio.gather(self._storeroom.finish(), self._books.finish())
        unpolled = [*left.values(), *self._claimed]
        self._claimed.clear()
        if unpolled:
            async with self._db.write() as conn:
                await records.release(conn, [(s.record.id, s.claim) for s in unpolled])
        if self._beat is not None:
            self._beat.cancel()
        self._parser.close()

    async def _claim(self, limit: int) -> list[FeedState]:
        async with self._db.write() as conn:
            now = await self._db.now(conn)
            return await records.claim_due(conn, now, self._worker, limit)

    def _start(self, state: FeedState) -> asyncio.Task[PollReport]:
        task = asyncio.create_task(self._guarded(state), name=f"poll feed {state.record.id}")
        self._under_way[task] = state
        task.add_done_callback(lambda ended: self._under_way.pop(ended, None))
        if self._beat is None or self._beat.done():
            self._beat = asyncio.create_task(self._renew(), name="renew claims")
        return task

    async def _renew(self) -> None:
        """Renew the claims of what is under way or waits for its turn, as long as there is any."""
        while self._under_way or self._claimed:
            await asyncio.sleep(RENEW_SECONDS)
            states = [*self._under_way.values(), *self._claimed]
            if not states:
                return
            try:
                async with self._db.write() as conn:
                    await records.renew(conn, states, await self._db.now(conn))
            except (SQLAlchemyError, StorageError) as error:
                # Whoever takes a feed over meanwhile is safe: what is written checks its claim.
                log.warning("feeds.claims_not_renewed", reason=type(error).__name__)

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
        reading = await self._read(state, document)
        return await self._storeroom.take(state, document, reading)

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

    async def _read(self, state: FeedState, document: Document) -> Reading:
        """Read the document; of a source with pages, also the older ones since the last time."""
        owner = Owner(state.record.publication_id, state.record.id, state.id_rule)
        reading = await self._parser.read(self._task(state, document), owner)
        pages = [reading.parsed]
        while len(pages) < MAX_PAGES and wants_next_page(pages[-1], state.last_success_at):
            older = await self._fetcher.fetch(Request(url=pages[-1].next_url))
            pages.append(await self._parser.parse(self._task(state, older)))
        if len(pages) == 1:
            return reading
        entries = tuple(entry for page in pages for entry in page.entries)
        return await asyncio.to_thread(identified, replace(pages[0], entries=entries), owner)

    @staticmethod
    def _task(state: FeedState, document: Document) -> ParseTask:
        return ParseTask(
            document.body, document.url, state.record.kind, document.content_type, state.select
        )

    async def _unchanged(self, state: FeedState, document: Document) -> PollReport:
        await self._books.note(
            state, lambda now: outcomes.after_unchanged(state, document, now, self._rng)
        )
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
            await self._books.note(
                state, lambda now: outcomes.after_failure(state, error, now, self._rng)
            )
        except (SQLAlchemyError, StorageError) as trouble:
            # The lease ends by itself, and another poll will find the same.
            log.warning(
                "feeds.failure_not_stored", feed=state.record.id, reason=type(trouble).__name__
            )
        return PollReport(polled=1, failed=1)
