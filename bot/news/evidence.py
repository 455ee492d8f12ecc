"""What is shown as the reason of a topic: the phrases its rules met, or the wording as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.news.model import Evidence, Field
from bot.news.reading import Sentence

Place = tuple[int, int, int]
"""A field (0 the title, 1 the text), and start and end in it."""

Rank = tuple[int, int, int]
"""How well a phrase tells a topic, the less the better: whether it is vague, how strong a rule it
made apply, and how many lists that rule needs."""

PLAIN: Rank = (0, 0, 0)
"""The rank of phrases of which none is better than another."""

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
    places: Mapping[Place, Rank], texts: tuple[str, str], names: tuple[Field, Field]
) -> tuple[Evidence, ...]:
    """Give places as evidence, those of the best rank first, then in their order; overlapping ones
    are one phrase ("theft of trade" and "trade secrets")."""
    ranks: dict[Place, Rank] = {}
    last: Place = (-1, -1, -1)
    for place in sorted(places):
        rank = places[place]
        if place[:2] < (last[0], last[2]):
            rank = min(rank, ranks.pop(last))
            place = (last[0], last[1], max(last[2], place[2]))
        last = place
        ranks[place] = rank
    best = sorted(ranks, key=lambda place: (ranks[place], place))[:_MOST]
    return tuple(
        Evidence(texts[field][start:end], start, end, names[field]) for field, start, end in best
    )
