"""The search over everything stored: one behaviour on SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.feeds.identity import DOCUMENT_NUMBER
from bot.news.taxonomy import Taxonomy
from bot.search import document as tags
from bot.search import entries
from bot.search.completion import completions
from bot.search.facets import Facets
from bot.search.matter import matter, of_number, sureties
from bot.search.model import Results
from bot.search.parser import parse
from bot.search.plan import (
    Known,
    Plan,
    Tokens,
    expression,
    plan,
    tagged,
    topic_names,
    units,
    vocabulary,
)
from bot.search.query import Or, Query, Tagged, Word
from bot.search.ranking import everything, rank
from bot.search.similar import likeness
from bot.search.suggest import corrected
from bot.search.tokens import tokenise
from bot.storage import fulltext
from bot.storage.database import Database
from bot.storage.fulltext_query import HIGHEST, LOWEST, AllOf, AnyPhrase, Expression, Span
from bot.storage.fulltext_rows import Rows, count, newest, read
from bot.storage.positions import first_position
from bot.storage.tables import entry

RANKED = 2_000
"""How many matches, the newest, are ranked; of fewer, all are."""

COUNTED = 10_000
"""How far matches are counted,"""

LARGE = 100_000
"""where no more than so many entries were ever stored; else only as far as they are ranked."""

UNREADABLE = "That could not be read: there is no word, field or date in it to look for."
NOTHING_STORED = "Nothing is stored yet: the archive fills as feeds are read."
_NUMBER = re.compile(rf"\d{{10}}|{DOCUMENT_NUMBER}")
_HEADLINES = 20


@dataclass(frozen=True, slots=True)
class _Found:
    """What matched: positions in the order to be read, and the rows they were chosen from. `notes`
    say what of it was left out of count or order."""

    positions: Sequence[int]
    rows: Rows
    total: int
    notes: tuple[str, ...] = ()


class Search:
    """Finds stored entries by what a person types."""

    def __init__(self, db: Database, taxonomy: Taxonomy) -> None:
        self._db = db
        self._taxonomy = taxonomy
        self._topics = topic_names(taxonomy)
        self._facets = Facets()
        self._is_large = False

    async def find(
        self,
        text: str,
        *,
        limit: int = 10,
        offset: int = 0,
        typing: bool = False,
        by_story: bool = False,
        upto: int = HIGHEST - 1,
    ) -> Results:
        """Search for `text`, in the query language; never fails for what was typed.

        What asks for nothing, as `()`, finds nothing, and a note says that it could not be read.
        `limit` and `offset` choose the page; `total` counts to 10,000, in large archives to 2,000.
        `typing`: somebody is typing it, so its last word may be the beginning of one. `by_story`:
        of the entries of one story give the first that would be read; `total` still counts all.
        `upto`: leave out what is stored behind this position, so that pages stay as they were.
        """
        started = time.perf_counter()
        query = _of_article(parse(text, typing=typing))
        if not query.asks and query.order == "relevance":
            return Results(str(query), 0, (), 0.0, notes=(*query.notes, UNREADABLE))
        async with self._db.read() as conn:
            known, notes = await self._known(conn, query)
            wanted = plan(query.root, known)
            span = _span(query, upto)
            most = max(RANKED, offset + limit)
            found = await self._matches(conn, query, wanted, span, text, most)
            places = found.positions
            if by_story:
                places = await entries.one_a_story(conn, places)
            page = places[offset : offset + limit]
            shown = await entries.results(conn, page, units(wanted))
            facets = await self._facets.count(conn, found.rows)
            suggestion = "" if found.total else await self._suggest(conn, text, query, known)
            if not found.total and await conn.scalar(select(entry.c.id).limit(1)) is None:
                notes += (NOTHING_STORED,)
        if suggestion:
            notes += (f"Did you mean: {suggestion}",)
        took = (time.perf_counter() - started) * 1000
        return Results(
            query=str(query),
            total=found.total,
            results=shown,
            took_ms=took,
            notes=query.notes + notes + found.notes,
            facets=facets,
            whole=not found.notes,
            suggestion=suggestion,
        )

    async def _suggest(self, conn: AsyncConnection, typed: str, query: Query, known: Known) -> str:
        """Give a corrected query, if it would find something."""
        meant = await corrected(conn, typed, query.root, known)
        if not meant:
            return ""
        again = parse(meant)
        wanted = plan(again.root, (await self._known(conn, again))[0])
        return meant if await newest(conn, expression(wanted), _span(again), 1) else ""

    async def latest(
        self, topic: str | None = None, *, limit: int = 10, offset: int = 0
    ) -> Results:
        """Give the newest entries, of one topic (id, title or alias) or of all."""
        asked = f'topic:"{topic.replace(chr(34), " ")}" ' if topic and topic.strip() else ""
        return await self.find(asked + "sort:date", limit=limit, offset=offset)

    async def more_like(self, entry_id: int, limit: int = 5) -> Results:
        """Give entries like one that is stored, the most alike first; none if it is not there."""
        started = time.perf_counter()
        async with self._db.read() as conn:
            position = await conn.scalar(select(entry.c.position).where(entry.c.id == entry_id))
            page: list[int] = []
            total = 0
            seed = await read(conn, [position] if position is not None else [])
            if seed.positions:
                finding, ranking = likeness(seed)
                alike = await newest(conn, expression(finding), Span(), RANKED)
                others = await read(conn, [other for other in alike if other != position])
                page = (await asyncio.to_thread(rank, others, ranking, ""))[:limit]
                total = len(others.positions)
            shown = await entries.results(conn, page, ())
        took = (time.perf_counter() - started) * 1000
        return Results(f"more like {entry_id}", total, shown, took)

    async def matter(self, entry_id: int, *, limit: int = 60, offset: int = 0) -> Results:
        """Give the life of the matter that a stored entry belongs to, the oldest first."""
        started = time.perf_counter()
        async with self._db.read() as conn:
            named = dict(await matter(conn, entry_id))
            page = list(named)[offset : offset + limit]
            found = await entries.results(conn, page, ())
            sure = await sureties(conn, [one.id for one in found])
        shown = tuple(replace(one, step=named[one.position], surety=sure[one.id]) for one in found)
        took = (time.perf_counter() - started) * 1000
        return Results(f"matter of {entry_id}", len(named), shown, took)

    async def named(self, typed: str) -> int | None:
        """Give the first entry that names a RIN, docket, page or document, or None."""
        async with self._db.read() as conn:
            return await of_number(conn, typed.strip())

    async def _matches(
        self,
        conn: AsyncConnection,
        query: Query,
        wanted: Plan,
        span: Span,
        typed: str,
        most: int,
    ) -> _Found:
        """Find matches, the newest `most` of them, and put them in order."""
        question = expression(wanted)
        positions = await newest(conn, question, span, most + 1)
        read_all = len(positions) <= most
        counting = self._total(conn, question, span, positions, most)
        if query.order == "date" or everything(wanted):
            rows = await read(conn, positions[:most], texts=False)
            total, counted = await counting
            return _Found(rows.positions, rows, total, counted)
        headline = " ".join(tokenise(typed)[0])
        older = Span(span.low, positions[-1]) if positions else span
        same = () if read_all else await _headlined(conn, question, headline, older)
        rows = await read(conn, (*positions[:most], *same))
        ranking = asyncio.to_thread(rank, rows, wanted, headline)
        # The database counts while a thread ranks.
        ranked, (total, counted) = await asyncio.gather(ranking, counting)
        bounded = () if read_all else (f"Best of the newest {most:,}.",)
        return _Found(ranked, rows, total, bounded + counted)

    async def _total(
        self,
        conn: AsyncConnection,
        question: Expression,
        span: Span,
        newest: Sequence[int],
        most: int,
    ) -> tuple[int, tuple[str, ...]]:
        """Count what matches, of which `newest` are known; with a note where there are more."""
        total = len(newest)
        if total > most and not self._is_large:
            self._is_large = (await conn.scalar(select(func.max(entry.c.id))) or 0) > LARGE
        if most < total <= COUNTED and not self._is_large:
            older = Span(span.low, newest[-1])
            most, total = COUNTED, total + await count(conn, question, older, COUNTED + 1 - total)
        return min(total, most), (f"More than {most:,} match.",) if total > most else ()

    async def _known(self, conn: AsyncConnection, query: Query) -> tuple[Known, tuple[str, ...]]:
        """Look up what the query's words and fields stand for."""
        stems = vocabulary(query.root)
        forms = await fulltext.forms_of(conn, sorted(stems)) if stems else {}
        found: dict[tuple[str, str], Tokens] = {}
        notes: list[str] = []
        for node in tagged(query.root):
            value = node.value
            if node.name == "topic":
                topic = self._taxonomy.resolve(value)
                found[node.name, value] = (tags.topic_tag(topic.id if topic else value),)
                if topic is None:
                    notes.append(_no_topic(value, self._taxonomy.suggest(value)))
            elif node.name == "source":
                named = [
                    p for p in await entries.publications(conn) if entries.is_named(value, p.name)
                ]
                found[node.name, value] = tuple(tags.publication_tag(p.id) for p in named)
                if not named:
                    notes.append(f"There is no publication “{value}”.")
            elif node.name == "cite":
                numbers = await entries.referred_by(conn, value)
                found[node.name, value] = tuple(tags.identity_tag(number) for number in numbers)
            elif node.name == "story":
                chain = await entries.timeline(conn, int(value))
                found[node.name, value] = tuple(tags.story_tag(story) for story in chain)
                if not chain:
                    notes.append(f"There is no story {value}.")
        return Known(forms, found, self._topics, await completions(conn, query.root)), tuple(notes)


def _of_article(query: Query) -> Query:
    """Ask for the article of a number too, where a number is all that was asked: an article's own,
    or a document's."""
    root = query.root
    if not isinstance(root, Word) or not _NUMBER.fullmatch(str(root)):
        return query
    return replace(query, root=Or((root, Tagged("cite", str(root), root.start, root.end))))


def _no_topic(value: str, nearest: Sequence[str]) -> str:
    return f"There is no topic “{value}”" + (
        f"; nearest: {', '.join(nearest)}." if nearest else "."
    )


async def _headlined(
    conn: AsyncConnection, question: Expression, headline: str, span: Span
) -> tuple[int, ...]:
    """Give matches of just this headline, however old."""
    same = AnyPhrase(((tags.headline_tag(headline.split(" ")),),))
    return await newest(conn, AllOf((same, question)), span, _HEADLINES, rare=True)


def _span(query: Query, upto: int = HIGHEST - 1) -> Span:
    low = first_position(_midnight(query.since)) if query.since else LOWEST
    if query.until is None or query.until == date.max:
        return Span(low, upto + 1)
    return Span(low, min(upto + 1, first_position(_midnight(query.until + timedelta(days=1)))))


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
