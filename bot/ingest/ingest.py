"""New entries become topics, facts, stories and deliveries, in the poller's one transaction.

`NewsIngest.prepare` is the poller's `Prepare`, `NewsIngest.ingest` its `Ingest`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
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
from bot.ingest.telling import tell
from bot.ingest.terms import Sought, Terms
from bot.metrics import MATCHES, UNDERSTOOD_SECONDS
from bot.news.analyst import Analyst
from bot.news.model import Analysis, Relation
from bot.news.story_book import Unplaced, place_many, renew
from bot.search.index import index_entries
from bot.storage import dialects
from bot.storage.database import Database
from bot.storage.tables import entry
from bot.subscriptions.explain import what_they_have
from bot.subscriptions.matching import StoredEntry, owe_updates
from bot.subscriptions.model import SubscriptionKind

log = structlog.get_logger(__name__)

NEWS_FOR = timedelta(days=7)
"""How long after it was first seen an edit may still make an entry news for somebody."""

_CHUNK = 500
_PLACED_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class _Row:
    """What of an entry's row is needed here."""

    position: int
    story_id: int | None
    history: bool
    published_at: datetime
    first_seen_at: datetime
    text_hash: str


_MANY_TURNED = 20
"""Entries of which as many became something else at once as are a flood when they are new."""


class NewsIngest:
    """Understands entries and owes them to channels."""

    def __init__(self, db: Database, analyst: Analyst) -> None:
        self._db = db
        self._analyst = analyst
        self._terms = Terms(analyst.taxonomy)

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

        A history owes nothing. Runs inside the caller's transaction.
        """
        if batch.is_empty:
            return IngestOutcome()
        await dialects.serialise_ingest(conn)
        await self._terms.refresh(conn)
        now = await self._db.now(conn)
        news = await self._take_new(conn, feed, batch)
        updates = 0
        turned: list[StoredEntry] = []
        had = await what_they_have(conn, [edited.id for edited in batch.edited])
        for edited in batch.edited:
            gained, owed = await self._take_edited(conn, feed, edited, had[edited.id], now)
            turned += gained
            updates += owed
        if not (batch.catch_up or batch.flood) and await _are_many(conn, turned):
            batch = replace(batch, flood=True, more=False)
        deliveries = updates + await tell(conn, news + turned, batch, now)
        if deliveries:
            await dialects.wake(conn, "deliveries")
            log.info("ingest.owed", feed=feed.id, entries=len(batch.new), deliveries=deliveries)
        return IngestOutcome(deliveries=deliveries)

    async def _take_new(
        self, conn: AsyncConnection, feed: FeedRecord, batch: NewEntries[Analysis]
    ) -> list[StoredEntry]:
        """Store what was understood of new entries, and give those that somebody may want."""
        new = batch.new[::-1]  # oldest first: the first to report a story is the one told of
        if not new:
            return []
        rows = await _rows(conn, [n.id for n in new])
        hits = await self._terms.find(
            [Sought(n.id, n.entry, n.prepared, rows[n.id].published_at) for n in new],
            feed.publication,
        )
        await facts.forget(conn, [n.id for n in new if n.promoted])
        await facts.write(conn, [(n.id, n.prepared) for n in new], hits)
        stored = await _place_all(conn, feed, new, rows)
        await index_entries(conn, [n.id for n in new])
        if batch.history:
            return []
        _note(feed, new, stored)
        matchable = {n.id for n in new if n.prepared.topics or n.id in hits}
        return [found for found in stored if found.id in matchable]

    async def _take_edited(
        self,
        conn: AsyncConnection,
        feed: FeedRecord,
        edited: EditedEntry[Analysis],
        before: Mapping[tuple[SubscriptionKind, str], float],
        now: datetime,
    ) -> tuple[list[StoredEntry], int]:
        """Store what is understood of an entry now. Gives it as news to those who did not want it
        as it was (`before`: what it had), where it is young enough for that, and the number of
        updates that were owed."""
        analysis = edited.prepared
        await facts.forget(conn, [edited.id])
        row = (await _rows(conn, [edited.id]))[edited.id]
        sought = Sought(edited.id, edited.entry, analysis, row.published_at)
        hits = await self._terms.find([sought], feed.publication)
        await facts.write(conn, [(edited.id, analysis)], hits)
        unplaced = Unplaced(
            edited.id, edited.entry, feed.publication_id, analysis, row.first_seen_at
        )
        story_id = row.story_id
        relation: Relation = "same"
        if story_id is None:
            # It was a round-up or a teaser until now, of which nobody was told.
            before = {}
            if not analysis.roundup:
                [placed] = await place_many(conn, [unplaced])
                story_id, relation = placed.story_id, placed.relation
        else:
            await renew(conn, unplaced)
        await index_entries(conn, [edited.id])
        if row.history or story_id is None:
            return [], 0
        stored = StoredEntry(edited.id, story_id, row.position, relation, before=before)
        owed = await owe_updates(conn, stored, row.text_hash, now) if edited.substance else 0
        young = row.first_seen_at > now - NEWS_FOR
        return [stored] if young and not analysis.roundup else [], owed


async def _are_many(conn: AsyncConnection, turned: Sequence[StoredEntry]) -> bool:
    """Whether a feed was gone over: as many old entries gained something as a flood has new ones,
    and are told of in one message like those."""
    if len(turned) < _MANY_TURNED:
        return False
    has = await what_they_have(conn, [one.id for one in turned])
    gained = [one for one in turned if has[one.id].keys() - set(one.before or ())]
    return len(gained) >= _MANY_TURNED


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
    conn: AsyncConnection,
    feed: FeedRecord,
    new: Sequence[NewEntry[Analysis]],
    rows: Mapping[int, _Row],
) -> list[StoredEntry]:
    """Give every entry its story, but for round-ups, which tell of many and are none.

    What was history has its story already.
    """
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
                    one.entry_id, placed.story_id, rows[one.entry_id].position, placed.relation
                )
            )
    return stored


async def _rows(conn: AsyncConnection, ids: Sequence[int]) -> Mapping[int, _Row]:
    found: dict[int, _Row] = {}
    for first in range(0, len(ids), _CHUNK):
        rows = await conn.execute(
            select(
                entry.c.id,
                entry.c.position,
                entry.c.story_id,
                entry.c.history,
                entry.c.published_at,
                entry.c.first_seen_at,
                entry.c.text_hash,
            ).where(entry.c.id.in_(ids[first : first + _CHUNK]))
        )
        found.update({row.id: _Row(*row[1:]) for row in rows})
    return found
