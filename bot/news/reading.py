"""Read an entry as the rules need it: sentences, and which word lists are met in each."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from bot.news.automaton import Hit, PhraseFinder
from bot.news.sentences import heading_starts, sentence_starts
from bot.news.taxonomy import Taxonomy

Span = tuple[int, int]

TITLE, LEAD, NEAR, BODY = 1.0, 0.9, 0.6, 0.4
"""What a find counts for: in the title, the first sentence, soon after it, further down."""

_NEAR_CHARACTERS = 420
_NEGATION_REACH = 24
"""Characters between a negation and what it cancels."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """The word lists met in one sentence, as bits, and where; `field` 0 is the title, 1 the text.

    A sentence in which no list is met is not given at all.
    """

    bits: int
    place: float
    field: int
    hits: tuple[Hit, ...]


class Reader:
    """Finds a taxonomy's word lists; immutable once made."""

    def __init__(self, taxonomy: Taxonomy) -> None:
        names = list(taxonomy.words)
        self._bit = {name: 1 << number for number, name in enumerate(names)}
        self.names = {bit: name for name, bit in self._bit.items()}
        self._hiding, self._negating = 1 << len(names), 2 << len(names)
        self._finder = PhraseFinder(
            [*taxonomy.words.values(), taxonomy.lookalikes, taxonomy.negations]
        )

    def bits(self, names: Sequence[str]) -> int:
        """Give the bits of word lists, in one number."""
        bits = 0
        for name in names:
            bits |= self._bit[name]
        return bits

    def read(self, title: str, text: str, masked: Sequence[Span]) -> list[Sentence]:
        """Give the sentences in which something is met, but for `masked` places of the text."""
        return self._sentences(title, 0, ()) + self._sentences(text, 1, masked)

    def _sentences(self, text: str, field: int, masked: Sequence[Span]) -> list[Sentence]:
        hits = self._finder.find(text)
        if not hits:
            return []
        hits = self._visible(hits, masked)
        starts = sentence_starts(text) if field else heading_starts(text)
        grouped: dict[int, list[Hit]] = {}
        for hit in hits:
            grouped.setdefault(bisect_right(starts, hit[1]) - 1, []).append(hit)
        return [
            Sentence(_bits_of(some), _place(field, index, starts), field, tuple(some))
            for index, some in grouped.items()
        ]

    def _visible(self, hits: list[Hit], masked: Sequence[Span]) -> list[Hit]:
        """Drop what lies inside a lookalike or a masked place, and what is negated."""
        hiding = [(start, end) for bit, start, end in hits if bit == self._hiding]
        negated = [end for bit, _start, end in hits if bit == self._negating]
        if not (hiding or negated or masked):
            return hits
        return [
            hit
            for hit in hits
            if hit[0] < self._hiding
            and not any(start <= hit[1] and hit[2] <= end for start, end in masked)
            and not any(
                start <= hit[1] and hit[2] <= end and (start, end) != hit[1:]
                for start, end in hiding
            )
            and not any(0 < hit[1] - end <= _NEGATION_REACH for end in negated)
        ]


def _bits_of(hits: Sequence[Hit]) -> int:
    bits = 0
    for bit, _start, _end in hits:
        bits |= bit
    return bits


def _place(field: int, index: int, starts: Sequence[int]) -> float:
    if field == 0:
        return TITLE
    if index == 0:
        return LEAD
    return NEAR if starts[index] < _NEAR_CHARACTERS else BODY
