"""Which topics an entry has, why, and how sure that is.

The taxonomy's phrases are found in one pass; its rules look at which word lists meet in a
sentence, and what they say is weighed by place (title, lead, further down). Beside them the
wording as a whole is weighed, by weights learned from labelled news. Both make one score.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.news import evidence
from bot.news.model import Evidence, Field, TopicMatch
from bot.news.reading import LEAD, NEAR, Reader, Sentence, Span
from bot.news.scoring import LEAST_SCORE, Scorer, as_score
from bot.news.taxonomy import Rule, Taxonomy, Topic
from bot.news.wording import (
    HEADLINE,
    LEAD_CHARACTERS,
    LEAD_TEXT,
    Word,
    Wording,
    features,
    shipped_wording,
    words,
)

_MAX_TEXT = 60_000
"""Characters of one field that are read; news is shorter, and a rule says early what it is."""


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A rule over bits."""

    rule: Rule
    when: tuple[int, ...]
    unless: int
    positive: bool


@dataclass(frozen=True, slots=True)
class _Fired:
    """A rule that applies: at what place it counts, and the sentences that say so."""

    compiled: _Compiled
    place: float
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class _Said:
    """An entry as its wording is weighed: words by field, what is weighed, log odds by topic."""

    words: tuple[Sequence[Word], Sequence[Word]]
    features: dict[str, float]
    totals: dict[str, float]


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
        self._rules = [
            (topic, [self._compile(rule) for rule in topic.rules]) for topic in taxonomy.topics
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
        everything = _bits_of(sentences)
        if not everything:
            return ()
        said = self._said(fields, sentences, masked) if self._wording else None
        names: tuple[Field, Field] = ("title", text_field)
        matches: list[TopicMatch] = []
        for topic, rules in self._rules:
            fired = _fired(rules, sentences, everything)
            score = self._score(topic, fired, said)
            if score >= LEAST_SCORE:
                why = self._evidence(topic, fired, sentences, said, fields, names)
                matches.append(TopicMatch(topic.id, score, _is_main(fired), why))
        matches.sort(key=lambda match: (-match.score, match.topic))
        return tuple(matches)

    def fired(self, title: str, text: str, masked: Sequence[Span] = ()) -> dict[str, float]:
        """Give `topic/rule` and the place's weight for every rule that applies: for training."""
        sentences = self._reader.read(title, text, masked)
        everything = _bits_of(sentences)
        return {
            f"{topic.id}/{found.compiled.rule.name}": found.place
            for topic, rules in self._rules
            for found in _fired(rules, sentences, everything)
        }

    def features(self, title: str, text: str, masked: Sequence[Span] = ()) -> dict[str, float]:
        """Give what the wording is weighed by, with its share: for training."""
        fields = (words(title), _lead(text, masked))
        return self._features(fields, self._reader.read(title, text, masked))

    def _compile(self, rule: Rule) -> _Compiled:
        when = tuple(self._reader.bits(term) for term in rule.when)
        return _Compiled(rule, when, self._reader.bits(rule.unless), rule.positive)

    def _said(
        self, fields: tuple[str, str], sentences: Sequence[Sentence], masked: Sequence[Span]
    ) -> _Said:
        some = (words(fields[0]), _lead(fields[1], masked))
        found = self._features(some, sentences)
        return _Said(some, found, self._wording.totals(found) if self._wording else {})

    def _features(
        self, fields: tuple[Sequence[Word], Sequence[Word]], sentences: Sequence[Sentence]
    ) -> dict[str, float]:
        lists: dict[str, float] = {}
        for sentence in sentences:
            if sentence.place >= NEAR:
                share = LEAD_TEXT if sentence.field else HEADLINE
                for bit, _start, _end in sentence.hits:
                    lists.setdefault(self._reader.names[bit], share)
        title, lead = ([word.stem for word in some] for some in fields)
        return features(title, lead, lists)

    def _score(self, topic: Topic, fired: Sequence[_Fired], said: _Said | None) -> float:
        """Give the chance of a topic, from its rules and from the wording where that is learned."""
        rules = [(each.compiled.rule, each.place) for each in fired]
        if said is not None and self._wording is not None and topic.id in said.totals:
            learned = self._scorer.learned(topic.id, rules)
            total = self._wording.blended(topic.id, learned, said.totals[topic.id])
            return as_score(total + self._scorer.unlearned(topic.id, rules))
        if not any(each.compiled.positive for each in fired):
            return 0.0
        return as_score(self._scorer.total(topic.id, rules))

    def _evidence(
        self,
        topic: Topic,
        fired: Sequence[_Fired],
        sentences: Sequence[Sentence],
        said: _Said | None,
        fields: tuple[str, str],
        names: tuple[Field, Field],
    ) -> tuple[Evidence, ...]:
        """Give the phrases that made the rules apply; without such the words that weigh most."""
        speaking = [each for each in fired if each.compiled.positive]
        wanted = 0
        for each in speaking:
            for bits in each.compiled.when:
                wanted |= bits
        met = {id(one): one for each in speaking for one in each.sentences}.values()
        places = evidence.met(met, wanted & ~self._context) or evidence.met(met, wanted)
        if said is not None and self._wording is not None and not places:
            places = evidence.telling_words(topic.id, said.features, said.words, self._wording)
        if not places:
            places = evidence.met(sentences, _bits_of(sentences) & ~self._context)
        return evidence.shown(places, fields, names)


def _lead(text: str, masked: Sequence[Span]) -> list[Word]:
    """Give the words of the text's beginning, without those at masked places."""
    some = words(text[:LEAD_CHARACTERS])
    if not masked:
        return some
    return [
        word
        for word in some
        if not any(start <= word.start and word.end <= end for start, end in masked)
    ]


def _bits_of(sentences: Sequence[Sentence]) -> int:
    bits = 0
    for sentence in sentences:
        bits |= sentence.bits
    return bits


def _is_main(fired: Sequence[_Fired]) -> bool:
    """Whether a topic is what the entry is about, and not only mentioned further down."""
    speaking = [each for each in fired if each.compiled.positive]
    return not speaking or any(
        each.place >= LEAD and each.compiled.rule.strength != "hint" for each in speaking
    )


def _fired(
    rules: Sequence[_Compiled], sentences: Sequence[Sentence], everything: int
) -> list[_Fired]:
    """Give the rules that apply, each at its best place."""
    fired: list[_Fired] = []
    for compiled in rules:
        for bits in compiled.when:
            if not everything & bits:
                break
        else:
            found = _fire(compiled, sentences, everything)
            if found is not None:
                fired.append(found)
    return fired


def _fire(compiled: _Compiled, sentences: Sequence[Sentence], everything: int) -> _Fired | None:
    """Say where a rule applies, if it does: at its best place."""
    if compiled.rule.within == "entry":
        if everything & compiled.unless:
            return None
        said = tuple(each for each in sentences if each.bits & compiled.when[0])
        return _Fired(compiled, max(each.place for each in said), tuple(sentences))
    said = tuple(
        each
        for each in sentences
        if not each.bits & compiled.unless and all(each.bits & bits for bits in compiled.when)
    )
    if not said:
        return None
    return _Fired(compiled, max(each.place for each in said), said)
