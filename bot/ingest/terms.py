"""Teams' own terms, kept ready: every watch and saved search of all channels, in two matchers.

They are read again only when a watch or a saved search was changed since.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.feeds.model import FeedEntry
from bot.ingest.published_names import Published, keys_of, read_on
from bot.news.model import Analysis, Evidence, Field, WatchTerm
from bot.news.topics import Taxonomy
from bot.news.watches import WatchMatcher
from bot.search.saved import SavedQuery, SavedSearchMatcher
from bot.storage.tables import change, channel, saved_search, watch, workspace
from bot.subscriptions.model import SubscriptionKind

_ACTIONS = ("watch", "unwatch", "save-search", "drop-search", "install", "remove")
_LOOK_BACK = 10_000
"""Transactions commit in another order than their changes are numbered; counting the changes of
the last so many numbers sees the late ones too."""


@dataclass(frozen=True, slots=True)
class TermHit:
    """That an entry has a watch or a saved search (`target`: its id), and where."""

    kind: SubscriptionKind
    target: str
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Sought:
    """An entry in which terms are looked for. `moment`: when it counts as published, as stored."""

    id: int
    entry: FeedEntry
    analysis: Analysis
    moment: datetime


@dataclass(frozen=True, slots=True)
class _Ready:
    watches: WatchMatcher
    searches: SavedSearchMatcher
    floor: int
    changes: int
    keys: Mapping[int, frozenset[str]]
    published: Published
    others: Mapping[int, frozenset[str]]


class Terms:
    """Finds teams' terms in entries."""

    def __init__(self, taxonomy: Taxonomy) -> None:
        self._taxonomy = taxonomy
        self._ready: _Ready | None = None

    async def refresh(self, conn: AsyncConnection) -> None:
        """Read the terms again when they were changed, or a watched company got a new name."""
        ready = self._ready
        if ready is not None and await _changes(conn, ready.floor) == ready.changes:
            published = await read_on(conn, ready.published) if ready.keys else ready.published
            if published is ready.published:
                return
            if _other_names(ready.keys, published) == ready.others:
                self._ready = replace(ready, published=published)
                return
        newest = await conn.scalar(select(func.max(change.c.id)))
        floor = max((newest or 0) - _LOOK_BACK, 0)
        changes = await _changes(conn, floor)  # before the terms: a later change is seen next time
        terms = await _watches(conn)
        published = Published() if ready is None else ready.published
        if terms:
            published = await read_on(conn, published)
        queries = await _searches(conn)
        keys = await asyncio.to_thread(_keys, terms)
        others = _other_names(keys, published)
        matchers = await asyncio.to_thread(_build, self._taxonomy, terms, queries, others)
        self._ready = _Ready(*matchers, floor, changes, keys, published, others)

    async def find(
        self, entries: Sequence[Sought], publication: str
    ) -> Mapping[int, Sequence[TermHit]]:
        """Give what each entry (by id) has; `refresh` comes first."""
        if self._ready is None:
            raise RuntimeError("refresh the terms first")
        return await asyncio.to_thread(_find, self._ready, entries, publication)


def _build(
    taxonomy: Taxonomy,
    terms: Sequence[WatchTerm],
    queries: Sequence[SavedQuery],
    others: Mapping[int, frozenset[str]],
) -> tuple[WatchMatcher, SavedSearchMatcher]:
    named = (replace(term, names=(*term.names, *sorted(others.get(term.id, ())))) for term in terms)
    return WatchMatcher(named), SavedSearchMatcher(queries, taxonomy)


def _keys(terms: Sequence[WatchTerm]) -> Mapping[int, frozenset[str]]:
    return {term.id: keys_of(term.names) for term in terms}


def _other_names(
    keys: Mapping[int, frozenset[str]], published: Published
) -> Mapping[int, frozenset[str]]:
    """Give by watch the names that official documents gave to its company, where they did."""
    return {watch_id: names for watch_id, own in keys.items() if (names := published.of(own))}


def _find(
    ready: _Ready, entries: Sequence[Sought], publication: str
) -> Mapping[int, Sequence[TermHit]]:
    found: dict[int, Sequence[TermHit]] = {}
    for sought in entries:
        entry = sought.entry
        field: Field = "content" if entry.content else "summary"
        hits = [
            TermHit("watch", str(hit.watch_id), hit.evidence)
            for hit in ready.watches.find(entry.title, entry.text, field)
        ]
        hits += [
            TermHit("search", str(search_id))
            for search_id in ready.searches.find(entry, sought.analysis, publication, sought.moment)
        ]
        if hits:
            found[sought.id] = hits
    return found


async def _changes(conn: AsyncConnection, floor: int) -> int:
    count = await conn.scalar(
        select(func.count())
        .select_from(change)
        .where(change.c.id > floor, change.c.action.in_(_ACTIONS))
    )
    return count or 0


async def _watches(conn: AsyncConnection) -> list[WatchTerm]:
    rows = await conn.execute(
        select(watch.c.id, watch.c.term, watch.c.aliases)
        .join(channel, channel.c.id == watch.c.channel_id)
        .join(workspace, workspace.c.id == channel.c.workspace_id)
        .where(workspace.c.removed_at.is_(None))
    )
    return [WatchTerm(row.id, (row.term, *row.aliases)) for row in rows]


async def _searches(conn: AsyncConnection) -> list[SavedQuery]:
    rows = await conn.execute(
        select(saved_search.c.id, saved_search.c.query)
        .join(channel, channel.c.id == saved_search.c.channel_id)
        .join(workspace, workspace.c.id == channel.c.workspace_id)
        .where(workspace.c.removed_at.is_(None))
    )
    return [SavedQuery(row.id, row.query) for row in rows]
