"""Two acts that look like one: of two governments, on two countries, a suit and its end."""

from __future__ import annotations

import re

from bot.news.story_common import targets_of
from bot.news.story_features import StoryFeatures
from bot.news.story_lexicon import lexicon
from bot.news.story_signs import told_by
from bot.news.story_words import Told


def other_target(a: StoryFeatures, b: StoryFeatures) -> bool:
    """Whether one government does one thing to two countries, each told by one headline alone."""
    one, other = a.headline, b.headline
    alike = any(told_by(action, other.actions) for action in one.actions)
    if not one.actor or one.actor != other.actor or not alike:
        return False
    if (one.places & other.places) - {"p:us", one.actor}:
        return False
    targets = targets_of(one, b) - _HELPED, targets_of(other, a) - _HELPED
    return bool(targets[0] and targets[1] and targets[0].isdisjoint(targets[1]))


_HELPED = frozenset({"p:ukraine"})
"""For whose sake acts on others are told: "sanctions in support of Ukraine"."""


def other_doer(one: Told, other: Told) -> bool:
    """Whether two governments do one thing, each named by one headline alone."""
    return (
        one.actor != other.actor
        and one.actor in one.order
        and other.actor in other.order
        and one.actor not in other.weights
        and other.actor not in one.weights
        and not one.actions.isdisjoint(other.actions)
    )


def other_mineral(one: Told, other: Told) -> bool:
    """Whether two headlines name minerals, and none that is the same."""
    first, second = _minerals(one), _minerals(other)
    return bool(first and second) and first.isdisjoint(second)


def _minerals(headline: Told) -> frozenset[str]:
    implied = lexicon().implied
    return frozenset(each for each in headline.weights if "t:mineral" in implied.get(each, ()))


_LISTS = re.compile(
    r"\b(?:(?P<unverified>unverified list|uvl)|(?P<unreliable>unreliable[- ]entity(?: list)?)"
    r"|(?P<uflpa>(?:uflpa|forced[- ]labou?r)(?: entity)? list)|(?P<meu>military end[- ]users? list)"
    r"|(?P<sdn>sdn list|specially designated)|(?P<entity>entity list))\b"
)
"""Official lists by their names; a blacklist may be any of them."""


def other_list(one: str, other: str) -> bool:
    """Whether two folded headlines name official lists, and none that is the same."""
    first, second = _lists(one), _lists(other)
    return bool(first and second) and first.isdisjoint(second)


def _lists(title: str) -> set[str]:
    return {str(found.lastgroup) for found in _LISTS.finditer(title)}


def suit_and_ruling(one: Told, other: Told) -> bool:
    """Whether one headline tells that somebody sues, and the other what came of a suit."""
    return any(
        first.main_action == "a:sue"
        and "a:sue" in first.order[:2]
        and (first.main_action, second.main_action) in lexicon().opposites
        for first, second in ((one, other), (other, one))
    )
