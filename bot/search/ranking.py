"""The order of what was found: BM25 over title and text, blended with how new it is.

It is computed here from the tokens of the candidates, so that both engines give one order.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import repeat
from operator import add, mul

from bot.search.plan import Any, No, Plan, Unit
from bot.storage.fulltext_rows import Column, Rows

TITLE_WEIGHT = 4.0
K1 = 1.2
B = 0.6
TITLE_LENGTH, BODY_LENGTH = 70.0, 560.0
"""Usual numbers of characters, against which a longer field is discounted."""

RECENCY = 0.35
RECENCY_DAYS = 365.0
EXACT_HEADLINE = 1_000.0
TITLE_PHRASE = 0.25
_PER_YEAR = (1 << 20) * 86_400 * RECENCY_DAYS


@dataclass(frozen=True, slots=True)
class _Field:
    """Texts to count in, and what one hit in each of them is worth."""

    texts: Column
    worth: Sequence[float]


def rank(rows: Rows, plan: Plan, headline: str) -> list[int]:
    """Give the positions of rows in order, best first, ties newest first. Pure.

    `rows` come newest first. `headline`: the tokens of what was typed; an entry whose title is
    just that comes first. How new an entry is counts from the newest of them, so that no clock is
    needed.
    """
    positions, titles = rows.positions, rows.titles
    if not positions:
        return []
    fields = [
        _Field(titles, _worth(titles.each, TITLE_WEIGHT, TITLE_LENGTH)),
        _Field(rows.bodies, _worth(rows.bodies.each, 1.0, BODY_LENGTH)),
        _Field(rows.tags, [1.0] * len(positions)),  # compounds and facts
    ]
    scores = _score(plan, fields)
    wanted = f" {headline} "
    if headline and wanted in titles.whole:
        for index, title in enumerate(titles.each):
            if wanted in title:
                same = title == wanted
                scores[index] += EXACT_HEADLINE if same else TITLE_PHRASE * (scores[index] + 1)
    newest = max(positions)
    blended = [
        -(score + 0.01) * (1 + RECENCY * math.exp((position - newest) / _PER_YEAR))
        for score, position in zip(scores, positions, strict=True)
    ]
    return [positions[index] for index in sorted(range(len(blended)), key=blended.__getitem__)]


def _worth(texts: Sequence[str], weight: float, usual: float) -> list[float]:
    return [weight / (1 - B + B * len(text) / usual) for text in texts]


def _score(plan: Plan, fields: Sequence[_Field]) -> list[float]:
    if isinstance(plan, Unit):
        return _unit(plan, fields)
    total = [0.0] * len(fields[0].worth)
    if isinstance(plan, No):
        return total
    better = max if isinstance(plan, Any) else add
    for part in plan.parts:
        total = list(map(better, total, _score(part, fields)))
    return total


def _unit(unit: Unit, fields: Sequence[_Field]) -> list[float]:
    """BM25 of one unit; what few of the candidates have is worth more."""
    size = len(fields[0].worth)
    frequencies = [0.0] * size
    runs = [f" {' '.join(run)} " for run in unit.runs] if unit.weight else []
    if unit.beginnings:
        runs = [f" {' '.join(run)}" for run in unit.beginnings]
    for field in fields:
        for run in runs:
            if run in field.texts.whole:  # most inflections are in none of them
                hits = map(str.count, field.texts.each, repeat(run))
                frequencies = list(map(add, frequencies, map(mul, hits, field.worth)))
    found = size - frequencies.count(0.0)
    rarity = unit.weight * (1 + math.log(size / found)) if found else 0.0
    return [rarity * f * (K1 + 1) / (f + K1) for f in frequencies]


def everything(plan: Plan) -> bool:
    """Whether nothing in a plan ranks, so that the newest come first."""
    if isinstance(plan, Unit):
        return not plan.weight
    return isinstance(plan, No) or all(everything(part) for part in plan.parts)
