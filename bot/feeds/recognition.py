"""What becomes of entries that were just read: is each new, known, edited, or news after all?

`load` looks up what is stored; `judge` decides, purely; `recognise` has the last word.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from functools import cache
from typing import Any, Literal, TypeVar

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.feeds.evidence import Known, Side, contradicts, weigh
from bot.feeds.identity import CERTAIN, Identified, IdRule, Key, whole
from bot.feeds.likeness import COMPARED, fold
from bot.feeds.model import FeedRecord
from bot.storage.batches import as_text_rows, text_columns
from bot.storage.dialects import is_postgresql
from bot.storage.tables import entry as entry_table
from bot.storage.tables import entry_key

Verdict = Literal["new", "known", "edited", "promoted"]
"""`promoted`: stored as history, through a feed that was new or an import, and news all the same
by a feed that has long been watched."""

CHUNK = 400
_ROUNDS = 4
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

    one: Identified
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
    wanted = sorted({key for one in found for key in (*one.keys, *one.shared)})
    if wanted:
        postgresql = is_postgresql(conn)
        given = as_text_rows("wanted", wanted, postgresql=postgresql)
        rows = await conn.execute(_holders(postgresql), given)
        by_key = {Key(scope, kind, key): holder for scope, kind, key, holder in rows}
    entries: dict[int, Known] = {}
    for ids in chunks(sorted({id_ for id_ in by_key.values() if id_ is not None})):
        rows = await conn.execute(KNOWN.where(entry_table.c.id.in_(ids)))
        entries |= {row[0]: Known(*tuple(row)) for row in rows}
    entries |= await _with_texts(conn, found, by_key, entries)
    return Stored(by_key, entries)


async def _with_texts(
    conn: AsyncConnection,
    found: Sequence[Identified],
    by_key: Mapping[Key, int | None],
    entries: Mapping[int, Known],
) -> dict[int, Known]:
    """Load the texts of those entries that are not word for word what was read: few, as a rule."""
    unlike: set[int] = set()
    for one in found:
        for key in (*one.keys, *one.shared):
            row = entries.get(by_key.get(key) or 0)
            if row is not None and row.text_hash != one.text_hash:
                unlike.add(row.id)
    known: dict[int, Known] = {}
    for ids in chunks(sorted(unlike)):
        rows = await conn.execute(_TEXTS.where(entry_table.c.id.in_(ids)))
        known |= {
            id_: replace(entries[id_], text=content or summary) for id_, summary, content in rows
        }
    return known


@cache
def _holders(postgresql: bool) -> Select[Any]:
    """Give the query for the keys that are held, of all that are given: one look-up for each."""
    scope, kind, key = text_columns("wanted", 3, postgresql=postgresql)
    return select(entry_key.c.scope, entry_key.c.kind, entry_key.c.key, entry_key.c.entry_id).where(
        entry_key.c.scope == scope, entry_key.c.kind == kind, entry_key.c.key == key
    )


KNOWN: Select[Any] = select(
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


_TEXTS: Select[Any] = select(
    entry_table.c.id,
    func.substr(entry_table.c.summary, 1, COMPARED),
    func.substr(entry_table.c.content, 1, COMPARED),
)


async def recognise(
    conn: AsyncConnection, found: Sequence[Identified], stored: Stored, reader: Reader
) -> list[Judgement]:
    """Say what becomes of each entry of a document, or of a part of it.

    One that is new though its keys are taken is looked up by all that it says as well, and gets
    that as a key: it would be new at each poll otherwise.
    """
    judged = judge_all(found, stored, reader)
    taken = [
        place
        for place, each in enumerate(judged)
        if each.verdict == "new" and any(key in stored.by_key for key in each.one.keys)
    ]
    if not taken:
        return judged
    by_whole = {place: whole(judged[place].one.entry, judged[place].one.scope) for place in taken}
    extra = [replace(judged[place].one, keys=(key,), shared=()) for place, key in by_whole.items()]
    seen = await load(conn, extra)
    for place, key in by_whole.items():
        one = judged[place].one
        one = replace(one, keys=tuple(dict.fromkeys((*one.keys, key))))
        if key in seen.by_key:
            holder = seen.by_key[key]
            judged[place] = Judgement(one, "known", seen.entries.get(holder) if holder else None)
        else:
            judged[place] = Judgement(one, "new")
    return judged


def judge_all(found: Sequence[Identified], stored: Stored, reader: Reader) -> list[Judgement]:
    """Say what becomes of each entry by itself; of several that are one stored entry, only those
    are that say what it says, where one of them does."""
    judged = [judge(one, stored, reader) for one in found]
    for _ in range(_ROUNDS):
        barred = _contested(judged)
        if not barred:
            break
        for place in barred:
            row, one = judged[place].row, judged[place].one
            ids = one.barred | ({row.id} if row else set())
            judged[place] = judge(replace(one, barred=frozenset(ids)), stored, reader)
    return judged


def _contested(judged: Sequence[Judgement]) -> list[int]:
    """Give the places of those that were taken for a stored entry that stands beside them."""
    holders: dict[int, list[int]] = {}
    for place, each in enumerate(judged):
        if each.row is not None:
            holders.setdefault(each.row.id, []).append(place)
    barred: list[int] = []
    for places in holders.values():
        if len(places) < 2:
            continue
        other = [p for p in places if (row := judged[p].row) and contradicts(row, judged[p].one)]
        if len(other) < len(places):
            barred += other
    return barred


def judge(one: Identified, stored: Stored, reader: Reader) -> Judgement:
    """Say what becomes of an entry by itself."""
    row: Known | None = None
    tried = set(one.barred)
    for key in (*one.keys, *one.shared):
        if key not in stored.by_key:
            continue
        holder = stored.by_key[key]
        if holder is None:
            if key in one.keys and _was_pruned(one, key, stored, reader):
                return Judgement(one, "known")
            continue
        row = None if holder in tried else stored.entries.get(holder)
        if row is not None and _is(row, one, stored, reader):
            break
        tried.add(holder)
        row = None
    if row is None:
        return Judgement(one, "new")
    if _is_news_after_all(row, one, reader):
        return Judgement(one, "promoted", row)
    return Judgement(one, "edited" if _is_edit(reader.feed, row, one) else "known", row)


def _is(row: Known, one: Identified, stored: Stored, reader: Reader) -> bool:
    held = {key.kind for key in (*one.keys, *one.shared) if stored.by_key.get(key) == row.id}
    return weigh(row, one, held, Side(reader.feed.id, reader.rule)) > 0


def _was_pruned(one: Identified, key: Key, stored: Stored, reader: Reader) -> bool:
    """Whether `key`, of an entry that was pruned, speaks for this entry.

    Nothing is left to compare it with. Only what bears something new under an old id or address is
    told from the old: its other keys were never seen, and its date is of late.
    """
    when = one.entry.published or one.entry.updated
    if key.kind in CERTAIN or when is None or when <= reader.now - _RECENT:
        return True
    others = [own for own in one.keys if own.kind in {"guid", "link"} and own != key]
    return not others or any(own in stored.by_key for own in one.keys if own != key)


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
