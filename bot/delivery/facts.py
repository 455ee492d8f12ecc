"""What else is known of stored articles: facts read in them, and the articles they belong with."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.delivery.loading import Reason, StoredArticle, by_entry, phrases
from bot.messages.model import Related
from bot.news.model import Citation, Company, KeyDate
from bot.storage.batches import CHUNK, rows_in_chunks
from bot.storage.tables import (
    citation,
    entry,
    entry_company,
    entry_date,
    entry_watch,
    publication,
    story,
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
    perhaps: Related | None = None
    """The first report of the story that its own may be."""


async def load_facts(
    conn: AsyncConnection, articles: Mapping[int, StoredArticle], reasons: Collection[Reason]
) -> dict[int, StoredFacts]:
    """Give what else is known of entries; phrases only for the watches and searches among
    `reasons`."""
    ids = list(articles)
    citations = by_entry(
        await _rows_of(conn, citation, ids, citation.c.id),
        lambda row: Citation(
            row.kind, row.value, row.text, row.start, row.end, row.field, row.url or ""
        ),
    )
    companies = by_entry(
        await _rows_of(conn, entry_company, ids, entry_company.c.id),
        lambda row: Company(row.name, row.key, row.country or "", tuple(row.aliases or ())),
    )
    dates = by_entry(
        await _rows_of(conn, entry_date, ids, entry_date.c.on),
        lambda row: KeyDate(row.kind, row.on, row.text or ""),
    )
    found = await _found(conn, ids, reasons)
    referred = await _referred(conn, citations)
    stories = {a.story_id for a in articles.values() if a.story_id}
    covered = await _covered(conn, stories)
    perhaps = await load_perhaps(conn, stories)
    return {
        one: StoredFacts(
            citations=citations.get(one, ()),
            companies=companies.get(one, ()),
            dates=dates.get(one, ()),
            found=found.get(one, {}),
            refers_to=_earlier(article, citations.get(one, ()), referred),
            also_covered=_elsewhere(article, covered),
            perhaps=perhaps.get(article.story_id or 0),
        )
        for one, article in articles.items()
    }


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


async def load_perhaps(conn: AsyncConnection, story_ids: Collection[int]) -> Mapping[int, Related]:
    """Give, by story, the first report of the story that it may be, where that is not sure."""
    of = story.c.id.label("of")
    rows = await rows_in_chunks(
        conn,
        story_ids,
        lambda some: (
            select(of, *_RELATED)
            .select_from(story)
            .join(entry, entry.c.story_id == story.c.follows_id)
            .join(publication, publication.c.id == entry.c.publication_id)
            .where(
                story.c.id.in_(some),
                story.c.perhaps.is_not(None),
                entry.c.retracted_at.is_(None),
            )
            .order_by(entry.c.position)
        ),
    )
    found: dict[int, Related] = {}
    for row in rows:
        found.setdefault(row.of, _related(row, row.article_number or ""))
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
