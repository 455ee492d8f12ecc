"""Fit the weights of the taxonomy's rules to labelled news, and write the model file.

    python -m bench.train_topics FILE... [--out bot/news/topic_weights.toml] [--folds 5]

Logistic regression by gradient descent, pulled towards the weights that the rules' strengths
stand for, so that a rule seldom seen keeps its meaning. A rule never changes its sign.
With --folds the files are also cut into parts, each judged by a model fitted to the others.
"""

from __future__ import annotations

import argparse
import hashlib
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.topics import load, print_table
from bot.news.boilerplate import spans
from bot.news.classifier import Classifier
from bot.news.quality import LabelledItem, measure
from bot.news.scoring import LEAST_SCORE, PRIOR, PRIOR_BIAS, Scorer, as_score, logistic
from bot.news.taxonomy import Taxonomy, load_taxonomy

PULL = 0.25
"""How strongly weights are held to their priors: an item's worth of evidence a squared unit."""
STEPS = 400
LEAST = 0.05
"""The least that a rule weighs, for or against."""
RATE = 0.05

Row = tuple[tuple[tuple[str, float], ...], float, float]
"""Rules that apply with their places, whether the item has the topic, and its weight."""


def fit(
    taxonomy: Taxonomy, fired: Sequence[Mapping[str, float]], items: Sequence[LabelledItem]
) -> Scorer:
    """Give weights fitted to items, of which `fired` says which rules apply."""
    biases: dict[str, float] = {}
    weights: dict[str, float] = {}
    for topic in taxonomy.topics:
        prior = {f"{topic.id}/{rule.name}": PRIOR[rule.strength] for rule in topic.rules}
        rows = _rows(topic.id, prior, fired, items)
        bias, learned = _descend(rows, prior)
        biases[topic.id] = bias
        weights |= learned
    return Scorer(biases, weights)


def _rows(
    topic: str,
    prior: Mapping[str, float],
    fired: Sequence[Mapping[str, float]],
    items: Sequence[LabelledItem],
) -> list[Row]:
    """Give one row for each item on which a rule for the topic applies; others have no say."""
    rows: list[Row] = []
    for said, item in zip(fired, items, strict=True):
        features = tuple((name, place) for name, place in said.items() if name in prior)
        if any(prior[name] > 0 for name, _place in features):
            rows.append((features, float(topic in item.topics), 0.5 if item.borderline else 1.0))
    return rows


def _descend(rows: Sequence[Row], prior: Mapping[str, float]) -> tuple[float, dict[str, float]]:
    """Minimise the loss with Adam, from the priors."""
    names = [*prior, ""]
    current = {**prior, "": PRIOR_BIAS}
    home = dict(current)
    sign = {name: math.copysign(1.0, home[name]) for name in names}
    first = dict.fromkeys(names, 0.0)
    second = dict.fromkeys(names, 0.0)
    for step in range(1, STEPS + 1):
        slope = {name: PULL * (current[name] - home[name]) for name in names}
        for features, wanted, weight in rows:
            total = current[""] + sum(current[name] * place for name, place in features)
            miss = weight * (logistic(total) - wanted)
            slope[""] += miss
            for name, place in features:
                slope[name] += miss * place
        for name in names:
            first[name] = 0.9 * first[name] + 0.1 * slope[name]
            second[name] = 0.999 * second[name] + 0.001 * slope[name] ** 2
            move = first[name] / (1 - 0.9**step)
            size = math.sqrt(second[name] / (1 - 0.999**step)) + 1e-8
            current[name] -= RATE * move / size
            if name:
                current[name] = math.copysign(max(LEAST, current[name] * sign[name]), sign[name])
    bias = current.pop("")
    return bias, current


def predict(taxonomy: Taxonomy, scorer: Scorer, said: Mapping[str, float]) -> dict[str, float]:
    """Give the topics found with their scores, as the classifier would."""
    found: dict[str, float] = {}
    for topic in taxonomy.topics:
        rules = [
            (rule, said[name])
            for rule in topic.rules
            if (name := f"{topic.id}/{rule.name}") in said
        ]
        if any(rule.positive for rule, _place in rules):
            score = as_score(scorer.total(topic.id, rules))
            if score >= LEAST_SCORE:
                found[topic.id] = score
    return found


def part_of(item: LabelledItem, folds: int) -> int:
    """Give the part that an item belongs to, by its title alone."""
    return int(hashlib.sha256(item.title.encode()).hexdigest(), 16) % folds


def cross_validate(
    taxonomy: Taxonomy,
    fired: Sequence[Mapping[str, float]],
    items: Sequence[LabelledItem],
    folds: int,
) -> list[dict[str, float]]:
    """Give what is found for each item by a model that has not seen its part."""
    found: list[dict[str, float]] = [{} for _item in items]
    for part in range(folds):
        seen = [n for n, item in enumerate(items) if part_of(item, folds) != part]
        scorer = fit(taxonomy, [fired[n] for n in seen], [items[n] for n in seen])
        for number, item in enumerate(items):
            if part_of(item, folds) == part:
                found[number] = predict(taxonomy, scorer, fired[number])
    return found


def write(scorer: Scorer, taxonomy: Taxonomy, path: Path) -> None:
    """Write the model file."""
    lines = [
        "# What each rule of the taxonomy weighs (log odds). Made by bench/train_topics.py from",
        "# labelled news; a rule that is not here weighs what its strength stands for.",
    ]
    for topic in taxonomy.topics:
        lines += ["", f"[{topic.id}]", f"bias = {scorer.biases[topic.id]:.2f}"]
        lines += [
            f'"{rule.name}" = {scorer.weights[f"{topic.id}/{rule.name}"]:.2f}'
            for rule in topic.rules
        ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--folds", type=int, default=0)
    parser.add_argument("--taxonomy", type=Path)
    arguments = parser.parse_args()
    taxonomy = load_taxonomy(arguments.taxonomy)
    classifier = Classifier(taxonomy, Scorer({}, {}))
    items = [item for path in arguments.files for item in load(path)]
    fired = [classifier.fired(item.title, item.text, spans(item.text)) for item in items]
    if arguments.folds:
        found = cross_validate(taxonomy, fired, items, arguments.folds)
        print_table(measure(items, found))
    if arguments.out:
        write(fit(taxonomy, fired, items), taxonomy, arguments.out)


if __name__ == "__main__":
    main()
