"""Stored entries, read for the search: pages of results, and the names behind fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.search.model import Result
from bot.search.plan import Unit
from bot.search.snippets import snippet
from bot.search.tokens import tokenise
from bot.storage.tables import citation, entry, entry_topic, publication, story

_SHOWN_TEXT = 30_000
_CHAIN = 50
_NUMBERS = 200


@dataclass(frozen=True, slots=True)
class Publication:
    """A publication's row, as `source:` names it."""

    id: int
    name: str


async def results(
    conn: AsyncConnection, positions: Sequence[int], units: Sequence[Unit]
) -> tuple[Result, ...]:
    """Give the entries at `positions`, in that order; one that is gone is left out."""
    rows = await conn.execute(
        select(
            entry.c.id,
            entry.c.story_id,
            entry.c.title,
            entry.c.link,
            entry.c.published_at,
            publication.c.name,
            entry.c.show,
            entry.c.position,
            func.substr(entry.c.summary, 1, _SHOWN_TEXT).label("summary"),
            func.substr(entry.c.content, 1, _SHOWN_TEXT).label("content"),
        )
        .join(publication, publication.c.id == entry.c.publication_id)
        .where(entry.c.position.in_(list(positions)))
    )
    found = {row.position: row for row in rows}
    topics = await _topics(conn, [row.id for row in found.values()])
    return tuple(
        _result(found[position], topics.get(found[position].id, ()), units)
        for position in positions
        if position in found
    )


def _result(row: Any, topics: tuple[str, ...], units: Sequence[Unit]) -> Result:  # noqa: ANN401 - a row
    shown = row.show == "summary"
    return Result(
        id=row.id,
        story_id=row.story_id,
        title=row.title,
        link=row.link or "",
        published=row.published_at,
        publication=row.name,
        topics=topics,
        snippet=snippet(row.summary or row.content, units) if shown else "",
        show="summary" if shown else "headline",
        position=row.position,
    )


async def _topics(conn: AsyncConnection, ids: Sequence[int]) -> Mapping[int, tuple[str, ...]]:
    rows = await conn.execute(
        select(entry_topic.c.entry_id, entry_topic.c.topic)
        .where(entry_topic.c.entry_id.in_(list(ids)))
        .order_by(entry_topic.c.score.desc(), entry_topic.c.topic)
    )
    found: dict[int, tuple[str, ...]] = {}
    for row in rows:
        found[row.entry_id] = (*found.get(row.entry_id, ()), row.topic)
    return found


async def publications(conn: AsyncConnection) -> tuple[Publication, ...]:
    """Give every publication; there are dozens."""
    rows = await conn.execute(select(publication.c.id, publication.c.name))
    return tuple(Publication(row.id, row.name) for row in rows)


def is_named(wanted: str, name: str) -> bool:
    """Whether a publication's `name` has the words of `wanted`, one after the other."""
    words = " ".join(tokenise(wanted)[0])
    return bool(words) and f" {words} " in f" {' '.join(tokenise(name)[0])} "


async def referred_by(conn: AsyncConnection, number: str) -> tuple[str, ...]:
    """Give the numbers of the articles and documents that the one of this number refers to."""
    plain = number.strip()
    rows = await conn.execute(
        select(citation.c.value)
        .join(entry, entry.c.id == citation.c.entry_id)
        .where(
            or_(entry.c.article_number == plain, entry.c.document_number == plain),
            citation.c.kind.in_(("article", "fr-document")),
        )
        .limit(_NUMBERS)
    )
    return tuple(dict.fromkeys(row.value for row in rows if row.value != plain))


async def timeline(conn: AsyncConnection, story_id: int) -> tuple[int, ...]:
    """Give the stories that `story_id` follows, and those that follow it, itself first."""
    found = {story_id: None}
    waiting = [story_id]
    while waiting and len(found) < _CHAIN:
        rows = await conn.execute(
            select(story.c.id, story.c.follows_id)
            .where(or_(story.c.id.in_(waiting), story.c.follows_id.in_(waiting)))
            .limit(_CHAIN)
        )
        waiting = []
        for row in rows:
            for each in (row.id, row.follows_id):
                if each is not None and each not in found:
                    found[each] = None
                    waiting.append(each)
    return tuple(found)[:_CHAIN]
