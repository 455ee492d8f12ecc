"""Fit the weights of words, lists, pairs of lists and rules; write `topic_words.tsv`.

    python -m bench.train_wording --seen FILE... --unseen FILE... [--out bot/news/topic_words.tsv]

The rules were written while looking at the files `--seen`, so what is learned looks better on them
than it is; how sure it may be is therefore fitted on `--unseen` alone, each item judged by weights
learned from the other items. Run it after `bench.train_topics`. The same files give the same
weights: nothing is left to chance. Takes some minutes; topics are spread over the processors.
"""

from __future__ import annotations

import argparse
import math
import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from bench.topics import load, print_calibration, print_table
from bench.train_topics import part_of, predict
from bot.news.boilerplate import spans
from bot.news.classifier import Classifier
from bot.news.quality import LabelledItem, measure
from bot.news.scoring import LEAST_SCORE, Scorer, as_score, logistic
from bot.news.taxonomy import load_taxonomy
from bot.news.wording import BIAS, SHIFT, SLOPE, Calibration, Wording

COST = 30.0
"""What a miss costs beside the size of the weights (1 / the strength of regularisation)."""
BIAS_SHARE = 3.0
"""The share of the feature that all items have: its weight is the bias, and may be large."""
PASSES = 60
SETTLED = 0.01
"""A change of every item's say, as a share of the most it may have, below which all is learned."""
NEWTON, FLAT, EDGE = 20, 0.001, 1e-10
"""Steps at most to an item's best say, the slope that is flat enough, and how near to its bounds
(as a share) a say may come."""
LEAST_WORD, LEAST_PAIR = 2, 3
"""Items in which a word, and a pair of lists, must stand before it is learned."""
SMALL, SMALL_PAIR = 0.3, 0.5
"""Weights nearer to 0 than this are left out of the file; pairs are many, and each says little."""
COMPOUNDS = 900
"""Items made of two."""
FOLDS = 4
STEPS = 300
STEP = 0.02


@dataclass(frozen=True, slots=True)
class Row:
    """An item as it is learned from."""

    item: LabelledItem
    features: Mapping[str, float]
    rules: frozenset[str]
    """The topics that the rules alone find."""

    @property
    def weight(self) -> float:
        return 0.5 if self.item.borderline else 1.0


def compounds(items: Sequence[LabelledItem]) -> Iterator[LabelledItem]:
    """Give items that tell two things at once, made of two: with the topics of both.

    Trade publications write such headlines ("A; B"), and go on to another matter in the text.
    """
    draw = random.Random(1)
    telling = [item for item in items if item.topics]
    for number in range(COMPOUNDS):
        one, other = draw.choice(telling), draw.choice(items)
        topics = one.topics | other.topics
        if number % 3:
            yield LabelledItem("", f"{one.title}; {other.title}", "", topics)
        else:
            yield LabelledItem("", one.title, f"{one.title}. {other.title}.", topics, False, True)


def rows_of(items: Sequence[LabelledItem], classifier: Classifier) -> list[Row]:
    """Read items as they are learned from."""
    taxonomy, scorer = load_taxonomy(), Scorer.shipped()
    rows: list[Row] = []
    for item in items:
        masked = spans(item.text)
        fired = classifier.fired(item.title, item.text, masked)
        rules = frozenset(predict(taxonomy, scorer, fired))
        rows.append(Row(item, classifier.features(item.title, item.text, masked), rules))
    return rows


@dataclass(frozen=True, slots=True)
class Cases:
    """Items as they are learned from: what is weighed, by number, the topics, what each counts."""

    names: Sequence[str]
    features: Sequence[Sequence[tuple[int, float]]]
    topics: Sequence[frozenset[str]]
    weights: Sequence[float]


def cases_of(rows: Sequence[Row]) -> Cases:
    """Number the features that stand in enough items."""
    counts = Counter(name for row in rows for name in row.features)
    names = [name for name, count in counts.items() if count >= _least(name)]
    number = {name: place for place, name in enumerate(names)}
    return Cases(
        names,
        [
            tuple((number[name], share) for name, share in row.features.items() if name in number)
            for row in rows
        ],
        [row.item.topics for row in rows],
        [row.weight for row in rows],
    )


def _least(name: str) -> int:
    return LEAST_PAIR if _is_pair(name) else LEAST_WORD


def _is_pair(name: str) -> bool:
    return name.startswith("#") and "&" in name


def fit(rows: Sequence[Row], topics: Sequence[str]) -> Wording:
    """Learn what each feature weighs: regularised logistic regression, a topic at a time."""
    biases: dict[str, float] = {}
    weights: dict[str, dict[str, float]] = {}
    with ProcessPoolExecutor(initializer=_learn_from, initargs=(cases_of(rows),)) as pool:
        for topic, (bias, learned) in zip(topics, pool.map(_descend, topics), strict=True):
            biases[topic] = bias
            for name, weight in learned.items():
                weights.setdefault(name, {})[topic] = weight
    return Wording(
        biases,
        {name: tuple(some.get(topic, 0.0) for topic in topics) for name, some in weights.items()},
        Calibration(1.0, dict.fromkeys(topics, 0.0)),
    )


_CASES: list[Cases] = []
"""What a process of the pool learns from."""


def _learn_from(cases: Cases) -> None:
    _CASES[:] = [cases]


def _descend(topic: str) -> tuple[float, dict[str, float]]:
    """Fit one topic's bias and weights, by coordinate descent in the dual (Yu, Huang, Lin 2011).

    Every item has a say (`says`) in the weights, between nothing and its cost; each in turn is set
    to what is best while the others stay.
    """
    (cases,) = _CASES
    rng = random.Random(topic)
    items = [
        (
            features,
            1.0 if topic in topics else -1.0,
            COST * counts,
            BIAS_SHARE**2 + sum(share * share for _place, share in features),
        )
        for features, topics, counts in zip(
            cases.features, cases.topics, cases.weights, strict=True
        )
    ]
    says = [0.001 * most for _features, _side, most, _size in items]
    weights = [0.0] * len(cases.names)
    bias = 0.0
    for (features, side, _most, _size), say in zip(items, says, strict=True):
        bias += side * say * BIAS_SHARE
        for place, share in features:
            weights[place] += side * say * share
    order = list(range(len(items)))
    for _pass in range(PASSES):
        rng.shuffle(order)
        furthest = 0.0
        for number in order:
            features, side, most, size = items[number]
            total = bias * BIAS_SHARE
            for place, share in features:
                total += weights[place] * share
            before = says[number]
            after = _best_say(before, side * total, size, most)
            moved = side * (after - before)
            furthest = max(furthest, abs(moved) / most)
            if moved:
                says[number] = after
                bias += moved * BIAS_SHARE
                for place, share in features:
                    weights[place] += moved * share
        if furthest < SETTLED:
            break
    return bias * BIAS_SHARE, {
        name: weight
        for name, weight in zip(cases.names, weights, strict=True)
        if abs(weight) >= (SMALL_PAIR if _is_pair(name) else SMALL)
    }


def _best_say(before: float, total: float, size: float, most: float) -> float:
    """Give the say of an item that is best beside the others': Newton, kept within bounds."""
    least = EDGE * most
    say = before
    for _step in range(NEWTON):
        slope = size * (say - before) + total + math.log(say / (most - say))
        if abs(slope) < FLAT:
            break
        wanted = say - slope / (size + most / (say * (most - say)))
        if wanted <= 0.0:
            wanted = say * 0.1
        elif wanted >= most:
            wanted = most - (most - say) * 0.1
        say = min(max(wanted, least), most - least)
    return say


def held_out(
    seen: Sequence[Row], unseen: Sequence[Row], topics: Sequence[str]
) -> list[dict[str, float]]:
    """Give the log odds for each unseen item, learned without its part."""
    totals: list[dict[str, float]] = [{} for _row in unseen]
    for part in range(FOLDS):
        inside = [row for row in unseen if part_of(row.item, FOLDS) != part]
        learned = fit([*seen, *inside], topics)
        for number, row in enumerate(unseen):
            if part_of(row.item, FOLDS) == part:
                totals[number] = learned.totals(row.features)
    return totals


def calibrate(
    unseen: Sequence[Row], said: Sequence[Mapping[str, float]], topics: Sequence[str]
) -> Calibration:
    """Learn how sure what was learned may be of items it has not seen (Adam)."""
    names = ["slope", *topics]
    current = {"slope": 1.0} | dict.fromkeys(topics, 0.0)
    first, second = dict.fromkeys(names, 0.0), dict.fromkeys(names, 0.0)
    cases = [
        (topic, Wording.bound(totals[topic]), topic in row.item.topics, row.weight)
        for row, totals in zip(unseen, said, strict=True)
        for topic in topics
    ]
    for step in range(1, STEPS + 1):
        slope = {topic: current[topic] for topic in topics} | {"slope": 0.0}
        for topic, total, wanted, weight in cases:
            miss = weight * (logistic(current["slope"] * total + current[topic]) - wanted)
            slope["slope"] += miss * total
            slope[topic] += miss
        for name in names:
            first[name] = 0.9 * first[name] + 0.1 * slope[name]
            second[name] = 0.999 * second[name] + 0.001 * slope[name] ** 2
            size = math.sqrt(second[name] / (1 - 0.999**step)) + 1e-8
            current[name] -= STEP * first[name] / (1 - 0.9**step) / size
    return Calibration(current["slope"], {topic: current[topic] for topic in topics})


def scored(said: Sequence[Mapping[str, float]], calibration: Calibration) -> list[dict[str, float]]:
    """Give the topics that items are given by what was said of them, with their scores."""
    learned = Wording({}, {}, calibration)
    return [
        {
            topic: score
            for topic, total in totals.items()
            if (score := as_score(learned.calibrated(topic, total))) >= LEAST_SCORE
        }
        for totals in said
    ]


def judge(
    unseen: Sequence[Row],
    said: Sequence[Mapping[str, float]],
    calibration: Calibration,
) -> None:
    """Print what the rules alone, and all together, find in the unseen items, by file."""
    ways: dict[str, list[dict[str, float]]] = {
        "rules alone": [dict.fromkeys(row.rules, 1.0) for row in unseen],
        "all together": scored(said, calibration),
    }
    for name, found in ways.items():
        print(f"\n{name}, held out")
        items = [row.item for row in unseen]
        print_table(measure(items, found))
        noise = [bool(each) for item, each in zip(items, found, strict=True) if not item.topics]
        print(f"of {len(noise)} items without topic {sum(noise) / len(noise):.1%} are given one")
        if name == "all together":
            print_calibration(items, found)


def write(wording: Wording, topics: Sequence[str], path: Path) -> None:
    """Write the table of weights: a line a feature, a column a topic."""
    calibration = wording.calibration
    table = {
        BIAS: wording.biases,
        SLOPE: dict.fromkeys(topics, calibration.slope),
        SHIFT: calibration.biases,
    }
    lines = ["\t".join(["", *topics])]
    for name, by_topic in table.items():
        lines.append("\t".join([name, *(f"{by_topic[topic]:.3f}" for topic in topics)]))
    for name, weights in sorted(wording.weights.items()):
        lines.append("\t".join([name, *(f"{weight:.1f}" if weight else "" for weight in weights)]))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--seen", nargs="+", type=Path, default=[])
    parser.add_argument("--unseen", nargs="+", type=Path, required=True)
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    topics = [topic.id for topic in load_taxonomy().topics]
    classifier = Classifier(load_taxonomy(), Scorer.shipped())
    known = [item for path in arguments.seen for item in load(path)]
    seen = rows_of([*known, *compounds(known)], classifier)
    unseen = rows_of([item for path in arguments.unseen for item in load(path)], classifier)
    said = held_out(seen, unseen, topics)
    calibration = calibrate(unseen, said, topics)
    judge(unseen, said, calibration)
    if arguments.out:
        learned = fit([*seen, *unseen], topics)
        write(Wording(learned.biases, learned.weights, calibration), topics, arguments.out)


if __name__ == "__main__":
    main()
