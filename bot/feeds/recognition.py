"""What becomes of an entry that was just read: is it new, known, edited, or news after all?

`load` looks up what is stored; `judge` decides, purely.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cache
from typing import Any, Literal, TypeVar

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.feeds.identity import CERTAIN, Identified, IdRule, Key, Known, agrees, fold
from bot.feeds.model import FeedRecord
from bot.storage.batches import as_text_rows, text_columns
from bot.storage.dialects import is_postgresql
from bot.storage.tables import entry as entry_table
from bot.storage.tables import entry_key

Verdict = Literal["new", "known", "edited", "promoted"]
"""`promoted`: stored as history, through a feed that was new or an import, and news all the same
by a feed that has long been watched."""

CHUNK = 400
_RECENT = timedelta(days=30)
_END_OF_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Stored:
    """Which entries hold the keys of a document, and what is needed of those entries.

    A key whose entry was pruned is held by None: it stays known for ever.
    """

    by_key: Mapping[Key, int | None]
    entries: Mapping[int, Known]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What became of one entry; `row` is what it was stored as, if it was and is still there."""

    verdict: Verdict
    row: Known | None = None


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: a feed, its rule, when it began to be watched (none: this is its first
    document), and the present moment."""

    feed: FeedRecord
    rule: IdRule
    baseline: datetime | None
    now: datetime


async def load(conn: AsyncConnection, found: Sequence[Identified]) -> Stored:
    """Look up which entries hold the keys of `found`."""
    by_key: dict[Key, int | None] = {}
    wanted = sorted({key for one in found for key in one.keys})
    if wanted:
        postgresql = is_postgresql(conn)
        given = as_text_rows("wanted", wanted, postgresql=postgresql)
        rows = await conn.execute(_holders(postgresql), given)
        by_key = {Key(scope, kind, key): holder for scope, kind, key, holder in rows}
    entries: dict[int, Known] = {}
    for ids in chunks(sorted({id_ for id_ in by_key.values() if id_ is not None})):
        rows = await conn.execute(_KNOWN.where(entry_table.c.id.in_(ids)))
        entries |= {row[0]: Known(*tuple(row)) for row in rows}
    return Stored(by_key, entries)


@cache
def _holders(postgresql: bool) -> Select[Any]:
    """Give the query for the keys that are held, of all that are given: one look-up for each."""
    scope, kind, key = text_columns("wanted", 3, postgresql=postgresql)
    return select(entry_key.c.scope, entry_key.c.kind, entry_key.c.key, entry_key.c.entry_id).where(
        entry_key.c.scope == scope, entry_key.c.kind == kind, entry_key.c.key == key
    )


_KNOWN: Select[Any] = select(
    entry_table.c.id,
    entry_table.c.feed_id,
    entry_table.c.title,
    entry_table.c.guid,
    entry_table.c.link,
    entry_table.c.published_at,
    entry_table.c.text_hash,
    entry_table.c.article_number,
    entry_table.c.document_number,
    entry_table.c.history,
    entry_table.c.first_seen_at,
)


def judge(one: Identified, stored: Stored, reader: Reader) -> Judgement:
    """Say what becomes of an entry."""
    row: Known | None = None
    for key in one.keys:
        if key not in stored.by_key:
            continue
        holder = stored.by_key[key]
        if holder is None:
            if _was_pruned(one, key, stored, reader):
                return Judgement("known")
            continue
        row = stored.entries.get(holder)
        if row is not None and agrees(row, one, key.kind, reader.rule):
            break
        row = None
    if row is None:
        return Judgement("new")
    if _is_news_after_all(row, one, reader):
        return Judgement("promoted", row)
    return Judgement("edited" if _is_edit(reader.feed, row, one) else "known", row)


def _was_pruned(one: Identified, key: Key, stored: Stored, reader: Reader) -> bool:
    """Whether `key`, of an entry that was pruned, speaks for this entry.

    Nothing is left to compare it with. Only a page that bears something new under its old
    address is told from the old: by an id of its own that was never seen, and a date of late.
    """
    if key.kind != "link" or key.kind == reader.rule or key.kind in CERTAIN:
        return True
    when = one.entry.published or one.entry.updated
    unseen = any(own.kind == "guid" and own not in stored.by_key for own in one.keys)
    return not (unseen and when is not None and when > reader.now - _RECENT)


def _is_news_after_all(row: Known, one: Identified, reader: Reader) -> bool:
    """Whether an entry that is stored as history is news by this feed.

    It is, when the feed lists it for the first time and it was published after the feed began to
    be watched: then only the order in which feeds were polled made it history. Without a date,
    when it was first seen stands for it; a bare day lasts until its end.
    """
    if not row.history or reader.baseline is None or row.feed_id == reader.feed.id:
        return False
    dates = [_latest(row.published_at), row.first_seen_at]
    if one.entry.published is not None:
        dates.append(_latest(one.entry.published))
    return min(dates) > reader.baseline


def _latest(published: datetime) -> datetime:
    return published + _END_OF_DAY if published.time() == time() else published


def _is_edit(feed: FeedRecord, row: Known, one: Identified) -> bool:
    """Whether a known entry says something new.

    Only the feed that brought it may edit it: other feeds of the publication carry it with
    another summary. A text that is merely missing now is no edit.
    """
    if row.text_hash == one.text_hash or row.feed_id not in {None, feed.id}:
        return False
    return bool(one.entry.text) or fold(one.entry.title) != fold(row.title)


T = TypeVar("T")


def chunks(items: Sequence[T]) -> Iterable[Sequence[T]]:
    """Give `items` in parts that one statement can take."""
    return (items[first : first + CHUNK] for first in range(0, len(items), CHUNK))
