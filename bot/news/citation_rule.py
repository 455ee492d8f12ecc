"""What one kind of citation is found by, and the text as the rules read it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

Found = tuple[str, int, int]
"""A normal form, and its place in the text."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of reference: how it is found, and what any text that holds one must hold.

    A text in which all digits are written `0` must hold one of `hints`, and `needed`; most texts
    do not, and are not looked at further. One that must know what the whole entry speaks of has
    `find_within`, which takes the field, and title and text as one.
    """

    kind: str
    find: Callable[[str], Iterator[Found]]
    hints: tuple[str, ...]
    needed: str = ""
    find_within: Callable[[str, str], Iterator[Found]] | None = None

    def read(self, body: str, context: str) -> Iterator[Found]:
        """Give what is found in a field of an entry whose texts are `context`."""
        return self.find_within(body, context) if self.find_within else self.find(body)


_DIGITS = str.maketrans("123456789", "0" * 9)


def shape_of(text: str) -> str:
    """Write all digits of a text as `0`."""
    return text.translate(_DIGITS)


_PLAIN = str.maketrans(
    dict.fromkeys("\t\n\r\v\f\u00a0\u1680\u2028\u2029\u202f\u205f\u3000", " ")
    | {chr(code): " " for code in range(0x2000, 0x200B)}
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2212\ufe63\uff0d", "-")
)
_RUN = re.compile(r"  +")


class PlainText:
    """A text with one kind of space, never two in a row, and one kind of hyphen.

    Rules are written for it, so that a line's end, a hard space or an en dash hides nothing.
    """

    __slots__ = ("_ends", "_shifts", "text")

    def __init__(self, body: str) -> None:
        text = body.translate(_PLAIN)
        self._ends: list[int] = []
        self._shifts = [0]
        if "  " in text:
            text = self._squeeze(text)
        self.text = text

    def _squeeze(self, text: str) -> str:
        pieces: list[str] = []
        last = shift = 0
        for run in _RUN.finditer(text):
            pieces.append(text[last : run.start() + 1])
            last = run.end()
            shift += run.end() - run.start() - 1
            self._ends.append(last - shift)
            self._shifts.append(shift)
        return "".join((*pieces, text[last:]))

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Give the place in the body of what stands at a place here."""
        return self._place(start), self._place(end - 1) + 1

    def _place(self, at: int) -> int:
        return at + self._shifts[bisect_right(self._ends, at)]


def series(
    body: str,
    first: re.Pattern[str],
    more: re.Pattern[str],
    goes_on: Callable[[re.Match[str], re.Match[str]], bool] = lambda *_: True,
) -> Iterator[tuple[re.Match[str], list[re.Match[str]]]]:
    """Give what `first` matches, each with what `more` reads on behind it while it `goes_on`.

    What was read on is not read again, so that the time grows with the text alone.
    """
    position = 0
    while match := first.search(body, position):
        rest: list[re.Match[str]] = []
        position = max(match.end(), position + 1)
        while found := more.match(body, position):
            if not goes_on(match, found):
                break
            rest.append(found)
            position = found.end()
        yield match, rest


def before(body: str, start: int, length: int = 60) -> str:
    """Give what stands before a place, in lower case."""
    return body[max(0, start - length) : start].lower()


def is_date(digits: str) -> bool:
    """Whether six digits are a date as `YYMMDD`, of this century's first four decades."""
    try:
        date(2000 + int(digits[:2]), int(digits[2:4]), int(digits[4:6]))
    except ValueError:
        return False
    return int(digits[:2]) < 40
