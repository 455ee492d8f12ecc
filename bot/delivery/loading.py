"""Stored entries as alerts need them, for many deliveries in few queries."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.delivery.marks import mark_of
from bot.messages.model import Related
from bot.news.model import WHOLE, Citation, Company, KeyDate
from bot.storage.batches import CHUNK, rows_in_chunks
from bot.storage.tables import (
    citation,
    entry,
    entry_company,
    entry_date,
    entry_topic,
    entry_watch,
    publication,
    saved_search,
    watch,
)

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


@dataclass(frozen=True, slots=True)
class StoredFacts:
    """What else is known of an entry."""

    citations: tuple[Citation, ...] = ()
    companies: tuple[Company, ...] = ()
    dates: tuple[KeyDate, ...] = ()
    found: Mapping[Reason, tuple[str, ...]] | None = None
    """The phrases by which watches and saved searches found it."""
    refers_to: tuple[Related, ...] = ()
    also_covered: tuple[Related, ...] = ()


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
    topics = _by_entry(
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


async def load_facts(
    conn: AsyncConnection, articles: Mapping[int, StoredArticle], reasons: Collection[Reason]
) -> dict[int, StoredFacts]:
    """Give what else is known of entries; phrases only for the watches and searches among
    `reasons`."""
    ids = list(articles)
    citations = _by_entry(
        await _rows_of(conn, citation, ids, citation.c.id),
        lambda row: Citation(
            row.kind, row.value, row.text, row.start, row.end, row.field, row.url or ""
        ),
    )
    companies = _by_entry(
        await _rows_of(conn, entry_company, ids, entry_company.c.id),
        lambda row: Company(row.name, row.key, row.country or "", tuple(row.aliases or ())),
    )
    dates = _by_entry(
        await _rows_of(conn, entry_date, ids, entry_date.c.on),
        lambda row: KeyDate(row.kind, row.on, row.text or ""),
    )
    found = await _found(conn, ids, reasons)
    referred = await _referred(conn, citations)
    covered = await _covered(conn, {a.story_id for a in articles.values() if a.story_id})
    return {
        one: StoredFacts(
            citations=citations.get(one, ()),
            companies=companies.get(one, ()),
            dates=dates.get(one, ()),
            found=found.get(one, {}),
            refers_to=_earlier(article, citations.get(one, ()), referred),
            also_covered=_elsewhere(article, covered),
        )
        for one, article in articles.items()
    }


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


async def _found(
    conn: AsyncConnection, ids: Sequence[int], reasons: Collection[Reason]
) -> dict[int, dict[Reason, tuple[str, ...]]]:
    targets = sorted({target for kind, target in reasons if kind != "topic"})
    found: dict[int, dict[Reason, tuple[str, ...]]] = {}
    for first in range(0, len(targets), CHUNK):
        mine = entry_watch.c.target.in_(targets[first : first + CHUNK])
        for row in await _rows_of(conn, entry_watch, ids, entry_watch.c.target, mine):
            found.setdefault(row.entry_id, {})[row.kind, row.target] = phrases(row.evidence)
    return found


_RELATED = (
    entry.c.id,
    entry.c.story_id,
    entry.c.title,
    entry.c.link,
    entry.c.published_at,
    entry.c.article_number,
    entry.c.document_number,
    publication.c.name.label("publication"),
)


async def _referred(
    conn: AsyncConnection, citations: Mapping[int, Sequence[Citation]]
) -> dict[tuple[str, str], list[Row[Any]]]:
    """Give the stored entries that citations name by article or document number."""
    found: dict[tuple[str, str], list[Row[Any]]] = {}
    for kind, column in (
        ("article", entry.c.article_number),
        ("fr-document", entry.c.document_number),
    ):
        numbers = {c.value for those in citations.values() for c in those if c.kind == kind}
        rows = await rows_in_chunks(
            conn,
            numbers,
            lambda some, c=column: (  # type: ignore[misc]
                select(*_RELATED).join(publication).where(c.in_(some)).order_by(entry.c.position)
            ),
        )
        for row in rows:
            found.setdefault((kind, getattr(row, column.name)), []).append(row)
    return found


def _earlier(
    article: StoredArticle,
    citations: Sequence[Citation],
    referred: Mapping[tuple[str, str], Sequence[Row[Any]]],
) -> tuple[Related, ...]:
    found: dict[int, Related] = {}
    for one in citations:
        rows = [
            row
            for row in referred.get((one.kind, one.value), ())
            if row.id != article.id and one.value not in _own_numbers(article)
        ]
        own = [row for row in rows if row.publication == article.publication]
        for row in (own or rows)[:1]:
            found.setdefault(row.id, _related(row, one.value))
    return tuple(found.values())


def _own_numbers(article: StoredArticle) -> set[str]:
    return {article.article_number, article.document_number} - {""}


async def _covered(
    conn: AsyncConnection, story_ids: Collection[int]
) -> Mapping[int, Sequence[Row[Any]]]:
    rows = await rows_in_chunks(
        conn,
        story_ids,
        lambda some: (
            select(*_RELATED)
            .join(publication)
            .where(entry.c.story_id.in_(some), entry.c.retracted_at.is_(None))
            .order_by(entry.c.position)
        ),
    )
    found: dict[int, list[Row[Any]]] = {}
    for row in rows:
        found.setdefault(row.story_id, []).append(row)
    return found


def _elsewhere(
    article: StoredArticle, covered: Mapping[int, Sequence[Row[Any]]]
) -> tuple[Related, ...]:
    others: dict[str, Related] = {}
    for row in covered.get(article.story_id or 0, ()):
        if row.publication != article.publication:
            others.setdefault(row.publication, _related(row, row.article_number or ""))
    return tuple(others.values())


def _related(row: Row[Any], number: str) -> Related:
    return Related(row.title, row.link or "", row.publication, row.published_at, number)


async def _rows_of(
    conn: AsyncConnection,
    table: Any,  # noqa: ANN401 - a table with `entry_id`
    ids: Collection[int],
    order: ColumnElement[Any],
    *where: ColumnElement[bool],
) -> list[Row[Any]]:
    return await rows_in_chunks(
        conn,
        ids,
        lambda some: select(table).where(table.c.entry_id.in_(some), *where).order_by(order),
    )


def _by_entry(rows: Iterable[Row[Any]], make: Callable[[Row[Any]], Any]) -> dict[int, Any]:
    found: dict[int, tuple[Any, ...]] = {}
    for row in rows:
        found[row.entry_id] = (*found.get(row.entry_id, ()), make(row))
    return found
