"""OFAC's sanctions programmes: which of them a general licence is of, and its page.

Programmes count their licences each for itself: Russia, Iran and Venezuela all have had a number 8.
So a licence's programme belongs to its normal form, but only where the text gives it; a number
whose programme is not told stays bare, since a wrong programme would be believed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TypedDict

from bot.news.tables import read_table

_PAGES = "https://ofac.treasury.gov/sanctions-programs-and-country-information/"
_BARE = "GL "


class _Programme(TypedDict, total=False):
    names: list[str]
    page: str
    country: bool


@cache
def _programmes() -> Mapping[str, _Programme]:
    programmes: dict[str, _Programme] = read_table("ofac_programmes.toml")
    return programmes


@cache
def _of_name() -> Mapping[str, str]:
    """Give the programme for each name, in lower case."""
    return {
        name.lower(): programme
        for programme, about in _programmes().items()
        for name in (programme, *about["names"])
    }


@cache
def names() -> str:
    """Give an expression of all names of programmes, the longer first."""
    some = sorted(_of_name(), key=len, reverse=True)
    return "|".join(re.escape(name).replace(r"\ ", " ") for name in some)


def called(name: str) -> str:
    """Give the programme that a name in a text means."""
    return _of_name()[name.lower()]


def normal_form(number: str, programme: str = "") -> str:
    """Give `Russia GL 124A`, or `GL 124A` where the programme is not known."""
    return f"{programme} {_BARE}{number}".lstrip()


def of_all_programmes(number: str) -> list[str]:
    """Give the normal forms that a licence's number can have, the one without programme last."""
    return [normal_form(number, programme) for programme in (*_programmes(), "")]


def parts(value: str) -> tuple[str, str]:
    """Give programme, which may be empty, and number of a normal form."""
    programme, _, number = value.rpartition(_BARE)
    return programme.rstrip(), number


def page_of(value: str) -> str:
    """Give the page of OFAC that lists the licences of a licence's programme, or nothing.

    A licence's own address is a number that nothing in the text leads to.
    """
    about = _programmes().get(parts(value)[0])
    return _PAGES + about["page"] if about and about["page"] else ""


Mention = tuple[str, str, int, int]
"""A licence's normal form as its own words give it, the text, and its place there."""


def settled(mentions: Sequence[Mention], texts: Sequence[str]) -> Mapping[str, str]:
    """Give for each licence of one entry that is named without its programme the normal form with
    it, where that is sure: the one that the same number has elsewhere, else the only country of
    its sentences, else the only one that the texts tell of."""
    with_it: dict[str, set[str]] = {}
    bare: dict[str, list[Mention]] = {}
    for mention in mentions:
        programme, number = parts(mention[0])
        if programme:
            with_it.setdefault(number, set()).add(programme)
        else:
            bare.setdefault(number, []).append(mention)
    if not bare:
        return {}
    told = {one for text in texts for one in countries(text)}.union(*with_it.values())
    found: dict[str, str] = {}
    for number, places in bare.items():
        sentences = (countries(_around(*place[1:])) for place in places[:_MENTIONS])
        near = {one for some in sentences if len(some) == 1 for one in some}
        sure = with_it.get(number) or near or told
        if len(sure) == 1:
            found[normal_form(number)] = normal_form(number, *sure)
    return found


_MENTIONS = 5
"""Of a number, whose sentences are read."""

_AROUND = 200
_STOP = re.compile(r"(?<!U\.S)[.!?] (?=[A-Z])|\n")


def _around(text: str, start: int, end: int) -> str:
    """Give the sentence that holds a place, or what of it is near."""
    first, last = max(0, start - _AROUND), min(len(text), end + _AROUND)
    for stop in _STOP.finditer(text, first, start):
        first = stop.end()
    stopped = _STOP.search(text, end, last)
    return text[first : stopped.start() if stopped else last]


@cache
def _country() -> re.Pattern[str]:
    some = (
        name for about in _programmes().values() if about.get("country") for name in about["names"]
    )
    return re.compile(rf"\b({'|'.join(sorted(some, key=len, reverse=True))})s?\b", re.IGNORECASE)


def countries(text: str) -> set[str]:
    """Give the programmes of the countries that a text names, of those that mean theirs."""
    return {called(name) for name in _country().findall(text)}
