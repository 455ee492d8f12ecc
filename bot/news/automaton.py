"""Find every phrase of the taxonomy in one pass over a text.

One Aho-Corasick automaton holds all phrases. Text and phrases are folded (no case, no accents,
punctuation as one space), and the spaces around a phrase are part of its key, so that the
automaton itself keeps to word boundaries. How phrases are written: `docs/taxonomy.md`.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

import ahocorasick

from bot.news.folding import fold, is_cjk

Hit = tuple[int, int, int]
"""The bit of a word list (1 << its number), and the place in the text: start, end."""

_RUN = re.compile(r"  +")
_WORD_END = re.compile(r"\w*")

_WORD, _PREFIX, _SCRIPT = range(3)
"""How a phrase is bounded: whole words; a word's beginning; nothing, in scripts without spaces."""

_Target = tuple[int, int, tuple[int, ...], int]
"""The list's bit, length in folded characters, offsets that must be capitals, how bounded."""


class PhraseFinder:
    """All phrases of numbered word lists, compiled."""

    def __init__(self, lists: Sequence[Sequence[str]]) -> None:
        keys: dict[str, list[_Target]] = {}
        for number, phrases in enumerate(lists):
            for phrase in phrases:
                for key, target in _keys(phrase, 1 << number):
                    targets = keys.setdefault(key, [])
                    if target not in targets:
                        targets.append(target)
        self._automaton = ahocorasick.Automaton()
        for key, targets in keys.items():
            self._automaton.add_word(key, tuple(targets))
        self._empty = not keys
        if keys:
            self._automaton.make_automaton()

    def find(self, text: str) -> list[Hit]:
        """Give all hits, overlapping ones too, by their end."""
        if self._empty or not text:
            return []
        folded = fold(text)
        squeezed, starts, shifts = _squeeze(folded)
        hits: list[Hit] = []
        for last, targets in self._automaton.iter(squeezed):
            for bit, length, capitals, kind in targets:
                # A whole word's key ends in a space that is no part of the phrase.
                end = last if kind == _WORD else last + 1
                start = end - length
                begin = start - 1 + shifts[bisect_right(starts, start)]
                if capitals and not _has_capitals(text, start, capitals, starts, shifts):
                    continue
                stop = end - 1 + shifts[bisect_right(starts, end - 1)]
                if kind == _PREFIX:
                    stop = _word_end(folded, stop)
                hits.append((bit, begin, stop))
        return hits


def _keys(phrase: str, bit: int) -> Iterator[tuple[str, _Target]]:
    """Give the keys of one phrase: itself, and its plural."""
    prefix = phrase.endswith("*")
    spelled = phrase.removesuffix("*")
    folded = _RUN.sub(" ", fold(spelled)).strip()
    capitals = _capitals(spelled)
    if is_cjk(folded):
        yield folded, (bit, len(folded), (), _SCRIPT)
        return
    if prefix:
        yield " " + folded, (bit, len(folded), capitals, _PREFIX)
        return
    yield f" {folded} ", (bit, len(folded), capitals, _WORD)
    if folded[-1].isalnum() and not folded.endswith("s"):
        yield f" {folded}s ", (bit, len(folded) + 1, capitals, _WORD)


def _capitals(spelled: str) -> tuple[int, ...]:
    """Give the offsets, in the folded phrase, of the letters that are written as capitals."""
    squeezed = re.sub(r"[^\w]+", " ", spelled).strip()
    return tuple(place for place, letter in enumerate(squeezed) if letter.isupper())


def _squeeze(folded: str) -> tuple[str, list[int], list[int]]:
    """Leave one space between words and put one around all; say where characters came from.

    The character of the squeezed text at `place` is that of the text at
    `place - 1 + shifts[bisect_right(starts, place)]`.
    """
    starts: list[int] = []
    shifts = [0]
    if "  " not in folded:
        return f" {folded} ", starts, shifts
    pieces: list[str] = []
    length = 1
    last = 0
    for run in _RUN.finditer(folded):
        begin, end = run.span()
        pieces.append(folded[last : begin + 1])
        length += begin + 1 - last
        last = end
        starts.append(length)
        shifts.append(end - length + 1)
    pieces.append(folded[last:])
    return f" {''.join(pieces)} ", starts, shifts


def _has_capitals(
    text: str, start: int, capitals: tuple[int, ...], starts: list[int], shifts: list[int]
) -> bool:
    return all(
        text[start + offset - 1 + shifts[bisect_right(starts, start + offset)]].isupper()
        for offset in capitals
    )


def _word_end(folded: str, stop: int) -> int:
    found = _WORD_END.match(folded, stop)
    return found.end() if found else stop
