"""What a headline tells, as concepts: actions, places, things, names and numbers.

Words are folded and stemmed, words for one thing become one concept (`story_words.toml`). Each
concept has a weight by its kind, and says more or less of an event by how seldom headlines of the
field have it (`story_frequencies.toml`).
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from itertools import pairwise

from bot.news.folding import fold, is_cjk
from bot.news.stemming import english_stem

LITTLE, SOME, PLACE, THING, ACTION, OFTEN, RARE = 0.08, 0.35, 0.3, 0.35, 0.55, 0.6, 1.0
_LONGEST_PHRASE = 5
_SMALL_NUMBERS = {
    "two": "2", "pair": "2", "three": "3", "trio": "3", "four": "4", "quartet": "4", "five": "5",
    "six": "6", "seven": "7", "eight": "8", "nine": "9", "ten": "10", "eleven": "11",
    "twelve": "12", "half": "50%",
}  # fmt: skip
_SCALES = {"k": 1e3, "thousand": 1e3, "m": 1e6, "mn": 1e6, "million": 1e6, "b": 1e9, "bn": 1e9}
_SCALES |= {"billion": 1e9, "trillion": 1e12, "tn": 1e12}
_NANOMETRES = re.compile(r"\b(\d{1,3})[ -]?(?:nm|nanomet(?:er|re)s?)\b", re.IGNORECASE)
_NUMBER = re.compile(
    r"(?<![\w.])[$€£¥]?(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?(?: ?(%|percent\b|per cent\b|pct\b)"
    r"|(?:[ -]?(thousand|million|billion|trillion|bn|mn|tn)|([kKmMbB]))\b)?(?!\w|\.\d)"
)


@dataclass(frozen=True, slots=True)
class Told:
    """What a headline tells. `weights` has every concept by its kind, `telling` how much each
    tells one event from another (0 to about 1), `total` is the sum of that.

    `opening` is the first concept, most often who acts, `main_action` the first action.
    `numbers` are like `n:15%` or `n:140`, `codes` like `h20` or `3a090`; `joined` has neighbours
    written as one word ("supermicro"). `order` has the concepts that tell something, as they
    stand; `actor` is the country whose act it is, where the headline opens with it.
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
    order: tuple[str, ...]
    actor: str


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The word lists, ready for use: from the stems of a phrase to its concept."""

    phrases: Mapping[tuple[str, ...], tuple[str, float]]
    opposites: frozenset[tuple[str, str]]
    akin: frozenset[tuple[str, str]]
    reactions: frozenset[str]
    implied: Mapping[str, tuple[str, ...]]


@cache
def lexicon() -> Lexicon:
    """Read the word lists that come with the package, once."""
    text = files("bot.news").joinpath("story_words.toml").read_text(encoding="utf-8")
    tables = tomllib.loads(text)
    phrases: dict[tuple[str, ...], tuple[str, float]] = {}
    for level, weight in (("often", OFTEN), ("some", SOME), ("little", LITTLE)):
        for phrase in _phrases(tables["weights"][level]):
            phrases[phrase] = (phrase[0], weight)
    kinds = (
        ("things", "t", THING),
        ("topics", "t", OFTEN),
        ("places", "p", PLACE),
        ("actions", "a", ACTION),
    )
    for table, prefix, weight in kinds:
        for concept, words in tables[table].items():
            for phrase in _phrases(words):
                phrases[phrase] = (f"{prefix}:{concept}", weight)
    return Lexicon(
        phrases,
        opposites=_both_ways(tables["opposites"]),
        akin=_both_ways(tables["akin"]),
        reactions=frozenset(f"a:{action}" for action in tables["reactions"]["all"].split()),
        implied={concept: tuple(implied.split()) for concept, implied in tables["implied"].items()},
    )


def _both_ways(table: Mapping[str, str]) -> frozenset[tuple[str, str]]:
    pairs = {
        (f"a:{one}", f"a:{other}") for one, others in table.items() for other in others.split()
    }
    return frozenset(pairs | {(other, one) for one, other in pairs})


def _phrases(words: str) -> Iterator[tuple[str, ...]]:
    for word in words.split():
        yield tuple(stem(part) for part in word.split("_"))


@lru_cache(maxsize=60_000)
def stem(word: str) -> str:
    """Give the stem of a folded English word; words with digits stay as they are."""
    if len(word) < 4 or not word.isalpha() or not word.isascii():
        return word
    return english_stem(word)


SELDOM = 1.15
"""What a concept tells that no headline of the field had, or one."""


@cache
def _frequencies() -> Mapping[str, float]:
    """Read how much frequent concepts tell; made by `bench/train_stories.py`."""
    text = files("bot.news").joinpath("story_frequencies.toml").read_text(encoding="utf-8")
    return {
        concept: float(tells)
        for tells, concepts in tomllib.loads(text).items()
        for concept in concepts.split()
    }


def _tells(concept: str, weight: float) -> float:
    """Give how much a concept tells one event from another, by how seldom it is met."""
    if weight <= LITTLE:
        return 0.0
    if concept.startswith("n:"):
        return weight / 2
    return _frequencies().get(concept, SELDOM)


_BACKGROUND = re.compile(
    r"(?:^|[ ,;])(?:(?:\w+ )?(?:days|hours|weeks|months) )?(?:after|following|despite|amid|amidst"
    r"|before|ahead of|in response to|in reply to|in (?:the )?wake of"
    r"|over (?=blocked|rejected|failed|banned)|in bid to|in tit.for.tat)\b",
    re.IGNORECASE,
)
_BACKGROUND_SHARE = 0.5
_CODE = re.compile(r"(?=[a-z0-9]*\d)(?=[a-z0-9]*[a-z])[a-z0-9]{2,12}")


@lru_cache(maxsize=4_096)
def told(text: str) -> Told:
    """Say what a headline tells. Never raises; remembers the latest, which come again and again.

    What stands after "after", "despite" and the like is background: it counts half, and its
    actions are not this story's.
    """
    foreground, background = _foreground(text)
    new_numbers, rest = _numbers(foreground)
    news = list(concepts(rest))
    old_numbers, old_rest = _numbers(background)
    old = list(concepts(old_rest))
    background_weights = old_numbers | dict(old)
    news_weights = new_numbers | dict(news)
    implied = lexicon().implied
    for concept, _ in news:
        for other in implied.get(concept, ()):
            if other not in background_weights:
                news_weights.setdefault(other, PLACE)
    weights = {key: w * _BACKGROUND_SHARE for key, w in background_weights.items()} | news_weights
    telling = {key: _tells(key, w) * _BACKGROUND_SHARE for key, w in background_weights.items()}
    telling |= {key: _tells(key, w) for key, w in news_weights.items()}
    everything = news + old
    strong = [concept for concept, weight in everything if weight > LITTLE]
    actions = [concept for concept, _ in news if concept.startswith("a:")]
    plain = [concept for concept, _ in everything if ":" not in concept]
    numbers = frozenset(concept for concept in weights if concept.startswith("n:"))
    return Told(
        weights,
        telling,
        total=math.fsum(telling.values()),
        actions=frozenset(actions),
        main_action=actions[0] if actions else "",
        places=frozenset(concept for concept, _ in news if concept.startswith("p:")),
        numbers=numbers,
        telling_numbers=frozenset(number for number in numbers if weights[number] == RARE),
        codes=frozenset(name for name in plain if _CODE.fullmatch(name)),
        opening=strong[0] if strong else "",
        joined=frozenset(one + other for one, other in pairwise(plain)),
        order=tuple(strong),
        actor=_actor(strong[0]) if strong else "",
    )


def _actor(opening: str) -> str:
    """Give the country that an opening names: as such, or by its government."""
    if opening.startswith("p:"):
        return opening
    of = lexicon().implied.get(opening, ()) if opening.startswith("t:") else ()
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


def concepts(text: str) -> Iterator[tuple[str, float]]:
    """Give the concepts of a text in order; of phrases that begin at a word, the longest."""
    phrases = lexicon().phrases
    stems = [stem(_SPELLINGS.get(word, word)) for word in fold(text).split()]
    position = 0
    while position < len(stems):
        for size in range(min(_LONGEST_PHRASE, len(stems) - position), 0, -1):
            known = phrases.get(tuple(stems[position : position + size]))
            if known is not None:
                yield known
                position += size
                break
        else:
            yield from _unknown(stems[position])
            position += 1


def _unknown(word: str) -> Iterator[tuple[str, float]]:
    """Give the concept of a word that no list knows; Chinese script goes by two characters."""
    if is_cjk(word):
        for start in range(max(1, len(word) - 1)):
            yield word[start : start + 2], PLACE
    elif len(word) > 1 and not word.isdigit():
        yield word, RARE


_SPELLINGS = {"defence": "defense", "licence": "license", "licences": "licenses", "labour": "labor"}


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
