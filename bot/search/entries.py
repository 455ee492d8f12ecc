"""Stored entries, read for the search: pages of results, and the names behind fields."""

from __future__ import annotations

from collections.abc import Sequence
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
_CHUNK = 500
_CHAIN = 50
_NUMBERS = 200


_OF_ENTRY = (
    select(entry_topic.c.topic)
    .where(entry_topic.c.entry_id == entry.c.id)
    .order_by(entry_topic.c.score.desc(), entry_topic.c.topic)
    .correlate(entry)
    .subquery()
)
_TOPICS = select(func.aggregate_strings(_OF_ENTRY.c.topic, " ")).scalar_subquery()
"""An entry's topics, the likeliest first; their ids have no spaces."""


@dataclass(frozen=True, slots=True)
class Publication:
    """A publication's row, as `source:` names it."""

    id: int
    name: str


async def results(
    conn: AsyncConnection, positions: Sequence[int], units: Sequence[Unit]
) -> tuple[Result, ...]:
    """Give the entries at `positions`, in that order; one that is gone is left out."""
    found: list[Result] = []
    for first in range(0, len(positions), _CHUNK):
        found += await _page(conn, positions[first : first + _CHUNK], units)
    return tuple(found)


async def one_a_story(conn: AsyncConnection, positions: Sequence[int]) -> list[int]:
    """Give the positions in their order, of each story only the first; round-ups have no story."""
    stories: dict[int, int | None] = {}
    for first in range(0, len(positions), _CHUNK):
        some = list(positions[first : first + _CHUNK])
        rows = await conn.execute(
            select(entry.c.position, entry.c.story_id).where(entry.c.position.in_(some))
        )
        stories |= {row.position: row.story_id for row in rows}
    kept: dict[tuple[str, int], int] = {}
    for place in positions:
        story_id = stories.get(place)
        kept.setdefault(("entry", place) if story_id is None else ("story", story_id), place)
    return list(kept.values())


async def _page(
    conn: AsyncConnection, positions: Sequence[int], units: Sequence[Unit]
) -> list[Result]:
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
            _TOPICS.label("topics"),
        )
        .join(publication, publication.c.id == entry.c.publication_id)
        .where(entry.c.position.in_(list(positions)))
    )
    found = {row.position: row for row in rows}
    return [_result(found[place], units) for place in positions if place in found]


def _result(row: Any, units: Sequence[Unit]) -> Result:  # noqa: ANN401 - a row
    shown = row.show == "summary"
    return Result(
        id=row.id,
        story_id=row.story_id,
        title=row.title,
        link=row.link or "",
        published=row.published_at,
        publication=row.name,
        topics=tuple((row.topics or "").split()),
        snippet=snippet(row.summary or row.content, units) if shown else "",
        show="summary" if shown else "headline",
        position=row.position,
    )


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
    """Give the stories that `story_id` follows, and those that follow it, itself first.

    None where there is no such story.
    """
    if not await conn.scalar(select(story.c.id).where(story.c.id == story_id)):
        return ()
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
