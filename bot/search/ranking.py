"""The order of what was found: BM25 over title and text, blended with how new it is.

It is computed here from the tokens of the candidates, so that both engines give one order.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from bot.search.plan import Any, No, Plan, Unit
from bot.storage.fulltext_query import Candidate

TITLE_WEIGHT = 4.0
K1 = 1.2
B = 0.6
TITLE_LENGTH, BODY_LENGTH = 70.0, 560.0
"""Usual numbers of characters, against which a longer field is discounted."""

RECENCY = 0.35
RECENCY_DAYS = 365.0
EXACT_HEADLINE = 1_000.0
TITLE_PHRASE = 0.25
_PER_DAY = (1 << 20) * 86_400


@dataclass(frozen=True, slots=True)
class _Texts:
    """The texts to count in, and what their lengths take away.

    `all` has every text, so that a word that is in none is not looked for in each.
    """

    titles: list[str]
    bodies: list[str]
    tags: list[str]
    norms: list[tuple[float, float]]
    all: str
    all_tags: str


def rank(rows: Sequence[Candidate], plan: Plan, headline: str) -> list[Candidate]:
    """Put candidates in order, best first, ties newest first. Pure.

    `headline`: the tokens of what was typed; an entry whose title is just that comes first.
    How new an entry is counts from the newest of them, so that no clock is needed.
    """
    newest = max((row.position for row in rows), default=0)
    texts = _texts(rows)
    wanted = f" {headline} "
    is_headed = bool(headline) and wanted in texts.all
    order = []
    for index, (row, score) in enumerate(zip(rows, _score(plan, texts), strict=True)):
        if is_headed and wanted in row.title:
            score += EXACT_HEADLINE if row.title == wanted else TITLE_PHRASE * (score + 1)
        age = (newest - row.position) / _PER_DAY
        blended = (score + 0.01) * (1 + RECENCY * math.exp(-age / RECENCY_DAYS))
        order.append((-blended, -row.position, index))
    order.sort()
    return [rows[index] for _score, _position, index in order]


def _texts(rows: Sequence[Candidate]) -> _Texts:
    _positions, titles, bodies, tags = map(list, zip(*rows, strict=True)) if rows else ([],) * 4
    norms = [
        (1 - B + B * len(title) / TITLE_LENGTH, 1 - B + B * len(body) / BODY_LENGTH)
        for title, body in zip(titles, bodies, strict=True)
    ]
    return _Texts(titles, bodies, tags, norms, "".join(titles + bodies), "".join(tags))


def _score(plan: Plan, texts: _Texts) -> list[float]:
    if isinstance(plan, Unit):
        return _unit(plan, texts)
    total = [0.0] * len(texts.titles)
    if isinstance(plan, No):
        return total
    better = max if isinstance(plan, Any) else float.__add__
    for part in plan.parts:
        total = list(map(better, total, _score(part, texts)))
    return total


def _unit(unit: Unit, texts: _Texts) -> list[float]:
    """BM25 of one unit; what few of the candidates have is worth more."""
    size = len(texts.titles)
    frequencies = [0.0] * size
    runs = [f" {' '.join(run)} " for run in unit.runs] if unit.weight else []
    for run in runs:
        if run in texts.all_tags:  # a compound, or a fact
            frequencies = list(map(float.__add__, frequencies, _in_tags(run, texts)))
        if run not in texts.all:
            continue
        in_titles = [title.count(run) for title in texts.titles]
        in_bodies = [body.count(run) for body in texts.bodies]
        frequencies = [
            so_far + TITLE_WEIGHT * in_title / title_norm + in_body / body_norm
            for so_far, in_title, in_body, (title_norm, body_norm) in zip(
                frequencies, in_titles, in_bodies, texts.norms, strict=True
            )
        ]
    found = size - frequencies.count(0.0)
    rarity = unit.weight * (1 + math.log(size / found)) if found else 0.0
    return [rarity * f * (K1 + 1) / (f + K1) for f in frequencies]


def _in_tags(run: str, texts: _Texts) -> list[float]:
    return [float(tags.count(run)) for tags in texts.tags]


def everything(plan: Plan) -> bool:
    """Whether nothing in a plan ranks, so that the newest come first."""
    if isinstance(plan, Unit):
        return not plan.weight
    return isinstance(plan, No) or all(everything(part) for part in plan.parts)
