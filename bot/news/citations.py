"""Citations: checked references in a text, in their normal form, with their official page."""

from __future__ import annotations

import ahocorasick

from bot.news import (
    code_citations,
    control_citations,
    court_citations,
    eccn_citations,
    foreign_citations,
    licence_citations,
    reference_citations,
    register_citations,
)
from bot.news.citation_pages import ordinal, ordinal_behind, page
from bot.news.citation_rule import Found, PlainText, Rule, shape_of
from bot.news.licence_programmes import settled
from bot.news.model import Citation, Field

_Hit = tuple[str, Found]
"""A kind, and what was found of it."""

_RULES = (
    eccn_citations.RULES
    + control_citations.RULES
    + register_citations.RULES
    + code_citations.RULES
    + reference_citations.RULES
    + foreign_citations.RULES
    + licence_citations.RULES
    + court_citations.RULES
)


def _hints() -> ahocorasick.Automaton:
    """Find all hints in one pass, each with the numbers of its rules: there are many of them."""
    rules_of: dict[str, int] = {}
    for number, rule in enumerate(_RULES):
        for hint in rule.hints:
            rules_of[hint] = rules_of.get(hint, 0) | 1 << number
    automaton = ahocorasick.Automaton()
    for hint, rules in rules_of.items():
        automaton.add_word(hint, rules)
    automaton.make_automaton()
    return automaton


_HINTS = _hints()

_MAX_TEXT = 400_000
"""Characters of one field that are read; a rule's whole text has about 300,000."""

_MAX_CITATIONS = 400


def find_citations(title: str, text: str, text_field: Field) -> tuple[Citation, ...]:
    """Find the references of an entry, the title's first, each value once.

    `text_field` says which field `text` is. Places are offsets in characters into the field, so
    that `field[start:end] == citation.text` holds. Never raises.

    >>> [each.value for each in find_citations("", "See 88 FR 73458, ECCN 3A090.", "summary")]
    ['88 FR 73458', '3A090']
    """
    fields: tuple[tuple[str, Field], ...] = (
        (title[:_MAX_TEXT], "title"),
        (text[:_MAX_TEXT], text_field),
    )
    plain = [PlainText(body) for body, _field in fields]
    texts = [each.text for each in plain]
    context = "\n".join(texts)
    rules = _rules_for(shape_of(context))
    if not rules:
        return ()
    congress = ordinal(context)
    found: dict[tuple[str, str], Citation] = {}
    read_in = _with_programmes(texts, [_in_field(rules, each, context) for each in texts])
    for (body, field), read, hits in zip(fields, plain, read_in, strict=True):
        for kind, (value, first, last) in hits:
            if (kind, value) not in found and len(found) < _MAX_CITATIONS:
                start, end = read.place(first, last)
                written = body[start:end]
                its_congress = ordinal_behind(read.text, last) or congress
                url = page(kind, value, written, its_congress)
                found[kind, value] = Citation(kind, value, written, start, end, field, url)
    return tuple(found.values())


def _rules_for(shape: str) -> list[Rule]:
    """Give the rules whose reference a text of this `shape_of` can hold."""
    hinted = 0
    for _end, rules in _HINTS.iter(shape):
        hinted |= rules
    some = (rule for number, rule in enumerate(_RULES) if hinted >> number & 1)
    return [rule for rule in some if rule.needed in shape]


def _with_programmes(texts: list[str], read: list[list[_Hit]]) -> list[list[_Hit]]:
    """Give the licences of an entry the programme that stands elsewhere in it."""
    mentions = [
        (value, text, start, end)
        for text, hits in zip(texts, read, strict=True)
        for kind, (value, start, end) in hits
        if kind == licence_citations.KIND
    ]
    known = settled(mentions, texts) if mentions else {}
    if not known:
        return read
    return [[(kind, (known.get(hit[0], hit[0]), *hit[1:])) for kind, hit in hits] for hits in read]


def _in_field(rules: list[Rule], body: str, context: str) -> list[_Hit]:
    """Give what the rules find in one field, by place; of two that overlap, the longer."""
    hits = [(rule.kind, hit) for rule in rules for hit in rule.read(body, context)]
    hits.sort(key=lambda hit: (hit[1][1], -hit[1][2]))
    kept: list[_Hit] = []
    end = -1
    for kind, hit in hits:
        if hit[1] >= end:
            kept.append((kind, hit))
            end = hit[2]
    return kept
