"""The handling room's door: a team's work with an alert, for every platform.

A step is one transaction: it is recorded, the channel's message is owed a new text that shows the
state to all, and whoever is assigned is owed a notice now and a reminder on the day.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import exists, literal, null, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.delivery.loading import StoredArticle, load_articles
from bot.delivery.notices import DIRECT, owe_notice
from bot.errors import UsageError
from bot.handling import records, reminding, rules
from bot.handling.model import Person, Record, Step
from bot.messages.model import Handling
from bot.messages.words import day
from bot.storage import dialects
from bot.storage.database import Database
from bot.storage.positions import first_position
from bot.storage.tables import UtcDateTime, channel, delivery, entry, handling, workspace
from bot.subscriptions.gathering import ALERTS
from bot.subscriptions.model import ChannelRef

GONE = "That article is no longer kept."
_WORK = 10
NOT_HERE = "That alert did not come to this channel, so it is not handled here."


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that was taken: the record's number, the state it led to, the article's title, and
    on which day an assignee is reminded."""

    record: int
    state: Handling
    title: str
    reminded: date | None = None


@dataclass(frozen=True, slots=True)
class _Place:
    """The channel that a step is taken in."""

    id: int
    workspace_id: int
    name: str
    timezone: str


class HandlingDesk:
    """Takes steps and reads the record. Raises UsageError (one sentence) for what cannot be."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def take(self, ref: ChannelRef, actor: Person, entry_id: int, step: Step) -> Taken:
        """Take one step with the story of an entry, for the team of a channel."""
        async with self._db.write() as conn:
            now = await self._db.now(conn)
            place = await _place(conn, ref)
            article, text_hash = await _article(conn, entry_id)
            story = await _alerted(conn, place.id, article)
            before = (await records.load_states(conn, [place.id], [story])).get((place.id, story))
            rules.check(step, before, reminding.local_day(now, place.timezone))
            record = await records.add(
                conn,
                _as_place(place, ref),
                _as_article(article, story, text_hash),
                step,
                actor,
                now,
            )
            await _owe_new_text(conn, place.id, story, record, now)
            await reminding.call_off(conn, await _assignments(conn, place.id, story))
            told = await _tell_assignee(conn, place, actor, article, step, record, now)
            state = (await records.load_states(conn, [place.id], [story]))[place.id, story]
        return Taken(record, state, article.title, told)

    async def work_of(self, platform: str, workspace_id: str, person: str) -> tuple[Record, ...]:
        """Give what is assigned to a person of a workspace and not settled, the most urgent ten."""
        async with self._db.read() as conn:
            return await records.assigned_to(conn, platform, workspace_id, person, _WORK)

    async def records(
        self,
        *,
        platform: str = "",
        workspace_id: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> AsyncIterator[Record]:
        """Give the record, the oldest step first, of one workspace or of all."""
        async with self._db.read() as conn:
            async for record in records.read(
                conn,
                platform=platform,
                workspace_id=workspace_id,
                since=since,
                until=until,
            ):
                yield record


async def _place(conn: AsyncConnection, ref: ChannelRef) -> _Place:
    """Give the channel, locked, so that two steps at once come one after the other."""
    query = (
        select(channel.c.id, channel.c.workspace_id, channel.c.name, channel.c.timezone)
        .join(workspace)
        .where(
            channel.c.external_id == ref.channel,
            workspace.c.platform == ref.platform,
            workspace.c.external_id == ref.workspace,
        )
        .with_for_update(of=channel)
    )
    found = (await conn.execute(query)).first()
    if found is None:
        raise UsageError(NOT_HERE)
    return _Place(*found)


async def _article(conn: AsyncConnection, entry_id: int) -> tuple[StoredArticle, str]:
    """Give the article and the hash by which an audit knows its text again."""
    article = (await load_articles(conn, [entry_id])).get(entry_id)
    text_hash = await conn.scalar(select(entry.c.text_hash).where(entry.c.id == entry_id))
    if article is None:
        raise UsageError(GONE)
    return article, str(text_hash)


async def _alerted(conn: AsyncConnection, channel_id: int, article: StoredArticle) -> int:
    """Give the story, if the channel was told of it by a message of its own."""
    story = article.story_id or 0
    told = exists().where(
        delivery.c.channel_id == channel_id,
        delivery.c.story_id == story,
        delivery.c.kind.in_(ALERTS),
    )
    if not await conn.scalar(select(told)):
        raise UsageError(NOT_HERE)
    return story


def _as_place(place: _Place, ref: ChannelRef) -> dict[str, Any]:
    return {
        "workspace_id": place.workspace_id,
        "channel_id": place.id,
        "channel": ref.channel,
        "channel_name": place.name or ref.name,
    }


def _as_article(article: StoredArticle, story: int, text_hash: str) -> dict[str, Any]:
    return {
        "story_id": story,
        "entry_id": article.id,
        "title": article.title,
        "link": article.link,
        "publication": article.publication,
        "text_hash": text_hash,
    }


async def _owe_new_text(
    conn: AsyncConnection, channel_id: int, story: int, record: int, now: datetime
) -> None:
    """Owe a new text to each message by which the channel was told of the story."""
    rows = select(
        delivery.c.channel_id,
        delivery.c.workspace_id,
        delivery.c.story_id,
        delivery.c.entry_id,
        literal("update"),
        literal(f"handling:{record}:") + delivery.c.kind,
        delivery.c.reasons,
        literal(first_position(now)),
        literal("pending"),
        literal(0),
        literal(False),
        literal(now, UtcDateTime),
        literal(now, UtcDateTime),
        null(),
    ).where(
        delivery.c.channel_id == channel_id,
        delivery.c.story_id == story,
        delivery.c.kind.in_(ALERTS),
        delivery.c.state.in_(("sent", "sending")),
    )
    columns = (
        "channel_id workspace_id story_id entry_id kind subject reasons position state attempts "
        "unknown due_at created_at held_until"
    )
    await conn.execute(
        dialects.insert(conn, delivery).from_select(columns.split(), rows).on_conflict_do_nothing()
    )
    await dialects.wake(conn, "deliveries")


async def _assignments(conn: AsyncConnection, channel_id: int, story: int) -> list[int]:
    found = await conn.scalars(
        select(handling.c.id).where(
            handling.c.channel_id == channel_id,
            handling.c.story_id == story,
            handling.c.step == "assign",
        )
    )
    return list(found)


async def _tell_assignee(
    conn: AsyncConnection,
    place: _Place,
    actor: Person,
    article: StoredArticle,
    step: Step,
    record: int,
    now: datetime,
) -> date | None:
    """Owe the assignee a notice now (unless they took it themselves), and one on the day, or on
    the Friday before a weekend; give which day that is."""
    if step.assignee is None or step.due is None:
        return None
    reminded = reminding.working_day(step.due, reminding.local_day(now, place.timezone))
    by = actor.name or "Somebody"
    link = {"title": article.title, "link": article.link}
    if step.assignee.id != actor.id:
        await owe_notice(
            conn,
            place.workspace_id,
            step.assignee.id,
            kind=DIRECT,
            subject=f"assigned:{record}",
            text=f"{by} assigned this to you; it is due on {day(step.due)}.",
            about=link,
            now=now,
        )
    await owe_notice(
        conn,
        place.workspace_id,
        step.assignee.id,
        kind=DIRECT,
        subject=reminding.subject_of(record),
        text=f"This is assigned to you and due on {day(step.due)}.",
        about=link,
        now=now,
        due=reminding.morning_of(reminded, place.timezone, now),
    )
    return reminded
