"""Which rules of the taxonomy apply to an entry, at what place, and by which phrases.

A rule looks at which word lists meet in a sentence, and counts by the best place where they do:
title, lead, or further down. Lists are bits, so that hundreds of rules cost a few operations each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.news import evidence
from bot.news.reading import LEAD, Reader, Sentence
from bot.news.scoring import PRIOR, Scorer
from bot.news.taxonomy import Rule

TELLING, _VAGUE = 0, 1
"""The first part of a phrase's rank: whether it explains by itself."""


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule over bits.

    `telling` and `vague` are the lists of a rule that are shown as evidence; `rank`: how well they
    tell the topic, by the rule's strength and by how many lists it needs, the less the better.
    `unlearned` is what it adds where the model does not know it.
    """

    rule: Rule
    name: str
    unlearned: float
    when: tuple[int, ...]
    unless: int
    positive: bool
    telling: int
    vague: int
    rank: tuple[int, int]


@dataclass(frozen=True, slots=True)
class FiredRule:
    """A rule that applies: at what place it counts, and the sentences that say so."""

    compiled: CompiledRule
    place: float
    sentences: tuple[Sentence, ...]


def compile_rule(
    rule: Rule, reader: Reader, scorer: Scorer, *, context: int, vague: int
) -> CompiledRule:
    """Give a rule over the bits of `reader`; `context` and `vague` are lists that show nothing, or
    little, by themselves."""
    when = tuple(reader.bits(term) for term in rule.when)
    wanted = 0
    for bits in when:
        wanted |= bits
    wanted &= ~context
    name = f"{rule.topic}/{rule.name}"
    return CompiledRule(
        rule,
        name,
        0.0 if name in scorer.weights else PRIOR[rule.strength],
        when,
        reader.bits(rule.unless),
        rule.positive,
        telling=wanted & ~vague,
        vague=wanted & vague,
        rank=(tuple(PRIOR).index(rule.strength), len(when)),
    )


def fired_rules(
    rules: Sequence[CompiledRule], sentences: Sequence[Sentence], everything: int
) -> list[FiredRule]:
    """Give the rules that apply, each at its best place."""
    fired: list[FiredRule] = []
    for compiled in rules:
        for bits in compiled.when:
            if not everything & bits:
                break
        else:
            found = _fire(compiled, sentences, everything)
            if found is not None:
                fired.append(found)
    return fired


def _fire(
    compiled: CompiledRule, sentences: Sequence[Sentence], everything: int
) -> FiredRule | None:
    """Say where a rule applies, if it does: at its best place."""
    if compiled.rule.within == "entry":
        if everything & compiled.unless:
            return None
        place = max(each.place for each in sentences if each.bits & compiled.when[0])
        return FiredRule(compiled, place, tuple(sentences))
    unless, when = compiled.unless, compiled.when
    said: list[Sentence] = []
    for each in sentences:
        bits = each.bits
        if bits & unless:
            continue
        for wanted in when:
            if not bits & wanted:
                break
        else:
            said.append(each)
    if not said:
        return None
    return FiredRule(compiled, max(each.place for each in said), tuple(said))


def bits_of(sentences: Sequence[Sentence]) -> int:
    """Give the lists that any of the sentences has."""
    bits = 0
    for sentence in sentences:
        bits |= sentence.bits
    return bits


def rules_of(fired: Sequence[FiredRule]) -> list[tuple[Rule, float]]:
    """Give the rules that apply, each with the weight of its place."""
    return [(each.compiled.rule, each.place) for each in fired]


def is_main(fired: Sequence[FiredRule]) -> bool:
    """Whether a topic is what the entry is about, and not only mentioned further down."""
    speaking = [each for each in fired if each.compiled.positive]
    return not speaking or any(
        each.place == 1 or (each.place >= LEAD and each.compiled.rule.strength != "hint")
        for each in speaking
    )


def is_named(fired: Sequence[FiredRule]) -> bool:
    """Whether the headline itself names a topic by a phrase that is sure of it."""
    return any(each.place == 1 and each.compiled.rule.strength == "sure" for each in fired)


def is_deep(fired: Sequence[FiredRule]) -> bool:
    """Whether what speaks for a topic stands only further down, where the wording is not read."""
    places = [each.place for each in fired if each.compiled.positive]
    return bool(places) and max(places) < LEAD


def ranked_places(fired: Sequence[FiredRule]) -> dict[evidence.Place, evidence.Rank]:
    """Give the places that made rules apply; those of rules that say most with least rank best,
    and vague ones after all others."""
    places: dict[evidence.Place, evidence.Rank] = {}
    for each in fired:
        rule = each.compiled
        if not rule.positive:
            continue
        for vagueness, bits in ((TELLING, rule.telling), (_VAGUE, rule.vague)):
            for place in evidence.met(each.sentences, bits):
                rank = (vagueness, *rule.rank)
                places[place] = min(rank, places.get(place, rank))
    return places
