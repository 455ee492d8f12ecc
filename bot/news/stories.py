"""Whether two entries tell the same story: pure decisions over `StoryFeatures`.

Certain signs come first (document number, article number, link, near-identical text), then the
likeness of what is told: weighted concepts of headline and lead, actions that agree or exclude
each other, numbers, names, and the days between.
"""

from __future__ import annotations

import math
import operator
import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import Literal, NamedTuple

from rapidfuzz import fuzz

from bot.news import story_amounts, story_marks
from bot.news.story_features import StoryFeatures
from bot.news.story_template import exchanged, exchanged_in_text
from bot.news.story_words import OFTEN, Told, lexicon

Verdict = Literal["same", "follow-up", "apart"]

WINDOW_DAYS = 8.0
"""No event is told as news for longer than this; later reports are about what came next."""


LEARNED = "what they tell"
"""Why two entries are one story or two, where only their likeness decides."""


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


class Signs(NamedTuple):
    """What speaks for one event and against it, each about 0 to 1."""

    overlap: float
    cover: float
    lead: float
    rare: float
    numbers: float
    numbers_differ: float
    codes_differ: float
    actions: float
    mains_differ: float
    opposed: float
    reaction: float
    only_planned: float
    places_differ: float
    opening: float
    actors_differ: float
    days: float
    one_publication: float
    alike: float
    agencies_differ: float
    topics_differ: float
    topics_agree: float


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
    if not near(a, b):
        return Comparison("apart", 0.0, "not in the same days")
    excluded = _excluded(a, b)
    if excluded is not None:
        return excluded
    if _one_publication(a, b) and _near_identical(a, b):
        return Comparison("apart", 0.0, "one publication's own items of one wording")
    if _near_identical(a, b):
        return Comparison("same", 1.0, "near-identical text of two publications")
    found = signs(a, b)
    if found.overlap < _LEAST_COMMON:
        return Comparison("apart", 0.0, "hardly anything in common")
    score = likelihood(found)
    return Comparison("same" if score >= 0.5 else "apart", score, LEARNED)


def near(a: StoryFeatures, b: StoryFeatures) -> bool:
    """Whether two entries are of the same days."""
    return abs((a.when - b.when).total_seconds()) <= WINDOW_DAYS * 86_400


def _excluded(a: StoryFeatures, b: StoryFeatures) -> Comparison | None:
    """Part two entries by what cannot be told of one event, however alike they are."""
    if story_marks.exclude(a.marks, b.marks):
        return Comparison("apart", 0.0, "numbers, months or parties of two matters", certain=True)
    if story_amounts.exclude(a.amounts, b.amounts):
        return Comparison("apart", 0.0, "other amounts of one thing")
    if _opposed(a.headline, b.headline) == 1 and not a.headline.actions & b.headline.actions:
        return Comparison("apart", 0.0, "actions that exclude each other")
    if exchanged(a, b):
        return Comparison("apart", 0.0, "one wording, another name")
    if _other_names(a, b):
        return Comparison("apart", 0.0, "each names somebody else")
    return None


def _certain(a: StoryFeatures, b: StoryFeatures) -> Comparison | None:
    """Decide by numbers and links, where these decide."""
    if a.document and a.document == b.document:
        return Comparison("same", 1.0, f"Federal Register document {a.document}", certain=True)
    if a.article and a.article == b.article:
        return Comparison("same", 1.0, f"article {a.article}", certain=True)
    if a.link and a.link == b.link:
        return Comparison("same", 1.0, "one address", certain=True)
    if _reports_document(a, b) or _reports_document(b, a):
        return Comparison("same", 1.0, "reports the document that it names", certain=True)
    cited = _follows(a, b)
    if cited:
        return Comparison("follow-up", 1.0, f"cites {cited}", certain=True)
    if a.document and b.document:
        return Comparison("apart", 0.0, "two Federal Register documents", certain=True)
    return None


_LEAST_COMMON = 0.1
"""The share of what two headlines tell that reports of one event have in common (Dice)."""

_REPORTED = 0.3
"""Likelihood from which an entry that names a document of its days is the report of it, and not
of what came next."""


def _reports_document(report: StoryFeatures, document: StoryFeatures) -> bool:
    """Whether an entry is news of a Federal Register document of its days, which it names."""
    if report.document or f"fr-document:{document.document}" not in report.cites:
        return False
    days = abs((report.when - document.when).total_seconds()) / 86_400
    return days <= WINDOW_DAYS and likelihood(signs(report, document)) >= _REPORTED


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
    if a.headline.numbers != b.headline.numbers or _opposed(a.headline, b.headline) == 1:
        return False
    if fuzz.token_sort_ratio(a.folded_title, b.folded_title, score_cutoff=93):
        return len(a.folded_title.split()) >= 4
    if a.lead is None or b.lead is None or exchanged_in_text(a.lead, b.lead):
        return False
    return len(a.sketch & b.sketch) >= 2 and fuzz.ratio(a.folded_text, b.folded_text) >= 90


_FULL = 50
"""Characters of a text that would name whom its headline, or another's, is about."""


def _other_names(a: StoryFeatures, b: StoryFeatures) -> bool:
    """Whether the headline of one names somebody whom the other entry does not, though that names
    somebody else or has the room to name them."""
    return _unnamed(a, b) or _unnamed(b, a)


def _unnamed(a: StoryFeatures, b: StoryFeatures) -> bool:
    if not a.names or not (b.names or len(b.folded_text) >= _FULL):
        return False
    told = f"{b.folded_title} {b.folded_text}"
    return all(name not in told for name in a.names)


_PLANNED = "a:propose"


def signs(a: StoryFeatures, b: StoryFeatures) -> Signs:
    """Weigh what speaks for one event and against it."""
    one, other = a.headline, b.headline
    common = _common(one, other)
    shared = math.fsum(common.values())
    enough = min(1.0, shared / 2)  # a short headline is soon covered by chance
    cover = _share(shared, min(one.total, other.total))
    numbers = math.fsum(weight for concept, weight in common.items() if concept in one.numbers)
    days = abs((a.when - b.when).total_seconds()) / 86_400
    return Signs(
        overlap=_share(2 * shared, one.total + other.total),
        cover=enough * cover,
        lead=enough * max(cover, _covered(one, b.lead), _covered(other, a.lead)),
        rare=min(1.0, shared / 4),
        numbers=min(1.0, numbers / 2),
        numbers_differ=_differ(one.telling_numbers, other.telling_numbers),
        codes_differ=_differ(one.codes, other.codes),
        actions=_agree(one, other),
        mains_differ=_mains_differ(one, other),
        opposed=_opposed(one, other),
        reaction=float(bool((one.actions ^ other.actions) & lexicon().reactions)),
        only_planned=float((_PLANNED in one.actions) != (_PLANNED in other.actions)),
        places_differ=_differ(one.places, other.places),
        opening=enough * _one_opening(one, other),
        actors_differ=float(bool(one.actor and other.actor) and one.actor != other.actor),
        days=min(WINDOW_DAYS, days) / WINDOW_DAYS,
        one_publication=float(_one_publication(a, b)),
        alike=enough * fuzz.token_set_ratio(a.folded_title, b.folded_title) / 100,
        agencies_differ=_differ(_agencies(one), _agencies(other)),
        topics_differ=_differ(a.topics, b.topics),
        topics_agree=_share(len(a.topics & b.topics), len(a.topics | b.topics)),
    )


def _agencies(headline: Told) -> frozenset[str]:
    """Give the agencies that a headline names: each acts by measures of its own."""
    return frozenset(_AGENCIES & headline.weights.keys())


_AGENCIES = frozenset(
    {"t:commerce", "t:treasury", "t:justice", "t:state_department", "t:congress", "t:mofcom"}
)


def _common(one: Told, other: Told) -> dict[str, float]:
    """Give what common concepts tell, the lesser of two; "super micro" is "supermicro"."""
    weights, others = one.telling, other.telling
    common = {
        concept: min(weights[concept], others[concept])
        for concept in weights.keys() & others.keys()
    }
    for first, second in ((one, others), (other, weights)):
        for joined in first.joined & second.keys():
            common[joined] = second[joined]
    return common


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def _differ(one: frozenset[str], other: frozenset[str]) -> float:
    """Give 1 where both say something of a kind, and nothing of it is the same."""
    return float(bool(one and other) and one.isdisjoint(other))


def _mains_differ(one: Told, other: Told) -> float:
    """Give the share of the two main actions that the other headline does not tell."""
    pairs = ((one.main_action, other.actions), (other.main_action, one.actions))
    return (
        sum(bool(main and actions and not _told_by(main, actions)) for main, actions in pairs) / 2
    )


def _agree(one: Told, other: Told) -> float:
    """Give 1 where the two tell one action, a half where they tell actions near to each other."""
    if not one.actions.isdisjoint(other.actions):
        return 1.0
    return 0.5 * any(_told_by(action, other.actions) for action in one.actions)


def _one_opening(one: Told, other: Told) -> float:
    """Give 1 where both open with one name, a half for what many open with ("US")."""
    if not one.opening or one.opening != other.opening:
        return 0.0
    return 1.0 if one.weights[one.opening] >= OFTEN else 0.5


def _told_by(action: str, actions: frozenset[str]) -> bool:
    return action in actions or any((action, each) in lexicon().akin for each in actions)


def _covered(headline: Told, lead: Told | None) -> float:
    """Give the share of a headline's weight that another's text tells too."""
    return _share(math.fsum(_common(headline, lead).values()), headline.total) if lead else 0.0


def _opposed(one: Told, other: Told) -> float:
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
    text = files("bot.news").joinpath("story_weights.toml").read_text(encoding="utf-8")
    raw = tomllib.loads(text)
    return _Model(float(raw["bias"]), Signs(**{k: float(v) for k, v in raw["weights"].items()}))


_MODEL = _read_model()


def likelihood(found: Signs) -> float:
    """Give the likelihood of one event, by a logistic model fitted on labelled pairs."""
    total = _MODEL.bias + math.fsum(map(operator.mul, _MODEL.weights, found))
    return round(1 / (1 + math.exp(-total)), 6)
