"""Words that are in no English dictionary, which in a headline are names.

Two headlines that each name something which the other does not, and nothing in common, are of two
events, however alike the rest is ("BIS adds Norvik Optics", "BIS lists Tesamu Optics").
"""

from __future__ import annotations

from functools import cache

from spellchecker import SpellChecker

from bot.news.story_lexicon import lexicon, stem

_SHORTEST = 4
"""Letters of a name; shorter words are abbreviations, which many reports leave out."""


def unlisted(folded_title: str) -> frozenset[str]:
    """Give the words of a folded headline that neither a dictionary nor our own lists have."""
    return frozenset(
        word
        for word in folded_title.split()
        if len(word) >= _SHORTEST and word.isascii() and word.isalpha() and not _is_listed(word)
    )


def _is_listed(word: str) -> bool:
    found = lexicon().phrases.get((stem(word),))
    if found is not None:
        return found[0] not in lexicon().names
    known = _dictionary()
    return word in known or (word.endswith("s") and word[:-1] in known)


@cache
def _dictionary() -> frozenset[str]:
    """Give the 160,000 English words that pyspellchecker ships; loading takes half a second."""
    return frozenset(SpellChecker(language="en", distance=1).word_frequency.words())
