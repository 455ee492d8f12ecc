"""Whether what is shown of an entry has changed since it was rendered."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.batches import rows_in_chunks
from bot.storage.tables import entry


@dataclass(frozen=True, slots=True)
class Version:
    """What tells that what is shown of an entry has changed: its text, how much of it may be
    shown, whether it was withdrawn, and how many reports its story has."""

    text_hash: str
    show: str
    retracted: bool
    reports: int


async def load_versions(conn: AsyncConnection, ids: Collection[int]) -> dict[int, Version]:
    """Give the versions of entries, by id."""
    report = entry.alias("report")
    reports = (
        select(func.count())
        .where(report.c.story_id == entry.c.story_id, report.c.retracted_at.is_(None))
        .scalar_subquery()
    )
    columns = (
        entry.c.id,
        entry.c.text_hash,
        entry.c.show,
        entry.c.retracted_at,
        reports.label("reports"),
    )
    rows = await rows_in_chunks(
        conn, ids, lambda some: select(*columns).where(entry.c.id.in_(some))
    )
    return {
        row.id: Version(row.text_hash, row.show, row.retracted_at is not None, row.reports)
        for row in rows
    }
