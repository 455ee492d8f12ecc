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
"""The number of a word list, and the place in the text: start, end."""

_RUN = re.compile(r"  +")
_WORD_END = re.compile(r"\w*")

_Moved = tuple[list[int], list[int]]
"""Where runs of spaces were squeezed, and by how much what follows was moved."""

_Target = tuple[int, int, tuple[int, ...], bool]
"""Word list, length in folded characters, offsets that must be capitals, whether a prefix."""


class PhraseFinder:
    """All phrases of numbered word lists, compiled."""

    def __init__(self, lists: Sequence[Sequence[str]]) -> None:
        keys: dict[str, list[_Target]] = {}
        for number, phrases in enumerate(lists):
            for phrase in phrases:
                for key, target in _keys(phrase, number):
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
        squeezed, moved = _squeeze(folded)
        hits: list[Hit] = []
        for last, targets in self._automaton.iter(squeezed):
            for number, length, capitals, prefix in targets:
                # The key ends in a space that is no part of the phrase, save for prefixes.
                end = last + 1 if prefix else last
                start = end - length
                if not prefix and squeezed[last] != " ":
                    start, end = start + 1, end + 1  # a script without spaces
                begin = _place(start, moved)
                if capitals and not _has_capitals(text, start, capitals, moved):
                    continue
                stop = _place(end - 1, moved) + 1
                if prefix:
                    stop = _word_end(folded, stop)
                hits.append((number, begin, stop))
        return hits


def _keys(phrase: str, number: int) -> Iterator[tuple[str, _Target]]:
    """Give the keys of one phrase: itself, and its plural."""
    prefix = phrase.endswith("*")
    spelled = phrase.removesuffix("*")
    folded = _RUN.sub(" ", fold(spelled)).strip()
    capitals = _capitals(spelled)
    if is_cjk(folded):
        yield folded, (number, len(folded), (), False)
        return
    if prefix:
        yield " " + folded, (number, len(folded), capitals, True)
        return
    yield f" {folded} ", (number, len(folded), capitals, False)
    if folded[-1].isalnum() and not folded.endswith("s"):
        yield f" {folded}s ", (number, len(folded) + 1, capitals, False)


def _capitals(spelled: str) -> tuple[int, ...]:
    """Give the offsets, in the folded phrase, of the letters that are written as capitals."""
    squeezed = re.sub(r"[^\w]+", " ", spelled).strip()
    return tuple(place for place, letter in enumerate(squeezed) if letter.isupper())


def _squeeze(folded: str) -> tuple[str, _Moved | None]:
    """Leave one space between words and put one around all; say where characters came from."""
    if "  " not in folded:
        return f" {folded} ", None
    pieces: list[str] = []
    starts: list[int] = []
    shifts: list[int] = []
    length = last = 0
    for run in _RUN.finditer(folded):
        begin, end = run.span()
        pieces.append(folded[last : begin + 1])
        length += begin + 1 - last
        last = end
        starts.append(length)
        shifts.append(end - length)
    pieces.append(folded[last:])
    return f" {''.join(pieces)} ", (starts, shifts)


def _place(at: int, moved: _Moved | None) -> int:
    """Give the place in the text of a character of the squeezed text, which starts with a space."""
    at -= 1
    if moved is None:
        return at
    run = bisect_right(moved[0], at) - 1
    return at if run < 0 else at + moved[1][run]


def _has_capitals(
    text: str,
    start: int,
    capitals: tuple[int, ...],
    moved: _Moved | None,
) -> bool:
    return all(text[_place(start + offset, moved)].isupper() for offset in capitals)


def _word_end(folded: str, stop: int) -> int:
    found = _WORD_END.match(folded, stop)
    return found.end() if found else stop
