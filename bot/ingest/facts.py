"""What was understood of entries, as rows: topics, citations, companies, dates, watches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table, delete, insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ingest.terms import TermHit
from bot.news.model import Analysis, Evidence
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

_MAX_VALUE = 128
_MAX_KEY = 160

_FACTS: tuple[Table, ...] = (entry_topic, citation, entry_company, entry_date, entry_watch)


async def write(
    conn: AsyncConnection,
    understood: Sequence[tuple[int, Analysis]],
    hits: Mapping[int, Sequence[TermHit]],
) -> None:
    """Store what was understood of entries (by id), which have none of it yet."""
    rows: dict[Table, list[dict[str, Any]]] = {table: [] for table in _FACTS}
    for entry_id, analysis in understood:
        found = _rows(analysis) | {entry_watch: _terms(hits.get(entry_id, ()))}
        for table, values in found.items():
            rows[table] += [{"entry_id": entry_id, **value} for value in values]
    for table, values in rows.items():
        for first in range(0, len(values), CHUNK):
            await conn.execute(insert(table), values[first : first + CHUNK])
    roundups = [entry_id for entry_id, analysis in understood if analysis.roundup]
    for first in range(0, len(roundups), CHUNK):
        some = entry.c.id.in_(roundups[first : first + CHUNK])
        await conn.execute(update(entry).where(some).values(roundup=True))


def _rows(analysis: Analysis) -> dict[Table, list[dict[str, Any]]]:
    """Give an entry's rows; what is too long for its column is no reference, or is cut."""
    topics = {match.topic: match for match in reversed(analysis.topics)}
    return {
        entry_topic: [
            {
                "topic": match.topic,
                "score": match.score,
                "main": match.main,
                "evidence": _evidence(match.evidence),
            }
            for match in topics.values()
        ],
        citation: [
            {
                "kind": cited.kind,
                "value": cited.value,
                "text": cited.text,
                "field": cited.field,
                "start": cited.start,
                "end": cited.end,
                "url": cited.url or None,
            }
            for cited in analysis.citations[:_PER_ENTRY]
            if len(cited.value) <= _MAX_VALUE
        ],
        entry_company: [
            {
                "name": company.name,
                "key": company.key[:_MAX_KEY],
                "country": company.country or None,
                "aliases": list(company.aliases),
            }
            for company in analysis.companies[:_PER_ENTRY]
        ],
        entry_date: [
            {"kind": date.kind, "on": date.on, "text": date.text or None}
            for date in analysis.dates[:_PER_ENTRY]
        ],
    }


def _terms(hits: Sequence[TermHit]) -> list[dict[str, Any]]:
    return [
        {"kind": hit.kind, "target": hit.target, "evidence": _evidence(hit.evidence)}
        for hit in hits
    ]


def _evidence(found: Sequence[Evidence]) -> list[dict[str, Any]]:
    return [
        {"text": one.text, "start": one.start, "end": one.end, "field": one.field}
        | ({"whole": True} if one.whole else {})
        for one in found
    ]


async def forget(conn: AsyncConnection, entry_ids: Sequence[int]) -> None:
    """Delete what was understood of entries, before it is understood anew."""
    for first in range(0, len(entry_ids), CHUNK):
        some = entry_ids[first : first + CHUNK]
        for table in _FACTS:
            await conn.execute(delete(table).where(table.c.entry_id.in_(some)))
        await conn.execute(update(entry).where(entry.c.id.in_(some)).values(roundup=False))
