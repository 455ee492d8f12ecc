"""Entries into the database: what is new is stored, what was edited is written over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.feeds.entry_rows import insert_entries, make_news, rewrite
from bot.feeds.identity import (
    Identified,
    Key,
    choose_rule,
    guids_are_unstable,
    identify,
    is_substantial,
)
from bot.feeds.model import EditedEntry, FeedEntry, FeedRecord, NewEntries, NewEntry
from bot.feeds.recognition import Reader, judge, load
from bot.feeds.text import clip

P = TypeVar("P")


@dataclass(frozen=True, slots=True)
class Survey:
    """What of a document's entries is new or changed; `news` of them would be alerted.

    `aliases` are further keys of entries that are known already. `unstable_guids`: the feed makes
    new guids for old entries.
    """

    wanted: tuple[Identified, ...]
    news: int = 0
    aliases: tuple[tuple[Key, int | None], ...] = ()
    unstable_guids: bool = False


def titled(entry: FeedEntry) -> FeedEntry:
    """Give an entry a title where it has none: the beginning of its text, or its address."""
    if entry.title:
        return entry
    return replace(entry, title=clip(" ".join(entry.text.split()), 120) or entry.link or "Untitled")


async def survey(conn: AsyncConnection, reader: Reader, found: Sequence[Identified]) -> Survey:
    """Look up which of `found` are stored, without changing anything."""
    stored = await load(conn, found)
    wanted: list[Identified] = []
    aliases: list[tuple[Key, int | None]] = []
    same = renamed = news = 0
    for one in found:
        judged = judge(one, stored, reader)
        if judged.verdict != "known":
            wanted.append(one)
        news += judged.verdict in {"new", "promoted"}
        if judged.verdict == "new":
            continue
        same += 1
        row = judged.row
        renamed += bool(row and row.guid and one.entry.guid and one.entry.guid != row.guid)
        known_as = row.id if row else None
        aliases += [(key, known_as) for key in one.keys if key not in stored.by_key]
    unstable = reader.rule == "guid" and guids_are_unstable(renamed, same)
    if unstable:
        aliases = [(key, id_) for key, id_ in aliases if key.kind != "guid"]
    news = 0 if reader.baseline is None else news
    return Survey(tuple(wanted), news, tuple(aliases), unstable)


async def take_in(
    conn: AsyncConnection,
    feed: FeedRecord,
    entries: Sequence[FeedEntry],
    prepared: Sequence[P],
    now: datetime,
) -> NewEntries[P]:
    """Store those of `entries` that are new as history, update those that were edited.

    `prepared` has one item for each entry. A `feed` whose id is 0 is no row (an import). Call it
    inside a writing transaction, after `dialects.serialise_ingest`.
    """
    full = [titled(entry) for entry in entries]
    rule = choose_rule(full)
    found = identify(full, publication_id=feed.publication_id, feed_id=feed.id or None, rule=rule)
    of_entry = {id(entry): item for entry, item in zip(full, prepared, strict=True)}
    pairs = [(one, of_entry[id(one.entry)]) for one in found]
    return await keep(conn, Reader(feed, rule, None, now), pairs)


async def keep(
    conn: AsyncConnection, reader: Reader, pairs: Sequence[tuple[Identified, P]]
) -> NewEntries[P]:
    """Store identified entries with what was prepared of them, newest first; see `take_in`.

    What is read before the feed has a baseline is history.
    """
    feed, now = reader.feed, reader.now
    stored = await load(conn, [one for one, _ in pairs])
    fresh: list[tuple[Identified, P]] = []
    promoted: list[NewEntry[P]] = []
    edited: list[EditedEntry[P]] = []
    for one, item in pairs:
        judged = judge(one, stored, reader)
        row = judged.row
        if judged.verdict == "new":
            fresh.append((one, item))
        elif row is not None and judged.verdict == "promoted":
            await make_news(conn, feed, row.id, one, now)
            promoted.append(NewEntry(row.id, one.entry, now, item, promoted=True))
        elif row is not None and judged.verdict == "edited":
            before = await rewrite(conn, row.id, one, now)
            substance = is_substantial(before, one.entry)
            edited.append(EditedEntry(row.id, before, one.entry, substance, item))
    history = reader.baseline is None
    new = await insert_entries(conn, feed, fresh, now, history=history)
    return NewEntries(new=(*promoted, *new), edited=tuple(edited), history=history)
