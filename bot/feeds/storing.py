"""What a document brings, into the database: in one transaction, or in parts where it is large.

Each part is committed with all that it causes, and the feed's own bookkeeping with the last. So a
worker that dies between two parts loses nothing and repeats nothing: the next poll reads the
document again and finds the first parts known.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Generic, TypeVar

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.feeds import outcomes, records
from bot.feeds.cadence import is_catch_up, is_flood
from bot.feeds.entry_rows import add_keys
from bot.feeds.fetcher import Document
from bot.feeds.identity import Identified, IdRule, choose_rule, identify
from bot.feeds.intake import Survey, keep, survey, titled
from bot.feeds.model import NewEntries, ParsedFeed
from bot.feeds.ports import Ingest, Notify, Prepare
from bot.feeds.recognition import Reader
from bot.feeds.records import FeedState
from bot.feeds.report import PollReport
from bot.storage import dialects
from bot.storage.database import Database

log = structlog.get_logger(__name__)

P = TypeVar("P")

PART = 100
"""Entries that one transaction takes in: others wait for it a second or two at most."""


@dataclass(frozen=True, slots=True)
class _Manner:
    """How the entries of a document are told of (see `NewEntries`)."""

    catch_up: bool = False
    flood: bool = False


@dataclass(slots=True)
class _Brought:
    """What the parts of a document brought so far: the times of its news, and the counts."""

    published: list[datetime]
    report: PollReport


class Storeroom(Generic[P]):
    """Takes in what documents bring."""

    def __init__(
        self,
        db: Database,
        *,
        prepare: Prepare[P],
        ingest: Ingest[P],
        notify: Notify,
        rng: random.Random,
    ) -> None:
        self._db = db
        self._prepare = prepare
        self._ingest = ingest
        self._notify = notify
        self._rng = rng

    async def take(self, state: FeedState, document: Document, parsed: ParsedFeed) -> PollReport:
        """Keep the new entries of a document, understand them, owe deliveries, commit.

        Raises LeaseLost when another worker took the feed over.
        """
        rule, found = await _identified(state, parsed)
        seen, manner = await self._survey(state, rule, found)
        brought = _Brought([], PollReport(polled=1))
        *earlier, last = _parts(seen.wanted)
        for part in earlier:
            await self._take_part(state, rule, part, manner, brought)
        await self._take_last(state, rule, last, manner, brought, document, parsed, seen)
        log.info(
            "feeds.polled",
            feed=state.record.id,
            new=brought.report.new,
            edited=brought.report.edited,
            history=state.baseline_at is None,
        )
        return brought.report

    async def _survey(
        self, state: FeedState, rule: IdRule, found: tuple[Identified, ...]
    ) -> tuple[Survey, _Manner]:
        """Say what of a document is wanted; of a first one that is small, simply all of it."""
        if state.baseline_at is None and len(found) <= PART:
            return Survey(found), _Manner()
        async with self._db.read() as conn:
            now = await self._db.now(conn)
            seen = await survey(conn, _reader(state, rule, now), found)
        return seen, _manner(state, seen.news, now)

    async def _take_part(
        self,
        state: FeedState,
        rule: IdRule,
        part: Sequence[Identified],
        manner: _Manner,
        brought: _Brought,
    ) -> None:
        pairs = await self._prepared(state, part)
        async with self._db.write() as conn:
            await dialects.serialise_ingest(conn)
            now = await self._db.now(conn)
            await records.hold(conn, state, now)
            reader = _reader(state, rule, now)
            await self._keep(conn, reader, pairs, manner, brought, more=True)

    async def _take_last(
        self,
        state: FeedState,
        rule: IdRule,
        part: Sequence[Identified],
        manner: _Manner,
        brought: _Brought,
        document: Document,
        parsed: ParsedFeed,
        seen: Survey,
    ) -> None:
        pairs = await self._prepared(state, part)
        async with self._db.write() as conn:
            if pairs:
                await dialects.serialise_ingest(conn)
            now = await self._db.now(conn)
            reader = _reader(state, rule, now)
            await self._keep(conn, reader, pairs, manner, brought, more=False)
            await add_keys(conn, seen.aliases)
            after = outcomes.after_document(
                state,
                document,
                parsed,
                brought.published,
                rule="link" if seen.unstable_guids else rule,
                flood=manner.flood,
                now=now,
                rng=self._rng,
            )
            await write_down(conn, self._notify, state, after, now)
            if brought.report.deliveries:
                await dialects.wake(conn, "deliveries")

    async def _prepared(
        self, state: FeedState, part: Sequence[Identified]
    ) -> list[tuple[Identified, P]]:
        prepared = await self._prepare(state.record, [one.entry for one in part])
        return list(zip(part, prepared, strict=True))

    async def _keep(
        self,
        conn: AsyncConnection,
        reader: Reader,
        pairs: Sequence[tuple[Identified, P]],
        manner: _Manner,
        brought: _Brought,
        *,
        more: bool,
    ) -> None:
        batch: NewEntries[P] = await keep(conn, reader, pairs)
        if not batch.history:
            batch = replace(batch, catch_up=manner.catch_up, flood=manner.flood, more=more)
        deliveries = 0
        if batch.new or batch.edited:
            deliveries = (await self._ingest(conn, reader.feed, batch)).deliveries
        brought.published += outcomes.times_of([one.entry for one in batch.new], reader.now)
        brought.report += PollReport(
            new=len(batch.new), edited=len(batch.edited), deliveries=deliveries
        )


async def write_down(
    conn: AsyncConnection,
    notify: Notify,
    state: FeedState,
    after: outcomes.Outcome,
    now: datetime,
) -> None:
    """Write a poll's outcome into the feed's row and tell the operators what calls for it."""
    values, notices = after.values, after.notices
    if after.moves_to and await records.is_taken(conn, after.moves_to):
        values = {name: value for name, value in values.items() if name != "url"}
        notices = tuple(notice for notice in notices if notice.kind != "moved")
    for notice in notices:
        await notify(conn, notice)
    await records.save(conn, state, now, values)


async def _identified(
    state: FeedState, parsed: ParsedFeed
) -> tuple[IdRule, tuple[Identified, ...]]:
    def work() -> tuple[IdRule, tuple[Identified, ...]]:
        entries = [titled(entry) for entry in parsed.entries if entry.says_something]
        rule = state.id_rule or choose_rule(entries)
        record = state.record
        return rule, identify(
            entries, publication_id=record.publication_id, feed_id=record.id, rule=rule
        )

    return await asyncio.to_thread(work) if len(parsed.entries) > PART else work()


def _reader(state: FeedState, rule: IdRule, now: datetime) -> Reader:
    return Reader(state.record, rule, state.baseline_at, now)


def _manner(state: FeedState, news: int, now: datetime) -> _Manner:
    """Tell what was missed in an outage, and a flood, from the usual."""
    if not news:
        return _Manner()
    if is_catch_up(news, state.last_success_at, state.record.every, now):
        return _Manner(catch_up=True)
    return _Manner(flood=is_flood(news, state.rhythm.published))


def _parts(wanted: Sequence[Identified]) -> Iterator[Sequence[Identified]]:
    """Give the entries in parts, the last in the document first, for it lists the newest first.

    There is always one part, if an empty one.
    """
    first = len(wanted)
    while first > PART:
        yield wanted[first - PART : first]
        first -= PART
    yield wanted[:first]
