"""Other names that official documents gave to the companies that teams watch.

A rule lists a company with its aliases; a watch on the company, under whichever of these names, is
told of the others too. Only what US agencies published counts: a press report's "also known as" is
nobody's finding.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from sqlalchemy import Row, Select, Text, cast, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.news.companies import company_key
from bot.news.company_forms import is_legal_form
from bot.news.countries import country_name
from bot.news.folding import is_cjk
from bot.news.publication_day import of_agency
from bot.news.tables import read_table
from bot.news.unlisted import unlisted
from bot.news.watches import watched_names
from bot.storage.tables import entry, entry_company

_CHUNK = 2_000
_MAX_KEY = 160
_INITIALS = 3
_TOWNS = frozenset(read_table("company_words.toml")["town"].split())
_LOOK_BACK = 500
"""Rows before the newest that are read again: SQLite gives the numbers of an entry that is
understood anew a second time."""

_Found = Row[tuple[int, str, str, list[str], str | None, str | None]]


@dataclass(frozen=True, slots=True)
class Published:
    """The names of companies that documents named with others, by the key of each of these names;
    `upto`: the newest row read."""

    upto: int = 0
    names: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def of(self, keys: Iterable[str]) -> frozenset[str]:
        """Give the names that were published of a company that has these keys."""
        return frozenset().union(*(self.names[key] for key in keys if key in self.names))


def keys_of(watched: Iterable[str]) -> frozenset[str]:
    """Give what a company that is watched under these names may be stored under."""
    names = watched_names(watched)
    return frozenset(key for name in names if (key := company_key(name)[:_MAX_KEY]))


async def read_on(conn: AsyncConnection, known: Published) -> Published:
    """Add the names that were published since; gives the same where nothing was stored since."""
    upto = await _newest(conn)
    return known if upto == known.upto else await _read(conn, known, upto=upto)


async def _read(conn: AsyncConnection, known: Published, *, upto: int) -> Published:
    names = dict(known.names)
    after = max(min(known.upto, upto) - _LOOK_BACK, 0)
    while True:
        later = _official().where(entry_company.c.id > after)
        rows = (await conn.execute(later.order_by(entry_company.c.id).limit(_CHUNK))).all()
        await asyncio.to_thread(_add, names, rows)
        if len(rows) < _CHUNK:
            return Published(upto, names)
        after = rows[-1].id


async def _newest(conn: AsyncConnection) -> int:
    return await conn.scalar(select(func.max(entry_company.c.id))) or 0


def _official() -> Select[tuple[int, str, str, list[str], str | None, str | None]]:
    named = func.length(cast(entry_company.c.aliases, Text)) > len("[]")
    numbered = entry.c.document_number.is_not(None)
    at_agency = or_(entry.c.link.like("%.gov/%"), entry.c.link.like("%.mil/%"))
    return (
        select(
            entry_company.c.id,
            entry_company.c.key,
            entry_company.c.name,
            entry_company.c.aliases,
            entry.c.link,
            entry.c.document_number,
        )
        .join(entry, entry.c.id == entry_company.c.entry_id)
        .where(named, or_(numbered, at_agency))
    )


def _add(names: dict[str, frozenset[str]], rows: Iterable[_Found]) -> None:
    """Add the names of rows: by the company's own key all, by the key of each that tells it too."""
    for row in rows:
        if row.document_number or of_agency(row.link or ""):
            telling = {name: key for name in (row.name, *row.aliases) if (key := _telling(name))}
            for key in {row.key, *telling.values()}:
                names[key] = names.get(key, frozenset()).union(telling)


@lru_cache(maxsize=20_000)
def _telling(name: str) -> str:
    """Give the key of a name that tells a company by itself, so that nothing else is found by it:
    nothing for a word of the dictionary, a town, or initials of up to three letters, which are
    those of too many."""
    key = company_key(name)[:_MAX_KEY]
    if is_legal_form(name) or country_name(key) or key in _TOWNS:
        return ""
    foreign = not key.isascii() and len(key) > _INITIALS
    tells = is_cjk(key) or " " in key or foreign or bool(unlisted(key))
    return key if tells else ""
