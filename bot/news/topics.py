"""Topics, their rules and word lists, as data; `bot.news.taxonomy` reads them from their file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from rapidfuzz import fuzz, process

from bot.news.folding import squeeze

Strength = Literal["sure", "likely", "hint", "against", "never"]
"""How much a rule says: `sure` decides alone, `likely` nearly so, `hint` only with others;
`against` and `never` speak against the topic."""

Within = Literal["sentence", "entry"]
"""Where all of a rule's words must be: one sentence (a title is one), or anywhere."""

_NEAR_ENOUGH = 80.0
"""Below this (of 100) a word is no misspelt topic: `tariffs` is as near as 77 to `itar`."""

_AS_NEAR = 5.0
"""How far behind the nearest another suggestion may be: `entity-lst` is 95 to `entity-list` and 86
to `unreliable entity list`."""

_SUGGESTIONS = 3


@dataclass(frozen=True, slots=True)
class Rule:
    """One way to recognise a topic.

    `when`: of each of these alternatives one list of words must occur; `unless`: none of these
    may. Names are those of the taxonomy's word lists.
    """

    name: str
    topic: str
    when: tuple[tuple[str, ...], ...]
    unless: tuple[str, ...]
    strength: Strength
    within: Within

    @property
    def positive(self) -> bool:
        """Whether the rule speaks for its topic."""
        return self.strength not in {"against", "never"}


@dataclass(frozen=True, slots=True)
class Topic:
    """A class of news: what belongs to it (`definition`) and what does not (`excludes`)."""

    id: str
    title: str
    definition: str
    excludes: str
    aliases: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()


@dataclass(frozen=True)
class Taxonomy:
    """Topics in their order of importance, and the word lists that their rules name.

    `context` names the word lists that only help a rule and are no evidence; those of `vague`
    are evidence beside others, but explain nothing by themselves ("limits").
    `lookalikes` hide what lies inside them ("potato chip"); `negations` cancel what follows.
    """

    topics: tuple[Topic, ...]
    words: Mapping[str, tuple[str, ...]]
    context: frozenset[str] = frozenset()
    vague: frozenset[str] = frozenset()
    lookalikes: tuple[str, ...] = ()
    negations: tuple[str, ...] = ()
    _topic_of: Mapping[str, Topic] = field(default_factory=dict, repr=False)

    def get(self, topic_id: str) -> Topic | None:
        """Give the topic with exactly this id."""
        return self._topic_of.get(topic_id)

    def resolve(self, word: str) -> Topic | None:
        """Give the topic that a person means: its id, title or alias, in any case and spacing."""
        return self._names.get(name_key(word))

    def suggest(self, word: str) -> tuple[str, ...]:
        """Give the ids of the topics whose names are nearest to `word`, best first."""
        asked = squeeze(word)[:100]
        if not asked:
            return ()
        near = process.extract(
            asked, self._spellings, scorer=fuzz.WRatio, limit=20, score_cutoff=_NEAR_ENOUGH
        )
        ids = dict.fromkeys(
            self._names[name_key(name)].id
            for name, score, _place in near
            if score >= near[0][1] - _AS_NEAR
        )
        return tuple(ids)[:_SUGGESTIONS]

    @cached_property
    def _names(self) -> dict[str, Topic]:
        return {name_key(name): topic for topic in self.topics for name in _spellings(topic)}

    @cached_property
    def _spellings(self) -> list[str]:
        return [squeeze(name) for topic in self.topics for name in _spellings(topic)]


def _spellings(topic: Topic) -> tuple[str, ...]:
    return (topic.id, topic.title, *topic.aliases)


def name_key(word: str) -> str:
    """Fold a name for comparison: no case, spaces, hyphens; the plural is the singular."""
    return "".join(part.removesuffix("s") for part in squeeze(word).split())
