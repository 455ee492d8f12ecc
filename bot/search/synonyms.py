"""Other names for the field's words, from `synonyms.toml`: found too, as a weaker match."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from bot.search.tokens import stem, tokenise

Tokens = tuple[str, ...]


@cache
def synonyms() -> Mapping[Tokens, tuple[Tokens, ...]]:
    """Give for each name, by the stems of its words, the other names."""
    found: dict[Tokens, dict[Tokens, None]] = {}
    lists = tomllib.loads(Path(__file__).with_name("synonyms.toml").read_text(encoding="utf-8"))
    for group in lists["same"]:
        names = [tuple(tokenise(name)[0]) for name in group]
        for name in names:
            others = found.setdefault(stems(name), {})
            others.update(dict.fromkeys(other for other in names if other != name))
    for word, *nearby in lists["near"]:
        key = stems(tuple(tokenise(word)[0]))
        found.setdefault(key, {}).update((tuple(tokenise(name)[0]), None) for name in nearby)
    return {key: tuple(others) for key, others in found.items()}


@cache
def longest() -> int:
    """Give how many words the longest name has."""
    return max(len(name) for name in synonyms())


def stems(tokens: Tokens) -> Tokens:
    """Give the stem of each token."""
    return tuple(stem(token) for token in tokens)
