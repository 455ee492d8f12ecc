"""Which topics an entry has, why, and how sure that is.

The taxonomy's phrases are found in one pass; its rules look at which word lists meet in a
sentence. What rules say is weighed by place (title, lead, further down) and added up to a score.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.news.automaton import Hit, PhraseFinder
from bot.news.model import Evidence, Field, TopicMatch
from bot.news.scoring import LEAST_SCORE, Scorer
from bot.news.sentences import heading_starts, sentence_starts
from bot.news.taxonomy import Rule, Taxonomy, Topic

Span = tuple[int, int]

TITLE, LEAD, NEAR, BODY = 1.0, 0.9, 0.6, 0.4
"""What a find counts for: in the title, the first sentence, soon after it, further down."""

_NEAR_CHARACTERS = 420
_MAX_TEXT = 60_000
"""Characters of one field that are read; news is shorter, and a rule says early what it is."""
_MAX_EVIDENCE = 12
_NEGATION_REACH = 24
"""Characters between a negation and what it cancels."""


@dataclass(frozen=True, slots=True)
class _Sentence:
    """The word lists found in one sentence, as bits, and where they are."""

    bits: int
    place: float
    field: int
    hits: tuple[Hit, ...]


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
    sentences: tuple[_Sentence, ...]


class Classifier:
    """Finds topics; immutable once made, so any number of threads may share it."""

    def __init__(self, taxonomy: Taxonomy, scorer: Scorer | None = None) -> None:
        self._scorer = scorer or Scorer.shipped()
        names = list(taxonomy.words)
        self._bit = {name: 1 << number for number, name in enumerate(names)}
        self._context = self._bits(tuple(taxonomy.context))
        self._hiding, self._negating = 1 << len(names), 2 << len(names)
        self._finder = PhraseFinder(
            [*taxonomy.words.values(), taxonomy.lookalikes, taxonomy.negations]
        )
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
        sentences = self._sentences(fields[0], 0, ()) + self._sentences(fields[1], 1, masked)
        everything = 0
        for sentence in sentences:
            everything |= sentence.bits
        if not everything:
            return ()
        names: tuple[Field, Field] = ("title", text_field)
        matches: list[TopicMatch] = []
        for topic, rules in self._rules:
            fired = _fired(rules, sentences, everything)
            if any(each.compiled.positive for each in fired):
                match = self._match(topic, fired, fields, names)
                if match.score >= LEAST_SCORE:
                    matches.append(match)
        matches.sort(key=lambda match: (-match.score, match.topic))
        return tuple(matches)

    def fired(self, title: str, text: str, masked: Sequence[Span] = ()) -> dict[str, float]:
        """Give `topic/rule` and the place's weight for every rule that applies: for training."""
        sentences = self._sentences(title, 0, ()) + self._sentences(text, 1, masked)
        everything = 0
        for sentence in sentences:
            everything |= sentence.bits
        return {
            f"{topic.id}/{found.compiled.rule.name}": found.place
            for topic, rules in self._rules
            for found in _fired(rules, sentences, everything)
        }

    def _compile(self, rule: Rule) -> _Compiled:
        when = tuple(self._bits(term) for term in rule.when)
        return _Compiled(rule, when, self._bits(rule.unless), rule.positive)

    def _bits(self, names: Sequence[str]) -> int:
        bits = 0
        for name in names:
            bits |= self._bit[name]
        return bits

    def _match(
        self,
        topic: Topic,
        fired: Sequence[_Fired],
        fields: tuple[str, str],
        names: tuple[Field, Field],
    ) -> TopicMatch:
        score = self._scorer.score(topic.id, [(each.compiled.rule, each.place) for each in fired])
        main = any(
            each.place >= LEAD and each.compiled.rule.strength != "hint"
            for each in fired
            if each.compiled.positive
        )
        return TopicMatch(topic.id, score, main, self._evidence(fired, fields, names))

    def _evidence(
        self, fired: Sequence[_Fired], fields: tuple[str, str], names: tuple[Field, Field]
    ) -> tuple[Evidence, ...]:
        """Give the phrases that made the rules apply, by place; of overlapping ones the longest."""
        speaking = [each for each in fired if each.compiled.positive]
        wanted = 0
        for each in speaking:
            for bits in each.compiled.when:
                wanted |= bits
        said = {id(sentence): sentence for each in speaking for sentence in each.sentences}
        found = _places(said.values(), wanted & ~self._context) or _places(said.values(), wanted)
        evidence: list[Evidence] = []
        last = (-1, -1)
        for field, start, end in sorted(found, key=lambda hit: (hit[0], hit[1], -hit[2])):
            if (field, start) < last:
                continue
            last = (field, end)
            evidence.append(Evidence(fields[field][start:end], start, end, names[field]))
            if len(evidence) == _MAX_EVIDENCE:
                break
        return tuple(evidence)

    def _sentences(self, text: str, field: int, masked: Sequence[Span]) -> list[_Sentence]:
        hits = self._finder.find(text)
        if not hits:
            return []
        hits = self._visible(hits, masked)
        starts = sentence_starts(text) if field else heading_starts(text)
        grouped: dict[int, list[Hit]] = {}
        for hit in hits:
            grouped.setdefault(bisect_right(starts, hit[1]) - 1, []).append(hit)
        return [
            _Sentence(_bits_of(some), _place(field, index, starts), field, tuple(some))
            for index, some in grouped.items()
        ]

    def _visible(self, hits: list[Hit], masked: Sequence[Span]) -> list[Hit]:
        """Drop what lies inside a lookalike or a masked place, and what is negated."""
        hiding = [(start, end) for bit, start, end in hits if bit == self._hiding]
        negated = [end for bit, _start, end in hits if bit == self._negating]
        if not (hiding or negated or masked):
            return hits
        return [
            hit
            for hit in hits
            if hit[0] < self._hiding
            and not any(start <= hit[1] and hit[2] <= end for start, end in masked)
            and not any(
                start <= hit[1] and hit[2] <= end and (start, end) != hit[1:]
                for start, end in hiding
            )
            and not any(0 < hit[1] - end <= _NEGATION_REACH for end in negated)
        ]


def _places(sentences: Iterable[_Sentence], wanted: int) -> set[tuple[int, int, int]]:
    """Give the places of the hits of the wanted lists: field, start, end."""
    return {
        (sentence.field, start, end)
        for sentence in sentences
        if sentence.bits & wanted
        for bit, start, end in sentence.hits
        if bit & wanted
    }


def _bits_of(hits: Sequence[Hit]) -> int:
    bits = 0
    for bit, _start, _end in hits:
        bits |= bit
    return bits


def _place(field: int, index: int, starts: Sequence[int]) -> float:
    if field == 0:
        return TITLE
    if index == 0:
        return LEAD
    return NEAR if starts[index] < _NEAR_CHARACTERS else BODY


def _fired(
    rules: Sequence[_Compiled], sentences: Sequence[_Sentence], everything: int
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


def _fire(compiled: _Compiled, sentences: Sequence[_Sentence], everything: int) -> _Fired | None:
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
