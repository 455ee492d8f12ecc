"""What speaks for two headlines being of one event and against it, and how much.

Each sign is about 0 to 1; what it weighs stands in `story_weights.toml`.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from bot.news.story_common import (
    AGENCIES,
    FRAME,
    abbreviated,
    common_of,
    left_of,
    of_subject,
    share,
    targets_of,
    texts_agree,
)
from bot.news.story_features import StoryFeatures
from bot.news.story_lexicon import OFTEN, concept_of, lexicon
from bot.news.story_words import Told
from bot.news.tables import read_table

WINDOW_DAYS = 8.0
"""No event is told as news for longer than this; later reports are about what came next."""


class Signs(NamedTuple):
    """What speaks for one event and against it, each about 0 to 1."""

    lead: float
    rare: float
    numbers: float
    codes_differ: float
    actions: float
    mains_differ: float
    opposed: float
    reaction: float
    places_differ: float
    opening: float
    actors_differ: float
    days: float
    one_publication: float
    agencies_differ: float
    topics_differ: float
    topics_agree: float
    other_places: float
    one_actor: float
    openings_differ: float
    reacts: float
    unnamed: float
    other_names: float
    subject: float
    no_subject: float
    texts: float
    one_by_one: float


def signs(a: StoryFeatures, b: StoryFeatures) -> Signs:
    """Weigh what speaks for one event and against it."""
    one, other = a.headline, b.headline
    common = common_of(one, other)
    doer = one.actor if one.actor == other.actor and one.actor in _DOERS else ""
    shared = math.fsum(common.values())
    enough = min(1.0, shared / 2)  # a short headline is soon covered by chance
    numbers = math.fsum(weight for concept, weight in common.items() if concept in one.numbers)
    days = abs((a.when - b.when).total_seconds()) / 86_400
    if bool(a.document) != bool(b.document):
        days *= _PRINTED  # a rule is printed days after it was announced
    named, only_one, only_other = common_name(a, b), unnamed(a, b), unnamed(b, a)
    subject = of_subject({each: tells for each, tells in common.items() if each != doer})
    left = min(left_of(one, common, b), left_of(other, common, a))
    alien = float(not subject) * min(1.0, 2 * left)
    targets_differ = _differ(targets_of(one, b), targets_of(other, a))
    told_of_many = float(not _MANY.isdisjoint(one.actions & other.actions))
    return Signs(
        lead=enough
        * max(
            share(shared, min(one.total, other.total)),
            _covered(one, b.lead),
            _covered(other, a.lead),
        ),
        rare=min(1.0, shared / 4),
        numbers=min(1.0, numbers / 2),
        codes_differ=_differ(one.codes, other.codes),
        actions=_agree(one, other),
        mains_differ=_mains_differ(one, other),
        opposed=opposed(one, other),
        reaction=float(bool((one.actions ^ other.actions) & lexicon().reactions)),
        places_differ=_differ(one.places, other.places),
        opening=enough * _one_opening(one, other),
        actors_differ=float(bool(one.actor and other.actor) and one.actor != other.actor),
        days=min(WINDOW_DAYS, days) / WINDOW_DAYS,
        one_publication=float(one_publication(a, b)),
        agencies_differ=_differ(_agencies(one), _agencies(other)),
        topics_differ=_differ(a.topics, b.topics),
        topics_agree=share(len(a.topics & b.topics), len(a.topics | b.topics)),
        other_places=min(_places_left(one, common), _places_left(other, common)),
        one_actor=float(bool(one.actor) and one.actor == other.actor),
        openings_differ=float(_kind(one.opening) != _kind(other.opening)),
        reacts=float(_reacts(one, other) or _reacts(other, one)),
        unnamed=float(only_one or only_other),
        other_names=float(only_one and only_other and not named),
        subject=min(1.0, subject / 2),
        no_subject=alien,
        texts=texts_agree(a.lead, b.lead),
        one_by_one=max(targets_differ, alien) * told_of_many,
    )


_PRINTED = 0.4
"""Of the days between a document of the Federal Register and news of it, the share that tells."""

_DOERS = frozenset({"p:europe", "p:britain", "p:canada", "p:australia"})
"""Beside the United States, who acts on one after the other: their name is not what it is about."""

_MANY = frozenset(
    {
        "a:sanction", "a:charge", "a:penalty", "a:sentence", "a:plead", "a:convict", "a:sue",
        "a:block", "a:probe", "a:unveil", "a:propose", "a:warn", "a:smuggle", "a:restrict",
        "a:allow", "a:extend", "a:delay", "a:acquire",
    }
)  # fmt: skip
"""What the same agency does to one after the other in the same days."""


def _places_left(headline: Told, common: Mapping[str, float]) -> float:
    """Give what a headline tells of places beyond those that both tell."""
    told = headline.telling
    return math.fsum(told[each] for each in told if each.startswith("p:") and each not in common)


def _kind(concept: str) -> str:
    """Say what kind of concept it is: "p" for a place, "a" for an action; nothing for a name."""
    return concept.partition(":")[0] if ":" in concept else ""


def _reacts(one: Told, other: Told) -> bool:
    """Whether the main action of a headline answers an event, and the other does not tell it."""
    main = one.main_action
    return main in lexicon().reactions and not told_by(main, other.actions)


def _agencies(headline: Told) -> frozenset[str]:
    """Give the agencies that a headline names: each acts by measures of its own."""
    return frozenset(AGENCIES & headline.weights.keys())


def _differ(one: frozenset[str], other: frozenset[str]) -> float:
    """Give 1 where both say something of a kind, and nothing of it is the same."""
    return float(bool(one and other) and one.isdisjoint(other))


def _mains_differ(one: Told, other: Told) -> float:
    """Give the share of the two main actions that the other headline does not tell."""
    pairs = ((one.main_action, other.actions), (other.main_action, one.actions))
    return sum(bool(main and actions and not told_by(main, actions)) for main, actions in pairs) / 2


def _agree(one: Told, other: Told) -> float:
    """Give 1 where the two tell one action, a half where they tell actions near to each other."""
    if not one.actions.isdisjoint(other.actions):
        return 1.0
    return 0.5 * any(told_by(action, other.actions) for action in one.actions)


def _one_opening(one: Told, other: Told) -> float:
    """Give 1 where both open with one name, a half for what many open with ("US", "OFAC")."""
    if not one.opening or one.opening != other.opening:
        return 0.0
    return 1.0 if one.weights[one.opening] >= OFTEN and one.opening not in FRAME else 0.5


def told_by(action: str, actions: frozenset[str]) -> bool:
    """Whether an action, or one that stands for it, is among others."""
    return action in actions or any((action, each) in lexicon().akin for each in actions)


def _covered(headline: Told, lead: Told | None) -> float:
    """Give the share of a headline's weight that another's text tells too."""
    return share(math.fsum(common_of(headline, lead).values()), headline.total) if lead else 0.0


def opposed(one: Told, other: Told) -> float:
    """Say how far two headlines tell actions that exclude each other: 1 for the main ones."""
    opposites = lexicon().opposites
    if (one.main_action, other.main_action) in opposites:
        return 1.0
    if one.actions & other.actions:
        return 0.0
    return 0.2 * any(
        (first, second) in opposites for first in one.actions for second in other.actions
    )


@dataclass(frozen=True, slots=True)
class _Model:
    bias: float
    weights: Signs


def _read_model() -> _Model:
    """Read the weights that come with the package; how they are made: `bench/train_stories.py`."""
    raw = read_table("story_weights.toml")
    return _Model(float(raw["bias"]), Signs(**{k: float(v) for k, v in raw["weights"].items()}))


_MODEL = _read_model()


def likelihood(found: Signs) -> float:
    """Give the likelihood of one event, by a logistic model fitted on labelled pairs."""
    total = _MODEL.bias + math.fsum(map(operator.mul, _MODEL.weights, found))
    return round(1 / (1 + math.exp(-total)), 6)


def one_publication(a: StoryFeatures, b: StoryFeatures) -> bool:
    """Whether both entries are of one publication, as far as that is known."""
    return bool(a.publication) and a.publication == b.publication


_FULL = 50
"""Characters of a text that would name whom its headline, or another's, is about."""


def other_names(a: StoryFeatures, b: StoryFeatures) -> bool:
    """Whether each headline names somebody whom the other entry does not, and none both name."""
    return unnamed(a, b) and unnamed(b, a) and not common_name(a, b)


def one_act(one: Told, other: Told) -> bool:
    """Whether two headlines tell one action, or what implies it ("Entity List")."""
    return any(each.startswith("a:") for each in one.weights.keys() & other.weights.keys())


def common_name(a: StoryFeatures, b: StoryFeatures) -> bool:
    """Whether both headlines name one company, person or product."""
    known = lexicon().implied
    named = {concept_of(name) for name in a.names}
    return bool(abbreviated(a.headline, b.headline)) or any(
        ":" not in concept and concept not in FRAME and (concept in named or concept in known)
        for concept in common_of(a.headline, b.headline)
    )


def unnamed(a: StoryFeatures, b: StoryFeatures) -> bool:
    """Whether nobody whom the headline of `a` names is named in `b`, which names somebody else or
    has a text that would name them."""
    if not a.names or not (b.names or len(b.folded_text) >= _FULL):
        return False
    told = f"{b.folded_title} {b.folded_text}"
    return all(name not in told and concept_of(name) not in b.headline.weights for name in a.names)
