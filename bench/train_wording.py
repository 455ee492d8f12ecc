"""Fit the weights of words, and how rules and words make one score; write `topic_words.toml`.

    python -m bench.train_wording --seen FILE... --unseen FILE... [--out bot/news/topic_words.toml]

The rules were written while looking at the files `--seen`, so they look better on them than they
are; how much to trust rules and words is therefore fitted on `--unseen` alone, each item judged
by words learned from the other items. Run it after `bench.train_topics`. The same files give the
same weights: nothing is left to chance. Takes some minutes.
"""

from __future__ import annotations

import argparse
import math
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.topics import load, print_table
from bench.train_topics import part_of
from bot.news.boilerplate import spans
from bot.news.classifier import Classifier
from bot.news.quality import LabelledItem, measure
from bot.news.scoring import LEAST_SCORE, Scorer, as_score, logistic
from bot.news.taxonomy import load_taxonomy
from bot.news.wording import Blend, Wording

EPOCHS = 12
RATE = 0.5
DECAY = 0.0005
SEEN_TWICE = 2
"""Items in which a word must stand before it is learned."""
SMALL = 0.4
"""Weights nearer to 0 than this are left out of the file."""
FOLDS = 5
BLEND_STEPS = 300
BLEND_RATE = 0.02


@dataclass(frozen=True, slots=True)
class Row:
    """An item as it is learned from."""

    item: LabelledItem
    features: Mapping[str, float]
    rules: Mapping[str, float]
    """Log odds by topic, as the rules alone give them."""

    @property
    def weight(self) -> float:
        return 0.5 if self.item.borderline else 1.0


def rows_of(paths: Sequence[Path], classifier: Classifier) -> list[Row]:
    """Read labelled files."""
    taxonomy, scorer = load_taxonomy(), Scorer.shipped()
    rows: list[Row] = []
    for item in (item for path in paths for item in load(path)):
        masked = spans(item.text)
        fired = classifier.fired(item.title, item.text, masked)
        rules = {
            topic.id: scorer.total(
                topic.id,
                [
                    (rule, fired[f"{topic.id}/{rule.name}"])
                    for rule in topic.rules
                    if f"{topic.id}/{rule.name}" in fired
                ],
            )
            for topic in taxonomy.topics
        }
        rows.append(Row(item, classifier.features(item.title, item.text, masked), rules))
    return rows


def fit(rows: Sequence[Row], topics: Sequence[str]) -> Wording:
    """Learn the weights of words and lists: logistic regression by AdaGrad."""
    counts = Counter(name for row in rows for name in row.features)
    vocabulary = {name for name, count in counts.items() if count >= SEEN_TWICE}
    seen = [
        ([(name, share) for name, share in row.features.items() if name in vocabulary], row)
        for row in rows
    ]
    biases: dict[str, float] = {}
    weights: dict[str, list[tuple[str, float]]] = {}
    for topic in topics:
        bias, learned = _descend(topic, seen)
        biases[topic] = bias
        for name, weight in learned.items():
            if abs(weight) >= SMALL:
                weights.setdefault(name, []).append((topic, weight))
    return Wording(
        biases,
        {name: tuple(some) for name, some in weights.items()},
        Blend(0.0, 1.0, dict.fromkeys(topics, 0.0)),
    )


def _descend(
    topic: str, seen: Sequence[tuple[list[tuple[str, float]], Row]]
) -> tuple[float, dict[str, float]]:
    """Fit one topic's bias and weights."""
    rng = random.Random(topic)
    order = list(range(len(seen)))
    weights: dict[str, float] = {}
    slopes: dict[str, float] = {}
    bias, bias_slope = -3.0, 1.0
    for _epoch in range(EPOCHS):
        rng.shuffle(order)
        for number in order:
            features, row = seen[number]
            total = bias + sum(weights.get(name, 0.0) * share for name, share in features)
            miss = row.weight * (logistic(total) - (topic in row.item.topics))
            bias_slope += miss * miss
            bias -= RATE * miss / math.sqrt(bias_slope)
            for name, share in features:
                slope = miss * share + DECAY * weights.get(name, 0.0)
                steep = slopes.get(name, 1e-6) + slope * slope
                slopes[name] = steep
                weights[name] = weights.get(name, 0.0) - RATE * slope / math.sqrt(steep)
    return bias, weights


def held_out(
    seen: Sequence[Row], unseen: Sequence[Row], topics: Sequence[str]
) -> list[dict[str, float]]:
    """Give the words' log odds for each unseen item, learned without its part."""
    totals: list[dict[str, float]] = [{} for _row in unseen]
    for part in range(FOLDS):
        inside = [row for row in unseen if part_of(row.item, FOLDS) != part]
        learned = fit([*seen, *inside], topics)
        for number, row in enumerate(unseen):
            if part_of(row.item, FOLDS) == part:
                totals[number] = learned.totals(row.features)
    return totals


def fit_blend(
    unseen: Sequence[Row], words: Sequence[Mapping[str, float]], topics: Sequence[str]
) -> Blend:
    """Learn how much the rules' log odds count, and how much the words' (Adam)."""
    names = ["rules", "wording", *topics]
    current = {"rules": 0.5, "wording": 0.5} | dict.fromkeys(topics, 0.0)
    first, second = dict.fromkeys(names, 0.0), dict.fromkeys(names, 0.0)
    cases = [
        (topic, _bound(row.rules[topic]), _bound(said[topic]), topic in row.item.topics, row.weight)
        for row, said in zip(unseen, words, strict=True)
        for topic in topics
    ]
    for step in range(1, BLEND_STEPS + 1):
        slope = {topic: current[topic] for topic in topics} | {"rules": 0.0, "wording": 0.0}
        for topic, rules, wording, wanted, weight in cases:
            total = current["rules"] * rules + current["wording"] * wording + current[topic]
            miss = weight * (logistic(total) - wanted)
            slope["rules"] += miss * rules
            slope["wording"] += miss * wording
            slope[topic] += miss
        for name in names:
            first[name] = 0.9 * first[name] + 0.1 * slope[name]
            second[name] = 0.999 * second[name] + 0.001 * slope[name] ** 2
            size = math.sqrt(second[name] / (1 - 0.999**step)) + 1e-8
            current[name] -= BLEND_RATE * first[name] / (1 - 0.9**step) / size
    return Blend(current["rules"], current["wording"], {topic: current[topic] for topic in topics})


def _bound(total: float) -> float:
    return Wording.bound(total)


def judge(
    unseen: Sequence[Row],
    words: Sequence[Mapping[str, float]],
    blend: Blend,
    topics: Sequence[str],
) -> None:
    """Print what rules, words and both find in the unseen items."""
    both = Wording({}, {}, blend)

    def rules_alone(row: Row, _said: Mapping[str, float], topic: str) -> float:
        return row.rules[topic]

    def words_alone(_row: Row, said: Mapping[str, float], topic: str) -> float:
        return said[topic]

    def blended(row: Row, said: Mapping[str, float], topic: str) -> float:
        return both.blended(topic, row.rules[topic], said[topic])

    ways = {"rules alone": rules_alone, "words alone": words_alone, "both": blended}
    for name, way in ways.items():
        found = [
            {
                topic: score
                for topic in topics
                if (score := as_score(way(row, said, topic))) >= LEAST_SCORE
            }
            for row, said in zip(unseen, words, strict=True)
        ]
        print(f"\n{name}, words held out")
        print_table(measure([row.item for row in unseen], found))


def write(wording: Wording, topics: Sequence[str], path: Path) -> None:
    """Write the file of weights."""
    lines = [
        "# What words (by stem) and the taxonomy's word lists (#name) weigh for and against each",
        "# topic (log odds), and how rules and words make one score. Made by",
        "# bench/train_wording.py from labelled news.",
        "",
        "[blend]",
        f"rules = {wording.blend.rules:.3f}",
        f"wording = {wording.blend.wording:.3f}",
    ]
    for topic in topics:
        known = {name: wording.says(name, topic) for name in wording.weights}
        lines += [
            "",
            f"[topic.{topic}]",
            f"bias = {wording.biases[topic]:.2f}",
            f"blend = {wording.blend.biases[topic]:.3f}",
            f"[topic.{topic}.weights]",
        ]
        lines += [
            f'"{name}" = {weight:.1f}'
            for name, weight in sorted(known.items(), key=lambda each: (-each[1], each[0]))
            if abs(weight) >= SMALL
        ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--seen", nargs="+", type=Path, default=[])
    parser.add_argument("--unseen", nargs="+", type=Path, required=True)
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    topics = [topic.id for topic in load_taxonomy().topics]
    classifier = Classifier(load_taxonomy(), Scorer.shipped())
    seen = rows_of(arguments.seen, classifier)
    unseen = rows_of(arguments.unseen, classifier)
    words = held_out(seen, unseen, topics)
    blend = fit_blend(unseen, words, topics)
    print(f"rules {blend.rules:.2f}, words {blend.wording:.2f}")
    judge(unseen, words, blend, topics)
    if arguments.out:
        learned = fit([*seen, *unseen], topics)
        write(Wording(learned.biases, learned.weights, blend), topics, arguments.out)


if __name__ == "__main__":
    main()
