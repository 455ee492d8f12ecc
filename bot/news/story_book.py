"""The stories as kept: each new entry is put into its story, or opens one.

Candidates are found by `story_key` alone: rows of the entry's own keys, in the days around it
for telling words and at any time for numbers and addresses. So the work for an entry does not
grow with what is stored.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.feeds.model import FeedEntry
from bot.news.model import Analysis, Citation, Placement
from bot.news.stories import WINDOW_DAYS
from bot.news.story_choice import Choice, Member, choose
from bot.news.story_features import StoryFeatures, features
from bot.storage.tables import citation, entry, story, story_key

_WINDOW = timedelta(days=WINDOW_DAYS)
_MAX_KEYS = 400
"""Keys asked for in one query; SQLite takes at most 999 parameters in old versions."""

_MAX_ROWS = 4_000
_MAX_CANDIDATES = 40
_LEAST_SHARED = 2
"""Telling words that two entries must share before they are compared at all."""


@dataclass(frozen=True, slots=True)
class Unplaced:
    """An entry that has just been stored, or was stored without a story."""

    entry_id: int
    entry: FeedEntry
    publication_id: int
    analysis: Analysis
    seen: datetime


async def place(
    conn: AsyncConnection,
    *,
    entry_id: int,
    entry: FeedEntry,
    publication_id: int,
    analysis: Analysis,
    seen: datetime,
) -> Placement:
    """Put one stored entry into its story, inside the caller's transaction.

    Makes or updates the story's row and sets `entry.story_id`. `seen` is when the entry was
    stored (UTC); it stands in for a publication time that is missing. Hold
    `dialects.serialise_ingest` meanwhile, so that two workers cannot make one story twice.
    """
    unplaced = Unplaced(entry_id, entry, publication_id, analysis, seen)
    return (await place_many(conn, [unplaced]))[0]


async def place_many(conn: AsyncConnection, batch: Sequence[Unplaced]) -> tuple[Placement, ...]:
    """Put many stored entries into their stories, in the order of their times.

    Takes some ten queries for the whole batch; give the placements in the batch's order. Keep
    batches to some hundreds of entries that are near to each other in time.
    """
    shelf = _Shelf()
    news = [_features(each) for each in batch]
    await _load_candidates(conn, shelf, batch, news)
    placements: dict[int, Placement] = {}
    for place in sorted(range(len(batch)), key=lambda i: (news[i].when, batch[i].entry_id)):
        made = choose(news[place], shelf.candidates(news[place]))
        story_id = await _write_story(conn, news[place], made)
        shelf.add(batch[place].entry_id, news[place], story_id)
        placements[place] = Placement(story_id, made.relation, made.follows)
    await _write_entries(conn, batch, news, placements)
    return tuple(placements[place] for place in range(len(batch)))


def _features(each: Unplaced) -> StoryFeatures:
    return features(
        each.entry,
        id=f"{each.entry_id:020d}",
        publication=str(each.publication_id),
        when=each.entry.published or each.seen,
        citations=each.analysis.citations,
        roundup=each.analysis.roundup,
    )


class _Shelf:
    """Entries already placed that may share a story with the batch's, by key."""

    def __init__(self) -> None:
        self._members: dict[int, Member] = {}
        self._by_key: dict[str, list[int]] = {}

    def add(self, entry_id: int, found: StoryFeatures, story_id: int) -> None:
        self._members[entry_id] = Member(found, story_id)
        for key in found.keys:
            self._by_key.setdefault(key, []).append(entry_id)

    def candidates(self, new: StoryFeatures) -> list[Member]:
        """Give the entries that share most with `new`; a number or address counts most."""
        shared = Counter[int]()
        for key in new.keys:
            weight = 1 if key.startswith("w:") else 100
            for entry_id in self._by_key.get(key, ()):
                shared[entry_id] += weight
        best = sorted(shared.items(), key=lambda found: (-found[1], -found[0]))[:_MAX_CANDIDATES]
        return [self._members[entry_id] for entry_id, count in best if count >= _LEAST_SHARED]


async def _load_candidates(
    conn: AsyncConnection,
    shelf: _Shelf,
    batch: Sequence[Unplaced],
    news: Sequence[StoryFeatures],
) -> None:
    """Put on the shelf every stored entry that the batch's entries may share a story with."""
    if not news:
        return
    earliest = min(each.when for each in news) - _WINDOW
    latest = max(each.when for each in news) + _WINDOW
    words = {key for each in news for key in each.keys if key.startswith("w:")}
    sure = {key for each in news for key in each.keys} - words
    shared = Counter[int]()
    for keys, weight in ((words, 1), (sure, _LEAST_SHARED)):
        ordered = sorted(keys)
        for start in range(0, len(ordered), _MAX_KEYS):
            query = (
                select(story_key.c.entry_id, func.count().label("shared"))
                .where(story_key.c.key.in_(ordered[start : start + _MAX_KEYS]))
                .group_by(story_key.c.entry_id)
                .order_by(func.count().desc(), story_key.c.entry_id.desc())
                .limit(_MAX_ROWS)
            )
            if weight == 1:
                query = query.where(story_key.c.at.between(earliest, latest))
            for entry_id, count in await conn.execute(query):
                shared[int(entry_id)] += weight * int(count)
    own = {each.entry_id for each in batch}
    best = sorted(shared.items(), key=lambda found: (-found[1], -found[0]))
    wanted = [
        entry_id
        for entry_id, count in best[: _MAX_CANDIDATES * len(batch) * 2]
        if count >= _LEAST_SHARED and entry_id not in own
    ]
    await _load(conn, shelf, wanted)


async def _load(conn: AsyncConnection, shelf: _Shelf, entry_ids: Sequence[int]) -> None:
    for start in range(0, len(entry_ids), _MAX_KEYS):
        chunk = entry_ids[start : start + _MAX_KEYS]
        cited: dict[int, list[Citation]] = {}
        rows = await conn.execute(select(citation).where(citation.c.entry_id.in_(chunk)))
        for row in rows:
            one = Citation(row.kind, row.value, row.text, row.start, row.end, row.field)
            cited.setdefault(row.entry_id, []).append(one)
        stored = await conn.execute(
            select(entry).where(entry.c.id.in_(chunk), entry.c.story_id.is_not(None))
        )
        for row in stored:
            shelf.add(row.id, _stored_features(row, cited.get(row.id, ())), row.story_id)


def _stored_features(row: Row[Any], cited: Iterable[Citation]) -> StoryFeatures:
    known = FeedEntry(
        row.title,
        link=row.link or "",
        summary=row.summary,
        content=row.content,
        published=row.published_at,
        document_number=row.document_number or "",
    )
    return features(
        known, id=f"{row.id:020d}", publication=str(row.publication_id), citations=tuple(cited)
    )


async def _write_story(conn: AsyncConnection, new: StoryFeatures, made: Choice) -> int:
    """Make the story, or move its times; give its id."""
    if made.story is None:
        values: Mapping[str, object] = {
            "title": new.title,
            "started_at": new.when,
            "updated_at": new.when,
            "follows_id": made.follows,
        }
        found = await conn.execute(insert(story).values(values).returning(story.c.id))
        return int(found.scalar_one())
    one = story.c.id == made.story
    await conn.execute(
        update(story).where(one, story.c.updated_at < new.when).values(updated_at=new.when)
    )
    await conn.execute(
        update(story)
        .where(one, story.c.started_at > new.when)
        .values(started_at=new.when, title=new.title)
    )
    return made.story


async def _write_entries(
    conn: AsyncConnection,
    batch: Sequence[Unplaced],
    news: Sequence[StoryFeatures],
    placements: Mapping[int, Placement],
) -> None:
    """Tie the entries to their stories, and keep their keys for those that come after."""
    keys = []
    for place, each in enumerate(batch):
        await conn.execute(
            update(entry)
            .where(entry.c.id == each.entry_id)
            .values(story_id=placements[place].story_id)
        )
        keys += [
            {"key": key, "at": news[place].when, "entry_id": each.entry_id}
            for key in news[place].keys
        ]
    placed = [each.entry_id for each in batch]
    for start in range(0, len(placed), _MAX_KEYS):
        chunk = placed[start : start + _MAX_KEYS]
        await conn.execute(delete(story_key).where(story_key.c.entry_id.in_(chunk)))
    if keys:
        await conn.execute(insert(story_key), keys)
