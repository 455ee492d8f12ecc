"""A matter's life: the entries that belong to one affair, in the order of time.

Leak, press release, public inspection, Federal Register, correction, court: they are joined by
their stories, by a document's number, a RIN or a docket, and, one step far, by what follows them
and by the publication's own references ("see 2310170055"), in either direction.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, Select, and_, case, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import UsageError
from bot.news.citations import find_citations
from bot.news.licence_programmes import of_all_programmes, parts
from bot.news.story_sure import Surety
from bot.search.citing import citations_in
from bot.search.steps import Step, steps
from bot.storage.tables import citation, entry, story

_MOST = 60
"""Entries of one matter."""
_ROUNDS = 8
_COMMON = 40
"""Entries that name a number, from which on it joins nothing: a standing docket is no affair."""
_LONGEST_NUMBER = 100
_JOINING = ("rin", "docket", "fr-document", "fr-page")
_LICENCES = 5
"""Licences of one entry that lead further."""
_LICENCE = "general-licence"
_NAMING = (*_JOINING, "article", _LICENCE)


async def matter(conn: AsyncConnection, entry_id: int) -> tuple[tuple[int, str], ...]:
    """Give the positions of the entries that belong with one, the oldest first, itself among them,
    each with the name of its step.

    What shares a story, a document, a RIN or a docket belongs together however many lie between; a
    mere reference to an article leads one step only, and so do a story that follows (by such a
    reference, or because it may be the same) and a general licence, of which one act issues
    several. Of a leak, which names no number, the life is that of what refers to it later, where
    that is one matter. At most 60.
    """
    found = await _grown(conn, [entry_id])
    if not await _numbered(conn, list(found)):
        found = await _grown(conn, [*found, *await _came_of(conn, list(found))])
    core = list(found)[:_MOST]
    beside = await _of_numbers(conn, core, ("article", "fr-document"))
    for one in sorted(beside | await _following(conn, core)):
        found.setdefault(one, None)
    for one in sorted(await _of_licences(conn, entry_id)):
        found.setdefault(one, None)
    return await _named(conn, list(found)[:_MOST], entry_id)


async def sureties(conn: AsyncConnection, ids: Sequence[int]) -> dict[int, Surety]:
    """Give how sure it is that entries tell their stories, by id; of one that opened a story, how
    sure it is that this is the one before it."""
    rows = await conn.execute(
        select(entry.c.id, entry.c.sure, story.c.perhaps)
        .outerjoin(story, story.c.id == entry.c.story_id)
        .where(entry.c.id.in_(ids))
    )
    return {row.id: Surety(row.sure, row.perhaps) for row in rows}


def numbers_in(typed: str) -> tuple[tuple[str, str], ...]:
    """Give the numbers that were typed, by kind and in their normal form: articles, RINs, dockets,
    courts' cases, general licences, pages and documents of the Federal Register."""
    return tuple((kind, value) for kind, value in citations_in(typed) if kind in _NAMING)


def rule_in(typed: str) -> tuple[str, str] | None:
    """Give the field of a search, and its value, for what was typed where that is a rule or an item
    of a list, which many matters cite: `("cite", "15 CFR 744.23")`, `("eccn", "3A090")`."""
    found = find_citations("", typed[:_LONGEST_NUMBER], "summary")
    if not found or found[0].kind in _NAMING:
        return None
    return ("eccn" if found[0].kind == "eccn" else "cite"), found[0].value


async def of_number(conn: AsyncConnection, typed: str) -> int | None:
    """Give the first entry that names what was typed: an article, a RIN, a docket, a page of the
    Federal Register, a document, a general licence; none where nothing does.

    Raises UsageError for a licence's number that several programmes have.
    """
    for kind, value in numbers_in(typed) or (("docket", typed),):
        meant = await _licence(conn, value) if kind == _LICENCE else value
        in_title = case((citation.c.field == "title", 0), else_=1)
        entry_id = await conn.scalar(
            select(citation.c.entry_id)
            .join(entry, entry.c.id == citation.c.entry_id)
            .where(citation.c.kind == kind, citation.c.value == meant)
            .order_by(*((in_title,) if kind == _LICENCE else ()), entry.c.position)
            .limit(1)
        )
        if entry_id is not None:
            return int(entry_id)
    return None


async def _licence(conn: AsyncConnection, value: str) -> str:
    """Give the stored licence that is meant by one which may lack its programme."""
    programme, number = parts(value)
    if programme:
        return value
    stored = await conn.scalars(
        select(citation.c.value)
        .where(citation.c.kind == _LICENCE, citation.c.value.in_(of_all_programmes(number)))
        .distinct()
        .order_by(citation.c.value)
    )
    several = list(stored)
    if len(several) > 1:
        shown = " or ".join(f"`timeline {one}`" for one in several)
        raise UsageError(f"Several sanctions programmes have a {value}: {shown}.")
    return several[0] if several else value


async def _of_licences(conn: AsyncConnection, entry_id: int) -> set[int]:
    """Give the entries that name a general licence which one is about: those of its headline, or
    else of its text. One without its programme joins nothing: it is of several."""
    rows = await conn.execute(
        select(citation.c.value, citation.c.field).where(
            citation.c.entry_id == entry_id, citation.c.kind == _LICENCE
        )
    )
    named = [(row.value, row.field) for row in rows if parts(row.value)[0]]
    of_title = [one for one in named if one[1] == "title"]
    near: set[int] = set()
    for value, _field in sorted(of_title or named)[:_LICENCES]:
        near |= await _citing(conn, _LICENCE, value)
    return near


async def _grown(conn: AsyncConnection, seeds: Sequence[int]) -> dict[int, None]:
    """Give entries with all that shares a story or a number with them, in the order found."""
    found: dict[int, None] = dict.fromkeys(seeds)
    waiting = list(found)
    for _ in range(_ROUNDS):
        if not waiting or len(found) >= _MOST:
            break
        near = await _of_stories(conn, waiting) | await _of_numbers(conn, waiting, _JOINING)
        waiting = [one for one in sorted(near) if one not in found]
        found |= dict.fromkeys(waiting)
    return found


async def _came_of(conn: AsyncConnection, ids: Sequence[int]) -> list[int]:
    """Give what came of articles that name no number: the entries that refer to them and name one,
    where they are of one matter. Those of several only mention the articles in passing."""
    referring = await _numbered(conn, await _referring(conn, ids))
    if not referring:
        return []
    one = await _grown(conn, referring[:1])
    return list(one) if set(referring) <= set(one) else []


async def _numbered(conn: AsyncConnection, ids: Sequence[int]) -> list[int]:
    """Give those of the entries that are documents, or name a number that joins."""
    names = select(citation.c.id).where(
        citation.c.entry_id == entry.c.id, citation.c.kind.in_(_JOINING)
    )
    has_number = or_(entry.c.document_number.is_not(None), names.exists())
    return sorted(await _ids(conn, and_(entry.c.id.in_(ids), has_number)))


async def _referring(conn: AsyncConnection, ids: Sequence[int]) -> list[int]:
    """Give the entries that refer to articles."""
    numbers = select(entry.c.article_number).where(entry.c.id.in_(ids))
    rows = await conn.scalars(
        select(citation.c.entry_id)
        .where(
            citation.c.kind == "article",
            citation.c.value.in_(numbers),
            citation.c.entry_id.not_in(ids),
        )
        .distinct()
        .order_by(citation.c.entry_id)
        .limit(_COMMON)
    )
    return list(rows)


async def _named(
    conn: AsyncConnection, ids: Sequence[int], entry_id: int
) -> tuple[tuple[int, str], ...]:
    """Put entries in the order of time, and name their steps."""
    rows = await conn.execute(
        select(
            entry.c.id,
            entry.c.position,
            entry.c.title,
            entry.c.link,
            entry.c.document_number,
            entry.c.facts,
        )
        .where(
            entry.c.id.in_(ids),
            or_(entry.c.roundup.is_(False), entry.c.id == entry_id),
            entry.c.retracted_at.is_(None),
        )
        .order_by(entry.c.published_at, entry.c.position)
    )
    listed = rows.all()
    dockets: dict[int, tuple[str, ...]] = {}
    for row in await conn.execute(
        select(citation.c.entry_id, citation.c.value).where(
            citation.c.entry_id.in_(ids), citation.c.kind == "docket"
        )
    ):
        dockets[row.entry_id] = (*dockets.get(row.entry_id, ()), row.value)
    names = steps(
        [
            Step(
                title=row.title,
                link=row.link or "",
                document_number=row.document_number or "",
                document_type=(row.facts or {}).get("document_type", ""),
                filed=bool((row.facts or {}).get("filed")),
                dockets=dockets.get(row.id, ()),
            )
            for row in listed
        ]
    )
    return tuple((row.position, name) for row, name in zip(listed, names, strict=True))


async def _of_stories(conn: AsyncConnection, ids: Sequence[int]) -> set[int]:
    """Give the entries of the stories that entries are of, and of those right before and after them
    that a document's number, a page, a RIN or a docket ties to them."""
    own = _stories_of(ids)
    earlier, later = entry.alias("earlier"), entry.alias("later")
    by_article = (
        select(citation.c.id)
        .join(later, later.c.id == citation.c.entry_id)
        .join(earlier, earlier.c.article_number == citation.c.value)
        .where(
            citation.c.kind == "article",
            later.c.story_id == story.c.id,
            earlier.c.story_id == story.c.follows_id,
        )
    )
    tied = await conn.execute(
        select(story.c.id, story.c.follows_id)
        .where(
            story.c.follows_id.is_not(None),
            story.c.perhaps.is_(None),
            or_(story.c.id.in_(own), story.c.follows_id.in_(own)),
            ~by_article.exists(),
        )
        .limit(_MOST)
    )
    near = {one for row in tied for one in (row.id, row.follows_id)}
    return await _ids(conn, or_(entry.c.story_id.in_(own), entry.c.story_id.in_(near)))


async def _following(conn: AsyncConnection, ids: Sequence[int]) -> set[int]:
    """Give the entries of the stories right before and right after those that entries are of."""
    own = _stories_of(ids)
    before = select(story.c.follows_id).where(story.c.id.in_(own), story.c.follows_id.is_not(None))
    after = select(story.c.id).where(story.c.follows_id.in_(own))
    return await _ids(conn, or_(entry.c.story_id.in_(before), entry.c.story_id.in_(after)))


def _stories_of(ids: Sequence[int]) -> Select[tuple[int]]:
    return select(entry.c.story_id).where(entry.c.id.in_(ids), entry.c.story_id.is_not(None))


async def _of_numbers(
    conn: AsyncConnection, ids: Sequence[int], kinds: Collection[str]
) -> set[int]:
    """Give the entries that cite what these cite or are, and those that are what these cite."""
    cited = await conn.execute(
        select(citation.c.kind, citation.c.value)
        .where(citation.c.entry_id.in_(ids), citation.c.kind.in_(kinds))
        .distinct()
        .limit(_MOST)
    )
    numbers = {(row.kind, row.value) for row in cited}
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
        near |= await _citing(conn, kind, value)
    return near


async def _citing(conn: AsyncConnection, kind: str, value: str) -> set[int]:
    """Give the entries that cite a number; none for one that joins nothing: so many name it, or it
    is a page on which short notices of several matters stand."""
    rows = await conn.execute(
        select(citation.c.entry_id, citation.c.field, entry.c.document_number)
        .join(entry, entry.c.id == citation.c.entry_id)
        .where(citation.c.kind == kind, citation.c.value == value)
        .limit(_COMMON + 1)
    )
    citing = rows.all()
    standing = {row.document_number for row in citing if row.field == "given"}
    if len(citing) > _COMMON or (kind == "fr-page" and len(standing) > 1):
        return set()
    return {row.entry_id for row in citing}


async def _ids(conn: AsyncConnection, where: ColumnElement[bool]) -> set[int]:
    return set(await conn.scalars(select(entry.c.id).where(where).limit(_MOST)))
