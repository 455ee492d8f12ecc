"""Citations that a publisher gives as data: its page of the Federal Register, RINs, dockets.

They are read by the same rules as a text, so that both have one normal form; only a docket of a
shape that no rule knows is taken as it is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.feeds.model import FeedEntry
from bot.news.citation_pages import page
from bot.news.citations import find_citations
from bot.news.model import Citation
from bot.news.story_links import document_number

_DOCKET = re.compile(r"(?:\W*docket(?: (?:no|nos|number|numbers|id)\b)?[.:# ]*)+", re.IGNORECASE)
_CORRECTION = re.compile(r"[CRX]\d+-((?:19|20)\d{2}-\d{5})")
_LEAST_DIGITS = 4
"""Of a docket in an unknown shape; with fewer it is the number of many things."""

_MAX_DOCKET = 60


def given_citations(entry: FeedEntry) -> tuple[Citation, ...]:
    """Give what an entry refers to by its publisher's data, each value once. Never raises.

    They have no place in a text: their field is `given`, and `text` is what was given. The page on
    which the entry itself stands is among them, and so is the document whose number a correction
    bears (`C1-2026-04567`).
    """
    given = [*entry.references]
    if entry.citation:
        given.insert(0, entry.citation)
    number = entry.document_number or document_number(entry.link)
    if corrected := _CORRECTION.fullmatch(number):
        given.append(f"FR Doc. {corrected[1]}")
    found: dict[tuple[str, str], Citation] = {}
    for text in given:
        for kind, value in _read(text):
            url = page(kind, value)
            found.setdefault((kind, value), Citation(kind, value, text, 0, 0, "given", url))
    return tuple(found.values())


def _read(text: str) -> Iterator[tuple[str, str]]:
    read = find_citations("", text, "summary")
    yield from ((one.kind, one.value) for one in read)
    named = _DOCKET.match(text)
    if read or not named:
        return
    value = " ".join(re.sub(r"[\[\]:#]", " ", text[named.end() :]).split()).strip(" .,;")
    if sum(map(str.isdigit, value)) >= _LEAST_DIGITS and len(value) <= _MAX_DOCKET:
        yield "docket", value
