"""Several stories gathered into one message, so that a channel is told of each exactly once.

A story is taken from where it waits (alerts not yet sent, or `collected`) by the statement that
also returns it: what is returned is what the message says, whoever else is at work.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, bindparam, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.delivery.model import DeliveryKind
from bot.storage import dialects
from bot.storage.positions import first_position
from bot.storage.tables import channel, collected, delivery, workspace
from bot.subscriptions.summary import MAX_ITEMS, Cause, Summary, SummaryItem, to_payload

ALERTS: tuple[DeliveryKind, ...] = ("alert", "follow-up")
"""The kinds of delivery that tell a channel of one story."""

WITHDRAWN = "The channel did not ask for it any more when it was about to be sent."
"""Why a delivery is dead that was taken out of what is owed."""

CHUNK = 500


def is_withdrawn(rows: FromClause) -> ColumnElement[bool]:
    """Give the condition that a delivery of `rows` was taken out of what is owed: it tells nobody
    of its story, so a later report that the channel asks for still does."""
    return and_(rows.c.state == "dead", rows.c.last_error == WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Gathered:
    """One story taken for a channel's summary."""

    channel_id: int
    story_id: int
    entry_id: int
    reasons: str
    position: int


@dataclass(frozen=True, slots=True)
class OwedSummary:
    """A summary owed to a channel; `subject` never comes twice in a channel. `due`: when, if not
    at once. `part`: which message of several it is."""

    channel_id: int
    kind: DeliveryKind
    subject: str
    summary: Summary
    due: datetime | None = None
    part: int = 1

    @property
    def key(self) -> tuple[int, str, str]:
        """By what its delivery is unique."""
        return self.channel_id, self.kind, self.subject


async def take_collected(
    conn: AsyncConnection, where: ColumnElement[bool], now: datetime
) -> Mapping[int, list[Gathered]]:
    """Take what waits in `collected`, by channel, in order of publication."""
    rows = await conn.execute(
        update(collected)
        .where(collected.c.told_at.is_(None), where)
        .values(told_at=now)
        .returning(
            collected.c.channel_id,
            collected.c.story_id,
            collected.c.entry_id,
            collected.c.reasons,
            collected.c.position,
        )
    )
    return _by_channel(Gathered(*row) for row in rows)


async def forget_collected(conn: AsyncConnection, stories: Sequence[Gathered]) -> None:
    """Let stories that were taken and are not told of count as told no more."""
    if stories:
        await conn.execute(
            delete(collected).where(
                collected.c.channel_id == bindparam("of_channel"),
                collected.c.story_id == bindparam("of_story"),
            ),
            [{"of_channel": one.channel_id, "of_story": one.story_id} for one in stories],
        )


async def gather_alerts(
    conn: AsyncConnection,
    where: ColumnElement[bool],
    now: datetime,
    *,
    kind: DeliveryKind,
    cause: Cause,
    limit: int,
) -> int:
    """Put the unsent alerts that `where` picks into one message a channel, and give the number
    of messages. A channel's only alert goes out as it is.

    Alerts whose outcome is unknown are left alone: they may have arrived.
    """
    query = (
        select(delivery.c.id, delivery.c.channel_id)
        .join(channel, channel.c.id == delivery.c.channel_id)
        .join(workspace, workspace.c.id == channel.c.workspace_id)
        .where(
            where,
            delivery.c.kind.in_(ALERTS),
            delivery.c.state.in_(["pending", "failed"]),
            ~delivery.c.unknown,
            channel.c.paused_at.is_(None),
            workspace.c.removed_at.is_(None),
        )
        .order_by(delivery.c.channel_id, delivery.c.position)
        .limit(limit)
    )
    if (await conn.execute(query.limit(1))).first() is None:
        return 0
    # An ingest that looks at a story's alerts must see them either here or in `collected`.
    await dialects.serialise_ingest(conn)
    if dialects.is_postgresql(conn):
        # The channel too: a dispatcher that is taking up its alerts has it locked.
        # `key_share`: foreign keys' checks of others do not wait.
        query = query.with_for_update(of=(delivery, channel), key_share=True, skip_locked=True)
    ids: dict[int, list[int]] = {}
    for delivery_id, channel_id in await conn.execute(query):
        ids.setdefault(channel_id, []).append(delivery_id)
    single = [those[0] for those in ids.values() if len(those) == 1]
    await _send_now(conn, single, now)
    several = {channel_id: those for channel_id, those in ids.items() if len(those) > 1}
    taken = await _take_alerts(conn, [i for those in several.values() for i in those], now)
    owed = [
        part
        for channel_id, stories in taken.items()
        for part in in_parts(
            OwedSummary(
                channel_id, kind, f"{kind}:{min(several[channel_id])}", listed(cause, stories)
            )
        )
    ]
    await owe(conn, owed, now)
    return len(single) + len(taken)


async def _send_now(conn: AsyncConnection, ids: Sequence[int], now: datetime) -> None:
    for first in range(0, len(ids), CHUNK):
        await conn.execute(
            update(delivery)
            .where(delivery.c.id.in_(ids[first : first + CHUNK]))
            .values(due_at=now, held_until=None, state="pending")
        )


async def _take_alerts(
    conn: AsyncConnection, ids: Sequence[int], now: datetime
) -> Mapping[int, list[Gathered]]:
    stories: list[Gathered] = []
    for first in range(0, len(ids), CHUNK):
        rows = await conn.execute(
            delete(delivery)
            .where(delivery.c.id.in_(ids[first : first + CHUNK]))
            .returning(
                delivery.c.channel_id,
                delivery.c.story_id,
                delivery.c.entry_id,
                delivery.c.reasons,
                delivery.c.position,
            )
        )
        stories += [Gathered(*row) for row in rows]
    if stories:
        fresh = dialects.insert(conn, collected)
        told = {"mode": "instant", "told_at": now, "at": now}
        await conn.execute(
            fresh.on_conflict_do_update(
                index_elements=["channel_id", "story_id"],
                set_={
                    name: fresh.excluded[name]
                    for name in ("mode", "told_at", "entry_id", "reasons", "position")
                },
            ),
            [
                {
                    "channel_id": story.channel_id,
                    "story_id": story.story_id,
                    "entry_id": story.entry_id,
                    "reasons": story.reasons,
                    "position": story.position,
                    **told,
                }
                for story in stories
            ],
        )
    return _by_channel(stories)


def _by_channel(stories: Iterable[Gathered]) -> Mapping[int, list[Gathered]]:
    found: dict[int, list[Gathered]] = {}
    for story in sorted(stories, key=lambda s: (s.channel_id, s.position)):
        found.setdefault(story.channel_id, []).append(story)
    return found


def listed(cause: Cause, stories: Sequence[Gathered]) -> Summary:
    """Give the summary of stories in their order."""
    items = tuple(SummaryItem(s.entry_id, s.story_id, s.reasons) for s in stories)
    return Summary(cause, items)


def in_parts(owed: OwedSummary) -> list[OwedSummary]:
    """Give a summary as the messages that it takes: one lists so many stories and no more, and
    every story that counts as told is listed in one of them."""
    items = owed.summary.items
    parts = [owed]
    if len(items) > MAX_ITEMS:
        parts = [
            replace(owed, summary=replace(owed.summary, items=items[first : first + MAX_ITEMS]))
            for first in range(0, len(items), MAX_ITEMS)
        ]
    return [
        replace(part, subject=f"{owed.subject}:{number}", part=number) if number > 1 else part
        for number, part in enumerate(parts, 1)
    ]


async def owe(conn: AsyncConnection, owed: Sequence[OwedSummary], now: datetime) -> int:
    """Owe summaries, note for their stories in which message they are, and give their number."""
    for first in range(0, len(owed), CHUNK):
        some = owed[first : first + CHUNK]
        theirs = select(channel.c.id, channel.c.workspace_id).where(
            channel.c.id.in_({one.channel_id for one in some})
        )
        homes = {row.id: row.workspace_id for row in await conn.execute(theirs)}
        made = await conn.execute(
            insert(delivery).returning(
                delivery.c.id, delivery.c.channel_id, delivery.c.kind, delivery.c.subject
            ),
            [_row(one, homes[one.channel_id], now) for one in some],
        )
        ids = {(row.channel_id, row.kind, row.subject): row.id for row in made}
        await _note_parts(conn, [(one, ids[one.key]) for one in some], now)
    return len(owed)


def _row(owed: OwedSummary, workspace_id: int, now: datetime) -> dict[str, Any]:
    return {
        "channel_id": owed.channel_id,
        "workspace_id": workspace_id,
        "kind": owed.kind,
        "subject": owed.subject,
        "payload": to_payload(owed.summary),
        "position": first_position(now) + owed.part,
        "due_at": owed.due or now,
        "created_at": now,
    }


async def _note_parts(
    conn: AsyncConnection, made: Sequence[tuple[OwedSummary, int]], now: datetime
) -> None:
    """Note in `collected` in which delivery (by id) each story is that was just taken."""
    mine = (collected.c.channel_id == bindparam("of_channel"), collected.c.told_at == now)
    for one, delivery_id in made:
        if one.part > 1:
            stories = collected.c.story_id.in_([item.story_id for item in one.summary.items])
            await conn.execute(
                update(collected).where(*mine, stories).values(delivery_id=delivery_id),
                {"of_channel": one.channel_id},
            )
    firsts = [(one, delivery_id) for one, delivery_id in made if one.part == 1]
    if firsts:  # the rest of what was taken, and most often all of it
        await conn.execute(
            update(collected)
            .where(*mine, collected.c.delivery_id.is_(None))
            .values(delivery_id=bindparam("in_delivery")),
            [{"of_channel": one.channel_id, "in_delivery": to} for one, to in firsts],
        )
