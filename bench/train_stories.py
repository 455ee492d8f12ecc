"""Fit the weights by which two reports are one story; write `story_weights.toml`.

    python -m bench.train_stories tests/news/data/*pairs*.jsonl \
        --crowd tests/news/data/{examples,fresh}.jsonl [--out bot/news/story_weights.toml]

Logistic regression over the signs of `bot.news.stories`, on labelled pairs and on pairs of unlike
news that share a telling word in the same days: entries of two subjects, and headlines of a crowd,
taken as if they were of one week. A subject is what stands before the dash of an entry's id. What
is printed is held out by subject. The same files give the same weights.
"""

from __future__ import annotations

import argparse
import hashlib
import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import combinations
from pathlib import Path

from bench.stories import Tally, load
from bot.cli.stories import features_of
from bot.news.stories import LEARNED, Comparison, compare
from bot.news.story_features import EPOCH, StoryFeatures
from bot.news.story_signs import WINDOW_DAYS, Signs, signs

FOLDS = 6
STEPS = 250
RATE = 0.1
PULL = 0.5
"""How strongly weights are held to 0: an item's worth of evidence a squared unit."""
UNLIKE = 0.1
"""What a pair of unlike news weighs against a labelled one: there are many, and most are easy."""
OF_CROWD = 0.04
"""The same for a pair of the crowd."""
MOST = 400
"""What the labelled pairs of one file weigh at most, in pairs: who wrote it has habits."""
OBLIQUE = 0.1
"""What a pair of one event weighs whose headlines and texts have next to nothing of the matter in
common: it would teach that nothing in common is no sign, and any two designations were one."""
CROWD = 16_000
"""Pairs drawn from the crowd."""


@dataclass(frozen=True, slots=True)
class Row:
    """A pair as it is learned from."""

    subject: str
    found: Comparison
    signs: Signs
    same: bool
    weight: float
    labelled: bool = False


def rows_of(paths: Sequence[Path]) -> list[Row]:
    """Give the labelled pairs, and the pairs of unlike news among the entries of each file."""
    rows: list[Row] = []
    for path in paths:
        found, pairs = load([path])
        known = {str(each.id): features_of(each) for each in found}
        weight = min(1.0, MOST / len(pairs))
        rows += [
            replace(_row(known[pair.a], known[pair.b], pair.same, weight), labelled=True)
            for pair in pairs
        ]
        rows += [_row(a, b, False, UNLIKE) for a, b in _unlike(list(known.values()))]
    return rows


def crowd_of(paths: Sequence[Path]) -> list[Row]:
    """Give pairs of headlines that tell different events, but for a few by chance."""
    found, _ = load(list(paths))
    entries = [
        replace(features_of(each), publication=str(place % 7), when=EPOCH + timedelta(place % 4))
        for place, each in enumerate(found)
    ]
    draw = random.Random(1)
    rows: list[Row] = []
    while len(rows) < CROWD:
        a, b = draw.sample(entries, 2)
        if not set(a.keys).isdisjoint(b.keys):
            rows.append(replace(_row(a, b, False, OF_CROWD), subject=a.id))
    return rows


def _row(a: StoryFeatures, b: StoryFeatures, same: bool, weight: float) -> Row:
    found = signs(a, b)
    oblique = same and found.subject < 0.2 and found.texts < 0.3
    return Row(_subject(a), compare(a, b), found, same, weight * (OBLIQUE if oblique else 1))


def _subject(entry: StoryFeatures) -> str:
    return entry.id.partition("-")[0]


def _unlike(entries: Sequence[StoryFeatures]) -> Iterator[tuple[StoryFeatures, StoryFeatures]]:
    """Give pairs of two subjects that the shelf would have compared."""
    for a, b in combinations(entries, 2):
        near = abs((a.when - b.when).total_seconds()) <= WINDOW_DAYS * 86_400
        if near and _subject(a) != _subject(b) and not set(a.keys).isdisjoint(b.keys):
            yield a, b


def fit(rows: Sequence[Row]) -> tuple[float, Signs]:
    """Give bias and weights (Adam, from 0)."""
    learned = [row for row in rows if row.found.why == LEARNED]
    size = len(Signs._fields)
    current, first, second = ([0.0] * (size + 1) for _each in range(3))
    for step in range(1, STEPS + 1):
        slope = [PULL * weight for weight in current[:size]] + [0.0]
        for row in learned:
            total = current[size] + sum(map(float.__mul__, current, map(float, row.signs)))
            miss = row.weight * (_logistic(total) - row.same)
            for place, sign in enumerate(row.signs):
                slope[place] += miss * sign
            slope[size] += miss
        for place, each in enumerate(slope):
            first[place] = 0.9 * first[place] + 0.1 * each
            second[place] = 0.999 * second[place] + 0.001 * each * each
            spread = math.sqrt(second[place] / (1 - 0.999**step)) + 1e-8
            current[place] -= RATE * first[place] / (1 - 0.9**step) / spread
    return current[size], Signs(*current[:size])


def _logistic(total: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


def held_out(rows: Sequence[Row]) -> tuple[Tally, Tally]:
    """Judge labelled pairs, and pairs of unlike news, by weights learned without their subject."""
    labelled, unlike = Tally(), Tally()
    for part in range(FOLDS):
        bias, weights = fit([row for row in rows if _part(row) != part])
        for row in rows:
            if _part(row) == part:
                said = row.found.verdict == "same"
                if row.found.why == LEARNED:
                    total = bias + sum(map(float.__mul__, weights, map(float, row.signs)))
                    said = _logistic(total) >= 0.5
                (labelled if row.labelled else unlike).count(said=said, same=row.same)
    return labelled, unlike


def _part(row: Row) -> int:
    return int(hashlib.sha256(row.subject.encode()).hexdigest(), 16) % FOLDS


def write(bias: float, weights: Signs, path: Path) -> None:
    """Write the file of weights."""
    lines = [
        "# What each sign weighs for or against two reports being one story (log odds).",
        "# Made by bench/train_stories.py from labelled pairs; the signs are those of stories.py.",
        f"bias = {bias:.2f}",
        "[weights]",
        *(f"{name} = {weight:.2f}" for name, weight in weights._asdict().items()),
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--crowd", nargs="+", type=Path, required=True)
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    rows = rows_of(arguments.files) + crowd_of(arguments.crowd)
    labelled, unlike = held_out(rows)
    print(f"held out by subject: {labelled}")
    many = sum(not row.labelled for row in rows)
    print(f"of {many} pairs of unlike news {unlike.false} were joined")
    bias, weights = fit(rows)
    print(f"bias {bias:.2f}", *(f"{k} {v:.2f}" for k, v in weights._asdict().items()), sep="\n")
    if arguments.out:
        write(bias, weights, arguments.out)


if __name__ == "__main__":
    main()
