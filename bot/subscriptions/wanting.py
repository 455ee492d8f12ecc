"""Which subscriptions want an entry, as SQL: the rules of `bot.subscriptions.rules`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    String,
    Subquery,
    and_,
    case,
    column,
    func,
    literal,
    or_,
    select,
    union_all,
    values,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.news.model import Relation
from bot.storage.aggregates import json_array_has
from bot.storage.tables import (
    UtcDateTime,
    channel,
    entry_topic,
    entry_watch,
    subscription,
    workspace,
)
from bot.subscriptions.model import Mode
from bot.subscriptions.quiet import GRACE, QuietNow
from bot.subscriptions.rules import Found


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """An entry whose topics, watches and story are stored.

    `before`: what it had before an edit; then only those are told who did not want it as it was.
    """

    id: int
    story_id: int
    position: int
    relation: Relation
    before: Found | None = None


def wanted(
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


def with_quiet_hours(told: Subquery, quiet: Sequence[QuietNow]) -> Subquery:
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
