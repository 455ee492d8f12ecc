"""What was understood of entries, as rows: topics, citations, companies, dates, watches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Table, delete, insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ingest.terms import TermHit
from bot.news.model import Analysis
from bot.storage.tables import (
    citation,
    entry,
    entry_company,
    entry_date,
    entry_topic,
    entry_watch,
)

CHUNK = 500
_PER_ENTRY = 200
"""Rows of one kind that one entry may have; a text that names more is a list, not news."""

_FACTS: tuple[Table, ...] = (entry_topic, citation, entry_company, entry_date, entry_watch)


async def write(
    conn: AsyncConnection,
    understood: Sequence[tuple[int, Analysis]],
    hits: Mapping[int, Sequence[TermHit]],
) -> None:
    """Store what was understood of entries (by id), which have none of it yet."""
    rows: dict[Table, list[dict[str, Any]]] = {table: [] for table in _FACTS}
    for entry_id, analysis in understood:
        rows[entry_topic] += _first(
            {
                "entry_id": entry_id,
                "topic": match.topic,
                "score": match.score,
                "main": match.main,
                "evidence": [asdict(evidence) for evidence in match.evidence],
            }
            for match in analysis.topics
        )
        rows[citation] += _first(
            {"entry_id": entry_id, **asdict(found), "url": found.url or None}
            for found in analysis.citations
        )
        rows[entry_company] += _first(
            {
                "entry_id": entry_id,
                "name": company.name,
                "key": company.key,
                "country": company.country or None,
                "aliases": list(company.aliases),
            }
            for company in analysis.companies
        )
        rows[entry_date] += _first(
            {"entry_id": entry_id, "kind": date.kind, "on": date.on, "text": date.text or None}
            for date in analysis.dates
        )
        rows[entry_watch] += [
            {
                "entry_id": entry_id,
                "kind": hit.kind,
                "target": hit.target,
                "evidence": [asdict(evidence) for evidence in hit.evidence],
            }
            for hit in hits.get(entry_id, ())
        ]
    for table, values in rows.items():
        for first in range(0, len(values), CHUNK):
            await conn.execute(insert(table), values[first : first + CHUNK])
    roundups = [entry_id for entry_id, analysis in understood if analysis.roundup]
    for first in range(0, len(roundups), CHUNK):
        await conn.execute(
            update(entry)
            .where(entry.c.id.in_(roundups[first : first + CHUNK]))
            .values(roundup=True)
        )


def _first(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row for row, _number in zip(rows, range(_PER_ENTRY), strict=False)]


async def forget(conn: AsyncConnection, entry_ids: Sequence[int]) -> None:
    """Delete what was understood of entries, before it is understood anew."""
    for first in range(0, len(entry_ids), CHUNK):
        some = entry_ids[first : first + CHUNK]
        for table in _FACTS:
            await conn.execute(delete(table).where(table.c.entry_id.in_(some)))
        await conn.execute(update(entry).where(entry.c.id.in_(some)).values(roundup=False))
