"""What is shown as the reason of a topic: the phrases its rules met, or the wording as a whole."""

from __future__ import annotations

from collections.abc import Iterable

from bot.news.model import Evidence, Field
from bot.news.reading import Sentence

Place = tuple[int, int, int]
"""A field (0 the title, 1 the text), and start and end in it."""

_MOST = 12
_WHOLE = 200
"""Characters of a headline that are shown."""


def met(sentences: Iterable[Sentence], wanted: int) -> set[Place]:
    """Give the places where the wanted lists are met."""
    return {
        (sentence.field, start, end)
        for sentence in sentences
        if sentence.bits & wanted
        for bit, start, end in sentence.hits
        if bit & wanted
    }


def whole(texts: tuple[str, str], names: tuple[Field, Field]) -> tuple[Evidence, ...]:
    """Give the headline, or without one the text's beginning, as the evidence.

    Single words ("US", "designed") that weigh for a topic would convince nobody.
    """
    for text, name in zip(texts, names, strict=True):
        start = len(text) - len(text.lstrip())
        stop = len(text[: start + _WHOLE].rstrip())
        if stop > start:
            return (Evidence(text[start:stop], start, stop, name, whole=True),)
    return ()


def shown(
    places: Iterable[Place], texts: tuple[str, str], names: tuple[Field, Field]
) -> tuple[Evidence, ...]:
    """Give places as evidence, in their order; of overlapping ones the longest."""
    evidence: list[Evidence] = []
    last = (-1, -1)
    for field, start, end in sorted(places, key=lambda hit: (hit[0], hit[1], -hit[2])):
        if (field, start) < last:
            continue
        last = (field, end)
        evidence.append(Evidence(texts[field][start:end], start, end, names[field]))
        if len(evidence) == _MOST:
            break
    return tuple(evidence)
