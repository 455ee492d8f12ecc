"""The record of handling: steps are added, states are read from them. SQL only."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, exists, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.handling.model import Person, Record, Step
from bot.handling.rules import AFTER
from bot.messages.model import Handling
from bot.storage.tables import handling, workspace

_PAGE = 1_000
_CHUNK = 500


async def add(
    conn: AsyncConnection,
    place: Mapping[str, Any],
    article: Mapping[str, Any],
    step: Step,
    actor: Person,
    now: datetime,
) -> int:
    """Add one step to the record and give its number. `place` and `article` are its columns."""
    assignee = step.assignee or Person("")
    added = insert(handling).values(
        **place,
        **article,
        step=step.name,
        assignee=assignee.id[:128],
        assignee_name=assignee.name,
        due_on=step.due,
        reason=" ".join(step.reason.split()),
        actor=actor.id[:128],
        actor_name=actor.name,
        at=now,
    )
    return int((await conn.execute(added.returning(handling.c.id))).scalar_one())


async def load_states(
    conn: AsyncConnection, channel_ids: Collection[int], story_ids: Collection[int]
) -> dict[tuple[int, int], Handling]:
    """Give what is done with stories in channels, by the ids of channel and story; nothing where
    nobody has done anything."""
    found: dict[tuple[int, int], Handling] = {}
    stories = sorted(set(story_ids))
    for first in range(0, len(stories), _CHUNK):
        latest = (
            select(func.max(handling.c.id))
            .where(
                handling.c.channel_id.in_(sorted(set(channel_ids))),
                handling.c.story_id.in_(stories[first : first + _CHUNK]),
            )
            .group_by(handling.c.channel_id, handling.c.story_id)
        )
        for row in await conn.execute(select(handling).where(handling.c.id.in_(latest))):
            found[row.channel_id, row.story_id] = _state(row)
    return found


def _state(row: Row[Any]) -> Handling:
    return Handling(
        AFTER[row.step],
        row.actor,
        row.at,
        row.assignee,
        row.due_on,
        row.reason,
        row.actor_name,
        row.assignee_name,
    )


async def read(
    conn: AsyncConnection,
    *,
    platform: str = "",
    workspace_id: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
) -> AsyncIterator[Record]:
    """Give records, the oldest first: of one workspace (by its platform's id) or of all; from
    `since` on, before `until`."""
    query = (
        select(handling, workspace.c.external_id.label("workspace"))
        .join(workspace, workspace.c.id == handling.c.workspace_id)
        .order_by(handling.c.id)
        .limit(_PAGE)
    )
    if workspace_id:
        query = query.where(workspace.c.external_id == workspace_id)
    if platform:
        query = query.where(workspace.c.platform == platform)
    if since is not None:
        query = query.where(handling.c.at >= since)
    if until is not None:
        query = query.where(handling.c.at < until)
    last = 0
    while True:
        rows = (await conn.execute(query.where(handling.c.id > last))).all()
        for row in rows:
            yield _record(row)
        if len(rows) < _PAGE:
            return
        last = rows[-1].id


async def assigned_to(
    conn: AsyncConnection, platform: str, workspace_id: str, assignee: str, limit: int
) -> tuple[Record, ...]:
    """Give what is assigned to somebody and not settled, what is due first at the top."""
    later = handling.alias("later")
    settled = exists().where(
        later.c.channel_id == handling.c.channel_id,
        later.c.story_id == handling.c.story_id,
        later.c.id > handling.c.id,
    )
    query = (
        select(handling, workspace.c.external_id.label("workspace"))
        .join(workspace, workspace.c.id == handling.c.workspace_id)
        .where(
            workspace.c.platform == platform,
            workspace.c.external_id == workspace_id,
            handling.c.step == "assign",
            handling.c.assignee == assignee,
            ~settled,
        )
        .order_by(handling.c.due_on, handling.c.id)
        .limit(limit)
    )
    return tuple(_record(row) for row in await conn.execute(query))


def _record(row: Row[Any]) -> Record:
    assignee = Person(row.assignee, row.assignee_name) if row.assignee else None
    return Record(
        id=row.id,
        workspace=row.workspace,
        channel=row.channel,
        channel_name=row.channel_name,
        story=row.story_id,
        entry=row.entry_id,
        step=Step(row.step, assignee, row.due_on, row.reason),
        actor=Person(row.actor, row.actor_name),
        at=row.at,
        title=row.title,
        link=row.link,
        publication=row.publication,
        text_hash=row.text_hash,
    )
