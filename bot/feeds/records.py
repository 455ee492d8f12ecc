"""The `feed` table: claims, and the bookkeeping of each poll."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Row, Select, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.feeds.cadence import REMEMBERED, Rhythm
from bot.feeds.identity import IdRule
from bot.feeds.model import FeedRecord, ParsedFeed
from bot.storage import dialects
from bot.storage.rows import update_each
from bot.storage.tables import feed, publication

LEASE = timedelta(minutes=1)
"""How long a claim holds unless it is renewed: a feed whose worker died is taken up then."""


class LeaseLost(Exception):
    """Another worker took the feed over; what this one found must not be written."""


@dataclass(frozen=True, slots=True)
class FeedState:
    """A claimed feed: how to treat it, and what is known of it. `claim` is this claim's name."""

    record: FeedRecord
    claim: str
    select: Mapping[str, str]
    credentials: bytes | None
    credentials_env: str
    etag: str
    last_modified: str
    body_hash: str
    id_rule: IdRule | None
    redirect_url: str
    redirect_polls: int
    baseline_at: datetime | None
    last_success_at: datetime | None
    failing_since: datetime | None
    failures: int
    reported: str
    rhythm: Rhythm

    @property
    def has_credentials(self) -> bool:
        """Whether it is a private feed."""
        return self.credentials is not None or bool(self.credentials_env)


def _columns() -> Select[Any]:
    return select(feed, publication.c.name.label("publication_name")).join(
        publication, publication.c.id == feed.c.publication_id
    )


async def claim_due(
    conn: AsyncConnection, now: datetime, worker: str, limit: int
) -> list[FeedState]:
    """Claim up to `limit` feeds that are due, the longest due first.

    A claim is a lease of a minute, which its worker renews; one that dies loses it then.
    """
    due = (
        select(feed.c.id)
        .where(feed.c.state == "active", feed.c.next_poll_at <= now, _is_free(now))
        .order_by(feed.c.next_poll_at)
        .limit(limit)
    )
    return await _claim(conn, dialects.skip_locked(conn, due), now, worker)


async def not_due(conn: AsyncConnection, now: datetime) -> tuple[int, datetime | None]:
    """Give how many active feeds are not due, and when the first of them is."""
    query = select(func.count(), func.min(feed.c.next_poll_at)).where(
        feed.c.state == "active", feed.c.next_poll_at > now
    )
    number, first = (await conn.execute(query)).one()
    return int(number), first


async def claim_one(
    conn: AsyncConnection, feed_id: int, now: datetime, worker: str
) -> FeedState | None:
    """Claim one active feed, due or not; None when another worker has it."""
    wanted = select(feed.c.id).where(feed.c.id == feed_id, feed.c.state == "active", _is_free(now))
    claimed = await _claim(conn, dialects.skip_locked(conn, wanted), now, worker)
    return claimed[0] if claimed else None


def _is_free(now: datetime) -> Any:  # noqa: ANN401 - an SQL condition
    return or_(feed.c.lease_until.is_(None), feed.c.lease_until <= now)


async def _claim(
    conn: AsyncConnection, query: Select[Any], now: datetime, worker: str
) -> list[FeedState]:
    ids = list((await conn.execute(query)).scalars())
    if not ids:
        return []
    claim = f"{worker[:50]}/{uuid.uuid4().hex[:10]}"
    await conn.execute(
        update(feed).where(feed.c.id.in_(ids)).values(lease_by=claim, lease_until=now + LEASE)
    )
    rows = await conn.execute(_columns().where(feed.c.id.in_(ids)).order_by(feed.c.next_poll_at))
    return [_state(row) for row in rows]


async def release(conn: AsyncConnection, claims: Sequence[tuple[int, str]]) -> None:
    """Give claimed feeds back unpolled."""
    for feed_id, claim in claims:
        await conn.execute(
            update(feed)
            .where(feed.c.id == feed_id, feed.c.lease_by == claim)
            .values(lease_by=None, lease_until=None)
        )


async def hold(conn: AsyncConnection, state: FeedState, now: datetime) -> None:
    """Keep a claim for another minute. Raises LeaseLost when it is not ours any more."""
    result = await conn.execute(
        update(feed)
        .where(feed.c.id == state.record.id, feed.c.lease_by == state.claim)
        .values(lease_until=now + LEASE)
    )
    if result.rowcount == 0:
        raise LeaseLost


async def renew(conn: AsyncConnection, states: Sequence[FeedState], now: datetime) -> None:
    """Keep those claims for another minute that are ours still; one that is just being written
    needs none."""
    ids = {state.record.id for state in states}
    claims = {state.claim for state in states}
    ours = select(feed.c.id).where(feed.c.id.in_(ids), feed.c.lease_by.in_(claims))
    free = list((await conn.execute(dialects.skip_locked(conn, ours))).scalars())
    await conn.execute(update(feed).where(feed.c.id.in_(free)).values(lease_until=now + LEASE))


async def still_held(conn: AsyncConnection, states: Sequence[FeedState]) -> frozenset[int]:
    """Give the ids of those feeds whose claims are ours still; nobody takes these over until the
    transaction ends."""
    claims = {state.record.id: state.claim for state in states}
    found = select(feed.c.id, feed.c.lease_by).where(feed.c.id.in_(claims))
    rows = await conn.execute(found.with_for_update(key_share=True))
    return frozenset(row.id for row in rows if row.lease_by == claims[row.id])


async def save(
    conn: AsyncConnection, now: datetime, changes: Sequence[tuple[FeedState, Mapping[str, Any]]]
) -> None:
    """Write the bookkeeping of polls (values by column), whose claims are `still_held`, and end
    the claims."""
    alike: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for state, values in changes:
        alike.setdefault(tuple(sorted(values)), []).append({"id": state.record.id, **values})
    ended = {"last_poll_at": now, "lease_by": None, "lease_until": None}
    for rows in alike.values():
        await update_each(conn, feed, rows, also=ended)


async def is_taken(conn: AsyncConnection, url: str) -> bool:
    """Whether a feed with this address is there already."""
    return await conn.scalar(select(feed.c.id).where(feed.c.url == url)) is not None


def _state(row: Row[Any]) -> FeedState:
    options = row.options or {}
    every = timedelta(seconds=row.every_seconds)
    return FeedState(
        record=record_of(row),
        claim=row.lease_by or "",
        select=options.get("select") or {},
        credentials=row.credentials,
        credentials_env=options.get("credentials_env") or "",
        etag=row.etag or "",
        last_modified=row.last_modified or "",
        body_hash=row.body_hash or "",
        id_rule=cast(IdRule | None, row.id_rule),
        redirect_url=row.redirect_url or "",
        redirect_polls=row.redirect_polls,
        baseline_at=row.baseline_at,
        last_success_at=row.last_success_at,
        failing_since=row.failing_since,
        failures=row.failures,
        reported=row.reported or "",
        rhythm=rhythm_from(row.rhythm or {}, every),
    )


def record_of(row: Row[Any]) -> FeedRecord:
    """Give the record of a row of `feed` joined with its publication's `publication_name`."""
    return FeedRecord(
        id=row.id,
        publication_id=row.publication_id,
        publication=row.publication_name,
        url=row.url,
        kind=row.kind,
        show=row.show,
        every=timedelta(seconds=row.every_seconds),
        title=row.title or "",
    )


async def load_record(conn: AsyncConnection, feed_id: int) -> FeedRecord | None:
    """Give a feed's record, or None when there is no such feed."""
    row = (await conn.execute(_columns().where(feed.c.id == feed_id))).one_or_none()
    return None if row is None else record_of(row)


def rhythm_from(data: Mapping[str, Any], every: timedelta) -> Rhythm:
    """Read what is stored of a feed's rhythm."""
    ttl = data.get("ttl")
    return Rhythm(
        every=every,
        published=tuple(data.get("published", ())),
        ttl=timedelta(seconds=ttl) if ttl else None,
        skip_hours=frozenset(data.get("skip_hours", ())),
        skip_weekdays=frozenset(data.get("skip_weekdays", ())),
        max_age=data.get("max_age"),
    )


def rhythm_data(
    before: Rhythm, parsed: ParsedFeed, published: Sequence[datetime], max_age: float | None
) -> dict[str, Any]:
    """Give what to store of a feed's rhythm after a document; `published` are times of its new
    entries."""
    times = sorted({*before.published, *(int(t.timestamp()) for t in published)}, reverse=True)
    return {
        "published": times[:REMEMBERED],
        "ttl": parsed.ttl.total_seconds() if parsed.ttl else None,
        "skip_hours": sorted(parsed.skip_hours),
        "skip_weekdays": sorted(parsed.skip_weekdays),
        "max_age": max_age,
    }
