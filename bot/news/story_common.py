"""What two headlines both tell, and what of the matter itself only one of them does.

An agency does the same to one after the other within days, so that who acts and how speaks little
for one event: what the act is about does.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from bot.news.story_features import StoryFeatures
from bot.news.story_words import AGENCY_NAMES, Told

AGENCIES = frozenset(
    {"t:commerce", "t:treasury", "t:justice", "t:state_department", "t:congress", "t:mofcom"}
)
FRAME = AGENCIES | AGENCY_NAMES | {
    "p:us", "p:china", "t:government", "t:company", "t:export", "t:control", "t:license",
}  # fmt: skip
"""Who acts, and what most of our news is about: not what tells one matter from another."""


def common_of(one: Told, other: Told) -> dict[str, float]:
    """Give what common concepts tell, the lesser of two; "super micro" is "supermicro"."""
    weights, others = one.telling, other.telling
    common = {
        concept: min(weights[concept], others[concept])
        for concept in weights.keys() & others.keys()
        if not _known_alike(one.known.get(concept, ()), other.known.get(concept, ()))
    }
    for first, second in ((one, others), (other, weights)):
        for joined in first.joined & second.keys():
            common[joined] = second[joined]
    for short in abbreviated(one, other):
        common[short] = max(weights.get(short, 0.0), others.get(short, 0.0))
    return common


def abbreviated(one: Told, other: Told) -> frozenset[str]:
    """Give the abbreviations of one headline that are the initials of a name in the other."""
    return (one.initials & other.capitals) | (other.initials & one.capitals)


def _known_alike(by: Sequence[str], others: Sequence[str]) -> bool:
    """Whether two headlines leave one thing unsaid because both name what implies it."""
    return any(each in others for each in by)


def share(part: float, whole: float) -> float:
    """Give a part of a whole, 0 of nothing."""
    return part / whole if whole else 0.0


def of_subject(told: Mapping[str, float]) -> float:
    """Give what is told of the matter itself, beyond who acts and how."""
    return math.fsum(
        weight
        for concept, weight in told.items()
        if concept not in FRAME and not concept.startswith("a:")
    )


def left_of(headline: Told, common: Mapping[str, float], other: StoryFeatures) -> float:
    """Give what a headline tells of its matter that the other entry tells nowhere."""
    elsewhere = other.lead.weights if other.lead else {}
    return of_subject(
        {
            concept: tells
            for concept, tells in headline.telling.items()
            if concept not in common and concept not in elsewhere and concept not in headline.known
        }
    )


def targets_of(headline: Told, other: StoryFeatures) -> frozenset[str]:
    """Give the places that a headline is about, but for those that the other entry names."""
    elsewhere = other.lead.weights if other.lead else {}
    return frozenset(
        place
        for place in headline.places - {"p:us", headline.actor}
        if place not in elsewhere and place not in other.headline.weights
    )


def texts_agree(one: Told | None, other: Told | None) -> float:
    """Give how much of the matter two texts both tell, where there are two."""
    return min(1.0, of_subject(common_of(one, other)) / 6) if one and other else 0.0
