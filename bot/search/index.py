"""Puts entries into the full-text index, in the transaction that stores them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from operator import itemgetter
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.search.document import Document, Facts, document, texts, words
from bot.search.tokens import stem
from bot.storage import fulltext
from bot.storage.batches import as_numbers, numbers
from bot.storage.dialects import is_postgresql
from bot.storage.tables import citation, entry, entry_company, entry_topic

_CHUNK = 500


async def index_entries(conn: AsyncConnection, entry_ids: Sequence[int]) -> None:
    """Index entries, or index them again after an edit; retracted ones leave the index.

    Call it inside the transaction that wrote their topics, citations and companies.
    """
    for first in range(0, len(entry_ids), _CHUNK):
        await _index(conn, entry_ids[first : first + _CHUNK])


async def _index(conn: AsyncConnection, ids: Sequence[int]) -> None:
    entries = (
        await conn.execute(
            select(
                entry.c.id,
                entry.c.position,
                entry.c.publication_id,
                entry.c.story_id,
                entry.c.title,
                entry.c.summary,
                entry.c.content,
                entry.c.article_number,
                entry.c.document_number,
                entry.c.retracted_at,
            ).where(entry.c.id.in_(ids))
        )
    ).all()
    topics = await _of(conn, ids, entry_topic, entry_topic.c.topic)
    references = await _of(conn, ids, citation, citation.c.kind, citation.c.value)
    companies = await _of(conn, ids, entry_company, entry_company.c.key, entry_company.c.aliases)
    rows = []
    for row in entries:
        if row.retracted_at is not None:
            continue
        facts = Facts(
            topics=tuple(topic for (topic,) in topics[row.id]),
            references=tuple((kind, value) for kind, value in references[row.id]),
            identities=tuple(filter(None, (row.article_number, row.document_number))),
            companies=tuple(name for key, others in companies[row.id] for name in (key, *others)),
            publication_id=row.publication_id,
            story_id=row.story_id,
        )
        made = document(texts(row.title, row.content or row.summary), facts)
        rows.append(fulltext.TextRow(row.position, made.title, made.body, made.tags))
    await fulltext.delete_texts(conn, [row.position for row in entries])
    await add_documents(conn, rows)


async def index_new(
    conn: AsyncConnection, documents: Mapping[int, Document], forms: Mapping[str, str]
) -> None:
    """Index entries (by id) that have just been stored, by what is known of them already.

    `forms` are their words with the stems, those left out that were given in earlier calls.
    """
    postgresql = is_postgresql(conn)
    ids = as_numbers(list(documents), postgresql=postgresql)
    found = await conn.execute(_positions(postgresql), {"ids": ids})
    rows = [
        fulltext.TextRow(row.position, one.title, one.body, one.tags)
        for row in found
        for one in (documents[row.id],)
    ]
    await fulltext.insert_texts(conn, sorted(rows, key=itemgetter(0)))
    await fulltext.add_forms(conn, forms.keys(), forms.__getitem__)


@cache
def _positions(postgresql: bool) -> Select[tuple[int, int]]:
    wanted = numbers("ids", postgresql=postgresql)
    return select(entry.c.position, entry.c.id).where(entry.c.id == wanted)


async def add_documents(conn: AsyncConnection, rows: Sequence[fulltext.TextRow]) -> None:
    """Index rows that are not indexed yet, and remember their words."""
    await fulltext.insert_texts(conn, rows)
    await fulltext.add_forms(conn, words(rows), stem)


async def _of(conn: AsyncConnection, ids: Sequence[int], table: Any, *columns: Any) -> Any:  # noqa: ANN401 - columns
    found: defaultdict[int, list[tuple[Any, ...]]] = defaultdict(list)
    rows = await conn.execute(select(table.c.entry_id, *columns).where(table.c.entry_id.in_(ids)))
    for row in rows:
        found[row[0]].append(tuple(row[1:]))
    return found
