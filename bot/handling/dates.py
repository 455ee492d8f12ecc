"""Reminders of the dates that an article names: of when a rule takes effect, of a deadline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.delivery.facts import load_facts
from bot.delivery.loading import load_articles
from bot.delivery.notices import DIRECT, owe_notice
from bot.errors import UsageError
from bot.handling import reminders
from bot.handling.reminders import Reminder
from bot.handling.reminding import local_day, morning_of, working_day
from bot.messages import words
from bot.news.model import KeyDate
from bot.storage.database import Database
from bot.storage.tables import workspace
from bot.subscriptions import store
from bot.subscriptions.model import Actor, ChannelRef

Whom = Literal["me", "channel"]
DAYS_BEFORE = (0, 1, 3, 7, 14, 30)
"""How many days before a date one may be reminded."""


@dataclass(frozen=True, slots=True)
class Reminded:
    """What came of asking for a reminder. `new`: it was not set before; `moved_from`: the day that
    was asked for, where that is no working day and it comes before."""

    reminder: Reminder
    new: bool
    moved_from: date | None = None


@dataclass(frozen=True, slots=True)
class Reminding:
    """Of which date of an entry to remind, how many days before, whom. `timezone`: whose morning.

    `to`: the platform's id of the person or channel that is reminded.
    """

    entry: int
    on: date
    kind: str
    days: int
    whom: Whom
    to: str
    timezone: str


async def upcoming(db: Database, entry_id: int) -> tuple[str, Sequence[KeyDate]]:
    """Give an entry's title, and its dates that are still to come (by UTC).

    Raises UsageError when there are none.
    """
    async with db.read() as conn:
        today = (await db.now(conn)).date()
        articles = await load_articles(conn, [entry_id])
        facts = await load_facts(conn, articles, ())
    if entry_id not in articles:
        raise UsageError("That article is no longer kept.")
    coming = tuple(found for found in facts[entry_id].dates if found.on >= today)
    if not coming:
        raise UsageError("All dates of that article are past.")
    return articles[entry_id].title, coming


async def remind(db: Database, ref: ChannelRef, asked: Reminding, actor: Actor) -> Reminded:
    """Owe a reminder, once for each date, day and receiver, and record who asked for it.

    On a Saturday or Sunday it comes on the Friday before, unless that is past. Raises UsageError
    when the day is past, when it was reminded of, or when the entry does not name the date.
    """
    async with db.write() as conn:
        now = await db.now(conn)
        articles = await load_articles(conn, [asked.entry])
        facts = await load_facts(conn, articles, ())
        named = facts[asked.entry].dates if asked.entry in articles else ()
        if (asked.kind, asked.on) not in [(found.kind, found.on) for found in named]:
            raise UsageError("That article is no longer kept, or it names another date now.")
        wished = asked.on - timedelta(days=asked.days)
        today = local_day(now, asked.timezone)
        if wished < today:
            raise UsageError("That day is past; choose to be reminded later.")
        day = working_day(wished, today)
        days = (asked.on - day).days
        what = words.DATE_WORDS.get(asked.kind, asked.kind)
        article = articles[asked.entry]
        home = await _workspace(conn, ref)
        subject = reminders.subject_of(asked.entry, asked.kind, asked.on, days)
        new = await owe_notice(
            conn,
            home,
            asked.to,
            kind=DIRECT if asked.whom == "me" else "channel",
            subject=subject,
            text=f"{what}: {words.day(asked.on)}{_ahead(days)}.",
            about={
                "title": article.title,
                "link": article.link,
                "zone": asked.timezone,
                "by": actor.id,
            },
            now=now,
            due=morning_of(day, asked.timezone, now),
        )
        found, channel_id = await reminders.find(conn, home, asked.to, subject)
        if found is None:
            raise UsageError("You were reminded of that already; choose another day.")
        if new:
            await store.record(
                conn,
                workspace_id=home,
                channel_id=channel_id,
                actor=actor,
                action="remind",
                before={},
                after={"reminder": reminders.in_words(found)},
                now=now,
            )
    return Reminded(found, new, wished if wished != day else None)


def _ahead(days: int) -> str:
    return f" (in {words.count(days, 'day')})" if days else " (today)"


async def _workspace(conn: AsyncConnection, ref: ChannelRef) -> int:
    found = await conn.scalar(
        select(workspace.c.id).where(
            workspace.c.platform == ref.platform, workspace.c.external_id == ref.workspace
        )
    )
    if found is None:
        raise UsageError("The bot is not installed in this workspace; install it first.")
    return int(found)
