"""Reminders of dates as they are owed: found, listed, cancelled. They are notices of the outbox,
so what was sent is no reminder any more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.delivery.notices import DIRECT
from bot.errors import UsageError
from bot.messages import words
from bot.storage.database import Database
from bot.storage.tables import channel, delivery, workspace
from bot.subscriptions import store
from bot.subscriptions.model import Actor, ChannelRef

_PREFIX = "date:"
_WAITING = ("pending", "failed")
_MOST = 1_000
GONE = "There is no such reminder: it was sent or cancelled, or never set."


@dataclass(frozen=True, slots=True)
class Reminder:
    """A reminder of a date that an entry names, and that is still to come.

    `kind` and `on`: of which date; `days`: how many before it comes, at `at` (UTC). `direct`: to a
    person, whose id is the channel of `ref`; else to that channel. `by`: who set it, if known.
    """

    id: int
    entry: int
    kind: str
    on: date
    days: int
    at: datetime
    title: str
    link: str
    ref: ChannelRef
    direct: bool
    zone: str
    by: str = ""

    @property
    def what(self) -> str:
        """Which date it is of, in words."""
        return f"{words.DATE_WORDS.get(self.kind, self.kind)}: {words.day(self.on)}"


def subject_of(entry: int, kind: str, on: date, days: int) -> str:
    """Give the subject of a reminder's notice; a receiver has one reminder of a subject."""
    return f"{_PREFIX}{entry}:{kind}:{on:%Y%m%d}:{days}"


async def listed(
    db: Database,
    *,
    platform: str = "",
    workspace_id: str = "",
    to: Sequence[str] = (),
    person: str = "",
    limit: int = _MOST,
) -> tuple[Reminder, ...]:
    """Give the reminders that are still to come, the next first: of all, of one workspace, of the
    channels `to`, and of `person` in direct messages (by the platform's ids)."""
    conditions: list[ColumnElement[bool]] = []
    if platform:
        conditions.append(workspace.c.platform == platform)
    if workspace_id:
        conditions.append(workspace.c.external_id == workspace_id)
    if to or person:
        mine = and_(channel.c.external_id == person, channel.c.kind == DIRECT)
        theirs = channel.c.external_id.in_(to)
        conditions.append(mine | theirs)
    async with db.read() as conn:
        return await _load(conn, *conditions, limit=limit)


async def get(db: Database, reminder_id: int) -> Reminder:
    """Give one reminder. Raises UsageError when it is not to come."""
    async with db.read() as conn:
        found = await _load(conn, delivery.c.id == reminder_id)
    if not found:
        raise UsageError(GONE)
    return found[0]


async def cancel(db: Database, reminder: Reminder, actor: Actor) -> None:
    """Cancel a reminder, and record who did. Raises UsageError when it is being sent, or was."""
    async with db.write() as conn:
        gone = await conn.execute(
            delete(delivery)
            .where(delivery.c.id == reminder.id, delivery.c.state.in_(_WAITING))
            .returning(delivery.c.channel_id, delivery.c.workspace_id)
        )
        row = gone.first()
        if row is None:
            raise UsageError(GONE)
        await store.record(
            conn,
            workspace_id=row.workspace_id,
            channel_id=row.channel_id,
            actor=actor,
            action="unremind",
            before={"reminder": in_words(reminder)},
            after={},
            now=await db.now(conn),
        )


def in_words(reminder: Reminder) -> str:
    """Say a reminder in a line of the record."""
    at = words.moment_in(reminder.at, reminder.zone)
    return f"{reminder.what}, told on {at}: {reminder.title[:150]}"


async def find(
    conn: AsyncConnection, workspace_id: int, to: str, subject: str
) -> tuple[Reminder | None, int]:
    """Give the reminder of a subject that is owed to a receiver, if it is to come, and the number
    of the receiver's channel."""
    here = and_(delivery.c.workspace_id == workspace_id, channel.c.external_id == to)
    found = await _load(conn, here, delivery.c.subject == subject)
    channel_id = await conn.scalar(
        select(channel.c.id).where(
            channel.c.workspace_id == workspace_id, channel.c.external_id == to
        )
    )
    return (found[0] if found else None), int(channel_id or 0)


async def _load(
    conn: AsyncConnection, *conditions: ColumnElement[bool], limit: int = _MOST
) -> tuple[Reminder, ...]:
    rows = await conn.execute(
        select(
            delivery.c.id,
            delivery.c.subject,
            delivery.c.payload,
            delivery.c.due_at,
            channel.c.external_id.label("channel"),
            channel.c.name,
            channel.c.kind,
            workspace.c.platform,
            workspace.c.external_id.label("workspace"),
        )
        .join(channel, channel.c.id == delivery.c.channel_id)
        .join(workspace, workspace.c.id == channel.c.workspace_id)
        .where(
            delivery.c.kind == "notice",
            delivery.c.subject.startswith(_PREFIX),
            delivery.c.state.in_((*_WAITING, "sending")),
            *conditions,
        )
        .order_by(delivery.c.due_at, delivery.c.id)
        .limit(limit)
    )
    return tuple(_reminder(row) for row in rows)


def _reminder(row: Any) -> Reminder:  # noqa: ANN401 - a row
    _date, entry, kind, on, days = row.subject.split(":")
    payload = row.payload or {}
    return Reminder(
        id=row.id,
        entry=int(entry),
        kind=kind,
        on=datetime.strptime(on, "%Y%m%d").date(),  # noqa: DTZ007 - a day has no zone
        days=int(days),
        at=row.due_at,
        title=payload.get("title", ""),
        link=payload.get("link", ""),
        ref=ChannelRef(row.platform, row.workspace, row.channel, row.name or ""),
        direct=row.kind == DIRECT,
        zone=payload.get("zone", "UTC"),
        by=payload.get("by", ""),
    )
