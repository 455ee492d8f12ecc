"""How alike two headlines, two texts, two dates are. Pure."""

from __future__ import annotations

import re
from datetime import datetime, time
from functools import lru_cache

from rapidfuzz import fuzz

from bot.feeds.model import FeedEntry

COMPARED = 4_000
"""Characters of a text that are compared."""

_WORD = re.compile(r"\w+")
_START_OF_SENTENCE = re.compile(r"(?:^|[.!?:;\n]\s*)[\W_]*$")
_STOP = frozenset(
    _WORD.findall(
        "a an and are as at be by for from has have in is it its of on or over that the this to "
        "was were will with"
    )
)
_DAYS = frozenset(
    _WORD.findall(
        "monday tuesday wednesday thursday friday saturday sunday january february march april "
        "may june july august september october november december"
    )
)
_SPELLED_ALIKE = 85.0
_SHORT = 5
_MANY = 2_500


def fold(text: str) -> str:
    """Give the words of `text` in lower case, without punctuation."""
    return " ".join(_WORD.findall(text.lower()))


@lru_cache(maxsize=4096)
def compare_titles(known: str, read: str) -> float:
    """Say whether two headlines are the same (1), one with words added (0.5), or others (-1.5);
    0 when one is missing."""
    one, other = fold(known), fold(read)
    if not one or not other:
        return 0.0
    left, right = _apart(set(one.split()) - _STOP, set(other.split()) - _STOP)
    if left and right:
        return -1.5
    return 0.5 if left or right else 1.0


@lru_cache(maxsize=1024)
def compare_texts(known: str, read: str) -> float:
    """Say whether two texts are the same (2; 0.5 when they are short), one edited (1), or others
    (-1.75); 0 when one is missing, or only numbers differ.

    They are others when each has names that the other lacks, or when they share few words.
    """
    one, other = fold(known).split(), fold(read).split()
    if not one or not other:
        return 0.0
    if one == other:
        return 2.0 if len(one) >= _SHORT else 0.5
    if only_numbers_differ(known, read):
        return 0.0
    words, others = set(one), set(other)
    left, right = _apart(words, others)
    shorter = min(len(words), len(others))
    shared = min(len(words) - len(left), len(others) - len(right))
    few = shared < 0.6 * shorter and fuzz.ratio(known, read) < _SPELLED_ALIKE
    if few or (left & _names(known) and right & _names(read)):
        return -1.75
    return 1.0


def only_numbers_differ(known: str, read: str) -> bool:
    """Whether two texts are the same but for numbers, such as a count of comments."""
    one, other = (
        [word for word in fold(text).split() if not word.isdigit()] for text in (known, read)
    )
    return bool(one) and one == other


def compare_dates(known: datetime, entry: FeedEntry) -> float:
    """Say whether an entry bears the date of a stored one: 1 to the second, 0.5 by the day, -0.5
    when it is another one; 0 when it has none."""
    when = entry.published or entry.updated
    if when is None:
        return 0.0
    bare = when.time() == time() or known.time() == time()
    if when == known:
        return 0.5 if bare else 1.0
    return 0.5 if bare and when.date() == known.date() else -0.5


def _apart(one: set[str], other: set[str]) -> tuple[set[str], set[str]]:
    """Give the words that only one of two texts has; a word that is spelled otherwise is none."""
    left, right = one - other, other - one
    if len(left) * len(right) > _MANY:
        return left, right
    alike = [(a, b) for a in left for b in right if _spelled_alike(a, b)]
    return left - {a for a, _ in alike}, right - {b for _, b in alike}


def _spelled_alike(one: str, other: str) -> bool:
    if min(len(one), len(other)) < _SHORT or any(letter.isdigit() for letter in one + other):
        return False
    return fuzz.ratio(one, other) >= _SPELLED_ALIKE


@lru_cache(maxsize=1024)
def _names(text: str) -> frozenset[str]:
    """Give the words that are written large inside a sentence, or in letters without case."""
    names = set()
    for found in _WORD.finditer(text):
        word = found.group()
        caseless = word.lower() == word.upper() and not word.isdigit()
        before = text[max(0, found.start() - 8) : found.start()]
        if caseless or (word[0].isupper() and not _START_OF_SENTENCE.search(before)):
            names.add(word.lower())
    return frozenset(names - _DAYS - _STOP)
