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
from operator import mul
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
_RULES, _PAIRS, _LATER = 0.4, 0.7, 0.4
"""What rules that apply, all pairs of lists together, and all lists met only after the first
sentence count for beside the words."""
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
    root_of = _root_among_capitals if text.isupper() else _root
    places = words_with_places(fold(text))
    roots = ((root_of(text[start:end]), start, end) for start, end in places)
    return [Word(root, start, end) for root, start, end in roots if root]


def stems(text: str) -> list[str]:
    """Give the stems of `words`, where their places do not matter."""
    root_of = _root_among_capitals if text.isupper() else _root
    return [root for each in text.translate(_APART).split() if (root := root_of(each))]


class _Apart(dict[int, int]):
    """Leaves spaces of what `fold` makes spaces, and all else as it is written."""

    def __missing__(self, code: int) -> int:
        self[code] = code if fold(chr(code)) != " " else 32
        return self[code]


_APART = _Apart()


@lru_cache(maxsize=1 << 16)
def _root(written: str) -> str:
    if 1 < len(written) <= _ACRONYM and written.isupper():
        return written
    return stem(fold(written))


@lru_cache(maxsize=1 << 12)
def _root_among_capitals(written: str) -> str:
    return stem(fold(written))


def features(
    title: Iterable[str],
    lead: Iterable[str],
    lists: Mapping[str, float],
    later: Mapping[str, float],
    pairs: Mapping[str, float],
    rules: Mapping[str, float],
) -> dict[str, float]:
    """Give what is weighed, with its share.

    Stems of headline and lead, lists met (`#name`), those of them that are met only after the
    first sentence (`#~name`: a passing mention weighs otherwise), pairs of lists met in one
    sentence (`#a&b`), and rules that apply (`topic/rule`). The squares of the shares of words and
    lists add up to one, and so do those of pairs, so that a long text says no more than a short
    one.
    """
    found = dict.fromkeys(lead, LEAD_TEXT)
    found.update(dict.fromkeys(title, HEADLINE))
    for name, place in lists.items():
        found[f"#{name}"] = place
    found = _of_size(found, 1.0)
    found.update(_of_size(pairs, _PAIRS))
    found.update(_of_size({f"#~{name}": share for name, share in later.items()}, _LATER))
    for name, place in rules.items():
        found[name] = _RULES * place
    return found


def _of_size(shares: Mapping[str, float], wanted: float) -> dict[str, float]:
    values = shares.values()
    size = math.sqrt(sum(map(mul, values, values))) / wanted
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
    weights: Mapping[str, tuple[float, ...]]
    """By word, list, pair or rule: how much it speaks for each of the topics, which come in the
    order of `biases`; below 0 it speaks against one."""
    calibration: Calibration

    def totals(self, found: Mapping[str, float]) -> dict[str, float]:
        """Give the log odds of every topic that was learned, as they were learned."""
        known = self.weights
        met = [name for name in found if name in known]
        if not met:
            return dict(self.biases)
        shares = [found[name] for name in met]
        # A topic at a time, in C: with Python's own loop this was a third of all classification.
        by_topic = zip(*[known[name] for name in met], strict=True)
        return {
            topic: sum(map(mul, weights, shares), bias)
            for (topic, bias), weights in zip(self.biases.items(), by_topic, strict=True)
        }

    def calibrated(self, topic: str, total: float) -> float:
        """Give the log odds that hold for news not learned from."""
        return self.calibration.slope * self.bound(total) + self.calibration.biases[topic]

    @staticmethod
    def bound(total: float) -> float:
        """Give log odds within bounds, so that one loud word is not shouted louder by others."""
        return max(-_MOST_SURE, min(_MOST_SURE, total))


def read_wording(path: Path) -> Wording:
    """Read a table of weights: a line a feature, a column a topic. Raises TaxonomyError."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        topics = lines[0].split("\t")[1:]
        weights: dict[str, tuple[float, ...]] = {}
        for line in lines[1:]:
            name, *cells = line.split("\t")
            weights[name] = tuple([float(cell or 0) for cell in cells])
            if len(cells) != len(topics):
                raise ValueError(f"{len(cells)} weights in the line of {name}")
        biases = dict(zip(topics, weights.pop(BIAS), strict=True))
        shifts = dict(zip(topics, weights.pop(SHIFT), strict=True))
        calibration = Calibration(weights.pop(SLOPE)[0], shifts)
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
