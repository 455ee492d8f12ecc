"""Stems of English words, by the Snowball algorithm."""

from __future__ import annotations

import threading

import snowballstemmer

_kept = threading.local()


def english_stem(word: str) -> str:
    """Give the stem of a word in lower-case letters. A stemmer has a state: one for a thread."""
    if not hasattr(_kept, "stemmer"):
        _kept.stemmer = snowballstemmer.stemmer("english")
        _kept.stemmer.maxCacheSize = 0  # callers keep stems; PyStemmer's own cache costs more
    return str(_kept.stemmer.stemWord(word))
