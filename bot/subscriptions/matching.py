"""Who is told of an entry: one statement for all channels, whatever their number.

The rules are those of `bot.subscriptions.rules`: a subscription wants an entry that has its topic,
watch or saved search with at least the least score (its own, else its channel's), unless it is
muted. A workspace that removed the bot is owed nothing; a paused channel is, for when it resumes.

Call all of it inside the ingest transaction, after `dialects.serialise_ingest`: one story is
matched by one transaction at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    and_,
    case,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    true,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.delivery.model import DeliveryKind
from bot.storage import dialects
from bot.storage.aggregates import grouped
from bot.storage.positions import first_position
from bot.storage.tables import (
    UtcDateTime,
    channel,
    collected,
    delivery,
    workspace,
)
from bot.subscriptions.gathering import ALERTS, is_withdrawn
from bot.subscriptions.lineage import followed_by
from bot.subscriptions.model import Mode
from bot.subscriptions.quiet import QuietNow
from bot.subscriptions.wanting import StoredEntry, wanted, with_quiet_hours

__all__ = [
    "StoredEntry",
    "collect_for_catch_up",
    "collect_for_digests",
    "owe_alerts",
    "owe_updates",
]

_INSTANT: tuple[Mode, ...] = ("instant",)
_DIGEST: tuple[Mode, ...] = ("daily", "weekly")


async def owe_alerts(
    conn: AsyncConnection, entry: StoredEntry, now: datetime, quiet: Sequence[QuietNow] = ()
) -> int:
    """Owe an alert to every channel that wants `entry` at once, and give their number.

    A channel that was told of the story is not told again. It is a `follow-up` where the channel
    was told of a story that this one follows, however many steps lie between. Where quiet hours
    hold (`quiet`) it is held.
    """
    told = grouped(
        conn,
        wanted(conn, entry, now, _INSTANT, urgency=bool(quiet)),
        key="channel_id",
        joined="reasons",
        lowest="calm",
    ).subquery()
    if quiet:
        told = with_quiet_hours(told, quiet)
    rows = _deliveries(
        now,
        channel_id=channel.c.id,
        workspace_id=channel.c.workspace_id,
        story_id=literal(entry.story_id),
        entry_id=literal(entry.id),
        kind=await _kind(conn, entry, told.c.channel_id),
        subject=literal(f"story:{entry.story_id}"),
        reasons=told.c.reasons,
        position=literal(entry.position),
        **_when(told if quiet else None, now),
    ).join_from(told, channel, channel.c.id == told.c.channel_id)
    if entry.relation == "same" or entry.before is not None:
        rows = rows.where(*_not_told(entry, told.c.channel_id, ("follow-up",)))
    return await _owe(conn, rows)


async def collect_for_digests(
    conn: AsyncConnection, entry: StoredEntry, now: datetime, only: int | None = None
) -> None:
    """Keep `entry` for the next digest of every channel that wants it in one (or of `only` one, by
    its id), unless the channel was told of its story."""
    wanting = grouped(
        conn,
        wanted(conn, entry, now, _DIGEST, urgency=False),
        key="channel_id",
        joined="reasons",
        lowest="mode",
    ).subquery()
    here = true() if only is None else wanting.c.channel_id == only
    await _collect(conn, entry, now, wanting, wanting.c.mode, here)


async def collect_for_catch_up(conn: AsyncConnection, entry: StoredEntry, now: datetime) -> None:
    """Keep `entry` for the one message to every channel that wants it at once, unless the channel
    was told of its story; `take_collected` takes it up again in the same transaction."""
    wanting = grouped(
        conn,
        wanted(conn, entry, now, _INSTANT, urgency=False),
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
    *where: ColumnElement[bool],
) -> None:
    rows = select(
        wanting.c.channel_id,
        literal(entry.story_id),
        literal(entry.id),
        mode,
        wanting.c.reasons,
        literal(entry.position),
        literal(now, UtcDateTime),
    ).where(*where, *_not_told(entry, wanting.c.channel_id, ALERTS))
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
    """Owe an update to every channel that was sent an alert for `entry`, or may have been, and
    wants to hear of changes, once for each `version` of its text. Gives their number."""
    rows = (
        _deliveries(
            now,
            channel_id=delivery.c.channel_id,
            workspace_id=channel.c.workspace_id,
            story_id=delivery.c.story_id,
            entry_id=delivery.c.entry_id,
            kind=literal("update"),
            subject=literal(f"entry:{entry.id}:{version[:16]}"),
            reasons=delivery.c.reasons,
            position=literal(first_position(now)),
            **_when(None, now),
        )
        .join_from(delivery, channel, channel.c.id == delivery.c.channel_id)
        .join(workspace, workspace.c.id == channel.c.workspace_id)
        .where(
            delivery.c.entry_id == entry.id,
            delivery.c.kind.in_(ALERTS),
            or_(delivery.c.state.in_(["sent", "sending"]), delivery.c.unknown),
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
    fresh = dialects.insert(conn, delivery).from_select(names, rows)
    # What was withdrawn is owed anew, as itself: where it may have arrived it is looked for.
    anew = {name: fresh.excluded[name] for name in names if name != "unknown"}
    done = await conn.execute(
        fresh.on_conflict_do_update(
            index_elements=["channel_id", "kind", "subject"],
            set_={**anew, "last_error": None},
            where=is_withdrawn(delivery),
        ).execution_options(preserve_rowcount=True)
    )
    return max(done.rowcount, 0)


def _not_told(
    entry: StoredEntry, channel_id: ColumnElement[int], kinds: Sequence[DeliveryKind]
) -> Sequence[ColumnElement[bool]]:
    """Give the conditions that a channel was told of the story neither by a delivery of these
    kinds nor inside a message for several."""
    alerts = exists().where(
        delivery.c.channel_id == channel_id,
        delivery.c.kind.in_(kinds),
        delivery.c.subject == f"story:{entry.story_id}",
        ~is_withdrawn(delivery),
    )
    inside = exists().where(
        collected.c.channel_id == channel_id,
        collected.c.story_id == entry.story_id,
        collected.c.mode == "instant",
    )
    return (~alerts, ~inside)


async def _kind(
    conn: AsyncConnection, entry: StoredEntry, channel_id: ColumnElement[int]
) -> ColumnElement[str]:
    matter = (await followed_by(conn, [entry.story_id])).get(entry.story_id)
    if not matter:
        return literal("alert")
    knows = exists().where(
        delivery.c.channel_id == channel_id,
        delivery.c.kind.in_(ALERTS),
        delivery.c.subject.in_([f"story:{one}" for one in matter]),
        ~is_withdrawn(delivery),
    )
    return case((knows, "follow-up"), else_="alert")


def _when(told: Subquery | None, now: datetime) -> dict[str, ColumnElement[Any]]:
    """Give when a delivery is due, and until when quiet hours hold it."""
    at_once = literal(now, UtcDateTime)
    if told is None:
        return {"due_at": at_once, "held_until": null()}
    return {"due_at": func.coalesce(told.c.fallback, at_once), "held_until": told.c.until}
