"""A feed whose document was made anew: other ids, other addresses, and the same entries.

When most of a document matches nothing by its keys, what is stored of the feed is held against it
by what it says. Where most of the document is found that way, it was made anew, and nothing of what
was found is news. One entry that has the headline of an old one is none of this: it is a recurring
notice, or an update, and stays new.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select, func
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.feeds.evidence import Known
from bot.feeds.identity import Identified
from bot.feeds.likeness import (
    COMPARED,
    compare_dates,
    compare_texts,
    fold,
    only_numbers_differ,
)
from bot.feeds.recognition import KNOWN, Judgement
from bot.storage.tables import entry as entry_table

_AT_LEAST = 2
_HEADLINES_AT_LEAST = 4
_LONG_HEADLINE = 5
_LOOKED_AT = 200


async def known_by_what_they_say(
    conn: AsyncConnection, feed_id: int, judged: Sequence[Judgement]
) -> list[Judgement]:
    """Give what became of a document's entries, those known that only got new ids."""
    new = [place for place, each in enumerate(judged) if each.verdict == "new"]
    if len(new) < _AT_LEAST or len(new) * 2 < len(judged):
        return list(judged)
    most = max(_LOOKED_AT, 2 * len(judged))
    rows = await conn.execute(_LATEST.where(entry_table.c.feed_id == feed_id).limit(most))
    taken = {each.row.id for each in judged if each.row is not None}
    every = [Known(*tuple(row)) for row in rows]
    stored = [known for known in every if known.id not in taken]
    unknown = [judged[place].one for place in new]
    found = match(unknown, stored)
    if not _is_most(found, judged):
        found = match_headlines(unknown, stored)
    if not _is_most(found, judged):
        return list(judged)
    by_place = {new[place]: row for place, row in found.items()}
    return [
        Judgement(each.one, "known", by_place[place]) if place in by_place else each
        for place, each in enumerate(judged)
    ]


def _is_most(found: Mapping[int, Known], judged: Sequence[Judgement]) -> bool:
    return len(found) >= _AT_LEAST and len(found) * 2 >= len(judged)


def match(found: Sequence[Identified], stored: Sequence[Known]) -> dict[int, Known]:
    """Give by its place each entry that says what a stored one says: its headline, and its text or
    its date. A stored entry is found once; the newest come first on both sides. Pure."""
    by_title: dict[str, list[Known]] = defaultdict(list)
    for known in stored:
        by_title[fold(known.title)].append(known)
    matched: dict[int, Known] = {}
    for place, one in enumerate(found):
        same = by_title.get(fold(one.entry.title), [])
        row = next((known for known in same if _says_the_same(known, one)), None)
        if row is not None and row.id not in one.barred:
            matched[place] = row
            same.remove(row)
    return matched


def match_headlines(found: Sequence[Identified], stored: Sequence[Known]) -> dict[int, Known]:
    """Give by its place each entry that bears the headline of a stored one, whatever its text, if
    that is beyond doubt: several, in the same order, long, and each there once. Pure."""
    titles = Counter(fold(known.title) for known in stored)
    titles.update(fold(one.entry.title) for one in found)
    places = {fold(known.title): at for at, known in enumerate(stored)}
    matched = {
        place: places[title]
        for place, one in enumerate(found)
        if (title := fold(one.entry.title)) in places
        and titles[title] == 2
        and len(title.split()) >= _LONG_HEADLINE
        and stored[places[title]].id not in one.barred
    }
    order = list(matched.values())
    if len(order) < _HEADLINES_AT_LEAST or order not in (
        sorted(order),
        sorted(order, reverse=True),
    ):
        return {}
    return {place: stored[at] for place, at in matched.items()}


def _says_the_same(known: Known, one: Identified) -> bool:
    dates = compare_dates(known.published_at, one.entry)
    text = one.entry.text[:COMPARED]
    if dates > 0 or known.text_hash == one.text_hash or compare_texts(known.text, text) > 0:
        return True
    return dates == 0 and (not text or only_numbers_differ(known.text, text))


_TEXT = func.coalesce(func.nullif(entry_table.c.content, ""), entry_table.c.summary)
_LATEST: Select[Any] = KNOWN.add_columns(func.substr(_TEXT, 1, COMPARED)).order_by(
    entry_table.c.position.desc()
)
