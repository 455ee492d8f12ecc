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
    """An entry already placed, with its story. Stories that may be one are weighed as one `matter`,
    by the number of the first of them."""

    features: StoryFeatures
    story: int
    matter: int


@dataclass(frozen=True, slots=True)
class Choice:
    """What was decided. `story` is set for `same`, `follows` for `follow-up` and `perhaps`.

    `perhaps`: it may tell the story `follows`, which is not sure enough to tell nobody of it.
    `sure`: how likely it tells that story, beside the others that it could tell; 1 where a number,
    an address or the wording says so. `matter`: as members have it, where it joins one.
    """

    relation: Relation
    story: int | None = None
    follows: int | None = None
    sure: float = 0.0
    matter: int | None = None


@dataclass(slots=True)
class _Case:
    """What speaks for one story, or for one matter; it may be vetoed by any of its members."""

    matter: int
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

_SILENTLY = 4
"""How many times what is asked of a story the odds for it must be, before nobody is told of the
entry: what is joined for less are seven of eight events that would hide behind another."""

_CROWD, _OTHERS = 0.9, 0.2
"""How fast what is asked of the likest one grows with the number of those it was compared with (at
least the root of all that there are: where few share a word with the new one, a shared word still
tells little among many), and with the odds for all others: among many stories of the same days, one
that is half like the new one is there by chance, and an entry that could belong to any of several
belongs to none for sure."""

_STRANGERS = 5.0
"""How much more is asked, among several, of a story that names nobody whom the entry names: of one
day's suits over secrets, each is of other companies."""

_OWN = 4.0
"""How much less is asked where both name somebody whom no other story of these days names."""

_LEAST_DOUBT = 1e-6
"""Doubt that is left of what is quite like, so that its odds are a number."""

_LEAST_MEAN = 0.5
"""Mean likeness to a story's several members that a new one must have, so that no chain of
half-likeness draws two events together."""


def choose(new: StoryFeatures, members: Iterable[Member], *, stories: int = 1) -> Choice:
    """Choose the story of `new` among the stories of `members`; the order does not matter.

    `stories`: how many there are of these days, of which the members' are those that share a word.

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
            rivals.add(member.matter)
        shared = telling.intersection(member.features.keys)
        case = cases.setdefault(member.story, _Case(member.matter))
        case.parties |= member.features.parties
        _weigh(case, found, vague=_is_vague(shared))
    certain = [story for story, case in cases.items() if case.certain and not case.published]
    if certain:
        story = min(certain)
        return Choice("same", story, sure=1.0, matter=cases[story].matter)
    matters = _by_matter(cases)
    crowd = max(1, len(rivals), math.sqrt(stories))
    asked = {matter: _asked(new, matter, matters, rivals, crowd) for matter in matters}
    if (joined := _likest(cases, asked, _SILENTLY)) is not None:
        story, sure = joined
        return Choice("same", story, sure=sure, matter=cases[story].matter)
    if (perhaps := _likest(matters, asked)) is not None:
        matter, sure = perhaps
        return Choice("perhaps", follows=matter, sure=sure, matter=matter)
    followed = [story for story, case in cases.items() if case.followed]
    if followed:
        likest = max(followed, key=lambda story: (max(cases[story].scores), story))
        return Choice("follow-up", follows=likest, sure=1.0)
    return Choice("new")


def _by_matter(cases: Mapping[int, _Case]) -> Mapping[int, _Case]:
    """Take what speaks for the stories of each matter together."""
    found: dict[int, _Case] = {}
    for case in cases.values():
        one = found.setdefault(case.matter, _Case(case.matter))
        one.best = max(one.best, case.best)
        one.vetoed = one.vetoed or case.vetoed
        one.followed = one.followed or case.followed
        one.certain = one.certain or case.certain
        one.scores += case.scores
        one.parties |= case.parties
    return found


def _likest(
    cases: Mapping[int, _Case], asked: Mapping[int, float], times: float = 1
) -> tuple[int, float] | None:
    """Give the likest of those for which the odds are so many `times` what is `asked` of their
    matters, and how sure it is: its likelihood if it were the only one."""
    likely = [
        (-case.best, number)
        for number, case in cases.items()
        if case.odds >= times * asked[case.matter]
        and not case.vetoed
        and not case.followed
        and case.agrees
    ]
    if not likely:
        return None
    likeness, number = min(likely)
    odds = _ALONE * cases[number].odds / asked[cases[number].matter]
    return number, 1.0 if -likeness >= 1 else odds / (1 + odds)


def _asked(
    new: StoryFeatures,
    matter: int,
    cases: Mapping[int, _Case],
    rivals: Collection[int],
    crowd: float,
) -> float:
    """Give the odds that are asked of a matter, beside the others of its days."""
    others = math.fsum(
        cases[each].odds for each in rivals if each != matter and not cases[each].certain
    )
    asked = _ALONE * math.pow(crowd, _CROWD) * math.pow(1 + others, _OTHERS)
    parties = cases[matter].parties
    if len(rivals) < 2 or not new.parties or not parties:
        return asked
    shared = new.parties & parties
    if not shared:
        return asked * _STRANGERS
    elsewhere = frozenset().union(*(cases[each].parties for each in rivals if each != matter))
    return asked if shared <= elsewhere else max(_ALONE, asked / _OWN)


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
