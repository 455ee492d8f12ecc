"""The stories as kept: each new entry is put into its story, or opens one.

Candidates are found by `story_key` alone: rows of the entry's own keys, in the days around it
for telling words and at any time for numbers and addresses. So the work for an entry does not
grow with what is stored.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import Row, and_, bindparam, case, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.feeds.model import FeedEntry
from bot.news.model import Analysis, Citation, Placement
from bot.news.story_choice import Choice, choose
from bot.news.story_features import StoryFeatures, features
from bot.news.story_keys import AT_ONCE, write_keys
from bot.news.story_ledger import StoryLedger
from bot.news.story_shelf import LEAST_SHARED, MAX_CANDIDATES, SURE, Shelf
from bot.news.story_signs import WINDOW_DAYS
from bot.storage.tables import citation, entry, entry_topic, story, story_key

_WINDOW = timedelta(days=WINDOW_DAYS)
_MAX_ROWS = 4_000
_TEXT = 1_000
"""Characters of a stored text that are read again: what happened stands at its beginning."""

_REMEMBERED = 1_000
"""Stored entries whose features are kept: on a busy day the same ones are candidates for each new
entry, and reading them takes longer than all the rest."""


@dataclass(frozen=True, slots=True)
class Unplaced:
    """An entry that has just been stored, or was stored without a story.

    `seen` is when it was stored (UTC); it stands in for a publication time that is missing.
    """

    entry_id: int
    entry: FeedEntry
    publication_id: int
    analysis: Analysis
    seen: datetime


async def place_many(conn: AsyncConnection, batch: Sequence[Unplaced]) -> tuple[Placement, ...]:
    """Put many stored entries into their stories, in the order of their times, inside the caller's
    transaction: make or update the stories' rows and set `entry.story_id`.

    Hold `dialects.serialise_ingest` meanwhile, so that two workers cannot make one story twice.
    Takes about ten queries for the whole batch, and gives the placements in the batch's order.
    Keep batches to some hundreds of entries that are near to each other in time. What is thought
    over runs in a thread: comparing a large batch takes seconds.
    """
    shelf = Shelf()
    news = await asyncio.to_thread(lambda: [_features(each) for each in batch])
    await _load_candidates(conn, shelf, batch, news)
    ledger = StoryLedger()
    stories = await _count_stories(conn, news)
    made, told = await asyncio.to_thread(_choose_all, batch, news, shelf, ledger, stories)
    ids = await ledger.write(conn)
    placements = tuple(
        Placement(
            ids.get(told[place], told[place]),
            made[place].relation,
            ids.get(made[place].follows or 0, made[place].follows),
        )
        for place in range(len(batch))
    )
    sure = [one.sure if one.relation == "same" else None for _, one in sorted(made.items())]
    await _write_entries(conn, batch, news, placements, sure)
    return placements


def _choose_all(
    batch: Sequence[Unplaced],
    news: Sequence[StoryFeatures],
    shelf: Shelf,
    ledger: StoryLedger,
    stories: int,
) -> tuple[dict[int, Choice], dict[int, int]]:
    """Choose the story of each entry, in the order of their times; give what was chosen and the
    stories' numbers, by the entries' places in the batch. `stories` of these days are stored."""
    made: dict[int, Choice] = {}
    told: dict[int, int] = {}
    for place in sorted(range(len(batch)), key=lambda i: (news[i].when, batch[i].entry_id)):
        made[place] = choose(news[place], shelf.candidates(news[place]), stories=stories)
        stories += made[place].matter is None
        told[place] = ledger.note(news[place], made[place])
        shelf.add(batch[place].entry_id, news[place], told[place], made[place].matter)
    return made, told


async def renew(conn: AsyncConnection, edited: Unplaced) -> None:
    """Let an entry be found by what it says after an edit; it stays in its story."""
    await write_keys(conn, [(edited.entry_id, _features(edited))])


async def _count_stories(conn: AsyncConnection, news: Sequence[StoryFeatures]) -> int:
    """Count the stored stories of the days around the batch, up to some thousands."""
    if not news:
        return 0
    first, last = min(each.when for each in news), max(each.when for each in news)
    near = select(story.c.id).where(
        story.c.started_at.between(first - _WINDOW, last + _WINDOW), story.c.perhaps.is_(None)
    )
    found = await conn.scalar(select(func.count()).select_from(near.limit(_MAX_ROWS).subquery()))
    return int(found or 0)


def _features(each: Unplaced) -> StoryFeatures:
    return features(
        each.entry,
        id=f"{each.entry_id:020d}",
        publication=str(each.publication_id),
        when=each.entry.published or each.seen,
        citations=each.analysis.citations,
        topics=(match.topic for match in each.analysis.topics),
        roundup=each.analysis.roundup,
    )


async def _load_candidates(
    conn: AsyncConnection,
    shelf: Shelf,
    batch: Sequence[Unplaced],
    news: Sequence[StoryFeatures],
) -> None:
    """Put on the shelf every stored entry that the batch's entries may share a story with."""
    if not news:
        return
    around = story_key.c.at.between(
        min(each.when for each in news) - _WINDOW, max(each.when for each in news) + _WINDOW
    )
    keys = {key for each in news for key in each.keys}
    shared = Counter[int]()
    for words in (True, False):
        some = sorted(key for key in keys if key.startswith("w:") == words)
        for start in range(0, len(some), AT_ONCE):
            query = (
                select(story_key.c.entry_id, func.count().label("shared"))
                .where(story_key.c.key.in_(some[start : start + AT_ONCE]))
                .group_by(story_key.c.entry_id)
                .order_by(func.count().desc(), story_key.c.entry_id.desc())
                .limit(_MAX_ROWS)
            )
            for entry_id, count in await conn.execute(query.where(around) if words else query):
                shared[int(entry_id)] += int(count) if words else SURE
    for each in batch:
        shared.pop(each.entry_id, None)
    most = shared.most_common(MAX_CANDIDATES * 2 * len(batch))
    await _load(conn, shelf, sorted(found for found, count in most if count >= LEAST_SHARED))


_MATTER = case(
    (and_(story.c.perhaps.is_not(None), story.c.follows_id.is_not(None)), story.c.follows_id),
    else_=story.c.id,
)
"""The first of the stories that may be one; one that may be another always follows the first."""


async def _load(conn: AsyncConnection, shelf: Shelf, entry_ids: Sequence[int]) -> None:
    for start in range(0, len(entry_ids), AT_ONCE):
        chunk = entry_ids[start : start + AT_ONCE]
        cited: dict[int, list[Citation]] = {}
        citations = await conn.execute(
            select(citation.c.entry_id, citation.c.kind, citation.c.value).where(
                citation.c.entry_id.in_(chunk)
            )
        )
        for row in citations:
            one = Citation(row.kind, row.value, "", 0, 0, "title")
            cited.setdefault(row.entry_id, []).append(one)
        topics: dict[int, list[str]] = {}
        of = select(entry_topic.c.entry_id, entry_topic.c.topic)
        for entry_id, topic in await conn.execute(of.where(entry_topic.c.entry_id.in_(chunk))):
            topics.setdefault(int(entry_id), []).append(topic)
        stored = select(
            entry.c.id,
            entry.c.story_id,
            _MATTER.label("matter"),
            entry.c.publication_id,
            entry.c.title,
            entry.c.link,
            entry.c.published_at,
            entry.c.document_number,
            entry.c.facts,
            func.substr(entry.c.summary, 1, _TEXT).label("summary"),
            func.substr(entry.c.content, 1, _TEXT).label("content"),
        ).join(story, story.c.id == entry.c.story_id)
        stored = stored.where(entry.c.id.in_(chunk))
        rows = (await conn.execute(stored.order_by(entry.c.id))).all()
        await asyncio.to_thread(_put, shelf, rows, cited, topics)


def _put(
    shelf: Shelf,
    rows: Sequence[Row[*tuple[Any, ...]]],
    cited: Mapping[int, Sequence[Citation]],
    topics: Mapping[int, Sequence[str]],
) -> None:
    for row in rows:
        some = tuple(cited.get(row.id, ())), tuple(sorted(topics.get(row.id, ())))
        known = _stored_features(_known(row), row.id, row.publication_id, *some)
        shelf.add(row.id, known, row.story_id, row.matter)


def _known(row: Row[*tuple[Any, ...]]) -> FeedEntry:
    return FeedEntry(
        row.title,
        link=row.link or "",
        summary=row.summary,
        content=row.content,
        published=row.published_at,
        document_number=row.document_number or "",
        citation=(row.facts or {}).get("citation", ""),
        filed=bool((row.facts or {}).get("filed")),
    )


@lru_cache(maxsize=_REMEMBERED)
def _stored_features(
    known: FeedEntry,
    entry_id: int,
    publication_id: int,
    cited: tuple[Citation, ...],
    topics: tuple[str, ...],
) -> StoryFeatures:
    return features(
        known,
        id=f"{entry_id:020d}",
        publication=str(publication_id),
        citations=cited,
        topics=topics,
    )


_PLACE = (
    update(entry)
    .where(entry.c.id == bindparam("placed"))
    .values(story_id=bindparam("told_in"), sure=bindparam("how_sure"))
)


async def _write_entries(
    conn: AsyncConnection,
    batch: Sequence[Unplaced],
    news: Sequence[StoryFeatures],
    placements: Sequence[Placement],
    sure: Sequence[float | None],
) -> None:
    """Tie the entries to their stories, and keep their keys for those that come after."""
    if not batch:
        return
    ties = [
        {"placed": each.entry_id, "told_in": found.story_id, "how_sure": how_sure}
        for each, found, how_sure in zip(batch, placements, sure, strict=True)
    ]
    await conn.execute(_PLACE, ties)
    placed = [each.entry_id for each in batch]
    await write_keys(conn, list(zip(placed, news, strict=True)))
