"""The order of what was found: BM25 over title and text, blended with how new it is.

It is computed here from the tokens of the candidates, so that both engines give one order.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from bot.search.plan import Any, No, Plan, Unit
from bot.storage.fulltext import TextRow

TITLE_WEIGHT = 4.0
K1 = 1.2
B = 0.6
TITLE_LENGTH, BODY_LENGTH = 11.0, 90.0
"""Usual numbers of words, against which a longer field is discounted."""

RECENCY = 0.35
RECENCY_DAYS = 365.0
EXACT_HEADLINE = 1_000.0
TITLE_PHRASE = 0.25
_PER_DAY = (1 << 20) * 86_400


@dataclass(frozen=True, slots=True)
class _Candidates:
    """The texts to count in, each with a space at both ends, and what their lengths take away.

    `all` has every text, so that a word that is in none is not counted in each.
    """

    titles: list[str]
    bodies: list[str]
    norms: list[tuple[float, float]]
    all: str


def rank(rows: Sequence[TextRow], plan: Plan, headline: str) -> list[tuple[float, TextRow]]:
    """Put candidates in order, best first, ties newest first. Pure.

    `headline`: the tokens of what was typed; an entry whose title is just that comes first.
    How new an entry is counts from the newest of them, so that no clock is needed.
    """
    newest = max((row.position for row in rows), default=0)
    candidates = _candidates(rows)
    scores = _score(plan, candidates)
    wanted = f" {headline} " if headline else ""
    scored = []
    for row, score, title in zip(rows, scores, candidates.titles, strict=True):
        if wanted and wanted in title:
            score += EXACT_HEADLINE if title == wanted else TITLE_PHRASE * (score + 1)
        age = (newest - row.position) / _PER_DAY
        blended = (score + 0.01) * (1 + RECENCY * math.exp(-age / RECENCY_DAYS))
        scored.append((round(blended, 9), row))
    scored.sort(key=lambda pair: (-pair[0], -pair[1].position))
    return scored


def _candidates(rows: Sequence[TextRow]) -> _Candidates:
    titles = [f" {row.title} " for row in rows]
    bodies = [f" {row.body} {row.tags} " for row in rows]
    norms = [
        (
            1 - B + B * (row.title.count(" ") + 1) / TITLE_LENGTH,
            1 - B + B * (row.body.count(" ") + 1) / BODY_LENGTH,
        )
        for row in rows
    ]
    return _Candidates(titles, bodies, norms, "".join(titles) + "".join(bodies))


def _score(plan: Plan, candidates: _Candidates) -> list[float]:
    if isinstance(plan, Unit):
        return _unit(plan, candidates)
    total = [0.0] * len(candidates.titles)
    if isinstance(plan, No):
        return total
    better = max if isinstance(plan, Any) else float.__add__
    for part in plan.parts:
        total = list(map(better, total, _score(part, candidates)))
    return total


def _unit(unit: Unit, candidates: _Candidates) -> list[float]:
    """BM25 of one unit; what few of the candidates have is worth more."""
    size = len(candidates.titles)
    frequencies = [0.0] * size
    runs = [f" {' '.join(run)} " for run in unit.runs] if unit.weight else []
    for run in runs:
        if run not in candidates.all:
            continue
        in_titles = [title.count(run) for title in candidates.titles]
        in_bodies = [body.count(run) for body in candidates.bodies]
        frequencies = [
            so_far + TITLE_WEIGHT * in_title / title_norm + in_body / body_norm
            for so_far, in_title, in_body, (title_norm, body_norm) in zip(
                frequencies, in_titles, in_bodies, candidates.norms, strict=True
            )
        ]
    found = size - frequencies.count(0.0)
    rarity = unit.weight * (1 + math.log(size / found)) if found else 0.0
    return [rarity * f * (K1 + 1) / (f + K1) for f in frequencies]


def everything(plan: Plan) -> bool:
    """Whether nothing in a plan ranks, so that the newest come first."""
    if isinstance(plan, Unit):
        return not plan.weight
    return isinstance(plan, No) or all(everything(part) for part in plan.parts)
