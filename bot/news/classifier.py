"""Which topics an entry has, why, and how sure that is.

The taxonomy's phrases are found in one pass; its rules look at which word lists meet in a
sentence, and what they say counts by place (title, lead, further down). Rules and the wording as
a whole are weighed together, by weights learned from labelled news.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

from bot.news import evidence
from bot.news.firing import (
    TELLING,
    FiredRule,
    bits_of,
    compile_rule,
    fired_rules,
    is_deep,
    is_main,
    is_named,
    ranked_places,
    rules_of,
)
from bot.news.model import Evidence, Field, TopicMatch
from bot.news.reading import LEAD, NEAR, Reader, Sentence, Span
from bot.news.scoring import LEAST_SCORE, Scorer, as_score
from bot.news.taxonomy import Taxonomy, Topic
from bot.news.wording import (
    HEADLINE,
    LEAD_CHARACTERS,
    LEAD_TEXT,
    Wording,
    features,
    shipped_wording,
    stems,
    words,
)

_CLEAR, _DEEP = 2.0, 1.0
"""Log odds from which rules say a topic clearly; and further down, where only they look."""
_DOUBTED = 0.2
"""Log odds of a topic that the headline names, or of which only what is further down speaks, where
the whole doubts what rules say clearly: it does not silence them."""

_TOGETHER = 2
"""Vague phrases that explain something together ("Javelin", "missiles"), where no other does."""
_MAX_TEXT = 60_000
"""Characters of one field that are read; news is shorter, and a rule says early what it is."""


class Classifier:
    """Finds topics; immutable once made, so any number of threads may share it."""

    def __init__(
        self, taxonomy: Taxonomy, scorer: Scorer | None = None, wording: Wording | None = None
    ) -> None:
        """Use the weights shipped with the program, or `scorer` and, if given, `wording`."""
        self._scorer = scorer or Scorer.shipped()
        self._wording = wording or (None if scorer else shipped_wording())
        self._reader = Reader(taxonomy)
        self._context = self._reader.bits(tuple(taxonomy.context))
        self._vague = self._reader.bits(tuple(taxonomy.vague))
        self._named = {topic.id: self._names_of(topic) for topic in taxonomy.topics}
        self._rules = [
            (
                topic,
                [
                    compile_rule(
                        rule, self._reader, self._scorer, context=self._context, vague=self._vague
                    )
                    for rule in topic.rules
                ],
            )
            for topic in taxonomy.topics
        ]

    def classify(
        self, title: str, text: str, text_field: Field = "summary", masked: Sequence[Span] = ()
    ) -> tuple[TopicMatch, ...]:
        """Give the topics of an entry by falling score.

        `masked` are places of the text that are no news. Evidence is given in `title` and in
        `text_field`, with `field[start:end] == text`. Never raises, whatever the text holds.
        """
        fields = (title[:_MAX_TEXT], text[:_MAX_TEXT])
        sentences = self._reader.read(*fields, masked)
        everything = bits_of(sentences)
        if not everything:
            return ()
        found = [(topic, fired_rules(rules, sentences, everything)) for topic, rules in self._rules]
        said = self._said(fields, sentences, masked, found)
        names: tuple[Field, Field] = ("title", text_field)
        matches: list[TopicMatch] = []
        for topic, fired in found:
            score = self._score(topic, fired, said)
            if score >= LEAST_SCORE:
                why = self._evidence(topic.id, fired, sentences, fields, names)
                matches.append(TopicMatch(topic.id, score, is_main(fired), why))
        matches.sort(key=lambda match: (-match.score, match.topic))
        return tuple(matches)

    def fired(self, title: str, text: str, masked: Sequence[Span] = ()) -> dict[str, float]:
        """Give `topic/rule` and the place's weight for every rule that applies: for training."""
        sentences = self._reader.read(title, text, masked)
        everything = bits_of(sentences)
        return {
            found.compiled.name: found.place
            for _topic, rules in self._rules
            for found in fired_rules(rules, sentences, everything)
        }

    def features(self, title: str, text: str, masked: Sequence[Span] = ()) -> dict[str, float]:
        """Give what is weighed, with its share: for training."""
        sentences = self._reader.read(title, text, masked)
        everything = bits_of(sentences)
        found = [(topic, fired_rules(rules, sentences, everything)) for topic, rules in self._rules]
        return self._features((stems(title), _lead(text, masked)), sentences, found)

    def _names_of(self, topic: Topic) -> int:
        """Give the lists that a topic's rules look for and that explain it by themselves."""
        names = {
            name for rule in topic.rules if rule.positive for term in rule.when for name in term
        }
        return self._reader.bits(tuple(names)) & ~self._context & ~self._vague

    def _said(
        self,
        fields: tuple[str, str],
        sentences: Sequence[Sentence],
        masked: Sequence[Span],
        found: Sequence[tuple[Topic, Sequence[FiredRule]]],
    ) -> dict[str, float]:
        """Give the log odds of every topic, as rules and wording together say."""
        if self._wording is None:
            return {}
        some = (stems(fields[0]), _lead(fields[1], masked))
        return self._wording.totals(self._features(some, sentences, found))

    def _features(
        self,
        fields: tuple[Sequence[str], Sequence[str]],
        sentences: Sequence[Sentence],
        found: Sequence[tuple[Topic, Sequence[FiredRule]]],
    ) -> dict[str, float]:
        lists: dict[str, float] = {}
        later: dict[str, float] = {}
        pairs: dict[str, float] = {}
        for sentence in sentences:
            if sentence.place < NEAR:
                continue
            share = LEAD_TEXT if sentence.field else HEADLINE
            met = sorted({self._reader.names[bit] for bit, _start, _end in sentence.hits})
            if sentence.place < LEAD:
                later.update((name, 1.0) for name in met if name not in lists)
            for name in met:
                lists.setdefault(name, share)
            if sentence.place >= LEAD:
                for pair in combinations(met, 2):
                    pairs.setdefault(f"#{pair[0]}&{pair[1]}", share)
        rules = {each.compiled.name: each.place for _topic, fired in found for each in fired}
        return features(*fields, lists, later, pairs, rules)

    def _score(self, topic: Topic, fired: Sequence[FiredRule], said: Mapping[str, float]) -> float:
        """Give the chance of a topic, from its rules and from the wording where that is learned."""
        if any(each.place == 1 and each.compiled.rule.strength == "never" for each in fired):
            return 0.0
        if self._wording is not None and topic.id in said:
            total = self._wording.calibrated(topic.id, said[topic.id])
            if total < _DOUBTED and fired:
                total = self._doubted(topic.id, fired, total)
            return as_score(total + sum(each.place * each.compiled.unlearned for each in fired))
        if not any(each.compiled.positive for each in fired):
            return 0.0
        return as_score(self._scorer.total(topic.id, rules_of(fired)))

    def _doubted(self, topic: str, fired: Sequence[FiredRule], total: float) -> float:
        """Give the log odds of a topic that the whole speaks against, rules perhaps clearly for."""
        deep = is_deep(fired)
        if deep or is_named(fired):
            clear = self._scorer.learned(topic, rules_of(fired)) >= (_DEEP if deep else _CLEAR)
            return _DOUBTED if clear else total
        return total

    def _evidence(
        self,
        topic: str,
        fired: Sequence[FiredRule],
        sentences: Sequence[Sentence],
        fields: tuple[str, str],
        names: tuple[Field, Field],
    ) -> tuple[Evidence, ...]:
        """Give the phrases that made the rules apply, or else those that the topic's rules name.

        Where none of them explains anything by itself, the wording as a whole is the evidence.
        """
        ranked = ranked_places(fired)
        if not any(rank[0] == TELLING for rank in ranked.values()):
            named = evidence.met(sentences, self._named[topic])
            vague = ranked if len(ranked) >= _TOGETHER else {}
            ranked = dict.fromkeys(named, evidence.PLAIN) or vague
        return evidence.shown(ranked, fields, names) or evidence.whole(fields, names)


def _lead(text: str, masked: Sequence[Span]) -> list[str]:
    """Give the stems of the text's beginning, without those at masked places."""
    if not masked:
        return stems(text[:LEAD_CHARACTERS])
    return [
        word.stem
        for word in words(text[:LEAD_CHARACTERS])
        if not any(start <= word.start and word.end <= end for start, end in masked)
    ]
