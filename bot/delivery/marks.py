"""By what news is recognised in messages of another life of the database.

Ids say nothing after a back-up was put back: the same article is read anew and gets another. Its
publisher's number or its address stays, so every message carries their marks in its metadata,
beside the ids (`event_payload.marks`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.feeds.addresses import normalise
from bot.storage.batches import rows_in_chunks
from bot.storage.tables import entry, publication

_BYTES = 6
"""Of a mark; two articles told to one channel have the same by one chance in 2**48."""


def mark_of(*, number: str, link: str, publication: str, title: str) -> str:
    """Give the mark of an article: of its publisher's number, else its address, else its title."""
    if number and "/public-inspection/" in link:
        telling = f"number {number} filed"  # it is told of once more when it is published
    elif number:
        telling = f"number {number}"
    elif link:
        telling = f"link {normalise(link)}"
    else:
        telling = f"title {publication} {' '.join(title.casefold().split())}"
    return hashlib.blake2b(telling.encode(), digest_size=_BYTES).hexdigest()


def mark_of_delivery(delivery_id: int) -> str:
    """Give the mark of a delivery that was owed already when the copy was made."""
    return f"delivery:{delivery_id}"


async def load_marks(
    conn: AsyncConnection, story_ids: Collection[int]
) -> Mapping[int, frozenset[str]]:
    """Give the marks of all reports of stories, by story."""
    columns = (
        entry.c.story_id,
        entry.c.link,
        entry.c.title,
        func.coalesce(entry.c.article_number, entry.c.document_number, "").label("number"),
        publication.c.name.label("publication"),
    )
    query = select(*columns).join(publication)
    found: dict[int, set[str]] = {}
    for row in await rows_in_chunks(
        conn, story_ids, lambda some: query.where(entry.c.story_id.in_(some))
    ):
        mark = mark_of(
            number=row.number, link=row.link or "", publication=row.publication, title=row.title
        )
        found.setdefault(row.story_id, set()).add(mark)
    return {story_id: frozenset(marks) for story_id, marks in found.items()}
