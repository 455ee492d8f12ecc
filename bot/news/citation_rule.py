"""What one kind of citation is found by."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

Found = tuple[str, int, int]
"""A normal form, and its place in the text."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of reference: how it is found, and what any text that holds one must hold.

    A text in which all digits are written `0` must hold one of `hints`; most texts hold none,
    and are not looked at further.
    """

    kind: str
    find: Callable[[str], Iterator[Found]]
    hints: tuple[str, ...]

    def may_be_in(self, shape: str) -> bool:
        """Whether a text of this `shape_of` can hold such a reference."""
        return any(hint in shape for hint in self.hints)


_DIGITS = str.maketrans("123456789", "0" * 9)


def shape_of(text: str) -> str:
    """Write all digits of a text as `0`."""
    return text.translate(_DIGITS)


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
