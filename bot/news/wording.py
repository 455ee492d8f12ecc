"""Which topics the wording of an entry speaks for, learned from labelled news.

Rules know what was foreseen; news says it in ever new words. So every word of the headline and
the lead, and every word list of the taxonomy that is met there, weighs something for or against
a topic. The weights are a file that can be read (`topic_words.toml`); how it is made, and what
it brings: `docs/decisions/topics.md`.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from bot.errors import TaxonomyError
from bot.news.folding import fold, words_with_places

LEAD_CHARACTERS = 400
"""Characters of the text that are read: what it is about stands at its beginning."""

HEADLINE, LEAD_TEXT = 1.0, 0.5
"""What a word counts for in the headline, and in the text's beginning alone."""

_STOP_WORDS = """
    a about after against all also an and any are as at be been before but by can could did do
    does for from had has have he her his how i if in into is it its may might more new no not now
    of off on only or our out over own per said say says she should since so some still than that
    the their them then there these they this those through to too under until up upon was we were
    what when where which while who why will with within would you your amid via
"""
_STOP = frozenset(_STOP_WORDS.split())
_ENDINGS = ("ings", "ing", "ies", "ed", "es", "s")
_LEAST_STEM, _STEM = 3, 7
_ACRONYM = 5
"""Letters of the longest word that is told from others by its capitals."""
_MOST_SURE = 7.0
_SILENT, _CLEAR = -1.0, 1.0
"""Log odds below which the rules say nothing for a topic, and from which they say it clearly."""
_UNFORESEEN, _DOUBTED = 0.7, 0.2
"""What a topic that only words tell loses, and what is left of one that they doubt (log odds)."""
_NUMBER_OF_LAW = 3
"""Digits of a number that is kept as a word: sections of laws have three (232, 301, 337)."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word that may say something: its stem, and where it stands."""

    stem: str
    start: int
    end: int


@lru_cache(maxsize=1 << 16)
def stem(word: str) -> str:
    """Give what is common to the forms of a folded word, or nothing where it says nothing."""
    if word in _STOP or len(word) == 1 or (word.isdigit() and len(word) != _NUMBER_OF_LAW):
        return ""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _LEAST_STEM:
            word = word[: -len(ending)]
            break
    return word[:_STEM]


def words(text: str) -> list[Word]:
    """Give the words of a text that may say something, in their order.

    A short word in capitals ("BIS", "EAR") is a word of its own, unless all is in capitals.
    """
    folded = fold(text)
    shouted = text.isupper()
    found: list[Word] = []
    for start, end in words_with_places(folded):
        written = text[start:end]
        if 1 < end - start <= _ACRONYM and not shouted and written.isupper():
            found.append(Word(written, start, end))
        elif root := stem(folded[start:end]):
            found.append(Word(root, start, end))
    return found


def features(
    title: Iterable[str], lead: Iterable[str], lists: Mapping[str, float]
) -> dict[str, float]:
    """Give what is weighed, with its share: stems of headline and lead, and lists met (`#name`).

    The shares' squares add up to one, so that a long text says no more than a short one.
    """
    found = dict.fromkeys(lead, LEAD_TEXT)
    found.update(dict.fromkeys(title, HEADLINE))
    for name, place in lists.items():
        found[f"#{name}"] = place
    size = math.sqrt(sum(share * share for share in found.values()))
    return {name: share / size for name, share in found.items()} if size else {}


@dataclass(frozen=True, slots=True)
class Blend:
    """How rules and wording make one score, as log odds: `rules * a + wording * b + bias`."""

    rules: float
    wording: float
    biases: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Wording:
    """The learned weights; immutable, so any number of threads may share it."""

    biases: Mapping[str, float]
    weights: Mapping[str, tuple[tuple[str, float], ...]]
    """By word or list: the topics it speaks for or against."""
    blend: Blend

    def totals(self, found: Mapping[str, float]) -> dict[str, float]:
        """Give the log odds of every topic that was learned."""
        totals = dict(self.biases)
        known = self.weights
        for name, share in found.items():
            if name in known:
                for topic, weight in known[name]:
                    totals[topic] += weight * share
        return totals

    def blended(self, topic: str, rules: float, wording: float) -> float:
        """Give the log odds of a topic from those that rules and wording give.

        Where no rule speaks, words must say more; what a rule says clearly, in a long text too,
        they may doubt but not silence.
        """
        blend, said = self.blend, self.bound(rules)
        total = blend.rules * said + blend.wording * self.bound(wording) + blend.biases[topic]
        if rules < _SILENT:
            return total - _UNFORESEEN
        return max(total, _DOUBTED) if rules >= _CLEAR else total

    @staticmethod
    def bound(total: float) -> float:
        """Give log odds within bounds, so that neither rules nor wording shout the other down."""
        return max(-_MOST_SURE, min(_MOST_SURE, total))

    def says(self, name: str, topic: str) -> float:
        """Give what a word or list weighs for a topic; below 0 it speaks against."""
        return next((weight for of, weight in self.weights.get(name, ()) if of == topic), 0.0)


def read_wording(path: Path) -> Wording:
    """Read a file of weights. Raises TaxonomyError when it is wrong."""
    try:
        with path.open("rb") as file:
            raw = tomllib.load(file)
        topics = raw["topic"]
        blend = Blend(
            float(raw["blend"]["rules"]),
            float(raw["blend"]["wording"]),
            {topic: float(each["blend"]) for topic, each in topics.items()},
        )
        weights: dict[str, list[tuple[str, float]]] = {}
        for topic, each in topics.items():
            for name, weight in each["weights"].items():
                weights.setdefault(name, []).append((topic, float(weight)))
        biases = {topic: float(each["bias"]) for topic, each in topics.items()}
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TaxonomyError(f"Cannot read the weights of words {path}: {error}.") from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise TaxonomyError(f"{path} is no file of weights of words.", detail=str(error)) from error
    return Wording(biases, {name: tuple(some) for name, some in weights.items()}, blend)


@lru_cache(maxsize=1)
def shipped_wording() -> Wording:
    """Give the weights shipped with the program."""
    return read_wording(Path(__file__).with_name("topic_words.toml"))
