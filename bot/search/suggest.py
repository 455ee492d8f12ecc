"""Did you mean: a query whose words are not in the archive, with the nearest that are."""

from __future__ import annotations

from rapidfuzz import fuzz, process
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.search.plan import Known, words
from bot.search.query import Node, Word
from bot.search.tokens import stem
from bot.storage.fulltext import forms_beginning

_LEAST = 4
"""Shorter words are near to too many others."""

_NEAR = 78.0
_LOOKED_AT = 30_000


async def corrected(conn: AsyncConnection, typed: str, root: Node | None, known: Known) -> str:
    """Give `typed` with each unknown word replaced by the nearest known one, or an empty text.

    Near is what begins with the same letter and is at least 78 % alike (rapidfuzz's ratio).
    """
    changes: list[tuple[int, int, str]] = []
    for word in words(root):
        if not _is_unknown(word, known):
            continue
        nearest = await _nearest(conn, word.tokens[0])
        if nearest:
            changes.append((word.start, word.end, nearest))
    for start, end, nearest in sorted(changes, reverse=True):
        typed = typed[:start] + nearest + typed[end:]
    return " ".join(typed.split()) if changes else ""


def _is_unknown(word: Word, known: Known) -> bool:
    [token, *more] = word.tokens
    spelled = len(token) >= _LEAST and token.isascii() and token.isalpha()
    return not more and spelled and not known.forms.get(stem(token))


async def _nearest(conn: AsyncConnection, token: str) -> str:
    sizes = (len(token) - 2, len(token) + 2)
    forms = await forms_beginning(conn, token[0], sizes, _LOOKED_AT)
    found = process.extractOne(token, forms, scorer=fuzz.ratio, score_cutoff=_NEAR)
    return str(found[0]) if found else ""
