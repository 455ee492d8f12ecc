"""Who is told of an entry: one statement for all channels, whatever their number.

The rules are those of `bot.subscriptions.rules`: a subscription wants an entry that has its topic,
watch or saved search with at least the least score (its own, else its channel's), unless it is
muted. A workspace that removed the bot is owed nothing; a paused channel is, for when it resumes.

Call all of it inside the ingest transaction, after `dialects.serialise_ingest`: one story is
matched by one transaction at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    Subquery,
    and_,
    case,
    column,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    true,
    union_all,
    values,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.delivery.model import DeliveryKind
from bot.news.model import Relation
from bot.storage import dialects
from bot.storage.aggregates import grouped, json_array_has
from bot.storage.positions import first_position
from bot.storage.tables import (
    UtcDateTime,
    channel,
    collected,
    delivery,
    entry_topic,
    entry_watch,
    subscription,
    workspace,
)
from bot.subscriptions.gathering import ALERTS
from bot.subscriptions.model import Mode
from bot.subscriptions.quiet import GRACE, QuietNow
from bot.subscriptions.rules import Found

_INSTANT: tuple[Mode, ...] = ("instant",)
_DIGEST: tuple[Mode, ...] = ("daily", "weekly")


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """An entry whose topics, watches and story are stored.

    `before`: what it had before an edit; then only those are told who did not want it as it was.
    """

    id: int
    story_id: int
    position: int
    relation: Relation
    follows_id: int | None = None
    before: Found | None = None


async def owe_alerts(
    conn: AsyncConnection, entry: StoredEntry, now: datetime, quiet: Sequence[QuietNow] = ()
) -> int:
    """Owe an alert to every channel that wants `entry` at once, and give their number.

    A channel that was told of the story is not told again. It is a `follow-up` where the channel
    was told of the story that this one follows. Where quiet hours hold (`quiet`) it is held.
    """
    told = grouped(
        conn,
        _wanted(conn, entry, now, _INSTANT, urgency=bool(quiet)),
        key="channel_id",
        joined="reasons",
        lowest="calm",
    ).subquery()
    if quiet:
        told = _with_quiet_hours(told, quiet)
    rows = _deliveries(
        now,
        channel_id=told.c.channel_id,
        story_id=literal(entry.story_id),
        entry_id=literal(entry.id),
        kind=_kind(entry, told.c.channel_id),
        subject=literal(f"story:{entry.story_id}"),
        reasons=told.c.reasons,
        position=literal(entry.position),
        **_when(told if quiet else None, now),
    )
    if entry.relation == "same" or entry.before is not None:
        rows = rows.where(*_not_told(entry, told.c.channel_id, ("follow-up",)))
    return await _owe(conn, rows)


async def collect_for_digests(conn: AsyncConnection, entry: StoredEntry, now: datetime) -> None:
    """Keep `entry` for the next digest of every channel that wants it in one, unless the channel
    was told of its story."""
    wanting = grouped(
        conn,
        _wanted(conn, entry, now, _DIGEST, urgency=False),
        key="channel_id",
        joined="reasons",
        lowest="mode",
    ).subquery()
    await _collect(conn, entry, now, wanting, wanting.c.mode)


async def collect_for_catch_up(conn: AsyncConnection, entry: StoredEntry, now: datetime) -> None:
    """Keep `entry` for the one message to every channel that wants it at once, unless the channel
    was told of its story; `take_collected` takes it up again in the same transaction."""
    wanting = grouped(
        conn,
        _wanted(conn, entry, now, _INSTANT, urgency=False),
        key="channel_id",
        joined="reasons",
        lowest="mode",
    ).subquery()
    await _collect(conn, entry, now, wanting, literal("instant"))


async def _collect(
    conn: AsyncConnection,
    entry: StoredEntry,
    now: datetime,
    wanting: Subquery,
    mode: ColumnElement[str],
) -> None:
    rows = select(
        wanting.c.channel_id,
        literal(entry.story_id),
        literal(entry.id),
        mode,
        wanting.c.reasons,
        literal(entry.position),
        literal(now, UtcDateTime),
    ).where(*_not_told(entry, wanting.c.channel_id, ALERTS))
    fresh = dialects.insert(conn, collected).from_select(
        ["channel_id", "story_id", "entry_id", "mode", "reasons", "position", "at"], rows
    )
    await conn.execute(
        # What waits for a digest and is now owed at once moves into the one message.
        fresh.on_conflict_do_update(
            index_elements=["channel_id", "story_id"],
            set_={"mode": fresh.excluded.mode, "reasons": fresh.excluded.reasons},
            where=and_(collected.c.told_at.is_(None), fresh.excluded.mode == "instant"),
        )
    )


async def owe_updates(
    conn: AsyncConnection, entry: StoredEntry, version: str, now: datetime
) -> int:
    """Owe an update to every channel that was sent an alert for `entry` and wants to hear of
    changes, once for each `version` of its text. Gives their number."""
    rows = (
        _deliveries(
            now,
            channel_id=delivery.c.channel_id,
            story_id=delivery.c.story_id,
            entry_id=delivery.c.entry_id,
            kind=literal("update"),
            subject=literal(f"entry:{entry.id}:{version[:16]}"),
            reasons=delivery.c.reasons,
            position=literal(first_position(now)),
            **_when(None, now),
        )
        .join(channel, channel.c.id == delivery.c.channel_id)
        .join(workspace, workspace.c.id == channel.c.workspace_id)
        .where(
            delivery.c.entry_id == entry.id,
            delivery.c.kind.in_(ALERTS),
            delivery.c.state.in_(["sent", "sending"]),
            channel.c.wants_updates,
            workspace.c.removed_at.is_(None),
        )
    )
    return await _owe(conn, rows)


def _deliveries(now: datetime, **columns: ColumnElement[Any]) -> Select[Any]:
    """Give rows of `delivery`, pending and never tried."""
    always: dict[str, ColumnElement[Any]] = {
        "state": literal("pending"),
        "attempts": literal(0),
        "unknown": literal(False),
        "created_at": literal(now, UtcDateTime),
    }
    return select(*(value.label(name) for name, value in {**columns, **always}.items()))


async def _owe(conn: AsyncConnection, rows: Select[Any]) -> int:
    # SQLite reads ON after a SELECT without WHERE as the condition of a join.
    rows = rows.where(true())
    names = [found.name for found in rows.selected_columns]
    done = await conn.execute(
        dialects.insert(conn, delivery)
        .from_select(names, rows)
        .on_conflict_do_nothing()
        .execution_options(preserve_rowcount=True)
    )
    return max(done.rowcount, 0)


def _wanted(
    conn: AsyncConnection,
    entry: StoredEntry,
    now: datetime,
    modes: Sequence[Mode],
    *,
    urgency: bool,
) -> Subquery:
    """Give the subscriptions that want the entry: channel, reason, mode, and whether it is `calm`
    (0: it passes quiet hours)."""
    found = _found(entry)
    least = func.coalesce(subscription.c.min_score, channel.c.min_score)
    calm: ColumnElement[int] = literal(1)
    if urgency:
        urgent = json_array_has(conn, channel.c.urgent_topics, subscription.c.target)
        calm = case((and_(subscription.c.kind == "topic", urgent), 0), else_=1)
    query = (
        select(
            subscription.c.channel_id,
            (subscription.c.kind + ":" + subscription.c.target).label("reasons"),
            subscription.c.mode,
            calm.label("calm"),
        )
        .join(
            found,
            and_(found.c.kind == subscription.c.kind, found.c.target == subscription.c.target),
        )
        .join(channel, channel.c.id == subscription.c.channel_id)
        .join(workspace, workspace.c.id == channel.c.workspace_id)
        .where(
            workspace.c.removed_at.is_(None),
            subscription.c.mode.in_(modes),
            or_(subscription.c.muted_until.is_(None), subscription.c.muted_until <= now),
            found.c.score >= least,
        )
    )
    if entry.before is not None:
        query = query.where(_score_before(entry.before) < least)
    return query.subquery()


def _found(entry: StoredEntry) -> Subquery:
    """Give what the entry has: kind, target, score."""
    return union_all(
        select(
            literal("topic").label("kind"),
            entry_topic.c.topic.label("target"),
            entry_topic.c.score.label("score"),
        ).where(entry_topic.c.entry_id == entry.id),
        select(entry_watch.c.kind, entry_watch.c.target, literal(1.0)).where(
            entry_watch.c.entry_id == entry.id
        ),
    ).subquery("found")


def _score_before(before: Found) -> ColumnElement[float]:
    """Give the score that a subscription's topic or term had before the edit, or -1."""
    if not before:
        return literal(-1.0)
    return case(
        *(
            (and_(subscription.c.kind == kind, subscription.c.target == target), score)
            for (kind, target), score in before.items()
        ),
        else_=-1.0,
    )


def _not_told(
    entry: StoredEntry, channel_id: ColumnElement[int], kinds: Sequence[DeliveryKind]
) -> Sequence[ColumnElement[bool]]:
    """Give the conditions that a channel was told of the story neither by a delivery of these
    kinds nor inside a message for several."""
    alerts = exists().where(
        delivery.c.channel_id == channel_id,
        delivery.c.kind.in_(kinds),
        delivery.c.subject == f"story:{entry.story_id}",
    )
    inside = exists().where(
        collected.c.channel_id == channel_id,
        collected.c.story_id == entry.story_id,
        collected.c.mode == "instant",
    )
    return (~alerts, ~inside)


def _kind(entry: StoredEntry, channel_id: ColumnElement[int]) -> ColumnElement[str]:
    if entry.follows_id is None:
        return literal("alert")
    knows = exists().where(
        delivery.c.channel_id == channel_id,
        delivery.c.kind.in_(ALERTS),
        delivery.c.subject == f"story:{entry.follows_id}",
    )
    return case((knows, "follow-up"), else_="alert")


def _with_quiet_hours(told: Subquery, quiet: Sequence[QuietNow]) -> Subquery:
    """Add until when each channel is quiet (none: it is not, or the alert is urgent), and when
    a held alert becomes due by itself."""
    hushed = (
        values(
            column("timezone", String),
            column("quiet_from", String),
            column("quiet_to", String),
            column("until", UtcDateTime),
            column("fallback", UtcDateTime),
            name="hushed",
        )
        .data([(q.timezone, q.quiet_from, q.quiet_to, q.until, q.until + GRACE) for q in quiet])
        # Inside the SELECT: Python's sqlite3 counts no rows of a statement that starts with WITH.
        .cte("hushed", nesting=True)
    )
    holds = and_(
        told.c.calm == 1,
        hushed.c.timezone == channel.c.timezone,
        hushed.c.quiet_from == channel.c.quiet_from,
        hushed.c.quiet_to == channel.c.quiet_to,
    )
    return (
        select(told.c.channel_id, told.c.reasons, hushed.c.until, hushed.c.fallback)
        .join(channel, channel.c.id == told.c.channel_id)
        .outerjoin(hushed, holds)
        .subquery()
    )


def _when(told: Subquery | None, now: datetime) -> dict[str, ColumnElement[Any]]:
    """Give when a delivery is due, and until when quiet hours hold it."""
    at_once = literal(now, UtcDateTime)
    if told is None:
        return {"due_at": at_once, "held_until": null()}
    return {"due_at": func.coalesce(told.c.fallback, at_once), "held_until": told.c.until}
