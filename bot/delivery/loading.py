"""Stored articles and what reasons are called, for many deliveries in few queries."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.delivery.marks import mark_of
from bot.news.model import WHOLE
from bot.storage.batches import rows_in_chunks
from bot.storage.tables import entry, entry_topic, publication, saved_search, watch

_PHRASES = 5

Reason = tuple[str, str]
"""Kind and target of a subscription, as in `delivery.reasons`."""


@dataclass(frozen=True, slots=True)
class StoredTopic:
    """A topic that an entry has, with the phrases that were found."""

    topic: str
    score: float
    main: bool
    phrases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """An entry's row; `summary` is empty where the publication lets only headlines be shown."""

    id: int
    story_id: int | None
    title: str
    link: str
    publication: str
    published: datetime
    summary: str
    article_number: str
    document_number: str
    document_type: str
    retracted: bool
    topics: tuple[StoredTopic, ...] = ()

    @property
    def mark(self) -> str:
        """By what it is recognised in another life of the database."""
        return mark_of(
            number=self.article_number or self.document_number,
            link=self.link,
            publication=self.publication,
            title=self.title,
        )


async def load_articles(conn: AsyncConnection, ids: Collection[int]) -> dict[int, StoredArticle]:
    """Give entries with their topics (by falling score), by id."""
    columns = (
        entry.c.id,
        entry.c.story_id,
        entry.c.title,
        entry.c.link,
        publication.c.name.label("publication"),
        entry.c.published_at,
        entry.c.summary,
        entry.c.show,
        entry.c.article_number,
        entry.c.document_number,
        entry.c.facts,
        entry.c.retracted_at,
    )
    rows = await rows_in_chunks(
        conn, ids, lambda some: select(*columns).join(publication).where(entry.c.id.in_(some))
    )
    topics = by_entry(
        await rows_in_chunks(
            conn,
            ids,
            lambda some: (
                select(entry_topic)
                .where(entry_topic.c.entry_id.in_(some))
                .order_by(entry_topic.c.score.desc(), entry_topic.c.topic)
            ),
        ),
        lambda row: StoredTopic(row.topic, row.score, row.main, phrases(row.evidence)),
    )
    return {row.id: _article(row, topics.get(row.id, ())) for row in rows}


def _article(row: Row[Any], topics: tuple[StoredTopic, ...]) -> StoredArticle:
    return StoredArticle(
        id=row.id,
        story_id=row.story_id,
        title=row.title,
        link=row.link or "",
        publication=row.publication,
        published=row.published_at,
        summary=row.summary if row.show == "summary" else "",
        article_number=row.article_number or "",
        document_number=row.document_number or "",
        document_type=str((row.facts or {}).get("document_type") or ""),
        retracted=row.retracted_at is not None,
        topics=topics,
    )


async def load_labels(
    conn: AsyncConnection, reasons: Iterable[Reason], topic_title: Callable[[str], str]
) -> dict[Reason, str]:
    """Give what reasons are called: a topic's title, a watch's term, a saved search's query."""
    wanted = set(reasons)
    labels = {(kind, target): topic_title(target) for kind, target in wanted if kind == "topic"}
    for kind, table, column in (
        ("watch", watch, watch.c.term),
        ("search", saved_search, saved_search.c.query),
    ):
        ids = [int(target) for one, target in wanted if one == kind and target.isdecimal()]
        rows = await rows_in_chunks(
            conn,
            ids,
            lambda some, t=table, c=column: (  # type: ignore[misc]
                select(t.c.id, c.label("label")).where(t.c.id.in_(some))
            ),
        )
        labels.update({(kind, str(row.id)): row.label for row in rows})
    return labels


async def load_report_counts(
    conn: AsyncConnection, story_ids: Collection[int]
) -> Mapping[int, int]:
    """Give how many entries report each story."""
    rows = await rows_in_chunks(
        conn,
        story_ids,
        lambda some: (
            select(entry.c.story_id, func.count().label("reports"))
            .where(entry.c.story_id.in_(some))
            .group_by(entry.c.story_id)
        ),
    )
    return {row.story_id: row.reports for row in rows}


def phrases(evidence: Iterable[Mapping[str, Any]] | None) -> tuple[str, ...]:
    """Give the phrases of stored evidence, each once whatever its case, at most five."""
    found: dict[str, str] = {}
    for one in evidence or ():
        text = WHOLE if one.get("whole") else " ".join(str(one.get("text", ""))[:200].split())
        if text:
            found.setdefault(text.casefold(), text)
    return tuple(found.values())[:_PHRASES]


def by_entry(rows: Iterable[Row[Any]], make: Callable[[Row[Any]], Any]) -> dict[int, Any]:
    """Give what is made of rows with an `entry_id`, in their order, by entry."""
    found: dict[int, tuple[Any, ...]] = {}
    for row in rows:
        found[row.entry_id] = (*found.get(row.entry_id, ()), make(row))
    return found
