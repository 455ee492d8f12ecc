"""From rules that apply to a score that means something.

A small linear model: each rule has a weight, its strength's unless the model file knows better,
and the sum goes through the logistic function. Weights were fitted to labelled news, see
`docs/decisions/topics.md`; the file may be edited, and a rule that it does not name still counts.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from bot.errors import TaxonomyError
from bot.news.taxonomy import Rule, Strength

PRIOR: Mapping[Strength, float] = {
    "sure": 7.0,
    "likely": 5.2,
    "hint": 2.4,
    "against": -3.5,
    "never": -9.0,
}
"""The weight of a rule that the model has not learned, by its strength (log odds)."""

PRIOR_BIAS = -4.0

LEAST_SCORE = 0.5
"""Below this an entry does not have the topic."""

_MOST_SCORE = 0.99


@dataclass(frozen=True, slots=True)
class Scorer:
    """Weighs rules; `biases` by topic and `weights` by `topic/rule`."""

    biases: Mapping[str, float]
    weights: Mapping[str, float]

    @staticmethod
    def shipped() -> Scorer:
        """Give the model shipped with the program."""
        return _shipped()

    def total(self, topic: str, fired: Sequence[tuple[Rule, float]]) -> float:
        """Give the log odds that an entry has `topic`, from its rules and their places."""
        return self.learned(topic, fired) + self.unlearned(topic, fired)

    def learned(self, topic: str, fired: Sequence[tuple[Rule, float]]) -> float:
        """Give the log odds by the rules that the model knows."""
        weights = ((place, self.weights.get(f"{topic}/{rule.name}", 0.0)) for rule, place in fired)
        return self.biases.get(topic, PRIOR_BIAS) + sum(place * each for place, each in weights)

    def unlearned(self, topic: str, fired: Sequence[tuple[Rule, float]]) -> float:
        """Give what the other rules add: those of an edited taxonomy weigh as their strength."""
        return sum(
            place * PRIOR[rule.strength]
            for rule, place in fired
            if f"{topic}/{rule.name}" not in self.weights
        )


def as_score(total: float) -> float:
    """Give log odds as a score (0 to 1), never quite sure."""
    return min(_MOST_SCORE, round(logistic(total), 3))


def logistic(total: float) -> float:
    """Give the chance for log odds."""
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))


def read_model(path: Path) -> Scorer:
    """Read a model file. Raises TaxonomyError when it is wrong."""
    try:
        with path.open("rb") as file:
            raw = tomllib.load(file)
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TaxonomyError(f"Cannot read the topic model {path}: {error}.") from error
    biases: dict[str, float] = {}
    weights: dict[str, float] = {}
    for topic, values in raw.items():
        if not isinstance(values, dict):
            raise TaxonomyError(f"{path}: {topic} is not a table.")
        for name, value in values.items():
            if not isinstance(value, int | float) or isinstance(value, bool):
                raise TaxonomyError(f"{path}: {topic}, “{name}” is not a number.")
            if name == "bias":
                biases[topic] = float(value)
            else:
                weights[f"{topic}/{name}"] = float(value)
    return Scorer(biases, weights)


@lru_cache(maxsize=1)
def _shipped() -> Scorer:
    path = Path(__file__).with_name("topic_weights.toml")
    return read_model(path) if path.exists() else Scorer({}, {})
