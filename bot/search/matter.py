"""A matter's life: the entries that belong to one affair, in the order of time.

Leak, press release, public inspection, Federal Register, correction, court: they are joined by
their stories and what follows them, by a document's number, a RIN or a docket, and by the
publication's own references ("see 2310170055"), in either direction.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.search.entries import timeline
from bot.storage.tables import citation, entry

_MOST = 60
"""Entries of one matter."""
_ROUNDS = 4
_COMMON = 40
"""Entries that name a number, from which on it joins nothing: a standing docket is no affair."""
_JOINING = ("rin", "docket", "fr-document", "fr-page")


async def matter(conn: AsyncConnection, entry_id: int) -> tuple[int, ...]:
    """Give the positions of the entries that belong with one, the oldest first, itself among them.

    What shares a story, a document, a RIN or a docket belongs together however many lie between; a
    mere reference to an article leads one step only. At most 60.
    """
    found: dict[int, None] = {entry_id: None}
    waiting: list[int] = [entry_id]
    for _ in range(_ROUNDS):
        if not waiting or len(found) >= _MOST:
            break
        near = await _of_stories(conn, waiting) | await _of_numbers(conn, waiting, _JOINING)
        waiting = [one for one in sorted(near) if one not in found]
        found |= dict.fromkeys(waiting)
    core = list(found)[:_MOST]
    for one in sorted(await _of_numbers(conn, core, ("article", "fr-document"))):
        found.setdefault(one, None)
    rows = await conn.scalars(
        select(entry.c.position)
        .where(
            entry.c.id.in_(list(found)[:_MOST]),
            or_(entry.c.roundup.is_(False), entry.c.id == entry_id),
            entry.c.retracted_at.is_(None),
        )
        .order_by(entry.c.published_at, entry.c.position)
    )
    return tuple(rows)


async def _of_stories(conn: AsyncConnection, ids: Sequence[int]) -> set[int]:
    """Give the entries of the stories that entries are of, and of those before and after them."""
    stories = await conn.scalars(
        select(entry.c.story_id)
        .where(entry.c.id.in_(ids), entry.c.story_id.is_not(None))
        .distinct()
        .limit(_MOST)
    )
    chains: set[int] = set()
    for story in list(stories):
        if story is not None and story not in chains:
            chains |= set(await timeline(conn, story))
    return await _ids(conn, entry.c.story_id.in_(chains)) if chains else set()


async def _of_numbers(
    conn: AsyncConnection, ids: Sequence[int], kinds: Collection[str]
) -> set[int]:
    """Give the entries that cite what these cite or are, and those that are what these cite."""
    cited = await conn.execute(
        select(citation.c.kind, citation.c.value, citation.c.field)
        .where(citation.c.entry_id.in_(ids), citation.c.kind.in_(kinds))
        .distinct()
        .limit(_MOST)
    )
    rows = list(cited)
    pages = {row.value for row in rows if row.kind == "fr-page" and row.field == "given"}
    numbers = {(row.kind, row.value) for row in rows}
    own = await conn.execute(
        select(entry.c.article_number, entry.c.document_number).where(entry.c.id.in_(ids))
    )
    named = {value for kind, value in numbers if kind in ("article", "fr-document")}
    mine: set[tuple[str, str]] = set()
    for row in own:
        mine |= {("article", row.article_number), ("fr-document", row.document_number)}
    mine = {(kind, value) for kind, value in mine if value and kind in kinds}
    near = set()
    if named:
        near = await _ids(
            conn, or_(entry.c.article_number.in_(named), entry.c.document_number.in_(named))
        )
    # An article that many cite in passing joins none of them to another.
    shared = {pair for pair in numbers if pair[0] != "article"} | mine
    for kind, value in sorted(shared):
        own_page = kind == "fr-page" and value in pages
        citing = await _citing(conn, kind, value, in_text=own_page)
        near |= citing if len(citing) <= _COMMON else set()
    return near


async def _citing(
    conn: AsyncConnection, kind: str, value: str, *, in_text: bool = False
) -> set[int]:
    """Give the entries that cite a number; `in_text`: not those of which it is the own page, for
    short notices of several matters stand on one."""
    cites = [citation.c.kind == kind, citation.c.value == value]
    if in_text:
        cites.append(citation.c.field != "given")
    rows = await conn.scalars(select(citation.c.entry_id).where(*cites).limit(_COMMON + 1))
    return set(rows)


async def _ids(conn: AsyncConnection, where: ColumnElement[bool]) -> set[int]:
    return set(await conn.scalars(select(entry.c.id).where(where).limit(_MOST)))
