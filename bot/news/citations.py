"""Citations: checked references in a text, in their normal form, with their official page."""

from __future__ import annotations

from bot.news import control_citations, reference_citations, register_citations
from bot.news.citation_pages import ordinal, page
from bot.news.citation_rule import Found, Rule, shape_of
from bot.news.model import Citation, Field

_RULES = control_citations.RULES + register_citations.RULES + reference_citations.RULES

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
    context = f"{title[:_MAX_TEXT]}\n{text[:_MAX_TEXT]}"
    shape = shape_of(context)
    rules = [rule for rule in _RULES if rule.may_be_in(shape)]
    if not rules:
        return ()
    congress = ordinal(context)
    found: dict[tuple[str, str], Citation] = {}
    fields: tuple[tuple[str, Field], ...] = (
        (title[:_MAX_TEXT], "title"),
        (text[:_MAX_TEXT], text_field),
    )
    for body, field in fields:
        for kind, (value, start, end) in _in_field(rules, body):
            if (kind, value) not in found and len(found) < _MAX_CITATIONS:
                url = page(kind, value, congress)
                found[kind, value] = Citation(kind, value, body[start:end], start, end, field, url)
    return tuple(found.values())


def _in_field(rules: list[Rule], body: str) -> list[tuple[str, Found]]:
    """Give what the rules find in one field, by place; of two that overlap, the longer."""
    hits = [(rule.kind, hit) for rule in rules for hit in rule.find(body)]
    hits.sort(key=lambda hit: (hit[1][1], -hit[1][2]))
    kept: list[tuple[str, Found]] = []
    end = -1
    for kind, hit in hits:
        if hit[1] >= end:
            kept.append((kind, hit))
            end = hit[2]
    return kept
