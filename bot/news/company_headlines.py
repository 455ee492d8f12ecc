"""Where a company's name begins in a headline written large: "BIS Adds Lanhai Etch Ltd."."""

from __future__ import annotations

import re

from bot.news.company_forms import company_key
from bot.news.company_lists import is_large
from bot.news.company_names import LEAD, NAME_WORD, Named
from bot.news.tables import read_table

_WORDS = {
    name: frozenset(words.split()) for name, words in read_table("company_words.toml").items()
}
_ACTS, _BEFORE_OF = _WORDS["act"], _WORDS["before_of"]
_BETWEEN = frozenset(("against", "with", "from", "by", "over", "under", "after", "amid", "versus"))
_OF = frozenset(("of", "for", "to", "on", "in", "at"))
_WORD = re.compile(r"[^\W\d_]+")
_LINE = 300
"""Characters of a line that tell enough of how it is written."""


def without_headline(body: str, found: Named) -> Named:
    """Cut off a name's beginning what a headline written large says of the company.

    A name with nothing left, or in a line that isn't written large, stays as it is.
    """
    _name, start, end = found
    begin, before = start, ""
    for word in _WORD.finditer(body, start, end):
        text = word[0].casefold()
        first = word.start() == start and not text.endswith(("s", "ed"))  # "Charge Robotics Inc."
        says = word[0][0].isupper() and (text in _ACTS or text in _BETWEEN) and not first
        if says or (text in _OF and before in _BEFORE_OF):
            begin = word.end()
        before = text
    if begin == start or not is_large(_line(body, start)):
        return found
    begin = _past_space(body, begin, end)
    lead = LEAD.match(body, begin, end)
    begin = _past_space(body, lead.end() if lead else begin, end)
    left = " ".join(body[begin:end].split())
    if not NAME_WORD.match(left) or company_key(f"x {left}") == "x":
        return found
    return left, begin, end


def _past_space(body: str, at: int, end: int) -> int:
    while at < end and body[at].isspace():
        at += 1
    return at


def _line(body: str, at: int) -> str:
    first = max(body.rfind("\n", 0, at) + 1, at - _LINE)
    last = body.find("\n", at, at + _LINE)
    return body[first : at + _LINE if last < 0 else last]
