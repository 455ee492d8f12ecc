"""Amounts of a headline with what they count: "37 companies", "15%", "a $3 million fine".

Told apart are amounts of one thing; rounded and vague ones agree with exact ones: "about 140"
with 142, "$1.5B" with $1.53 billion, "dozens" with 24 to 99.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from bot.news.number_words import digits
from bot.news.story_lexicon import LITTLE, concepts

Unit = Literal["%", "$", "fine", "count"]

_SCALES = {"k": 1e3, "thousand": 1e3, "m": 1e6, "mn": 1e6, "million": 1e6, "b": 1e9, "bn": 1e9}
_SCALES |= {"mln": 1e6, "bln": 1e9, "billion": 1e9, "trillion": 1e12, "tn": 1e12}
_VAGUE = {"dozens": (24.0, 99.0), "scores": (40.0, 199.0), "hundreds": (200.0, 999.0)}
_SMALL = {
    "one": 1, "two": 2, "pair": 2, "three": 3, "trio": 3, "four": 4, "quartet": 4, "five": 5,
    "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
}  # fmt: skip
_ABOUT = r"about|around|roughly|some|nearly|almost|close to|more than|over|at least|up to|under"
_NUMBER = re.compile(
    rf"(?P<about>\b(?:{_ABOUT}) )?(?<![\w.])(?P<money>(?:US)?[$€£¥])?"
    r"(?P<whole>\d{1,3}(?:,\d{3})+|\d+)(?P<fraction>\.\d+)?"
    r"(?: ?(?P<percent>%|percent\b|per cent\b|pct\b)"
    r"|[ -]?(?P<scale>thousand|million|billion|trillion|bln|mln|bn|mn|tn|[kmb])\b)?"
    r"(?P<plus>\+)?(?!\w|\.\d)",
    re.IGNORECASE,
)
_WORD = re.compile(
    rf"\b(?P<half>half)\b|\b(?P<dozen>a dozen|dozen)\b|\b(?P<vague>{'|'.join(_VAGUE)})\b"
    rf"|\b(?P<small>{'|'.join(_SMALL)})\b",
    re.IGNORECASE,
)
_PARTS = re.compile(r"\b(?:including|includes|among them|incl\.)", re.IGNORECASE)
_FINE_AFTER = re.compile(r"^(?:[ -][\w-]+)?[ -](?:fine|penalt|settlement|forfeit)", re.IGNORECASE)
_FINE_BEFORE = re.compile(
    r"(?:\bfine[sd]?\b|\bpay(?:s|ing)?\b|\bpenalt\w+|\bsettle[sd]?\b)[^$]{0,24}$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Amount:
    """A number of a headline, and the range that it may stand for.

    `counted` is the concept that a count counts ("t:company"), `only` what narrows it
    ("p:china" of "23 Chinese companies"); of a fine it is the currency.
    """

    unit: Unit
    low: float
    high: float
    counted: str = ""
    only: frozenset[str] = frozenset()


def amounts(text: str) -> tuple[Amount, ...]:
    """Read the amounts of a headline. Never raises."""
    text = digits(_PARTS.split(text, 1)[0])
    found: list[Amount] = []
    for match in _NUMBER.finditer(text):
        if not match["money"] and not match["scale"] and _is_year(match):
            continue
        currency = (match["money"] or "$")[-1]
        found.append(_amount(_unit(match, text), *_range(match), text[match.end() :], currency))
    for match in _WORD.finditer(text):
        after = text[match.end() :]
        if match["half"]:
            found.append(Amount("%", 50, 50))
        elif match["vague"]:
            found.append(_amount("count", *_VAGUE[match["vague"].lower()], after))
        else:
            value = 12.0 if match["dozen"] else float(_SMALL[match["small"].lower()])
            found.append(_amount("count", value, value, after))
    return tuple(found)


_NOUN_PHRASE = 4
_ADDED = frozenset({"more", "other", "anoth"})
"""What follows a number that counts from an unknown one: "five more rare earths"."""

_UNITS = frozenset({"month", "year", "day", "week", "peopl", "person"})


def _amount(unit: Unit, low: float, high: float, after: str, currency: str = "") -> Amount:
    """Make an amount; what a count counts is the thing that the next few words name, and a fine
    its currency."""
    if unit != "count":
        return Amount(unit, low, high, currency if unit == "fine" else "")
    only: list[str] = []
    for word in after.split()[:_NOUN_PHRASE]:
        for concept, weight in concepts(word):
            if concept in _ADDED:
                return Amount(unit, low, high)
            if concept.startswith("t:") or concept in _UNITS:
                return Amount(unit, low, high, concept, frozenset(only))
            if weight <= LITTLE:
                return Amount(unit, low, high, *_last(only))
            only.append(concept)
        if word[-1:] in ",;:":
            break
    return Amount(unit, low, high, *_last(only))


def _last(only: list[str]) -> tuple[str, frozenset[str]]:
    return (only[-1], frozenset(only[:-1])) if only else ("", frozenset())


def exclude(one: Sequence[Amount], other: Sequence[Amount], *, one_payer: bool = False) -> bool:
    """Whether two headlines give different amounts of one thing: percent, fines, counted things.

    Of `one_payer` fines tell nothing: who pays one agency pays another on the same day, and
    headlines tell the part or the whole.
    """
    kinds = {(each.unit, each.counted) for each in one} & {
        (each.unit, each.counted) for each in other
    }
    return any(
        not any(
            agree(first, second) or _part(first, second) or _part(second, first)
            for first in one
            for second in other
            if (first.unit, first.counted) == (second.unit, second.counted) == kind
        )
        for kind in kinds
        if kind[0] == "%" or (kind[1] and not (one_payer and kind[0] == "fine"))
    )


def _part(part: Amount, whole: Amount) -> bool:
    """Whether one amount is of some of what the other counts: 23 Chinese companies of 32."""
    return part.only > whole.only and part.low < whole.high


def agree(one: Amount, other: Amount) -> bool:
    """Whether two amounts may be one."""
    return one.low <= other.high and other.low <= one.high


def _is_year(match: re.Match[str]) -> bool:
    return not match["percent"] and not match["fraction"] and 1990 <= _value(match) <= 2040


def _value(match: re.Match[str]) -> float:
    scale = _SCALES[match["scale"].lower()] if match["scale"] else 1.0
    return float(match["whole"].replace(",", "") + (match["fraction"] or "")) * scale


def _range(match: re.Match[str]) -> tuple[float, float]:
    """Give the range of a number: a tenth around a vague one, else what rounds to it."""
    value = _value(match)
    if match["about"] or match["plus"]:
        return value * 0.9, value * 1.1
    exact = not match["scale"] and (_digits(match) > 2 or value < 1e3)
    if value < 10 or match["percent"] or exact:
        return value, value
    half = 0.5 * 10 ** (math.floor(math.log10(value)) - _digits(match) + 1)
    return value - half, value + half


def _digits(match: re.Match[str]) -> int:
    """Give the number of significant digits that are written."""
    written = match["whole"].replace(",", "") + (match["fraction"] or "")[1:]
    return max(2, len(written.strip("0")))


def _unit(match: re.Match[str], text: str) -> Unit:
    if match["percent"]:
        return "%"
    if match["money"] or (match["scale"] and "dollar" in text[match.end() : match.end() + 9]):
        before, after = text[: match.start()], text[match.end() :]
        paid = _FINE_AFTER.search(after) or _FINE_BEFORE.search(before)
        return "fine" if paid else "$"
    return "count"
