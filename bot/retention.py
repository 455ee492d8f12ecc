"""How long things are kept. Pruning goes in small steps, each its own short transaction, so that
nobody waits for it; what one call does not reach, the next does."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import (
    ColumnElement,
    Table,
    and_,
    delete,
    exists,
    select,
    tuple_,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.tables import (
    change,
    channel,
    collected,
    delivery,
    entry,
    handling,
    notice,
    rate_limit,
    recalled,
    saved_entry,
    story,
    workspace,
)

log = structlog.get_logger(__name__)

STEP = 500
"""Rows deleted in one transaction."""

MAX_STEPS = 200
"""Transactions spent on one kind of row in one call."""

_OWED = ("pending", "failed", "sending")
_LIMITS_KEPT = timedelta(days=1)
_RECALLED_KEPT = timedelta(days=30)
"""How long what was told before a restore is held against what is owed: longer than any digest
waits."""


@dataclass(frozen=True, slots=True)
class PruneReport:
    """How many rows were deleted, and how many deliveries of paused channels were given up."""

    entries: int = 0
    deliveries: int = 0
    changes: int = 0
    records: int = 0
    workspaces: int = 0
    given_up: int = 0


async def prune(db: Database, settings: Settings, *, step: int = STEP) -> PruneReport:
    """Delete what is older than the settings keep it; 0 days keeps it for ever.

    Never deleted: what is still owed (but see `exportnews_keep_paused_days`), an entry that
    somebody saved, a story that has an entry.
    """
    async with db.read() as conn:
        now = await db.now(conn)
    pruner = _Pruner(db, now, step)
    report = PruneReport(
        given_up=await pruner.give_up(settings.exportnews_keep_paused_days),
        workspaces=await pruner.workspaces(settings.exportnews_keep_removed_days),
        deliveries=await pruner.deliveries(settings.exportnews_keep_deliveries_days),
        changes=await pruner.changes(settings.exportnews_keep_changes_days),
        records=await pruner.records(settings.exportnews_keep_handling_days),
        entries=await pruner.entries(settings.exportnews_keep_entries_days),
    )
    await pruner.delete(rate_limit, rate_limit.c.until < now - _LIMITS_KEPT)
    await pruner.forget_restore()
    if report != PruneReport():
        log.info(
            "retention.pruned",
            entries=report.entries,
            deliveries=report.deliveries,
            changes=report.changes,
            records=report.records,
            workspaces=report.workspaces,
            given_up=report.given_up,
        )
    return report


class _Pruner:
    def __init__(self, db: Database, now: datetime, step: int) -> None:
        self._db = db
        self._now = now
        self._step = step

    async def give_up(self, days: int) -> int:
        """Give up what paused channels have been owed for longer than so many days."""
        if not days:
            return 0
        old = select(delivery.c.id).join(channel, channel.c.id == delivery.c.channel_id)
        old = old.where(
            delivery.c.state.in_(("pending", "failed")),
            channel.c.paused_at.is_not(None),
            delivery.c.created_at < self._before(days),
        )
        reason = f"The channel was paused, and this was kept for {days} days."
        done = 0
        for _ in range(MAX_STEPS):
            async with self._db.write() as conn:
                ids = (await conn.scalars(old.limit(self._step))).all()
                if ids:
                    await conn.execute(
                        update(delivery)
                        .where(delivery.c.id.in_(ids), delivery.c.state.in_(("pending", "failed")))
                        .values(state="dead", last_error=reason)
                    )
            done += len(ids)
            if len(ids) < self._step:
                break
        return done

    async def workspaces(self, days: int) -> int:
        """Delete workspaces that were removed so many days ago, with all that is theirs."""
        if not days:
            return 0
        gone = select(workspace.c.id).where(workspace.c.removed_at < self._before(days))
        theirs = select(channel.c.id).where(channel.c.workspace_id.in_(gone))
        # The many rows first, so that the last step has little to cascade to.
        for table in (delivery, collected):
            await self.delete(table, table.c.channel_id.in_(theirs))
        await self.delete(change, change.c.workspace_id.in_(gone))
        await self.delete(channel, channel.c.workspace_id.in_(gone))
        emptied = ~exists().where(channel.c.workspace_id == workspace.c.id)
        return await self.delete(
            workspace, and_(workspace.c.removed_at < self._before(days), emptied)
        )

    async def deliveries(self, days: int) -> int:
        """Delete deliveries settled so many days ago, and what summaries told of then."""
        if not days:
            return 0
        before = self._before(days)
        done = await self.delete(
            delivery, and_(delivery.c.state.in_(("sent", "dead")), delivery.c.created_at < before)
        )
        await self.delete(collected, collected.c.told_at < before)
        return done

    async def changes(self, days: int) -> int:
        """Delete what was changed, and what operators were told, so many days ago."""
        if not days:
            return 0
        before = self._before(days)
        await self.delete(notice, notice.c.at < before)
        return await self.delete(change, change.c.at < before)

    async def records(self, days: int) -> int:
        """Delete what teams did with alerts so many days ago."""
        return await self.delete(handling, handling.c.at < self._before(days)) if days else 0

    async def entries(self, days: int) -> int:
        """Delete entries first seen so many days ago, and stories that have none left."""
        if not days:
            return 0
        before = self._before(days)
        free = (
            entry.c.first_seen_at < before,
            ~exists().where(delivery.c.entry_id == entry.c.id, delivery.c.state.in_(_OWED)),
            ~exists().where(collected.c.entry_id == entry.c.id, collected.c.told_at.is_(None)),
            ~exists().where(saved_entry.c.entry_id == entry.c.id),
        )
        done = await self.delete(entry, and_(*free))
        empty = and_(story.c.started_at < before, ~exists().where(entry.c.story_id == story.c.id))
        await self.delete(story, empty)
        return done

    async def forget_restore(self) -> None:
        """Forget what channels said when they were asked after a restore, long ago."""
        before = self._now - _RECALLED_KEPT
        await self.delete(recalled, recalled.c.at < before)
        async with self._db.write() as conn:
            old = channel.c.recalled_at < before
            await conn.execute(
                update(channel).where(old).values(recall_from=None, recalled_at=None)
            )

    async def delete(self, table: Table, where: ColumnElement[bool]) -> int:
        """Delete rows in steps, and give their number."""
        done = 0
        for _ in range(MAX_STEPS):
            async with self._db.write() as conn:
                deleted = await _delete_some(conn, table, where, self._step)
            done += deleted
            if deleted < self._step:
                break
            await asyncio.sleep(0)  # a step of others may come between
        return done

    def _before(self, days: int) -> datetime:
        return self._now - timedelta(days=days)


async def _delete_some(
    conn: AsyncConnection, table: Table, where: ColumnElement[bool], step: int
) -> int:
    key = list(table.primary_key.columns)
    keys = (await conn.execute(select(*key).where(where).limit(step))).all()
    if not keys:
        return 0
    if len(key) == 1:
        chosen: ColumnElement[bool] = key[0].in_([row[0] for row in keys])
    else:
        chosen = tuple_(*key).in_([tuple(row) for row in keys])
    await conn.execute(delete(table).where(chosen))
    return len(keys)
