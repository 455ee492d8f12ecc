"""Other names that official documents gave to the companies that teams watch.

A rule lists a company with its aliases; a watch on the company is told of these too. Only what US
agencies published counts: a press report's "also known as" is nobody's finding.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import Row, Select, Text, cast, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.news.companies import company_key
from bot.news.company_forms import is_legal_form
from bot.news.countries import country_name
from bot.news.folding import is_cjk
from bot.news.publication_day import of_agency
from bot.news.tables import read_table
from bot.news.unlisted import unlisted
from bot.storage.tables import entry, entry_company

_CHUNK = 500
_MAX_KEY = 160
_INITIALS = 3
_TOWNS = frozenset(read_table("company_words.toml")["town"].split())
_LOOK_BACK = 500
"""Rows before the newest that are read again: SQLite gives the numbers of an entry that is
understood anew a second time."""

_Found = Row[tuple[int, str, list[str], str | None, str | None]]


@dataclass(frozen=True, slots=True)
class Published:
    """The names, by the key of each company that is watched; `upto`: the newest row read."""

    upto: int
    names: Mapping[str, frozenset[str]]


def keys_of(names: Iterable[str]) -> set[str]:
    """Give what companies of these names are stored under."""
    return {key for name in names if (key := company_key(name)[:_MAX_KEY])}


async def read_all(conn: AsyncConnection, keys: Collection[str]) -> Published:
    """Read the published names of the companies with these keys."""
    upto = await _newest(conn)
    names: dict[str, frozenset[str]] = dict.fromkeys(keys, frozenset())
    wanted = sorted(keys)
    for first in range(0, len(wanted), _CHUNK):
        some = entry_company.c.key.in_(wanted[first : first + _CHUNK])
        rows = (await conn.execute(_official().where(some))).all()
        await asyncio.to_thread(_add, names, rows)
    return Published(upto, names)


async def read_on(conn: AsyncConnection, known: Published) -> Published:
    """Add the names that were published since; gives an equal mapping where there are none."""
    upto = await _newest(conn)
    if upto == known.upto:
        return known
    names = dict(known.names)
    newer = entry_company.c.id > min(known.upto, upto) - _LOOK_BACK
    rows = (await conn.execute(_official().where(newer))).all()
    await asyncio.to_thread(_add, names, rows)
    return replace(known, upto=upto, names=names)


async def _newest(conn: AsyncConnection) -> int:
    return await conn.scalar(select(func.max(entry_company.c.id))) or 0


def _official() -> Select[tuple[int, str, list[str], str | None, str | None]]:
    named = func.length(cast(entry_company.c.aliases, Text)) > len("[]")
    numbered = entry.c.document_number.is_not(None)
    at_agency = or_(entry.c.link.like("%.gov/%"), entry.c.link.like("%.mil/%"))
    return (
        select(
            entry_company.c.id,
            entry_company.c.key,
            entry_company.c.aliases,
            entry.c.link,
            entry.c.document_number,
        )
        .join(entry, entry.c.id == entry_company.c.entry_id)
        .where(named, or_(numbered, at_agency))
    )


def _add(names: dict[str, frozenset[str]], rows: Iterable[_Found]) -> None:
    for row in rows:
        if row.key in names and (row.document_number or of_agency(row.link or "")):
            names[row.key] |= {alias for alias in row.aliases if _tells(alias)}


def _tells(alias: str) -> bool:
    """Whether a name tells a company by itself, so that nothing else is found by it: no word of
    the dictionary, no town, no initials of up to three letters, which are those of too many."""
    key = company_key(alias)
    if is_legal_form(alias) or country_name(key) or key in _TOWNS:
        return False
    foreign = not key.isascii() and len(key) > _INITIALS
    return is_cjk(key) or " " in key or foreign or bool(unlisted(key))
