"""Rows of the `entry` table: made of entries, and read back as such."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import Row, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.feeds.identity import CERTAIN, Identified, Key, article_number, document_number
from bot.feeds.model import FeedEntry, FeedRecord, NewEntry
from bot.feeds.recognition import Reader
from bot.storage.positions import allocate
from bot.storage.rows import insert_missing, insert_with_ids
from bot.storage.tables import entry as entry_table
from bot.storage.tables import entry_key

P = TypeVar("P")

FUTURE = timedelta(days=7)
"""An entry dated later than this from now has a wrong date; the next issue of the Federal
Register is listed some days early."""


async def insert_entries(
    conn: AsyncConnection, fresh: Sequence[tuple[Reader, Sequence[tuple[Identified, P]]]]
) -> list[tuple[NewEntry[P], ...]]:
    """Insert new rows, of one feed or several, and give each feed's newest first.

    Documents list the newest first, so of entries of one time the first is the newest.
    """
    dated = [_in_order(entries, reader.now) for reader, entries in fresh]
    times = [when for entries in dated for when, _, _ in entries]
    if not times:
        return [() for _ in fresh]
    free = iter(await allocate(conn, times))
    placed = [[(next(free), *each) for each in entries] for entries in dated]
    rows = [
        _row(reader, one, when, position)
        for (reader, _), entries in zip(fresh, placed, strict=True)
        for position, when, one, _ in entries
    ]
    given = await insert_with_ids(conn, entry_table, rows)
    ids = {row["position"]: id_ for row, id_ in zip(rows, given, strict=True)}
    keys = [
        (key, ids[position])
        for entries in placed
        for position, _, one, _ in entries
        for key in one.keys
    ]
    await add_keys(conn, keys)
    return [
        tuple(
            NewEntry(ids[position], one.entry, reader.now, item)
            for position, _, one, item in reversed(entries)
        )
        for (reader, _), entries in zip(fresh, placed, strict=True)
    ]


def _in_order(
    entries: Sequence[tuple[Identified, P]], now: datetime
) -> list[tuple[datetime, Identified, P]]:
    dated = [(_published(one.entry, now), one, item) for one, item in reversed(entries)]
    return sorted(dated, key=lambda each: each[0])


async def rewrite(conn: AsyncConnection, id_: int, one: Identified, now: datetime) -> FeedEntry:
    """Write over an entry's texts, and give it as it was."""
    row = (await conn.execute(select(entry_table).where(entry_table.c.id == id_))).one()
    after = one.entry
    await conn.execute(
        update(entry_table)
        .where(entry_table.c.id == id_)
        .values(
            **_texts(after),
            updated_at=after.updated or now,
            text_hash=one.text_hash,
            facts=_facts(after),
        )
    )
    return entry_from(row)


async def make_news(
    conn: AsyncConnection, feed: FeedRecord, id_: int, one: Identified, now: datetime
) -> None:
    """Let an entry that was history be news of `feed`, in that feed's words."""
    await rewrite(conn, id_, one, now)
    await conn.execute(
        update(entry_table)
        .where(entry_table.c.id == id_)
        .values(history=False, feed_id=feed.id, show=feed.show, updated_at=one.entry.updated)
    )


async def add_keys(conn: AsyncConnection, keys: Iterable[tuple[Key, int | None]]) -> None:
    """Let entries be known by further keys; a key that is taken stays where it is.

    None stands for an entry that was pruned.
    """
    rows = [
        {"scope": key.scope, "kind": key.kind, "key": key.key, "entry_id": id_} for key, id_ in keys
    ]
    await insert_missing(conn, entry_key, rows)


def entry_from(row: Row[Any]) -> FeedEntry:
    """Give the entry that a row of the `entry` table holds."""
    facts = row.facts or {}
    effective, comments = facts.get("effective_on"), facts.get("comments_close_on")
    return FeedEntry(
        title=row.title,
        link=row.link or "",
        guid=row.guid or "",
        summary=row.summary,
        content=row.content,
        published=row.published_at,
        updated=row.updated_at,
        authors=tuple(row.authors or ()),
        categories=tuple(row.categories or ()),
        document_number=row.document_number or "",
        document_type=facts.get("document_type", ""),
        effective_on=date.fromisoformat(effective) if effective else None,
        comments_close_on=date.fromisoformat(comments) if comments else None,
        dates=facts.get("dates", ""),
        citation=facts.get("citation", ""),
        references=tuple(facts.get("references", ())),
        filed=bool(facts.get("filed")),
    )


def _row(reader: Reader, one: Identified, when: datetime, position: int) -> dict[str, Any]:
    feed = reader.feed
    entry = one.entry
    certain = next((key.key for key in one.keys if key.kind in CERTAIN), None)
    return {
        "position": position,
        "publication_id": feed.publication_id,
        "feed_id": feed.id or None,
        "external_id": certain or entry.guid or entry.link or None,
        "guid": entry.guid or None,
        "link": entry.link or None,
        "show": feed.show,
        "published_at": when,
        "updated_at": entry.updated,
        "first_seen_at": reader.now,
        "text_hash": one.text_hash,
        "history": reader.baseline is None,
        "roundup": False,
        "article_number": article_number(entry.link) or None,
        "document_number": (entry.document_number or document_number(entry.link))[:32] or None,
        "facts": _facts(entry),
        **_texts(entry),
    }


def _published(entry: FeedEntry, now: datetime) -> datetime:
    when = entry.published or entry.updated
    return when if when is not None and when <= now + FUTURE else now


def _texts(entry: FeedEntry) -> dict[str, Any]:
    return {
        "title": entry.title,
        "summary": entry.summary,
        "content": entry.content,
        "authors": list(entry.authors),
        "categories": list(entry.categories),
    }


def _facts(entry: FeedEntry) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "document_type": entry.document_type,
        "effective_on": entry.effective_on.isoformat() if entry.effective_on else "",
        "comments_close_on": entry.comments_close_on.isoformat() if entry.comments_close_on else "",
        "dates": entry.dates,
        "citation": entry.citation,
        "references": list(entry.references),
        "filed": entry.filed,
    }
    return {name: value for name, value in facts.items() if value}
