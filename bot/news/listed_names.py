"""One name of a list: where it begins and ends, and whether it tells that it is a company's."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from bot.news.company_names import ORGANISATION
from bot.news.countries import US_STATES, country_name, is_nationality
from bot.news.folding import is_cjk
from bot.news.offices import is_office
from bot.news.tables import read_table
from bot.news.unlisted import unlisted

_WORD = r"[A-ZÀ-ÖØ-ÞĀ-Ž](?:[^\s.,;:$()“”\"•—]|\.(?=\w)){0,40}"
_NAME = re.compile(
    rf"{_WORD}(?:(?: (?:of|de|del|&)(?: the)?)? (?:{_WORD}|\({_WORD}\)(?= {_WORD}))){{0,8}}"
    r"(?:(?<= No)\.? ?\d{1,4}\b)?"
)
_OWNED = re.compile(r"[’']s ")
_OF_PLACE = re.compile(r" of (?:the )?(.+)$")
_ENDING = re.compile(r"(?:[’']s?|[.!?])$")
_CAPITALS = re.compile(r"(?<![-–])[A-Z]")
_NO_LETTERS = re.compile(r"[\W\d_]+")
_WORDS = {
    name: frozenset(words.split()) for name, words in read_table("company_words.toml").items()
}
_NOT_NAMES, _TOWNS, BUSINESS = (_WORDS[name] for name in ("no_name", "town", "business"))
_ADDRESS = "Building Block Flat Floor Office Plot Road Room Street Suite Tower Unit"
_OF_ADDRESSES = frozenset(_ADDRESS.split())
_NOT_FIRST = re.compile(
    r"(?:Reps?|Sens?|Mr|Ms|Mrs|Dr|Gov|Under|Deputy|Assistant|Secretary|President|Senator|Minister"
    r"|Director|Chair\w*|CEO|Chief|FBI|License|Country|Supplement|Part|Section|Category|Entity List"
    r"|Military End|Unverified|Export|Department|Ministry|Bureau|Office of|Commission|Committee"
    r"|Congress|Parliament|Council|General License|Executive Order|Foreign|Missile|Wassenaar)\b"
)


@dataclass(frozen=True, slots=True)
class Listed:
    """A name in a list, its place, and the country that stands over the list; `firm`: the list is
    that country's own, whatever stands behind the name."""

    name: str
    start: int
    end: int
    country: str = ""
    firm: bool = False
    aliases: tuple[str, ...] = ()


def has_script(body: str, at: int) -> bool:
    """Whether a name that ends there is written in Chinese behind, in brackets."""
    return body[at : at + 2] == " (" and is_cjk(body[at + 2 : at + 6])


def name_at(body: str, at: int, stop: int, country: str) -> Listed | None:
    """Read one name; none where it is a place, a date, an office or a person's title."""
    match = _NAME.match(body, at, stop)
    if match is None:
        return None
    start, name = match.start(), match[0]
    if owned := _OWNED.search(name):
        owner = name[: owned.start()]
        if country_name(owner):
            country, name = country_name(owner), name[owned.end() :]
            start += owned.end()
        else:
            name = owner
    place = _OF_PLACE.search(name)
    if place and country_name(place[1]):
        name = name[: place.start()]
    name = _ENDING.sub("", name)
    words = name.split(" ")
    while words and (is_nationality(words[0]) or words[0].lower() in _NOT_NAMES):
        if len(words) > 1 and is_office(words[0]):
            return None  # "OFAC Compliance", "Commerce Department"
        start += len(words[0]) + 1
        words = words[1:]
    name = " ".join(words)
    if len(name) < 3 or country_name(name) or is_nationality(name) or name in _OF_ADDRESSES:
        return None
    if name.lower() in _TOWNS or _NOT_FIRST.match(name):
        return None
    if (
        words[-1].lower() in _NOT_NAMES - BUSINESS - {"house"}
        or name.lower() in US_STATES | BUSINESS
    ):
        return None
    return Listed(name, start, start + len(name), country)


def without_words(found: Listed) -> Listed | None:
    """Keep of a name in a headline what is no word: `Naura Tells US Staff` is Naura."""
    words = found.name.split(" ")
    kept = 0
    while kept < len(words) and _is_no_word(words[kept]):
        kept += 1
    while 0 < kept < len(words) and words[kept].lower() in BUSINESS:
        kept += 1
    name = " ".join(words[:kept])
    return replace(found, name=name, end=found.start + len(name)) if name else None


def _is_no_word(word: str) -> bool:
    return bool(unlisted(word.lower())) or _CAPITALS.search(word, 1) is not None


def is_telling(name: str) -> bool:
    """Whether a name tells by itself that it is a company's."""
    return is_business(name) or bool(unlisted(_NO_LETTERS.sub(" ", name.lower())))


def is_business(name: str) -> bool:
    """Whether a name of several words ends like a company's."""
    words = name.lower().split(" ")
    return len(words) > 1 and (words[-1] in BUSINESS or ORGANISATION.search(name) is not None)
