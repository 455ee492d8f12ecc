"""Numbers that are written as words: "Fourteen firms" and "14 firms" tell one thing."""

from __future__ import annotations

import re

_TEENS = {
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
_TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70,
    "eighty": 80, "ninety": 90,
}  # fmt: skip
_ONES = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9,
}  # fmt: skip
_WORDS = re.compile(
    rf"\b(?:(?P<teens>{'|'.join(_TEENS)})"
    rf"|(?P<tens>{'|'.join(_TENS)})(?:[ -](?P<ones>{'|'.join(_ONES)}))?)\b(?!-?\w)",
    re.IGNORECASE,
)


def digits(text: str) -> str:
    """Write the numbers from 11 to 99 that stand as words in figures. Never raises."""
    return _WORDS.sub(_figures, text)


def _figures(match: re.Match[str]) -> str:
    if match["teens"]:
        return str(_TEENS[match["teens"].lower()])
    return str(_TENS[match["tens"].lower()] + _ONES.get((match["ones"] or "").lower(), 0))
