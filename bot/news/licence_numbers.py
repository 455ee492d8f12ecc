"""The numbers of general licences as texts write them; both citations and headlines' marks read
them here.

`GL 124A`, `General License No. 8L`, `General Licenses 5T and 5U`, Iran's `General License D-2`.
Whose licence it is, nothing here says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_NUMBER = r"([1-9]\d{0,2}[A-Z]{0,2}|[A-Z]-\d{1,2}[A-Z]?)(?![\w%]|\.\d)"
_FIRST = re.compile(
    r"\b(general licen[sc]e(?:s|\(s\))?(?: \([“\"]?GLs?[”\"]?\))?|GLs?)"
    rf"(?:,? (?:nos?\.?|numbers?) ?|[ -]|(?<=GL)(?=\d))#?{_NUMBER}",
    re.IGNORECASE,
)
_MORE = re.compile(rf"(?:,? and |,? or |, |/| & |; | through )(?:no\. ?)?{_NUMBER}", re.IGNORECASE)
_ORDINAL = re.compile(r"\d+(?:st|nd|rd|th)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Numbered:
    """A number of a general licence, as it is written; `name` is what stood before it (`GL`), and
    `start` where that began, or where the number did if it is another of a list."""

    name: str
    number: str
    start: int
    end: int
    further: bool


def licence_numbers(text: str) -> Iterator[Numbered]:
    """Give the numbers of general licences in a text, by place. Never raises."""
    position = 0
    while found := _FIRST.search(text, position):
        position = found.end()
        if _ORDINAL.match(found[2]):
            continue
        yield Numbered(found[1], found[2], found.start(), found.end(), further=False)
        while more := _MORE.match(text, position):
            if _ORDINAL.match(more[1]):
                break
            position = more.end()
            yield Numbered(found[1], more[1], more.start(1), more.end(1), further=True)
