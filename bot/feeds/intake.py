"""Entries into the database: what is new is stored, what was edited is written over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

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
from bot.feeds.reading import titled
from bot.feeds.recognition import Judgement, Reader, Stored, load, recognise
from bot.feeds.regeneration import known_by_what_they_say

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


@dataclass(frozen=True, slots=True)
class Taking(Generic[P]):
    """Entries of one feed that are to be kept, each with what was prepared of it."""

    reader: Reader
    pairs: Sequence[tuple[Identified, P]]


@dataclass(frozen=True, slots=True)
class _Sorted(Generic[P]):
    """What became of a feed's entries; `fresh` is not stored yet."""

    fresh: Sequence[tuple[Identified, P]]
    promoted: tuple[NewEntry[P], ...]
    edited: tuple[EditedEntry[P], ...]


async def survey(conn: AsyncConnection, reader: Reader, found: Sequence[Identified]) -> Survey:
    """Look up which of `found` are stored, without changing anything."""
    stored = await load(conn, found)
    judged = await recognise(conn, found, stored, reader)
    if reader.baseline is not None:
        judged = await known_by_what_they_say(conn, reader.feed.id, judged)
    wanted: list[Identified] = []
    aliases: list[tuple[Key, int | None]] = []
    same = renamed = news = 0
    for each in judged:
        one, row = each.one, each.row
        if each.verdict != "known":
            wanted.append(one)
        news += each.verdict in {"new", "promoted"}
        if each.verdict == "new":
            continue
        same += 1
        renamed += bool(row and row.guid and one.entry.guid and one.entry.guid != row.guid)
        known_as = row.id if row else None
        aliases += [(key, known_as) for key in one.keys if key not in stored.by_key]
    unstable = reader.rule == "guid" and guids_are_unstable(renamed, same)
    if unstable:
        aliases = [(key, id_) for key, id_ in aliases if key.kind != "guid"]
    news = 0 if reader.baseline is None else news
    return Survey(tuple(wanted), news, tuple(aliases), unstable)


def taking(
    feed: FeedRecord, entries: Sequence[FeedEntry], prepared: Sequence[P], now: datetime
) -> Taking[P]:
    """Give `entries`, with one `prepared` item for each, as what is to be kept as history.

    A `feed` whose id is 0 is no row (an import).
    """
    full = [titled(entry) for entry in entries]
    rule = choose_rule(full)
    found = identify(full, publication_id=feed.publication_id, feed_id=feed.id or None, rule=rule)
    of_entry = {id(entry): item for entry, item in zip(full, prepared, strict=True)}
    return Taking(Reader(feed, rule, None, now), [(one, of_entry[id(one.entry)]) for one in found])


async def keep(conn: AsyncConnection, takings: Sequence[Taking[P]]) -> list[NewEntries[P]]:
    """Store those entries that are new, update those that were edited; gives each feed's, the
    newest first.

    What is read before the feed has a baseline is history. Call it inside a writing transaction,
    after `dialects.serialise_ingest`.
    """
    brought: dict[int, NewEntries[P]] = {}
    left = dict(enumerate(takings))
    while left:
        stored = await load(conn, [one for taking in left.values() for one, _ in taking.pairs])
        some = _apart(left, stored)
        known = [
            await _keep_known(conn, taking, await _recognised(conn, taking, stored))
            for taking in some.values()
        ]
        new = await insert_entries(
            conn,
            [
                (taking.reader, each.fresh)
                for taking, each in zip(some.values(), known, strict=True)
            ],
        )
        for place, taking, each, fresh in zip(some, some.values(), known, new, strict=True):
            history = taking.reader.baseline is None
            brought[place] = NewEntries(
                new=(*each.promoted, *fresh), edited=each.edited, history=history
            )
        left = {place: taking for place, taking in left.items() if place not in some}
    return [brought[place] for place in range(len(takings))]


def _apart(takings: Mapping[int, Taking[P]], stored: Stored) -> dict[int, Taking[P]]:
    """Give those that have neither a key nor a stored entry in common with one before them."""
    seen: set[Key | int | None] = set()
    apart = {}
    for place, taking in takings.items():
        keys = {key for one, _ in taking.pairs for key in (*one.keys, *one.shared)}
        held = {stored.by_key[key] for key in keys if key in stored.by_key} - {None}
        if seen.isdisjoint(keys) and seen.isdisjoint(held):
            apart[place] = taking
        seen |= keys
        seen |= held
    return apart


async def _recognised(conn: AsyncConnection, taking: Taking[P], stored: Stored) -> list[Judgement]:
    return await recognise(conn, [one for one, _ in taking.pairs], stored, taking.reader)


async def _keep_known(
    conn: AsyncConnection, taking: Taking[P], judged: Sequence[Judgement]
) -> _Sorted[P]:
    """Update what was edited, let be news what was history, and leave what is new."""
    reader = taking.reader
    fresh: list[tuple[Identified, P]] = []
    promoted: list[NewEntry[P]] = []
    edited: list[EditedEntry[P]] = []
    for (_, item), each in zip(taking.pairs, judged, strict=True):
        one, row = each.one, each.row
        if each.verdict == "new":
            fresh.append((one, item))
        elif row is not None and each.verdict == "promoted":
            await make_news(conn, reader.feed, row.id, one, reader.now)
            promoted.append(NewEntry(row.id, one.entry, reader.now, item, promoted=True))
        elif row is not None and each.verdict == "edited":
            before = await rewrite(conn, row.id, one, reader.now)
            substance = is_substantial(before, one.entry)
            edited.append(EditedEntry(row.id, before, one.entry, substance, item))
    return _Sorted(fresh, tuple(promoted), tuple(edited))
