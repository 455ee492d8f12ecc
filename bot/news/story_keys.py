"""The keys under which entries are found again as candidates for a story, as they are kept."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.news.story_features import StoryFeatures
from bot.storage.tables import story_key

AT_ONCE = 400
"""Keys or ids in one query; SQLite takes at most 999 parameters in old versions."""


async def write_keys(conn: AsyncConnection, entries: Sequence[tuple[int, StoryFeatures]]) -> None:
    """Keep the keys of entries (by id) in the place of those that they had."""
    for start in range(0, len(entries), AT_ONCE):
        ids = [entry_id for entry_id, _ in entries[start : start + AT_ONCE]]
        await conn.execute(delete(story_key).where(story_key.c.entry_id.in_(ids)))
    keys = [
        {"key": key, "at": found.when, "entry_id": entry_id}
        for entry_id, found in entries
        for key in found.keys
    ]
    if keys:
        await conn.execute(insert(story_key), keys)
