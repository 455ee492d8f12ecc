"""Words: how a text becomes the tokens that are indexed, the same for both engines.

A token is lower-case letters and digits without accents. Each Chinese, Japanese or Korean
character is a token of its own. "Chip-making" gives `chip`, `making` and the compound
`chipmaking`; "U.S." gives `us`; "company's" gives `company`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from bot.news.folding import fold
from bot.news.stemming import english_stem

MAX_TOKEN = 64
_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
_WORD = re.compile(rf"[{_CJK}]|[^\W_{_CJK}]+(?:['.\-][^\W_{_CJK}]+)*")
_JOINERS = re.compile(r"['.\-]")
_PARTS = re.compile(r"[.\-]")

# Words that say little; unquoted they need not match when other words are there. "US" and "IT"
# mean something in the trade press, so "us" is not among them.
_LITTLE = """
a an and are as at be been but by did do does for from had has have he her his how if in
into is its may more no not of on or over she so such than that the their them then there
these they this those to under was we were what when where which who why will with would you
"""
STOP_WORDS = frozenset(_LITTLE.split())


class _Table(dict[int, str]):
    """Folds characters as `bot.news.folding` does, but keeps what joins words."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        if character in "-\u2010\u2011":
            folded = "-"
        elif character in "'\u2019\u02bc\u2018":
            folded = "'"
        else:
            folded = "." if character == "." else fold(character)
        self[code] = folded
        return folded


_TABLE = _Table()


class Written(NamedTuple):
    """A word as it stands in a text: its tokens, and the compound where it has several.

    A tuple, as a page of results has thousands of them.
    """

    tokens: tuple[str, ...]
    compound: str
    start: int
    end: int
    is_character: bool = False


def written(text: str) -> Iterator[Written]:
    """Give the words of a text with their places."""
    for match in _WORD.finditer(text.translate(_TABLE)):
        word = match[0]
        tokens, compound = _split(word)
        if tokens:
            yield Written(tokens, compound, *match.span(), is_cjk_token(word))


def tokenise(text: str) -> tuple[list[str], list[str]]:
    """Give a text's tokens in order, and its compounds."""
    tokens: list[str] = []
    compounds: list[str] = []
    for word in _WORD.findall(text.translate(_TABLE)):
        if word.isalnum():
            tokens.append(word[:MAX_TOKEN])
            continue
        parts, compound = _split(word)
        tokens += parts
        if compound:
            compounds.append(compound)
    return tokens, compounds


@lru_cache(maxsize=65_536)
def _split(word: str) -> tuple[tuple[str, ...], str]:
    if not _JOINERS.search(word):
        return (word[:MAX_TOKEN],), ""
    parts = tuple(
        part for piece in _PARTS.split(word) if (part := _without_apostrophes(piece)[:MAX_TOKEN])
    )
    if len(parts) < 2:
        return parts, ""
    compound = "".join(parts)[:MAX_TOKEN]
    if all(len(part) == 1 and part.isalpha() for part in parts):
        return (compound,), ""
    return parts, compound


def _without_apostrophes(word: str) -> str:
    return word.removesuffix("'s").replace("'", "")


def is_cjk_token(token: str) -> bool:
    """Whether a token is a character of a script without spaces."""
    return len(token) == 1 and _is_cjk(token)


@lru_cache(maxsize=8192)
def _is_cjk(character: str) -> bool:
    return re.fullmatch(f"[{_CJK}]", character) is not None


@lru_cache(maxsize=262_144)
def stem(token: str) -> str:
    """Give an English word's stem; what has digits or other scripts is its own."""
    if len(token) < 3 or not (token.isascii() and token.isalpha()):
        return token
    return english_stem(token)


def squashed(text: str) -> str:
    """Give a reference's comparable form: `88 FR 73458` is `88fr73458`."""
    return "".join(tokenise(text)[0])
