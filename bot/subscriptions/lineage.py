"""What a story follows: the story before it, what that follows, and so on to the beginning."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.tables import story

_LONGEST = 400
"""Steps that are walked back."""


async def followed_by(
    conn: AsyncConnection, story_ids: Collection[int]
) -> Mapping[int, tuple[int, ...]]:
    """Give, by story, the ids of those that it follows, the nearest first; one that follows
    nothing is left out."""
    if not story_ids:
        return {}
    line = (
        select(story.c.id.label("of"), story.c.follows_id.label("id"), literal(1).label("step"))
        .where(story.c.id.in_(story_ids), story.c.follows_id.is_not(None))
        .cte("line", recursive=True)
    )
    line = line.union_all(
        select(line.c.of, story.c.follows_id, line.c.step + 1)
        .join(story, story.c.id == line.c.id)
        .where(story.c.follows_id.is_not(None), line.c.step < _LONGEST)
    )
    found: dict[int, tuple[int, ...]] = {}
    for row in await conn.execute(select(line).order_by(line.c.of, line.c.step)):
        found[row.of] = (*found.get(row.of, ()), row.id)
    return found
