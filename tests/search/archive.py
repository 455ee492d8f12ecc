"""A small archive of articles of our own, in the manner of the trade press."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select

from bot.feeds.model import Show
from bot.search.index import index_entries
from bot.storage import dialects, positions
from bot.storage.database import Database
from bot.storage.tables import (
    citation,
    entry,
    entry_company,
    entry_topic,
    publication,
    story,
)


@dataclass(frozen=True, slots=True)
class Article:
    title: str
    text: str = ""
    published: datetime = datetime(2026, 2, 1, 12, tzinfo=UTC)
    source: str = "Trade Gazette"
    show: Show = "summary"
    topics: Sequence[str] = ()
    references: Sequence[tuple[str, str]] = ()
    companies: Sequence[str] = ()
    number: str = ""
    story: str = ""
    extra: dict[str, Any] = field(default_factory=dict)


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(hour=9, tzinfo=UTC)


async def store(db: Database, articles: Iterable[Article]) -> list[int]:
    """Store and index articles; gives their ids."""
    async with db.write() as conn:
        await dialects.serialise_ingest(conn)
        ids = [await _store(conn, article) for article in articles]
        await index_entries(conn, ids)
    return ids


async def _store(conn: Any, article: Article) -> int:
    publication_id = await _row(conn, publication, {"name": article.source})
    story_id = None
    if article.story:
        at = {"started_at": article.published, "updated_at": article.published}
        story_id = await _row(conn, story, {"title": article.story}, at)
    [position] = await positions.allocate(conn, [article.published])
    values = {
        "position": position,
        "publication_id": publication_id,
        "story_id": story_id,
        "title": article.title,
        "summary": article.text,
        "show": article.show,
        "link": f"https://news.example/{position}",
        "published_at": article.published,
        "first_seen_at": article.published + timedelta(minutes=5),
        "text_hash": "-",
        "article_number": article.number or None,
        **article.extra,
    }
    entry_id: int = (await conn.execute(insert(entry).returning(entry.c.id), values)).scalar_one()
    for topic in article.topics:
        await conn.execute(insert(entry_topic).values(entry_id=entry_id, topic=topic, score=0.9))
    for kind, value in article.references:
        cited = {"kind": kind, "value": value, "text": value, "field": "summary"}
        await conn.execute(insert(citation).values(entry_id=entry_id, start=0, end=1, **cited))
    for name in article.companies:
        await conn.execute(insert(entry_company).values(entry_id=entry_id, name=name, key=name))
    return entry_id


async def _row(
    conn: Any, table: Any, key: dict[str, Any], others: dict[str, Any] | None = None
) -> int:
    [(column, value)] = key.items()
    found = await conn.scalar(select(table.c.id).where(table.c[column] == value))
    if found is None:
        values = {**key, **(others or {})}
        found = (await conn.execute(insert(table).returning(table.c.id), values)).scalar_one()
    return int(found)
