"""Whether two entries tell the same story: pure decisions over `StoryFeatures`.

Certain signs come first (document number, article number, link, near-identical text), then the
likeness of what is told: weighted concepts of headline and lead, actions that agree or exclude
each other, numbers, names, and the days between.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from rapidfuzz import fuzz

from bot.news.story_features import StoryFeatures
from bot.news.story_words import RARE, Told, lexicon

Verdict = Literal["same", "follow-up", "apart"]

WINDOW_DAYS = 8.0
"""No event is told as news for longer than this; later reports are about what came next."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """How two entries stand to each other; `score` is the likelihood of one event (0 to 1).

    `follow-up` means that the later of the two follows the earlier one. `certain`: numbers,
    addresses or the publication decide, whatever is told.
    """

    verdict: Verdict
    score: float
    why: str
    certain: bool = False


@dataclass(frozen=True, slots=True)
class Signs:
    """What speaks for one event and against it, each about 0 to 1."""

    overlap: float
    cover: float
    lead: float
    rare: float
    names: float
    numbers: float
    numbers_differ: float
    actions: float
    opposed: float
    days: float
    one_publication: float
    alike: float


def same(a: StoryFeatures, b: StoryFeatures) -> bool:
    """Whether two entries tell the same story; the order of the two does not matter."""
    return compare(a, b).verdict == "same"


def compare(a: StoryFeatures, b: StoryFeatures) -> Comparison:
    """Say how two entries stand to each other; the order of the two does not matter."""
    if a.roundup or b.roundup:
        return Comparison("apart", 0.0, "a round-up tells no story of its own")
    certain = _certain(a, b)
    if certain is not None:
        return certain
    if abs((a.when - b.when).total_seconds()) > WINDOW_DAYS * 86_400:
        return Comparison("apart", 0.0, "not in the same days")
    if _one_publication(a, b) and _near_identical(a, b):
        return Comparison("apart", 0.0, "one publication's own items of one wording")
    if _near_identical(a, b):
        return Comparison("same", 1.0, "near-identical text of two publications")
    score = likelihood(signs(a, b))
    return Comparison("same" if score >= 0.5 else "apart", score, "what they tell")


def _certain(a: StoryFeatures, b: StoryFeatures) -> Comparison | None:
    """Decide by numbers and links, where these decide."""
    if a.document and a.document == b.document:
        return Comparison("same", 1.0, f"Federal Register document {a.document}", certain=True)
    if a.article and a.article == b.article:
        return Comparison("same", 1.0, f"article {a.article}", certain=True)
    if a.link and a.link == b.link:
        return Comparison("same", 1.0, "one address", certain=True)
    cited = _follows(a, b)
    if cited:
        return Comparison("follow-up", 1.0, f"cites {cited}", certain=True)
    if a.document and b.document:
        return Comparison("apart", 0.0, "two Federal Register documents", certain=True)
    return None


def _follows(a: StoryFeatures, b: StoryFeatures) -> str:
    """Give the reference by which the later of two entries follows the earlier, or nothing."""
    earlier, later = sorted((a, b), key=lambda each: (each.when, each.id))
    own = {f"article:{earlier.article}", f"fr-document:{earlier.document}"} & later.cites
    if own:
        return min(own)
    if later.document or later.correction:
        matters = {cite for cite in earlier.cites & later.cites if cite.startswith(_MATTERS)}
        return min(matters) if matters else ""
    return ""


_MATTERS = ("rin:", "docket:", "fr-document:", "fr-page:")


def _one_publication(a: StoryFeatures, b: StoryFeatures) -> bool:
    return bool(a.publication) and a.publication == b.publication


def _near_identical(a: StoryFeatures, b: StoryFeatures) -> bool:
    """Whether two entries have the same wording, but for a word or two."""
    if a.headline.numbers != b.headline.numbers:
        return False
    if fuzz.token_sort_ratio(a.folded_title, b.folded_title) >= 93:
        return len(a.folded_title.split()) >= 4
    return len(a.sketch & b.sketch) >= 2 and fuzz.ratio(a.folded_text, b.folded_text) >= 90


def signs(a: StoryFeatures, b: StoryFeatures) -> Signs:
    """Weigh what speaks for one event and against it."""
    one, other = a.headline, b.headline
    shared = _weight(one, one.weights.keys() & other.weights.keys())
    sum_one, sum_other = sum(one.weights.values()), sum(other.weights.values())
    names = one.names & other.names
    numbers = one.numbers & other.numbers
    big_one = {number for number in one.numbers if one.weights[number] == RARE}
    big_other = {number for number in other.numbers if other.weights[number] == RARE}
    return Signs(
        overlap=2 * shared / (sum_one + sum_other) if sum_one + sum_other else 0.0,
        cover=shared / min(sum_one, sum_other) if sum_one and sum_other else 0.0,
        lead=max(_covered(one, b.lead), _covered(other, a.lead)),
        rare=min(1.0, shared / 4),
        names=min(1.0, len(names) / 3),
        numbers=min(1.0, sum(one.weights[number] for number in numbers) / 2),
        numbers_differ=float(bool(big_one and big_other and not big_one & big_other)),
        actions=float(bool(one.actions & other.actions)),
        opposed=float(_opposed(one.actions, other.actions)),
        days=min(WINDOW_DAYS, abs((a.when - b.when).total_seconds()) / 86_400) / WINDOW_DAYS,
        one_publication=float(_one_publication(a, b)),
        alike=fuzz.token_set_ratio(a.folded_title, b.folded_title) / 100,
    )


def _weight(one: Told, concepts: set[str]) -> float:
    return sum(one.weights[concept] for concept in concepts)


def _covered(headline: Told, lead: Told) -> float:
    """Give the share of a headline's weight that another's text tells too."""
    total = sum(headline.weights.values())
    return _weight(headline, headline.weights.keys() & lead.weights.keys()) / total if total else 0


def _opposed(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two headlines tell actions that exclude each other, and none that agrees."""
    if one & other:
        return False
    opposites = lexicon().opposites
    return any((first, second) in opposites for first in one for second in other)


_BIAS = -4.0
_SLOPES = Signs(
    overlap=4.0,
    cover=2.0,
    lead=1.0,
    rare=2.0,
    names=1.0,
    numbers=1.5,
    numbers_differ=-1.0,
    actions=0.8,
    opposed=-3.0,
    days=-2.0,
    one_publication=-0.5,
    alike=1.0,
)


def likelihood(found: Signs) -> float:
    """Give the likelihood of one event, by a logistic model fitted on labelled pairs."""
    total = _BIAS + sum(
        getattr(_SLOPES, name) * getattr(found, name) for name in Signs.__dataclass_fields__
    )
    return 1 / (1 + math.exp(-total))
