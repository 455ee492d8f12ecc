"""The phrases shown for a topic: what its rules met, and the words that weigh for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from bot.news.common_words import is_common
from bot.news.model import Evidence, Field
from bot.news.reading import Sentence
from bot.news.wording import Word, Wording

Place = tuple[int, int, int]
"""A field (0 the title, 1 the text), and start and end in it."""

_MOST = 12
_MOST_WORDS = 4
_WORTH_SHOWING = 0.3
"""The share of the weightiest word's weight from which a word is shown beside it."""


def met(sentences: Iterable[Sentence], wanted: int) -> set[Place]:
    """Give the places where the wanted lists are met."""
    return {
        (sentence.field, start, end)
        for sentence in sentences
        if sentence.bits & wanted
        for bit, start, end in sentence.hits
        if bit & wanted
    }


def telling_words(
    topic: str,
    found: Mapping[str, float],
    fields: tuple[Sequence[Word], Sequence[Word]],
    wording: Wording,
) -> set[Place]:
    """Give the places of the few words that speak most for a topic, each once.

    Everyday words ("parts", "company") convince nobody and are left out.
    """
    places: dict[str, Place] = {}
    for number, some in enumerate(fields):
        for word in some:
            if not is_common(word.stem):
                places.setdefault(word.stem, (number, word.start, word.end))
    weights = {name: found[name] * wording.says(name, topic) for name in places}
    best = sorted(places, key=lambda name: (-weights[name], name))[:_MOST_WORDS]
    least = max(0.0, _WORTH_SHOWING * weights[best[0]]) if best else 0.0
    return {places[name] for name in best if weights[name] > least}


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
