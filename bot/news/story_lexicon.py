"""The words by which headlines are read: from the stems of a word or phrase to its concept.

Words for one thing are one concept (`story_words.toml`), and what is known of companies, people,
products, agencies and rules stands in `story_knowledge.toml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from bot.news.folding import fold, is_cjk
from bot.news.stemming import english_stem
from bot.news.tables import read_table

LITTLE, SOME, PLACE, THING, ACTION, OFTEN, RARE = 0.08, 0.35, 0.3, 0.35, 0.55, 0.6, 1.0
_LONGEST_PHRASE = 5


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The word lists, ready for use: from the stems of a phrase to its concept."""

    phrases: Mapping[tuple[str, ...], tuple[str, float]]
    opposites: frozenset[tuple[str, str]]
    akin: frozenset[tuple[str, str]]
    reactions: frozenset[str]
    implied: Mapping[str, tuple[str, ...]]
    names: frozenset[str]


@cache
def lexicon() -> Lexicon:
    """Read the word lists that come with the package, once."""
    tables = read_table("story_words.toml")
    phrases: dict[tuple[str, ...], tuple[str, float]] = {}
    for level, weight in (("often", OFTEN), ("some", SOME), ("little", LITTLE)):
        for phrase in _phrases(tables["weights"][level]):
            phrases[phrase] = (phrase[0], weight)
    kinds = (
        ("things", "t", THING),
        ("topics", "t", OFTEN),
        ("places", "p", PLACE),
        ("actions", "a", ACTION),
    )
    for table, prefix, weight in kinds:
        for concept, words in tables[table].items():
            for phrase in _phrases(words):
                phrases[phrase] = (f"{prefix}:{concept}", weight)
    known = read_table("story_knowledge.toml")
    for name, words in known["names"].items():
        for phrase in _phrases(words):
            phrases[phrase] = (_name(name), phrases.get(phrase, ("", RARE))[1])
    return Lexicon(
        phrases,
        opposites=_both_ways(tables["opposites"]),
        akin=_both_ways(tables["akin"]),
        reactions=frozenset(f"a:{action}" for action in tables["reactions"]["all"].split()),
        implied={
            _name(concept): tuple(map(_name, implied.split()))
            for table in known["about"].values()
            for concept, implied in table.items()
        },
        names=frozenset(map(_name, known["names"])),
    )


def _name(concept: str) -> str:
    """Give a concept as it is found: names are stemmed, kinds ("p:china") stand as they are."""
    return concept if ":" in concept else " ".join(map(stem, concept.split("_")))


def _both_ways(table: Mapping[str, str]) -> frozenset[tuple[str, str]]:
    pairs = {
        (f"a:{one}", f"a:{other}") for one, others in table.items() for other in others.split()
    }
    return frozenset(pairs | {(other, one) for one, other in pairs})


def _phrases(words: str) -> Iterator[tuple[str, ...]]:
    for word in words.split():
        yield tuple(stem(part) for part in word.split("_"))


@cache
def _own_stems() -> Mapping[str, str]:
    """Read the words whose English stem is that of another word."""
    return {
        word: own
        for own, words in read_table("story_words.toml")["stems"].items()
        for word in words.split()
    }


@lru_cache(maxsize=60_000)
def stem(word: str) -> str:
    """Give the stem of a folded English word; words with digits stay as they are."""
    own = _own_stems().get(word)
    if own is not None:
        return own
    if len(word) < 4 or not word.isalpha() or not word.isascii():
        return word
    return english_stem(word)


def concept_of(word: str) -> str:
    """Give the concept of one folded word."""
    return lexicon().phrases.get((stem(word),), (stem(word), RARE))[0]


def concepts(text: str) -> Iterator[tuple[str, float]]:
    """Give the concepts of a text in order; of phrases that begin at a word, the longest."""
    phrases = lexicon().phrases
    stems = [stem(_SPELLINGS.get(word, word)) for word in fold(text).split()]
    position = 0
    while position < len(stems):
        for size in range(min(_LONGEST_PHRASE, len(stems) - position), 0, -1):
            known = phrases.get(tuple(stems[position : position + size]))
            if known is not None:
                yield known
                position += size
                break
        else:
            yield from _unknown(stems[position])
            position += 1


def _unknown(word: str) -> Iterator[tuple[str, float]]:
    """Give the concept of a word that no list knows; Chinese script goes by two characters."""
    if is_cjk(word):
        for start in range(max(1, len(word) - 1)):
            yield word[start : start + 2], PLACE
    elif _MODELS.fullmatch(word):
        yield word[:-1], RARE
    elif len(word) > 1 and not word.isdigit():
        yield word, RARE


_MODELS = re.compile(r"[a-z]{1,3}\d{2,4}s")
"""Models in the plural: "H100s"."""

_SPELLINGS = {"defence": "defense", "licence": "license", "licences": "licenses", "labour": "labor"}
