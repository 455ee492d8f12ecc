"""How good the order is: nDCG@10 over judged queries on articles of our own.

Each line of `search_articles.txt` is `id | date | topics | title | text`, and each line of
`search_queries.txt` `query | id:grade ...` with grade 3 for what was looked for, 2 for what answers
too, 1 for what is related. Judged by hand, from the texts.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.search.index import index_entries
from bot.search.search import Search
from bot.storage import positions
from bot.storage.database import Database
from bot.storage.tables import entry, entry_topic, publication

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Judged:
    """A query, and how well each article answers it."""

    query: str
    grades: dict[str, int]


def judged() -> list[Judged]:
    """Give the judged queries."""
    found = []
    for line in _lines("search_queries.txt"):
        query, _, grades = line.rpartition(" | ")
        pairs = (pair.split(":") for pair in grades.split())
        found.append(Judged(query, {name: int(grade) for name, grade in pairs}))
    return found


def _lines(name: str) -> list[str]:
    return (_HERE / name).read_text(encoding="utf-8").splitlines()


async def store(conn: AsyncConnection) -> None:
    """Store and index the articles; each one's link is its id."""
    source = await conn.execute(
        insert(publication).values(name="Judged").returning(publication.c.id)
    )
    publication_id = source.scalar_one()
    for line in _lines("search_articles.txt"):
        name, day, topics, title, body = line.split(" | ")
        moment = datetime.fromisoformat(day).replace(hour=12, tzinfo=UTC)
        [position] = await positions.allocate(conn, [moment])
        values = {
            "position": position,
            "publication_id": publication_id,
            "link": name,
            "title": title,
            "summary": body,
            "published_at": moment,
            "first_seen_at": moment,
            "text_hash": "-",
        }
        await conn.execute(insert(entry).values(values))
        entry_id = await conn.scalar(select(entry.c.id).where(entry.c.link == name))
        rows = [{"entry_id": entry_id, "topic": topic, "score": 0.9} for topic in topics.split(",")]
        await conn.execute(insert(entry_topic), rows)
        await index_entries(conn, [int(entry_id or 0)])


async def ndcg(search: Search, queries: Sequence[Judged]) -> list[tuple[float, Judged]]:
    """Give nDCG@10 of each query, the worst first."""
    found = []
    for each in queries:
        results = (await search.find(each.query)).results
        gained = _gain([each.grades.get(result.link, 0) for result in results])
        best = _gain(sorted(each.grades.values(), reverse=True)[:10])
        found.append((gained / best, each))
    return sorted(found, key=lambda pair: pair[0])


def _gain(grades: Sequence[int]) -> float:
    return math.fsum((2**grade - 1) / math.log2(place + 2) for place, grade in enumerate(grades))


async def score(db: Database, search: Search) -> list[tuple[float, Judged]]:
    """Store the articles in an empty database and judge the search on them."""
    async with db.write() as conn:
        await store(conn)
    return await ndcg(search, judged())
