"""Facets: how many of what was found there are by topic, publication and year."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.search.entries import publications
from bot.storage.fulltext_query import Candidate

_DAY = 86_400 << 20
"""A day's positions."""

Counts = tuple[tuple[str, int], ...]


class Facets:
    """Counts facets; keeps the publications' names, of which there are dozens."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    async def count(self, conn: AsyncConnection, rows: Sequence[Candidate]) -> Mapping[str, Counts]:
        """Count `rows` by topic, publication and year, largest first."""
        tags = Counter(_WANTED.findall("".join([row.tags for row in rows])))
        years = Counter([_year(row.position // _DAY) for row in rows])
        publication = {tag[3:]: count for tag, count in tags.items() if tag.startswith("#p=")}
        if not publication.keys() <= self._names.keys():
            self._names = {str(each.id): each.name for each in await publications(conn)}
        return {
            "topic": _falling({tag[3:]: n for tag, n in tags.items() if tag.startswith("#t=")}),
            "publication": _falling(
                {self._names[id_]: n for id_, n in publication.items() if id_ in self._names}
            ),
            "year": _falling(years),
        }


_WANTED = re.compile(r"#[tp]=[^ ]+")


@lru_cache(maxsize=32_768)
def _year(day: int) -> str:
    return str(datetime.fromtimestamp(day * 86_400, UTC).year)


def _falling(counts: Mapping[str, int]) -> Counts:
    return tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))
