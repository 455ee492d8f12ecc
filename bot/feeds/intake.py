"""Entries into rows: what is new, what was edited, and by which keys it will be known again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import Row, Select, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.feeds.identity import (
    CERTAIN,
    Identified,
    IdRule,
    Key,
    Known,
    agrees,
    article_number,
    choose_rule,
    document_number,
    fold,
    guids_are_unstable,
    identify,
    is_substantial,
)
from bot.feeds.model import EditedEntry, FeedEntry, FeedRecord, NewEntries, NewEntry
from bot.feeds.text import clip
from bot.storage import dialects
from bot.storage.positions import allocate
from bot.storage.tables import entry as entry_table
from bot.storage.tables import entry_key

P = TypeVar("P")

FUTURE = timedelta(days=7)
"""An entry dated later than this from now has a wrong date; the next issue of the Federal
Register is listed some days early."""

_CHUNK = 400


@dataclass(frozen=True, slots=True)
class Survey:
    """What of a document's entries is new or changed.

    `aliases` are further keys of entries that are known already. `unstable_guids`: the feed makes
    new guids for old entries.
    """

    wanted: tuple[Identified, ...]
    aliases: tuple[tuple[Key, int], ...] = ()
    unstable_guids: bool = False


def titled(entry: FeedEntry) -> FeedEntry:
    """Give an entry a title where it has none: the beginning of its text, or its address."""
    if entry.title:
        return entry
    return replace(entry, title=clip(" ".join(entry.text.split()), 120) or entry.link or "Untitled")


async def survey(
    conn: AsyncConnection, feed: FeedRecord, found: Sequence[Identified], rule: IdRule
) -> Survey:
    """Look up which of `found` are stored, without changing anything."""
    by_key, known = await _stored(conn, found)
    wanted: list[Identified] = []
    aliases: list[tuple[Key, int]] = []
    same = renamed = 0
    for one in found:
        row = _match(one, by_key, known, rule)
        if row is None:
            wanted.append(one)
            continue
        same += 1
        renamed += bool(one.entry.guid and row.guid and one.entry.guid != row.guid)
        aliases += [(key, row.id) for key in one.keys if key not in by_key]
        if _is_edit(feed, row, one):
            wanted.append(one)
    unstable = rule == "guid" and guids_are_unstable(renamed, same)
    if unstable:
        aliases = [(key, id_) for key, id_ in aliases if key.kind != "guid"]
    return Survey(tuple(wanted), tuple(aliases), unstable)


async def take_in(
    conn: AsyncConnection,
    feed: FeedRecord,
    entries: Sequence[FeedEntry],
    prepared: Sequence[P],
    now: datetime,
    *,
    history: bool | None = False,
) -> NewEntries[P]:
    """Store those of `entries` that are new, update those that were edited; newest first.

    `prepared` has one item for each entry. A `feed` whose id is 0 is no row (an import). Call it
    inside a writing transaction, after `dialects.serialise_ingest`.
    """
    full = [titled(entry) for entry in entries]
    rule = choose_rule(full)
    found = identify(full, publication_id=feed.publication_id, feed_id=feed.id or None, rule=rule)
    of_entry = {id(entry): item for entry, item in zip(full, prepared, strict=True)}
    pairs = [(one, of_entry[id(one.entry)]) for one in found]
    return await keep(conn, feed, pairs, rule, now, history=bool(history))


async def keep(
    conn: AsyncConnection,
    feed: FeedRecord,
    pairs: Sequence[tuple[Identified, P]],
    rule: IdRule,
    now: datetime,
    *,
    history: bool,
) -> NewEntries[P]:
    """Store identified entries with what was prepared of them; see `take_in`."""
    by_key, known = await _stored(conn, [one for one, _ in pairs])
    fresh: list[tuple[Identified, P]] = []
    edited: list[EditedEntry[P]] = []
    for one, item in pairs:
        row = _match(one, by_key, known, rule)
        if row is None:
            fresh.append((one, item))
        elif _is_edit(feed, row, one):
            edited.append(await _edit(conn, row.id, one, item, now))
    new = await _insert(conn, feed, fresh, now, history=history)
    return NewEntries(new=new, edited=tuple(edited), history=history)


async def add_keys(conn: AsyncConnection, keys: Iterable[tuple[Key, int]]) -> None:
    """Let entries be known by further keys; a key that is taken stays where it is."""
    rows = [
        {"scope": key.scope, "kind": key.kind, "key": key.key, "entry_id": id_} for key, id_ in keys
    ]
    if rows:
        statement = dialects.insert(conn, entry_key).on_conflict_do_nothing()
        await conn.execute(statement, rows)


async def _stored(
    conn: AsyncConnection, found: Sequence[Identified]
) -> tuple[dict[Key, int], dict[int, Known]]:
    """Give which entries hold the keys of `found`, and what is needed of those entries."""
    wanted = {key for one in found for key in one.keys}
    scopes = sorted({key.scope for key in wanted})
    kinds = sorted({key.kind for key in wanted})
    by_key: dict[Key, int] = {}
    for part in _chunks(sorted({key.key for key in wanted})):
        # Every column of the primary key is given, so each combination is one look-up.
        rows = await conn.execute(
            select(entry_key).where(
                entry_key.c.scope.in_(scopes),
                entry_key.c.kind.in_(kinds),
                entry_key.c.key.in_(part),
            )
        )
        by_key |= {Key(row.scope, row.kind, row.key): row.entry_id for row in rows}
    known: dict[int, Known] = {}
    for ids in _chunks(sorted(set(by_key.values()))):
        rows = await conn.execute(_KNOWN.where(entry_table.c.id.in_(ids)))
        known |= {row[0]: Known(*tuple(row)) for row in rows}
    return by_key, known


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
)


def _match(
    one: Identified, by_key: Mapping[Key, int], known: Mapping[int, Known], rule: IdRule
) -> Known | None:
    for key in one.keys:
        row = known.get(by_key.get(key, 0))
        if row is not None and agrees(row, one, key.kind, rule):
            return row
    return None


def _is_edit(feed: FeedRecord, row: Known, one: Identified) -> bool:
    """Whether a known entry says something new.

    Only the feed that brought it may edit it: other feeds of the publication carry it with
    another summary. A text that is merely missing now is no edit.
    """
    if row.text_hash == one.text_hash or row.feed_id not in {None, feed.id}:
        return False
    return bool(one.entry.text) or fold(one.entry.title) != fold(row.title)


async def _edit(
    conn: AsyncConnection, id_: int, one: Identified, item: P, now: datetime
) -> EditedEntry[P]:
    row = (await conn.execute(select(entry_table).where(entry_table.c.id == id_))).one()
    before, after = entry_from(row), one.entry
    await conn.execute(
        update(entry_table)
        .where(entry_table.c.id == id_)
        .values(
            title=after.title,
            summary=after.summary,
            content=after.content,
            authors=list(after.authors),
            categories=list(after.categories),
            updated_at=after.updated or now,
            text_hash=one.text_hash,
            facts=_facts(after),
        )
    )
    return EditedEntry(id_, before, after, is_substantial(before, after), item)


async def _insert(
    conn: AsyncConnection,
    feed: FeedRecord,
    fresh: Sequence[tuple[Identified, P]],
    now: datetime,
    *,
    history: bool,
) -> tuple[NewEntry[P], ...]:
    """Insert new rows. Documents list the newest first, so of one time the first is the newest."""
    if not fresh:
        return ()
    dated = [(_published(one.entry, now), one, item) for one, item in reversed(fresh)]
    dated.sort(key=lambda each: each[0])
    positions = await allocate(conn, [when for when, _, _ in dated])
    rows = [
        _row(feed, one, when, position, now, history=history)
        for (when, one, _), position in zip(dated, positions, strict=True)
    ]
    ids: dict[int, int] = {}
    for part in _chunks(rows):
        result = await conn.execute(
            insert(entry_table).returning(entry_table.c.position, entry_table.c.id), part
        )
        ids |= {row.position: row.id for row in result}
    placed = [
        (ids[position], one, item)
        for position, (_, one, item) in zip(positions, dated, strict=True)
    ]
    await add_keys(conn, ((key, id_) for id_, one, _ in placed for key in one.keys))
    return tuple(NewEntry(id_, one.entry, now, item) for id_, one, item in reversed(placed))


def _row(
    feed: FeedRecord,
    one: Identified,
    when: datetime,
    position: int,
    now: datetime,
    *,
    history: bool,
) -> dict[str, Any]:
    entry = one.entry
    certain = next((key.key for key in one.keys if key.kind in CERTAIN), None)
    return {
        "position": position,
        "publication_id": feed.publication_id,
        "feed_id": feed.id or None,
        "external_id": certain or entry.guid or entry.link or None,
        "guid": entry.guid or None,
        "link": entry.link or None,
        "title": entry.title,
        "summary": entry.summary,
        "content": entry.content,
        "authors": list(entry.authors),
        "categories": list(entry.categories),
        "show": feed.show,
        "published_at": when,
        "updated_at": entry.updated,
        "first_seen_at": now,
        "text_hash": one.text_hash,
        "history": history,
        "article_number": article_number(entry.link) or None,
        "document_number": (entry.document_number or document_number(entry.link))[:32] or None,
        "facts": _facts(entry),
    }


def _published(entry: FeedEntry, now: datetime) -> datetime:
    when = entry.published or entry.updated
    return when if when is not None and when <= now + FUTURE else now


def _facts(entry: FeedEntry) -> dict[str, str]:
    facts = {
        "document_type": entry.document_type,
        "effective_on": entry.effective_on.isoformat() if entry.effective_on else "",
        "comments_close_on": entry.comments_close_on.isoformat() if entry.comments_close_on else "",
        "citation": entry.citation,
    }
    return {name: value for name, value in facts.items() if value}


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
        citation=facts.get("citation", ""),
    )


T = TypeVar("T")


def _chunks(items: Sequence[T]) -> Iterable[Sequence[T]]:
    return (items[first : first + _CHUNK] for first in range(0, len(items), _CHUNK))
