"""Snippets: the part of a text that shows best why it was found, with the hits marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.search.plan import Unit
from bot.search.tokens import written

HIT, END = "\ue000", "\ue001"
"""Private-use characters around each hit; renderers turn them into bold or drop them."""

WIDTH = 220
_MAX_TEXT = 30_000
_CLEAN = {ord(HIT): None, ord(END): None, ord("\n"): " ", ord("\r"): " ", ord("\t"): " "}


@dataclass(frozen=True, slots=True)
class _Hit:
    start: int
    end: int
    unit: int


def snippet(text: str, units: Sequence[Unit], *, width: int = WIDTH) -> str:
    """Give about `width` characters of `text` around its hits, each between U+E000 and U+E001.

    The window with the most different hits wins, the earliest of equals; without a hit it is the
    beginning. Ends are at words; `…` says where text was left out. Pure; never raises.
    """
    clean = text[:_MAX_TEXT].translate(_CLEAN)
    hits = _hits(clean, units)
    start, end = _window(clean, hits, width)
    shown: list[str] = []
    at = start
    for hit in hits:
        if hit.start >= at and hit.end <= end:
            shown += (clean[at : hit.start], HIT, clean[hit.start : hit.end], END)
            at = hit.end
    shown.append(clean[at:end])
    before = "…" if clean[:start].strip() else ""
    after = "…" if clean[end:].strip() else ""
    return before + " ".join("".join(shown).split()) + after


def _hits(text: str, units: Sequence[Unit]) -> list[_Hit]:
    """Find the units' runs, the longest where several begin together."""
    found: dict[int, _Hit] = {}
    firsts: dict[str, list[tuple[tuple[str, ...], int]]] = {}
    for number, unit in enumerate(units):
        for run in unit.runs:
            firsts.setdefault(run[0], []).append((run, number))
    tokens: list[str] = []
    places: list[tuple[int, int]] = []
    for word in written(text):
        for run, number in firsts.get(word.compound, ()):
            if len(run) == 1:
                _keep(found, _Hit(word.start, word.end, number))
        tokens += word.tokens
        places += [(word.start, word.end)] * len(word.tokens)
    for index, token in enumerate(tokens):
        for run, number in firsts.get(token, ()):
            if tuple(tokens[index : index + len(run)]) == run:
                end = places[index + len(run) - 1][1]
                _keep(found, _Hit(places[index][0], end, number))
    return [found[start] for start in sorted(found)]


def _keep(found: dict[int, _Hit], hit: _Hit) -> None:
    if hit.start not in found or found[hit.start].end < hit.end:
        found[hit.start] = hit


def _window(text: str, hits: Sequence[_Hit], width: int) -> tuple[int, int]:
    if len(text) <= width:
        return 0, len(text)
    best, best_start = (0, 0), 0
    for index, hit in enumerate(hits[:200]):
        inside = [
            each for each in hits[index : index + 40] if each.end <= hit.start + width * 3 // 4
        ]
        worth = (len({each.unit for each in inside}), len(inside))
        if worth > best:
            best, best_start = worth, hit.start
    start = _at_word(text, max(best_start - width // 4, 0)) if best_start > width // 4 else 0
    return start, _at_word_end(text, start + width)


def _at_word(text: str, place: int) -> int:
    space = text.find(" ", place, place + 30)
    return space + 1 if space >= 0 else place


def _at_word_end(text: str, place: int) -> int:
    if place >= len(text):
        return len(text)
    space = text.rfind(" ", place - 30, place)
    return space if space > 0 else place
