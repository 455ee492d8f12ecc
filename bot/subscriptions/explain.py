"""Why, and why not: what a channel can be told about one link."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Row, String, and_, case, cast, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.feeds.addresses import host_of, normalise
from bot.feeds.identity import DOCUMENT_NUMBER, article_number, document_number, identify
from bot.feeds.model import FeedEntry
from bot.news.story_sure import Surety
from bot.news.taxonomy import Taxonomy
from bot.storage.database import Database
from bot.storage.tables import (
    collected,
    delivery,
    entry,
    entry_key,
    entry_topic,
    entry_watch,
    feed,
    publication,
    story,
)
from bot.subscriptions import store
from bot.subscriptions.editing import known_as
from bot.subscriptions.explanation import (
    Explanation,
    SourceFacts,
    StoredFacts,
    ToldFacts,
    decide,
    not_stored,
)
from bot.subscriptions.gathering import ALERTS, is_withdrawn
from bot.subscriptions.model import ChannelRef, ChannelSettings, SubscriptionKind

_NUMBER = re.compile(r"\d{10}")
_DOCUMENT = re.compile(DOCUMENT_NUMBER)
_MAX_REPORTS = 20
_MAX_SOURCES = 2000
_CHUNK = 500


async def explain(
    db: Database, ref: ChannelRef, link: str, taxonomy: Taxonomy | None = None
) -> Explanation:
    """Explain to a channel what became of `link`: sent and why, or at which step it stopped.

    Nothing of other channels is told. `taxonomy` gives topics their titles.
    """
    async with db.read() as conn:
        now = await db.now(conn)
        found = await store.load_channels(conn, taxonomy, store.is_channel(known_as(ref)))
        channel = found[0] if found else ChannelSettings(0, ref)
        entries = [_for_channel(stored, channel) for stored in await entries_of(conn, link)]
        if not entries:
            source = await _source(conn, link)
            return not_stored(link, host_of(link), source, channel.timezone)
        best: Explanation | None = None
        for stored in entries:
            told = await _told(conn, channel.id, stored)
            explained = decide(link, stored, told, channel, now)
            if told is not None and told.entry_id == stored.id:
                return explained
            best = explained if best is None or told is not None else best
    if best is None:
        raise AssertionError("an entry was explained")
    return best


def _for_channel(stored: StoredFacts, channel: ChannelSettings) -> StoredFacts:
    """Leave out other channels' watches and saved searches."""
    own = {(one.kind, one.target) for one in channel.subscriptions}
    found = {key: score for key, score in stored.found.items() if key[0] == "topic" or key in own}
    return replace(stored, found=found)


async def entries_of(conn: AsyncConnection, link: str) -> list[StoredFacts]:
    """Find the entries that a link means, the earliest first: by address, or by the number of an
    article or of a Federal Register document."""
    known: list[ColumnElement[bool]] = [entry.c.link == link]
    if document := document_number(link) or (link if _DOCUMENT.fullmatch(link) else ""):
        known.append(entry.c.document_number == document)
    if number := article_number(link) or (link if _NUMBER.fullmatch(link) else ""):
        known.append(entry.c.article_number == number)
    probe = FeedEntry("", link=link)
    keys = [
        and_(entry_key.c.kind == key.kind, entry_key.c.key == key.key)
        for one in identify([probe], publication_id=0, feed_id=None, rule="link")
        for key in one.keys
    ]
    if keys:
        scope = literal("p:") + cast(publication.c.id, String)
        by_key = (
            select(entry_key.c.entry_id)
            .join(publication, entry_key.c.scope == scope)
            .where(or_(*keys))
            .limit(_MAX_REPORTS)
        )
        known.append(entry.c.id.in_(by_key))
    before = story.alias("before")
    rows = await conn.execute(
        select(
            entry,
            publication.c.name.label("publication"),
            story.c.perhaps,
            story.c.title.label("headline"),
            before.c.title.label("earlier"),
        )
        .select_from(entry)
        .join(publication, publication.c.id == entry.c.publication_id)
        .outerjoin(story, story.c.id == entry.c.story_id)
        .outerjoin(before, before.c.id == story.c.follows_id)
        .where(or_(*known))
        .order_by(entry.c.position)
        .limit(_MAX_REPORTS)
    )
    stored = rows.all()
    found = await what_they_have(conn, [row.id for row in stored])
    return [
        StoredFacts(
            id=row.id,
            story_id=row.story_id,
            title=row.title,
            link=row.link or "",
            publication=row.publication,
            published=row.published_at,
            first_seen=row.first_seen_at,
            history=row.history,
            roundup=row.roundup,
            found=found[row.id],
            joined=_joined(row),
        )
        for row in stored
    ]


def _joined(row: Row[Any]) -> str:
    headline = row.headline if row.sure is not None else row.earlier
    return Surety(row.sure, row.perhaps).said(headline or "")


async def what_they_have(
    conn: AsyncConnection, ids: Sequence[int]
) -> dict[int, dict[tuple[SubscriptionKind, str], float]]:
    """Give the topics, watches and saved searches of stored entries, with their scores, by id."""
    found: dict[int, dict[tuple[SubscriptionKind, str], float]] = {id_: {} for id_ in ids}
    for first in range(0, len(ids), _CHUNK):
        some = ids[first : first + _CHUNK]
        topics = await conn.execute(
            select(entry_topic.c.entry_id, entry_topic.c.topic, entry_topic.c.score).where(
                entry_topic.c.entry_id.in_(some)
            )
        )
        for row in topics:
            found[row.entry_id]["topic", row.topic] = row.score
        terms = await conn.execute(
            select(entry_watch.c.entry_id, entry_watch.c.kind, entry_watch.c.target).where(
                entry_watch.c.entry_id.in_(some)
            )
        )
        for row in terms:
            found[row.entry_id][row.kind, row.target] = 1.0
    return found


async def _told(conn: AsyncConnection, channel_id: int, stored: StoredFacts) -> ToldFacts | None:
    """Give what the channel is owed, or was sent, of the entry's story."""
    if stored.story_id is None:
        return None
    row = await _alert(conn, channel_id, stored, ~is_withdrawn(delivery))
    if row is None:
        inside = (
            await conn.execute(
                select(delivery, literal("").label("publication"), collected.c.told_at)
                .select_from(collected)
                .outerjoin(delivery, delivery.c.id == collected.c.delivery_id)
                .where(
                    collected.c.channel_id == channel_id,
                    collected.c.story_id == stored.story_id,
                )
            )
        ).first()
        if inside is not None and inside.id is None:
            return ToldFacts() if inside.told_at is None else None
        row = inside or await _alert(conn, channel_id, stored, is_withdrawn(delivery))
        if row is None:
            return None
    return ToldFacts(
        kind=row.kind,
        state=row.state,
        entry_id=row.entry_id,
        publication=row.publication or "another publication",
        due_at=row.due_at,
        held_until=row.held_until,
        sent_at=row.sent_at,
        last_error=row.last_error or "",
    )


async def _alert(
    conn: AsyncConnection, channel_id: int, stored: StoredFacts, which: ColumnElement[bool]
) -> Row[Any] | None:
    own = case((delivery.c.entry_id == stored.id, 0), else_=1)
    query = (
        select(delivery, publication.c.name.label("publication"))
        .outerjoin(entry, entry.c.id == delivery.c.entry_id)
        .outerjoin(publication, publication.c.id == entry.c.publication_id)
        .where(
            delivery.c.channel_id == channel_id,
            delivery.c.kind.in_(ALERTS),
            delivery.c.subject == f"story:{stored.story_id}",
            which,
        )
        .order_by(own, delivery.c.id)
        .limit(1)
    )
    return (await conn.execute(query)).first()


async def _source(conn: AsyncConnection, link: str) -> SourceFacts | None:
    """Find the watched publication that a link belongs to, by its host."""
    host = _site(link)
    rows = await conn.execute(
        select(
            publication.c.name,
            publication.c.url.label("home"),
            feed.c.url,
            feed.c.last_success_at,
            feed.c.failing_since,
            feed.c.last_error,
        )
        .join(feed)
        .order_by(feed.c.id)
        .limit(_MAX_SOURCES)
    )
    for row in rows:
        if host and any(_related(host, _site(url)) for url in (row.url, row.home or "")):
            return SourceFacts(
                row.name, row.last_success_at, row.failing_since, row.last_error or ""
            )
    return None


def _related(one: str, other: str) -> bool:
    """Whether two hosts are one site: `media.bis.gov` belongs to `bis.gov`."""
    return bool(other) and (one == other or one.endswith(f".{other}") or other.endswith(f".{one}"))


def _site(url: str) -> str:
    return normalise(f"//{host_of(url)}") if host_of(url) else ""
