"""New entries become topics, facts, stories and deliveries, in the poller's one transaction.

`NewsIngest.prepare` is the poller's `Prepare`, `NewsIngest.ingest` its `Ingest`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, exists, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.feeds.model import (
    EditedEntry,
    FeedEntry,
    FeedRecord,
    IngestOutcome,
    NewEntries,
    NewEntry,
)
from bot.ingest import facts
from bot.ingest.terms import Sought, Terms
from bot.metrics import MATCHES, UNDERSTOOD_SECONDS
from bot.news.analyst import Analyst
from bot.news.model import Analysis, Relation
from bot.news.story_book import Unplaced, place, place_many
from bot.search.index import index_entries
from bot.storage import dialects
from bot.storage.database import Database
from bot.storage.tables import collected, entry
from bot.subscriptions.explain import what_it_has
from bot.subscriptions.gathering import OwedSummary, in_parts, listed, owe, take_collected
from bot.subscriptions.matching import (
    StoredEntry,
    collect_for_catch_up,
    collect_for_digests,
    owe_alerts,
    owe_updates,
)
from bot.subscriptions.quiet import QuietNow, quiet_for, quiet_now
from bot.subscriptions.summary import Cause

log = structlog.get_logger(__name__)

NEWS_FOR = timedelta(days=7)
"""How long after it was first seen an edit may still make an entry news for somebody."""

_LEFT_FOR = timedelta(minutes=15)
"""Longer than a feed's lease: whoever gathered has lost it since."""

_CHUNK = 500
_PLACED_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class _Row:
    """What of an entry's row is needed here."""

    position: int
    story_id: int | None
    history: bool
    first_seen_at: datetime
    text_hash: str


class NewsIngest:
    """Understands entries and owes them to channels."""

    def __init__(self, db: Database, analyst: Analyst) -> None:
        self._db = db
        self._analyst = analyst
        self._terms = Terms()

    async def prepare(self, feed: FeedRecord, entries: Sequence[FeedEntry]) -> Sequence[Analysis]:
        """Analyse entries, in a thread: one analysis each, in order."""
        began = time.perf_counter()
        analyses = await asyncio.to_thread(
            lambda: [self._analyst.analyse(found, feed.publication) for found in entries]
        )
        each = (time.perf_counter() - began) / max(1, len(entries))
        for _ in entries:
            UNDERSTOOD_SECONDS.observe(each)
        return analyses

    async def ingest(
        self, conn: AsyncConnection, feed: FeedRecord, batch: NewEntries[Analysis]
    ) -> IngestOutcome:
        """Store what was understood of a batch, and owe it to those who want it.

        A history owes nothing. What was missed in an outage, or a flood, comes as one message to
        a channel, with the last part of the batch. Runs inside the caller's transaction.
        """
        if not batch.new and not batch.edited:
            return IngestOutcome()
        await dialects.serialise_ingest(conn)
        await self._terms.refresh(conn)
        now = await self._db.now(conn)
        deliveries = await self._take_new(conn, feed, batch, now)
        for edited in batch.edited:
            deliveries += await self._take_edited(conn, feed, edited, now)
        if deliveries:
            await dialects.wake(conn, "deliveries")
            log.info("ingest.owed", feed=feed.id, entries=len(batch.new), deliveries=deliveries)
        return IngestOutcome(deliveries=deliveries)

    async def _take_new(
        self,
        conn: AsyncConnection,
        feed: FeedRecord,
        batch: NewEntries[Analysis],
        now: datetime,
    ) -> int:
        new = batch.new[::-1]  # oldest first: the first to report a story is the one told of
        if not new:
            return 0
        hits = await self._terms.find(
            [Sought(n.id, n.entry, n.prepared, n.seen) for n in new], feed.publication
        )
        await facts.forget(conn, [n.id for n in new if n.promoted])
        await facts.write(conn, [(n.id, n.prepared) for n in new], hits)
        stored = await _place_all(conn, feed, new)
        await index_entries(conn, [n.id for n in new])
        if batch.history:
            return 0
        _note(feed, new, stored)
        matchable = {n.id for n in new if n.prepared.topics or n.id in hits}
        wanted = [found for found in stored if found.id in matchable]
        if batch.catch_up or batch.flood:
            return await _owe_together(conn, wanted, batch, now)
        if not wanted:
            return 0
        quiet = await quiet_now(conn, now)
        return sum([await _owe_one(conn, found, now, quiet) for found in wanted])

    async def _take_edited(
        self, conn: AsyncConnection, feed: FeedRecord, edited: EditedEntry[Analysis], now: datetime
    ) -> int:
        before = await what_it_has(conn, edited.id)
        analysis = edited.prepared
        await facts.forget(conn, [edited.id])
        row = (await _rows(conn, [edited.id]))[edited.id]
        sought = Sought(edited.id, edited.entry, analysis, row.first_seen_at)
        hits = await self._terms.find([sought], feed.publication)
        await facts.write(conn, [(edited.id, analysis)], hits)
        story_id = row.story_id
        relation: Relation = "same"
        if story_id is None:
            # It was a round-up or a teaser until now, of which nobody was told.
            before = {}
            if not analysis.roundup:
                placed = await place(
                    conn,
                    entry_id=edited.id,
                    entry=edited.entry,
                    publication_id=feed.publication_id,
                    analysis=analysis,
                    seen=row.first_seen_at,
                )
                story_id, relation = placed.story_id, placed.relation
        await index_entries(conn, [edited.id])
        if row.history or story_id is None:
            return 0
        stored = StoredEntry(edited.id, story_id, row.position, relation, before=before)
        owed = await owe_updates(conn, stored, row.text_hash, now) if edited.substance else 0
        # However small the edit: who is wanted by what it has gained has not been told yet.
        if not analysis.roundup and row.first_seen_at > now - NEWS_FOR:
            owed += await _owe_one(conn, stored, now, await quiet_now(conn, now))
        return owed


def _note(
    feed: FeedRecord, new: Sequence[NewEntry[Analysis]], stored: Sequence[StoredEntry]
) -> None:
    """Say which story each entry is of: the id that its deliveries' log lines have too."""
    for found in stored:
        log.info(
            "ingest.story",
            story=found.story_id,
            entry=found.id,
            feed=feed.id,
            relation=found.relation,
        )
    for one in new:
        for match in one.prepared.topics:
            MATCHES.labels(match.topic).inc()


async def _place_all(
    conn: AsyncConnection, feed: FeedRecord, new: Sequence[NewEntry[Analysis]]
) -> list[StoredEntry]:
    """Give every entry its story, but for round-ups, which tell of many and are none.

    What was history has its story already.
    """
    rows = await _rows(conn, [n.id for n in new])
    unplaced = []
    stored = []
    for n in new:
        row = rows[n.id]
        if row.story_id is not None:
            stored.append(StoredEntry(n.id, row.story_id, row.position, "same"))
        elif not n.prepared.roundup:
            unplaced.append(Unplaced(n.id, n.entry, feed.publication_id, n.prepared, n.seen))
    for first in range(0, len(unplaced), _PLACED_AT_ONCE):
        some = unplaced[first : first + _PLACED_AT_ONCE]
        for one, placed in zip(some, await place_many(conn, some), strict=True):
            stored.append(
                StoredEntry(
                    one.entry_id,
                    placed.story_id,
                    rows[one.entry_id].position,
                    placed.relation,
                    placed.follows_id,
                )
            )
    return stored


async def _owe_one(
    conn: AsyncConnection, stored: StoredEntry, now: datetime, quiet: Sequence[QuietNow]
) -> int:
    owed = await owe_alerts(conn, stored, now, quiet)
    await collect_for_digests(conn, stored, now)
    return owed


async def _owe_together(
    conn: AsyncConnection, wanted: Sequence[StoredEntry], batch: NewEntries[Analysis], now: datetime
) -> int:
    """Gather what is wanted; the last part of the batch owes all of it as one message."""
    for stored in wanted:
        await collect_for_catch_up(conn, stored, now)
        await collect_for_digests(conn, stored, now)
    if batch.more:
        return 0
    return await _owe_collected(conn, true(), "flood" if batch.flood else "outage", now)


async def owe_left_over(conn: AsyncConnection, now: datetime) -> int:
    """Owe what was gathered for a message whose last part never came: its worker died, and what
    was left for the next poll was too little to be gathered. Gives the number of messages.

    Call it in a writing transaction, every minute or so.
    """
    left = collected.c.at < now - _LEFT_FOR
    waits = exists().where(collected.c.told_at.is_(None), collected.c.mode == "instant", left)
    if not await conn.scalar(select(waits)):
        return 0
    await dialects.serialise_ingest(conn)
    return await _owe_collected(conn, left, "outage", now)


async def _owe_collected(
    conn: AsyncConnection, where: ColumnElement[bool], cause: Cause, now: datetime
) -> int:
    gathered = await take_collected(conn, (collected.c.mode == "instant") & where, now)
    quiet = await quiet_for(conn, gathered, now)
    owed = [
        part
        for channel_id, stories in gathered.items()
        for part in in_parts(
            OwedSummary(
                channel_id,
                "catch-up",
                f"catch-up:{max(story.entry_id for story in stories)}",
                listed(cause, stories),
                quiet.get(channel_id),
            )
        )
    ]
    return await owe(conn, owed, now)


async def _rows(conn: AsyncConnection, ids: Sequence[int]) -> Mapping[int, _Row]:
    found: dict[int, _Row] = {}
    for first in range(0, len(ids), _CHUNK):
        rows = await conn.execute(
            select(
                entry.c.id,
                entry.c.position,
                entry.c.story_id,
                entry.c.history,
                entry.c.first_seen_at,
                entry.c.text_hash,
            ).where(entry.c.id.in_(ids[first : first + _CHUNK]))
        )
        found.update({row.id: _Row(*row[1:]) for row in rows})
    return found
