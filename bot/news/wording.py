"""Which topics an entry speaks for, learned from labelled news.

Rules know what was foreseen; news says it in ever new words. So all of it weighs something for or
against a topic: every word of the headline and the lead, every word list of the taxonomy that is
met there, every two lists met in one sentence, and every rule that applies. The weights are a file
that can be read (`topic_words.tsv`); how it is made, and what it brings:
`docs/decisions/topics.md`.
"""

from __future__ import annotations

import math
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
_MOST_SURE = 12.0
_RULES, _PAIRS = 0.4, 0.7
"""What rules that apply, and all pairs of lists together, count for beside the words."""
BIAS, SLOPE, SHIFT = "(bias)", "(slope)", "(shift)"
"""Lines of the table that are no features: bias as learned; slope and bias of the calibration."""
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
    title: Iterable[str],
    lead: Iterable[str],
    lists: Mapping[str, float],
    pairs: Mapping[str, float],
    rules: Mapping[str, float],
) -> dict[str, float]:
    """Give what is weighed, with its share.

    Stems of headline and lead, lists met (`#name`), pairs of lists met in one sentence (`#a&b`),
    and rules that apply (`topic/rule`). The squares of the shares of words and lists add up to
    one, and so do those of pairs, so that a long text says no more than a short one.
    """
    found = dict.fromkeys(lead, LEAD_TEXT)
    found.update(dict.fromkeys(title, HEADLINE))
    for name, place in lists.items():
        found[f"#{name}"] = place
    found = _of_size(found, 1.0)
    found.update(_of_size(pairs, _PAIRS))
    for name, place in rules.items():
        found[name] = _RULES * place
    return found


def _of_size(shares: Mapping[str, float], wanted: float) -> dict[str, float]:
    size = math.sqrt(sum(share * share for share in shares.values())) / wanted
    return {name: share / size for name, share in shares.items()} if size else {}


@dataclass(frozen=True, slots=True)
class Calibration:
    """How sure what was learned may be of news it has not seen, as log odds: `slope * a + bias`."""

    slope: float
    biases: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Wording:
    """The learned weights; immutable, so any number of threads may share it."""

    biases: Mapping[str, float]
    weights: Mapping[str, tuple[tuple[str, float], ...]]
    """By word, list, pair or rule: the topics it speaks for or against."""
    calibration: Calibration

    def totals(self, found: Mapping[str, float]) -> dict[str, float]:
        """Give the log odds of every topic that was learned, as they were learned."""
        totals = dict(self.biases)
        known = self.weights
        for name, share in found.items():
            if name in known:
                for topic, weight in known[name]:
                    totals[topic] += weight * share
        return totals

    def calibrated(self, topic: str, total: float) -> float:
        """Give the log odds that hold for news not learned from."""
        return self.calibration.slope * self.bound(total) + self.calibration.biases[topic]

    @staticmethod
    def bound(total: float) -> float:
        """Give log odds within bounds, so that one loud word is not shouted louder by others."""
        return max(-_MOST_SURE, min(_MOST_SURE, total))

    def says(self, name: str, topic: str) -> float:
        """Give what a word, list, pair or rule weighs for a topic; below 0 it speaks against."""
        return next((weight for of, weight in self.weights.get(name, ()) if of == topic), 0.0)


def read_wording(path: Path) -> Wording:
    """Read a table of weights: a line a feature, a column a topic. Raises TaxonomyError."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        topics = lines[0].split("\t")[1:]
        weights: dict[str, tuple[tuple[str, float], ...]] = {}
        for line in lines[1:]:
            name, *cells = line.split("\t")
            weights[name] = tuple(
                (topic, float(cell)) for topic, cell in zip(topics, cells, strict=True) if cell
            )
        biases = dict(weights.pop(BIAS))
        calibration = Calibration(dict(weights.pop(SLOPE))[topics[0]], dict(weights.pop(SHIFT)))
    except (OSError, UnicodeDecodeError) as error:
        raise TaxonomyError(f"Cannot read the weights of words {path}: {error}.") from error
    except (IndexError, KeyError, ValueError) as error:
        raise TaxonomyError(
            f"{path} is no table of weights of words.", detail=str(error)
        ) from error
    return Wording(biases, weights, calibration)


@lru_cache(maxsize=1)
def shipped_wording() -> Wording:
    """Give the weights shipped with the program."""
    return read_wording(Path(__file__).with_name("topic_words.tsv"))
