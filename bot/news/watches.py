"""Watches: teams' own terms, all found in one pass over a text.

Terms and texts are folded (case, accents, punctuation), and all terms stand in one Aho-Corasick
automaton, so that the time does not grow with their number.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

import ahocorasick

from bot.news.common_words import is_common
from bot.news.companies import company_key
from bot.news.folding import fold, is_cjk, squeeze
from bot.news.model import Evidence, Field, WatchHit, WatchTerm

_MAX_TEXT = 400_000
_MAX_KEY = 160
_MAX_EVIDENCE = 20


def watch_key(term: str) -> str:
    """Give what a term is compared by: `HUAWEI Technologies Co. Ltd` is `huawei technologies`.

    At most 160 characters; never raises.
    """
    return (company_key(term) or squeeze(term) or term.strip().casefold())[:_MAX_KEY]


@dataclass(frozen=True, slots=True)
class _Pattern:
    """One folded form; `ids` take any writing, `named` only one that begins with a capital.

    The latter keeps "Apple" (of "Apple Inc.") and "Target" apart from the common words.
    """

    text: str
    ids: tuple[int, ...]
    named: tuple[int, ...]


class WatchMatcher:
    """Finds which watches a text names; thread-safe, as it never changes."""

    def __init__(self, terms: Iterable[WatchTerm]) -> None:
        plain: dict[str, dict[int, None]] = {}
        named: dict[str, dict[int, None]] = {}
        for term in terms:
            for name in term.names:
                for form in _forms(name):
                    careful = " " not in form and is_common(form)
                    (named if careful else plain).setdefault(form, {})[term.id] = None
        self._automaton = ahocorasick.Automaton()
        for form in plain.keys() | named.keys():
            pattern = _Pattern(form, tuple(plain.get(form, ())), tuple(named.get(form, ())))
            self._automaton.add_word(form, pattern)
        self._empty = not (plain or named)
        if not self._empty:
            self._automaton.make_automaton()

    def find(self, title: str, text: str, text_field: Field) -> tuple[WatchHit, ...]:
        """Find the watches that an entry names, by id, with the places where they stand.

        Matches are whole words; case, accents and punctuation are free. A name is also found
        without its legal form. Never raises.
        """
        if self._empty:
            return ()
        hits: dict[int, list[Evidence]] = {}
        self._scan(title[:_MAX_TEXT], "title", hits)
        self._scan(text[:_MAX_TEXT], text_field, hits)
        return tuple(
            WatchHit(watch_id, tuple(hits[watch_id][:_MAX_EVIDENCE])) for watch_id in sorted(hits)
        )

    def _scan(self, body: str, field: Field, hits: dict[int, list[Evidence]]) -> None:
        folded = fold(body)
        compact = " ".join(folded.split())
        last = len(compact) - 1
        places: list[int] | None = None
        longest: dict[int, int] = {}
        for end, found in self._automaton.iter(compact):
            pattern = cast(_Pattern, found)
            start = end + 1 - len(pattern.text)
            if (start > 0 and _joined(compact[start - 1], compact[start])) or (
                end < last and _joined(compact[end + 1], compact[end])
            ):
                continue
            if places is None:
                places = _places(folded)
            first, after = places[start], places[end] + 1
            evidence = Evidence(body[first:after], first, after, field)
            ids = pattern.ids + pattern.named if body[first].isupper() else pattern.ids
            for watch_id in ids:
                _add(hits.setdefault(watch_id, []), evidence, longest, watch_id)

    def __len__(self) -> int:
        """Give the number of forms that are looked for."""
        return len(self._automaton)


def _add(evidence: list[Evidence], new: Evidence, longest: dict[int, int], watch_id: int) -> None:
    """Keep of overlapping places of one watch the longest."""
    if evidence and longest.get(watch_id, -1) > new.start and evidence[-1].field == new.field:
        if len(new.text) > len(evidence[-1].text):
            evidence[-1] = new
    else:
        evidence.append(new)
    longest[watch_id] = max(longest.get(watch_id, -1), new.end)


def _joined(outside: str, inside: str) -> bool:
    """Whether two neighbours are one word. Chinese script has no spaces, so it never is."""
    return outside != " " and not is_cjk(outside) and not is_cjk(inside)


def _places(folded: str) -> list[int]:
    """Give for each character of the compact text its place in the folded text."""
    places: list[int] = []
    for place, character in enumerate(folded):
        if character != " ":
            if places and folded[place - 1] == " ":
                places.append(place - 1)
            places.append(place)
    return places


def _forms(name: str) -> set[str]:
    """Give the folded forms under which a name is looked for."""
    whole = squeeze(name)
    forms = {whole, company_key(name)}
    letters = whole.split()
    if len(letters) > 1 and all(len(letter) == 1 for letter in letters):
        forms.add("".join(letters))  # S.M.I.C. is SMIC
    return {form for form in forms if len(form) > 1 or is_cjk(form)}
