"""Headlines of one wording that tell of two matters: only the name in them was exchanged.

"Treasury sanctions Iranian oil network" and "Treasury sanctions Iranian drone network" are as
alike as two reports of one event, and are not.
"""

from __future__ import annotations

from difflib import SequenceMatcher

from rapidfuzz import fuzz

from bot.news.story_features import StoryFeatures
from bot.news.story_lexicon import OFTEN, concept_of, lexicon
from bot.news.story_words import Told

_SHARE = 0.5
"""Share of the longer headline's words that the other has too, from which it is one wording."""

_MOST_BLOCKS = 2
_LONGER = 2
"""Words by which what stands for a name may be longer; more is another way of telling it."""

_ONE_SPELLING = 80
"""Likeness in percent from which two names are one, spelled in two ways."""

_ANYONE = frozenset(
    {
        *("t:government", "t:commerce", "t:treasury", "t:justice", "t:state_department"),
        *("t:congress", "t:mofcom", "t:court", "t:supreme_court", "t:company", "t:employee"),
        *("t:person", "t:leader", "t:former", "t:control", "t:license", "t:export", "t:deal"),
        *("t:chip", "t:ai", "t:software"),
        *("p:us", "rival", "t:end_use"),
    }
)
"""Things that are named one for the other in reports of one event."""


def exchanged(a: StoryFeatures, b: StoryFeatures) -> bool:
    """Whether two headlines are the same but for names (places, things) that differ."""
    words, others = set(a.folded_title.split()), set(b.folded_title.split())
    if len(words & others) < _SHARE * max(len(words), len(others)):
        return False
    # What is taken as replaced depends on which of the two is read first.
    proper = frozenset(map(concept_of, a.names | b.names))
    return all(_replaced(one, other, proper) for one, other in ((a, b), (b, a)))


def _replaced(a: StoryFeatures, b: StoryFeatures, proper: frozenset[str]) -> bool:
    """Whether another name stands in the place of one, and all else is equal; `proper` are words
    that are names, beside those that we know."""
    one, other = a.headline, b.headline
    matcher = SequenceMatcher(None, one.order, other.order, autojunk=False)
    blocks = [each for each in matcher.get_opcodes() if each[0] != "equal"]
    if len(blocks) > _MOST_BLOCKS or any(tag != "replace" for tag, *_ in blocks):
        return False
    if any(abs((a2 - a1) - (b2 - b1)) > _LONGER for _, a1, a2, b1, b2 in blocks):
        return False
    for _, a1, a2, b1, b2 in blocks:
        first, second = _names(one, a1, a2), _names(other, b1, b2)
        # Who tells more of an event ends with a word of another kind, which stands for nothing.
        goes_on = a2 == len(one.order) and b2 == len(other.order)
        alike = not goes_on or _kind(first, proper) == _kind(second, proper)
        if alike and _other_name(first, second):
            return True
    return False


def _kind(names: list[str], proper: frozenset[str]) -> str:
    """Say what a run of names begins with: a place, a thing, somebody's name, or a word for one."""
    first = names[0] if names else ""
    if ":" in first:
        return first.partition(":")[0]
    known = lexicon()
    return "name" if first in proper or first in known.names or first in known.implied else "word"


def exchanged_in_text(one: Told, other: Told) -> bool:
    """Whether of two texts of almost one wording each has numbers or names that the other lacks."""
    if one.numbers - other.numbers and other.numbers - one.numbers:
        return True
    return _other_name(_only(one, other), _only(other, one))


def _only(one: Told, other: Told) -> list[str]:
    return [name for name in _names(one, 0, len(one.order)) if name not in other.weights]


def _names(headline: Told, start: int, end: int) -> list[str]:
    """Give the things, places and names that stand in a part of a headline."""
    return [
        concept
        for concept in headline.order[start:end]
        if concept not in _ANYONE
        and (concept.startswith(("t:", "p:")) or headline.weights[concept] >= OFTEN)
        and not concept.startswith("a:")
    ]


def _other_name(one: list[str], other: list[str]) -> bool:
    """Whether two runs of names name different things, neither of which implies the other."""
    implied = {each for name in (*one, *other) for each in lexicon().implied.get(name, ())}
    first, second = ([each for each in names if each not in implied] for names in (one, other))
    return bool(first and second) and not _one_spelling("".join(first), "".join(second))


def _one_spelling(one: str, other: str) -> bool:
    """Whether two names may be one, written in two ways; codes are what they are."""
    if any(character.isdigit() for character in one + other):
        return one == other
    return fuzz.ratio(one, other) >= _ONE_SPELLING
