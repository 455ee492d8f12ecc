"""Which story an entry belongs to, given those that may be its own: pure decisions."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from bot.news.folding import is_cjk
from bot.news.model import Relation
from bot.news.stories import LEARNED, PUBLISHED, Comparison, compare, near
from bot.news.story_features import VAGUE, StoryFeatures


@dataclass(frozen=True, slots=True)
class Member:
    """An entry already placed, with its story."""

    features: StoryFeatures
    story: int


@dataclass(frozen=True, slots=True)
class Choice:
    """What was decided. `story` is set for `same`, `follows` for `follow-up`."""

    relation: Relation
    story: int | None = None
    follows: int | None = None
    score: float = 0.0


@dataclass(slots=True)
class _Case:
    """What speaks for one story; a story may be vetoed by any of its members."""

    best: float = 0.0
    vetoed: bool = False
    followed: bool = False
    published: bool = False
    certain: bool = False
    scores: list[float] = field(default_factory=list)
    parties: set[str] = field(default_factory=set)

    @property
    def odds(self) -> float:
        return self.best / max(1 - self.best, _LEAST_DOUBT)

    @property
    def agrees(self) -> bool:
        """Whether its members together are like the entry."""
        return len(self.scores) == 1 or sum(self.scores) / len(self.scores) >= _LEAST_MEAN


_ALONE = 0.31
"""Odds that are asked of the only story that an entry could belong to."""

_CROWD, _OTHERS = 0.9, 0.2
"""How fast what is asked of the likest one grows with the number of those it was compared with, and
with the odds for all others: among many stories of the same days, one that is half like the new one
is there by chance, and an entry that could belong to any of several belongs to none for sure."""

_STRANGERS = 5.0
"""How much more is asked, among several, of a story that names nobody whom the entry names: of one
day's suits over secrets, each is of other companies."""

_LEAST_DOUBT = 1e-6
"""Doubt that is left of what is quite like, so that its odds are a number."""

_LEAST_MEAN = 0.5
"""Mean likeness to a story's several members that a new one must have, so that no chain of
half-likeness draws two events together."""


def choose(new: StoryFeatures, members: Iterable[Member]) -> Choice:
    """Choose the story of `new` among the stories of `members`; the order does not matter.

    Two that have only in common what so much of our news tells must be likely to tell one event,
    however few the others are. A certain sign (number, address) wins over everything; a story of
    which `new` cites a member is followed and not joined.
    """
    cases: dict[int, _Case] = {}
    telling = {key for key in new.keys if not key.startswith(VAGUE)}
    rivals: set[int] = set()
    for member in members:
        found = compare(new, member.features)
        if not found.certain and near(new, member.features):
            rivals.add(member.story)
        shared = telling.intersection(member.features.keys)
        case = cases.setdefault(member.story, _Case())
        case.parties |= member.features.parties
        _weigh(case, found, vague=_is_vague(shared))
    certain = [story for story, case in cases.items() if case.certain and not case.published]
    if certain:
        return Choice("same", min(certain), score=1.0)
    open_cases = [
        (-case.best, story)
        for story, case in cases.items()
        if case.odds >= _asked(new, story, cases, rivals)
        and not case.vetoed
        and not case.followed
        and case.agrees
    ]
    if open_cases:
        likeness, story = min(open_cases)
        return Choice("same", story, score=-likeness)
    followed = [story for story, case in cases.items() if case.followed]
    if followed:
        likest = max(followed, key=lambda story: (max(cases[story].scores), story))
        return Choice("follow-up", follows=likest, score=1.0)
    return Choice("new")


def _asked(
    new: StoryFeatures, story: int, cases: Mapping[int, _Case], rivals: Collection[int]
) -> float:
    """Give the odds that are asked of a story, beside the others of its days."""
    others = math.fsum(
        cases[each].odds for each in rivals if each != story and not cases[each].certain
    )
    asked = _ALONE * math.pow(max(1, len(rivals)), _CROWD) * math.pow(1 + others, _OTHERS)
    parties = cases[story].parties
    strangers = len(rivals) > 1 and new.parties and parties and new.parties.isdisjoint(parties)
    return asked * _STRANGERS if strangers else asked


_ONE_WORD = 2
"""Pairs of Chinese characters that one word has, so that as many in common are but that word."""


def _is_vague(shared: set[str]) -> bool:
    """Whether the keys that two entries share tell of no event: none, or one Chinese word's."""
    return len(shared) <= _ONE_WORD and all(is_cjk(key) for key in shared)


def _weigh(case: _Case, found: Comparison, *, vague: bool) -> None:
    if found.verdict == "follow-up":
        case.followed = True
        case.published = case.published or found.why == PUBLISHED
    elif found.certain:
        case.certain = case.certain or found.verdict == "same"
        case.vetoed = case.vetoed or found.verdict == "apart"
    if found.verdict == "same" or (found.why == LEARNED and not vague):
        case.best = max(case.best, found.score)
    case.scores.append(found.score)
