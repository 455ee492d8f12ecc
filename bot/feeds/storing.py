"""What documents bring, into the database: with all that it causes, in one transaction.

Small documents of several feeds share one; a large document takes several, a part in each. The
feed's own bookkeeping comes with the last part, so a worker that dies between two parts loses
nothing and repeats nothing: the next poll reads the document again and finds the first parts known.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Generic, TypeVar

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.feeds import outcomes, records
from bot.feeds.bookkeeper import write_down
from bot.feeds.cadence import is_catch_up, is_flood
from bot.feeds.entry_rows import add_keys
from bot.feeds.fetcher import Document
from bot.feeds.group_commit import GroupCommit
from bot.feeds.identity import Identified, IdRule
from bot.feeds.intake import Survey, Taking, keep, survey
from bot.feeds.model import NewEntries, ParsedFeed
from bot.feeds.ports import Ingest, Notify, Prepare
from bot.feeds.reading import Reading
from bot.feeds.recognition import Reader
from bot.feeds.records import FeedState, LeaseLost
from bot.feeds.report import PollReport
from bot.storage import dialects
from bot.storage.database import Database

log = structlog.get_logger(__name__)

P = TypeVar("P")

PART = 100
"""Entries of one document that one transaction takes in: others wait for it a second or two."""

TOGETHER = 200
"""Entries of several documents that one transaction takes in."""

TOGETHER_AT_MOST = 1_600
"""The same, while such transactions are quick: each costs as much as storing a hundred entries."""


@dataclass(frozen=True, slots=True)
class _Manner:
    """How the entries of a document are told of (see `NewEntries`)."""

    catch_up: bool = False
    flood: bool = False


@dataclass(frozen=True, slots=True)
class _Brought:
    """What a document brought so far: the times of its news, and the counts."""

    report: PollReport
    published: list[datetime] = field(default_factory=list)

    def __add__(self, other: _Brought) -> _Brought:
        return _Brought(self.report + other.report, self.published + other.published)


@dataclass(frozen=True, slots=True)
class _Part(Generic[P]):
    """Entries of a document that one transaction takes in, with what was prepared of them.

    `more`: further parts follow, each in a transaction of its own.
    """

    state: FeedState
    rule: IdRule
    manner: _Manner
    pairs: Sequence[tuple[Identified, P]]
    more: bool


@dataclass(frozen=True, slots=True)
class _Arrival(Generic[P]):
    """A document whose last part is to be taken in, and what the parts before it brought."""

    document: Document
    parsed: ParsedFeed
    seen: Survey
    last: _Part[P]
    before: _Brought


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
        self._group: GroupCommit[_Arrival[P], PollReport] = GroupCommit(
            self._take_last,
            TOGETHER,
            lambda arrival: len(arrival.last.pairs),
            limit=TOGETHER_AT_MOST,
        )

    async def take(self, state: FeedState, document: Document, read: Reading) -> PollReport:
        """Keep the new entries of a document, understand them, owe deliveries, commit.

        Raises LeaseLost when another worker took the feed over.
        """
        rule = read.rule
        seen, manner = await self._survey(state, rule, read.found)
        before = _Brought(PollReport(polled=1))
        *earlier, last = _parts(seen.wanted)
        for wanted in earlier:
            pairs = await self._prepared(state, wanted)
            before += await self._take_part(_Part(state, rule, manner, pairs, more=True))
        pairs = await self._prepared(state, last)
        part = _Part(state, rule, manner, pairs, more=False)
        report = await self._group.add(_Arrival(document, read.parsed, seen, part, before))
        log.info(
            "feeds.polled",
            feed=state.record.id,
            new=report.new,
            edited=report.edited,
            history=state.baseline_at is None,
        )
        return report

    async def finish(self) -> None:
        """Wait for what is being written."""
        await self._group.finish()

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

    async def _prepared(
        self, state: FeedState, part: Sequence[Identified]
    ) -> list[tuple[Identified, P]]:
        prepared = await self._prepare(state.record, [one.entry for one in part])
        return list(zip(part, prepared, strict=True))

    async def _take_part(self, part: _Part[P]) -> _Brought:
        async with self._db.write() as conn:
            await dialects.serialise_ingest(conn)
            now = await self._db.now(conn)
            await records.hold(conn, part.state, now)
            [brought] = await self._keep(conn, [part], now)
        return brought

    async def _take_last(self, arrivals: Sequence[_Arrival[P]]) -> list[PollReport]:
        async with self._db.write() as conn:
            if any(arrival.last.pairs for arrival in arrivals):
                await dialects.serialise_ingest(conn)
            now = await self._db.now(conn)
            states = [arrival.last.state for arrival in arrivals]
            if len(await records.still_held(conn, states)) < len(states):
                raise LeaseLost
            kept = await self._keep(conn, [arrival.last for arrival in arrivals], now)
            brought = [arrival.before + last for arrival, last in zip(arrivals, kept, strict=True)]
            await add_keys(conn, [alias for arrival in arrivals for alias in arrival.seen.aliases])
            after = [self._after(*each, now) for each in zip(arrivals, brought, strict=True)]
            await write_down(conn, self._notify, list(zip(states, after, strict=True)), now)
        return [each.report for each in brought]

    async def _keep(
        self, conn: AsyncConnection, parts: Sequence[_Part[P]], now: datetime
    ) -> list[_Brought]:
        """Store the entries of parts, and hand each part's on to be understood."""
        readers = [_reader(part.state, part.rule, now) for part in parts]
        takings = [Taking(*each) for each in zip(readers, (p.pairs for p in parts), strict=True)]
        return [
            await self._hand_on(conn, part, batch, now)
            for part, batch in zip(parts, await keep(conn, takings), strict=True)
        ]

    async def _hand_on(
        self, conn: AsyncConnection, part: _Part[P], batch: NewEntries[P], now: datetime
    ) -> _Brought:
        manner = part.manner
        if not batch.history:
            batch = replace(batch, catch_up=manner.catch_up, flood=manner.flood, more=part.more)
        deliveries = 0
        if not batch.is_empty:
            deliveries = (await self._ingest(conn, part.state.record, batch)).deliveries
        report = PollReport(
            new=len(batch.new),
            edited=len(batch.edited),
            deliveries=deliveries,
            history=len(batch.new) if batch.history else 0,
        )
        return _Brought(report, outcomes.times_of([one.entry for one in batch.new], now))

    def _after(self, arrival: _Arrival[P], brought: _Brought, now: datetime) -> outcomes.Outcome:
        return outcomes.after_document(
            arrival.last.state,
            arrival.document,
            arrival.parsed,
            brought.published,
            rule="link" if arrival.seen.unstable_guids else arrival.last.rule,
            flood=arrival.last.manner.flood,
            now=now,
            rng=self._rng,
        )


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
