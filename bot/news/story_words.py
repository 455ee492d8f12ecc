"""What a headline tells, as concepts: actions, places, things, names and numbers.

Words become concepts (`story_lexicon.py`). Each
concept has a weight by its kind, and says more or less of an event by how seldom headlines of the
field have it (`story_frequencies.toml`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise

from bot.news.folding import fold, is_cjk
from bot.news.number_words import digits
from bot.news.story_lexicon import (
    LITTLE,
    PLACE,
    RARE,
    SOME,
    concepts,
    lexicon,
)
from bot.news.tables import read_table

_SMALL_NUMBERS = {
    "two": "2", "pair": "2", "three": "3", "trio": "3", "four": "4", "quartet": "4", "five": "5",
    "six": "6", "seven": "7", "eight": "8", "nine": "9", "ten": "10", "half": "50%",
}  # fmt: skip
_SCALES = {"k": 1e3, "thousand": 1e3, "m": 1e6, "mn": 1e6, "million": 1e6, "b": 1e9, "bn": 1e9}
_SCALES |= {"mln": 1e6, "bln": 1e9, "billion": 1e9, "trillion": 1e12, "tn": 1e12}
_NANOMETRES = re.compile(r"\b(\d{1,3})[ -]?(?:nm|nanomet(?:er|re)s?)\b", re.IGNORECASE)
_MODEL = re.compile(r"\b([A-Z])-(\d{2,3})(?!\w)")
_HALF_RULE = re.compile(r"\b50[ -]?(?:%|percent|per cent)(?:[ -]\w+)?[ -]rules?\b", re.IGNORECASE)
_PARTED = re.compile(r"\b(cut|cuts|shut|shuts) ((?:[\w'’-]+ ){1,2})off\b", re.IGNORECASE)
_NUMBER = re.compile(
    r"(?<![\w.])[$€£¥]?(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?(?:[ -]?(%|percent\b|per cent\b|pct\b)"
    r"|(?:[ -]?(thousand|million|billion|trillion|bln|mln|bn|mn|tn)|([kmb]))\b)?(?!\w|\.\d)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Told:
    """What a headline tells. `weights` has every concept by its kind, `telling` how much each
    tells one event from another (0 to about 1), `total` is the sum of that.

    `opening` is the first concept, most often who acts, `main_action` the first action.
    `numbers` are like `n:15%` or `n:140`, `codes` like `h20` or `3a090`; `joined` has neighbours
    written as one word ("supermicro"), `initials` those of names of several words ("hsf" of
    Herbert Smith Freehills), `capitals` the words written in capitals. `order` has the concepts
    that tell something, as they stand; `actor` is the country whose act it is, where the headline
    opens with it. `known` has what readers know from what is told (`story_knowledge.toml`), each
    with what tells it.
    """

    weights: Mapping[str, float]
    telling: Mapping[str, float]
    total: float
    actions: frozenset[str]
    main_action: str
    places: frozenset[str]
    numbers: frozenset[str]
    telling_numbers: frozenset[str]
    codes: frozenset[str]
    opening: str
    joined: frozenset[str]
    initials: frozenset[str]
    capitals: frozenset[str]
    order: tuple[str, ...]
    actor: str
    known: Mapping[str, tuple[str, ...]]


EXACT = 0.9
"""What a number tells that has a unit or many digits: "$216 million", "12.5%"."""

_PLAIN_NUMBER = len("n:140")
SELDOM = 1.15
"""What a concept tells that no headline of the field had, or one."""


@cache
def _frequencies() -> Mapping[str, float]:
    """Read how much frequent concepts tell; made by `bench/train_stories.py`."""
    return {
        concept: float(tells)
        for tells, concepts in read_table("story_frequencies.toml").items()
        for concept in concepts.split()
    }


def _tells(concept: str, weight: float) -> float:
    """Give how much a concept tells one event from another, by how seldom it is met."""
    if weight <= LITTLE:
        return 0.0
    if weight == PLACE and is_cjk(concept):
        return PLACE  # two characters of a run, and the next two share one of them
    if concept.startswith("n:"):
        return EXACT if len(concept) > _PLAIN_NUMBER else weight / 2
    return _frequencies().get(concept, SELDOM)


_LABEL = re.compile(r"^\s*(?:\w+ )?alert: ", re.IGNORECASE)
"""What law firms put before the news: it warns of nothing."""

_BACKGROUND = re.compile(
    r"(?:^|[ ,;])(?:(?:\w+ )?(?:days|hours|weeks|months) )?(?:after|following|despite|amid|amidst"
    r"|before|ahead of|in response to|in reply to|in (?:the )?wake of"
    r"|as (?=(?:\w+ )?tensions\b)"
    r"|over (?=blocked|rejected|failed|banned)|in bid to|in tit.for.tat)\b",
    re.IGNORECASE,
)
_BACKGROUND_SHARE = 0.5
AGENCY_NAMES = frozenset(
    {
        "cbp", "cfius", "dhs", "pentagon", "fbi", "fcc", "ftc", "ustr", "itc", "ofsi", "meti",
        "samr", "bafa",
    }
)  # fmt: skip
"""Agencies whose name is their concept."""

_ANY_COUNTRY = frozenset({"t:government"})
"""What is of a country that the headline names, and of the United States where it names none."""

_CODE = re.compile(r"(?=[a-z0-9]*\d)(?=[a-z0-9]*[a-z])[a-z0-9]{2,12}")


@lru_cache(maxsize=4_096)
def told(text: str) -> Told:
    """Say what a headline tells. Never raises; remembers the latest, which come again and again.

    What stands after "after", "despite" and the like is background: it counts half, and its
    actions are not this story's.
    """
    text = _LABEL.sub("", text)
    text = digits(_PARTED.sub(r"\1 off \2", text))
    text = _HALF_RULE.sub("affiliates rule", _MODEL.sub(r"\1\2", text))
    foreground, background = _foreground(text)
    new_numbers, rest = _numbers(foreground)
    news = list(concepts(rest))
    old_numbers, old_rest = _numbers(background)
    old = list(concepts(old_rest))
    background_weights = old_numbers | dict(old)
    news_weights = new_numbers | dict(news)
    implied = lexicon().implied
    known: dict[str, list[str]] = {}
    places = frozenset(concept for concept, _ in news if concept.startswith("p:"))
    for concept, _ in news:
        for other in implied.get(concept, ()):
            if concept in _ANY_COUNTRY and places:
                continue  # "Dutch government"
            if other not in background_weights and other not in news_weights:
                known.setdefault(other, []).append(concept)
    telling = {key: _tells(key, w) * _BACKGROUND_SHARE for key, w in background_weights.items()}
    telling |= {key: _tells(key, w) for key, w in news_weights.items()}
    total = math.fsum(telling.values())
    telling |= {key: _tells(key, PLACE) for key in known}
    weights = {key: w * _BACKGROUND_SHARE for key, w in background_weights.items()} | news_weights
    weights |= dict.fromkeys(known, PLACE)
    everything = news + old
    strong = [concept for concept, weight in everything if weight > LITTLE]
    actions = [concept for concept, _ in news if concept.startswith("a:")]
    plain = [concept for concept, _ in everything if ":" not in concept]
    numbers = frozenset(concept for concept in weights if concept.startswith("n:"))
    return Told(
        weights,
        telling,
        total=total,
        actions=frozenset(actions),
        main_action=actions[0] if actions else "",
        places=places,
        numbers=numbers,
        telling_numbers=frozenset(number for number in numbers if weights[number] == RARE),
        codes=frozenset(name for name in plain if _CODE.fullmatch(name)),
        opening=strong[0] if strong else "",
        joined=frozenset(one + other for one, other in pairwise(plain)),
        initials=frozenset(_initials(foreground)),
        capitals=frozenset(map(str.lower, _CAPITALS.findall(foreground))),
        order=tuple(strong),
        actor=_actor(strong[0]) if strong else "",
        known={key: tuple(by) for key, by in known.items()},
    )


_NAME = re.compile(r"[A-Z][\w’'-]*(?: (?:(?:of|and|for|the|&) ){0,2}[A-Z][\w’'-]*){2,}")
_PART = re.compile(r"\b[A-Z]")
_CAPITALS = re.compile(r"(?<![\w.-])[A-Z]{3,5}(?![\w.])")
_LEAST_LETTERS, _MOST_LETTERS = 3, 5


def _initials(text: str) -> Iterator[str]:
    """Give the initials of all runs of large-written words, in small letters."""
    for name in _NAME.finditer(text):
        letters = "".join(_PART.findall(name[0])).lower()
        for start in range(len(letters) - _LEAST_LETTERS + 1):
            for size in range(_LEAST_LETTERS, min(_MOST_LETTERS, len(letters) - start) + 1):
                yield letters[start : start + size]


def _actor(opening: str) -> str:
    """Give the country that an opening names: as such, or by its government."""
    if opening.startswith("p:"):
        return opening
    acts = opening.startswith("t:") or opening in AGENCY_NAMES
    of = lexicon().implied.get(opening, ()) if acts else ()
    return of[0] if of and of[0].startswith("p:") else ""


def _foreground(text: str) -> tuple[str, str]:
    """Part a headline into its news and the background it gives."""
    found = _BACKGROUND.search(text)
    if found is None:
        return text, ""
    if text[: found.start()].strip():
        return text[: found.start()], text[found.end() :]
    background, comma, news = text[found.end() :].partition(",")
    return (news, background) if comma and len(news) >= len(background) / 2 else (text, "")


def _numbers(text: str) -> tuple[dict[str, float], str]:
    """Read the numbers of a text as values; give them with their weights, and the other text."""
    found: dict[str, float] = {}

    def read(match: re.Match[str]) -> str:
        whole, fraction, percent, scale, letter = match.groups()
        value = float(whole.replace(",", "") + (fraction or ""))
        if percent:
            found[f"n:{value:g}%"] = RARE
        elif scale or letter:
            found[f"n:{value * _SCALES[(scale or letter).lower()]:g}"] = RARE
        elif not (1990 <= value <= 2040 and not fraction):
            found[f"n:{value:g}"] = RARE if value >= 10 else SOME
        return " "

    rest = _NUMBER.sub(read, _NANOMETRES.sub(r"\1nm ", text))
    for word in fold(rest).split():
        if word in _SMALL_NUMBERS:
            found[f"n:{_SMALL_NUMBERS[word]}"] = SOME
    return found, rest
