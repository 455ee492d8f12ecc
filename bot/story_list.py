"""The stories as the console shows them: one row a story, with its facts and who else covers it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, FromClause, and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.delivery.composer import StoredComposer
from bot.delivery.facts import load_facts
from bot.delivery.loading import load_articles
from bot.messages.alert_words import Fact, facts
from bot.messages.model import Alert
from bot.overview import Reason, reasons
from bot.storage.tables import entry, entry_topic


@dataclass(frozen=True, slots=True)
class StoryRow:
    """One story: a report of it, why it has its topics, and the facts that an alert shows."""

    story_id: int | None
    alert: Alert
    reasons: tuple[Reason, ...]
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class StoryPage:
    """A page of stories, the newest first. `newer` and `older` are the positions from which the
    pages beside it go on; None where there is none."""

    rows: tuple[StoryRow, ...]
    newer: int | None = None
    older: int | None = None


async def latest_stories(
    conn: AsyncConnection,
    composer: StoredComposer,
    *,
    topic: str | None = None,
    before: int | None = None,
    after: int | None = None,
    limit: int = 25,
) -> StoryPage:
    """Give the stories that began last, or those right before or right after a position.

    A story stands where its first report (of `topic`) stands in time and never moves, so that
    pages neither skip nor repeat one when news come in between.
    """
    places, newer, older = await _places(conn, topic, before, after, limit)
    if after is not None and newer is None:  # the first page, which may have grown meanwhile
        places, newer, older = await _places(conn, topic, None, None, limit)
    ids = [entry_id for entry_id, _position in places]
    return StoryPage(await rows_of(conn, composer, ids), newer, older)


async def rows_of(
    conn: AsyncConnection, composer: StoredComposer, entry_ids: Sequence[int]
) -> tuple[StoryRow, ...]:
    """Give the rows of stories by one entry of each, in that order, without those that are gone."""
    articles = await load_articles(conn, entry_ids)
    known = await load_facts(conn, articles, ())
    why = await reasons(conn, entry_ids)
    found = []
    for one in entry_ids:
        if (article := articles.get(one)) is None:
            continue
        alert = composer.alert(article, known[one], (), {})
        shown = tuple(facts(replace(alert, topics=())))  # topics stand with their reasons
        found.append(StoryRow(article.story_id, alert, why.get(one, ()), shown))
    return tuple(found)


async def first_report(conn: AsyncConnection, story_id: int) -> int | None:
    """Give the first entry of a story, a withdrawn one only where there is no other."""
    found: int | None = await conn.scalar(
        select(entry.c.id)
        .where(entry.c.story_id == story_id)
        .order_by(entry.c.retracted_at.is_not(None), entry.c.position)
        .limit(1)
    )
    return found


async def newest_position(conn: AsyncConnection) -> int:
    """Give the position of the newest entry; 0 where there is none."""
    return int(await conn.scalar(select(func.max(entry.c.position))) or 0)


async def _places(
    conn: AsyncConnection, topic: str | None, before: int | None, after: int | None, limit: int
) -> tuple[list[tuple[int, int]], int | None, int | None]:
    """Give entries with their positions, and where the pages beside them go on."""
    earlier = entry.alias("earlier")
    is_first = (
        ~select(earlier.c.id)
        .where(
            earlier.c.story_id == entry.c.story_id,
            earlier.c.position < entry.c.position,
            _is_shown(earlier, topic),
        )
        .exists()
    )
    question = select(entry.c.id, entry.c.position).where(_is_shown(entry, topic), is_first)
    if after is not None:
        question = question.where(entry.c.position > after).order_by(entry.c.position)
    elif before is not None:
        question = question.where(entry.c.position < before).order_by(entry.c.position.desc())
    else:
        question = question.order_by(entry.c.position.desc())
    rows = [(row.id, row.position) for row in await conn.execute(question.limit(limit + 1))]
    more, places = len(rows) > limit, rows[:limit]
    if after is not None:
        places.reverse()
    if not places:
        return [], None, None
    has_newer = more if after is not None else before is not None
    has_older = True if after is not None else more
    return (
        places,
        places[0][1] if has_newer else None,
        places[-1][1] if has_older else None,
    )


def _is_shown(table: FromClause, topic: str | None) -> ColumnElement[bool]:
    shown = and_(table.c.story_id.is_not(None), table.c.retracted_at.is_(None))
    if topic is None:
        return shown
    has_topic = select(entry_topic.c.entry_id).where(
        entry_topic.c.entry_id == table.c.id, entry_topic.c.topic == topic
    )
    return and_(shown, has_topic.exists())
