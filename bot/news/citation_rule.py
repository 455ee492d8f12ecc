"""What one kind of citation is found by."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

Found = tuple[str, int, int]
"""A normal form, and its place in the text."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of reference: how it is found, and what any text that holds one must hold."""

    kind: str
    find: Callable[[str], Iterator[Found]]
    hint: re.Pattern[str]


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
