"""Which topics a person means by what they wrote, word by word."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bot.commands.answers import Unknown
from bot.news.taxonomy import Taxonomy

ALL = "all"
_LONGEST = 6
"""Words that the title of a topic may have."""
_UNKNOWN_MOST = 10
_SEPARATORS = {",", ";"}


@dataclass(frozen=True, slots=True)
class TopicWords:
    """Topics found (ids, each once), and the words that are none."""

    topics: tuple[str, ...]
    unknown: tuple[Unknown, ...] = ()


def find_topics(taxonomy: Taxonomy, words: Sequence[str], gone: Collection[str] = ()) -> TopicWords:
    """Read topics from words: the longest run of words that is a topic's name is taken first, so
    that `entity list chip controls` is two topics.

    `gone`: topics that the taxonomy has no more, and that may be meant all the same.
    """
    found: dict[str, None] = {}
    unknown: list[str] = []
    joining = False
    at = 0
    while at < len(words):
        if words[at] in _SEPARATORS:
            joining, at = False, at + 1
            continue
        for length in range(min(_LONGEST, len(words) - at), 0, -1):
            name = " ".join(words[at : at + length])
            ids = _named(taxonomy, name, gone)
            if ids:
                found.update(dict.fromkeys(ids))
                joining, at = False, at + length
                break
        else:
            if joining:
                unknown[-1] += f" {words[at]}"
            else:
                unknown.append(words[at])
            joining, at = True, at + 1
    unheard = [unknown_topic(taxonomy, word) for word in unknown[:_UNKNOWN_MOST]]
    # "chip controlls": the alias `chip` was understood, and the rest meant the same topic.
    left = [one for one in unheard if not (one.near and one.near[0][0] in found)]
    return TopicWords(tuple(found), tuple(left))


def _named(taxonomy: Taxonomy, name: str, gone: Collection[str]) -> Sequence[str]:
    """Give the topics of a name: one, all, or none."""
    old = [one for one in gone if one.casefold() == name.casefold()]
    if name.casefold() == ALL:
        return [*(topic.id for topic in taxonomy.topics), *gone]
    topic = taxonomy.resolve(name)
    return old or ([topic.id] if topic else [])


def unknown_topic(taxonomy: Taxonomy, word: str) -> Unknown:
    """Give what a word that is no topic may have meant."""
    near = [taxonomy.get(name) for name in taxonomy.suggest(word)]
    return Unknown(word[:60], tuple((topic.id, topic.title) for topic in near if topic))


def titles(taxonomy: Taxonomy) -> dict[str, str]:
    """Give every topic's title by its id."""
    return {topic.id: topic.title for topic in taxonomy.topics}
