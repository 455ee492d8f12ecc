"""What a word that is still being typed may become: indexed words that begin so."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.search.document import EVERY
from bot.search.plan import LEAST_TYPED, Tokens, words
from bot.search.query import Node
from bot.storage.fulltext import forms_starting
from bot.storage.fulltext_query import AnyPhrase, Span
from bot.storage.fulltext_rows import newest, read

MOST = 120
"""Words that one beginning stands for: those that the news of late says most, then the shortest."""

_LATE = 500
"""Entries that are looked at for what is said of late."""


async def completions(conn: AsyncConnection, root: Node | None) -> Mapping[str, Tokens]:
    """Give the words that the last word of a query may become, if it is unfinished."""
    found: dict[str, Tokens] = {}
    for word in words(root):
        if word.unfinished:
            for beginning in (word.tokens[-1], "".join(word.tokens)):
                if len(beginning) >= LEAST_TYPED and beginning.isascii() and beginning.isalnum():
                    found[beginning] = await _beginning(conn, beginning)
    return found


async def _beginning(conn: AsyncConnection, beginning: str) -> Tokens:
    forms = await forms_starting(conn, beginning, MOST + 1)
    if len(forms) <= MOST:
        return tuple(forms)
    late = await read(conn, await newest(conn, AnyPhrase(((EVERY,),)), Span(), _LATE))
    said = re.compile(rf" ({beginning}[a-z0-9]*)(?= )")
    counts = Counter(said.findall(late.titles.whole) + said.findall(late.bodies.whole))
    often = [form for form, _count in counts.most_common(MOST)]
    return tuple(dict.fromkeys((*often, *forms)))[:MOST]
