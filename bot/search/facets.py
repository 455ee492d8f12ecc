"""Facets: how many of what was found there are by topic, publication and year."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from operator import neg

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.search.entries import publications
from bot.storage.fulltext_rows import Rows
from bot.storage.positions import first_position, moment_of

Counts = tuple[tuple[str, int], ...]


class Facets:
    """Counts facets; keeps the publications' names, of which there are dozens."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    async def count(self, conn: AsyncConnection, rows: Rows) -> Mapping[str, Counts]:
        """Count `rows` by topic, publication and year, largest first."""
        tags = Counter(_WANTED.findall(rows.tags.whole))
        publication = {tag[3:]: count for tag, count in tags.items() if tag.startswith("#p=")}
        if not publication.keys() <= self._names.keys():
            self._names = {str(each.id): each.name for each in await publications(conn)}
        return {
            "topic": _falling({tag[3:]: n for tag, n in tags.items() if tag.startswith("#t=")}),
            "publication": _falling(
                {self._names[id_]: n for id_, n in publication.items() if id_ in self._names}
            ),
            "year": _falling(_years(rows.positions)),
        }


_WANTED = re.compile(r"#[tp]=[^ ]+")


def _years(positions: Sequence[int]) -> dict[str, int]:
    """Count positions, which come newest first, by year."""
    counts: dict[str, int] = {}
    end = len(positions)
    for year in range(_year(positions[-1]), _year(positions[0]) + 1) if positions else ():
        after = first_position(datetime(year + 1, 1, 1, tzinfo=UTC))
        begin = bisect_left(positions, -after + 1, hi=end, key=neg)
        if begin < end:
            counts[str(year)] = end - begin
        end = begin
    return counts


def _year(position: int) -> int:
    return moment_of(position).year


def _falling(counts: Mapping[str, int]) -> Counts:
    return tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))
